"""Absences of staff: who is away from when to when, and who stands in for them."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.refusal import Refusal
from casework.roles import DECIDE_NOTHING, may_plan
from casework.scope import within
from casework.services import Actor, Services
from casework.staff import StaffLine, list_staff
from models.absence import Absence
from models.enterprise import Person, Role
from policy.workdays import ONE_DAY

_LONGEST = dt.timedelta(days=366)
_TYPED = re.compile(r"，用 peiyu [a-z ]+ 看有哪些|：peiyu staff back \S+ --from \S+|用 --deputy ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody will be away, both days included, and who stands in."""

    login: str
    first: dt.date
    last: dt.date
    deputy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceLine:
    """An absence as the list shows it."""

    login: str
    name: str
    first: dt.date
    last: dt.date
    deputy: str
    deputy_name: str
    now: bool  # today is one of its days


def list_absences(services: Services, login: str = "") -> tuple[AbsenceLine, ...]:
    """Return the absences that are not over, of all or of one, the earliest first."""
    seen = (
        (col(Person.key) == f"staff/{login}",)
        if login
        else within(services, col(Person.division_code))
    )
    with services.database.reading() as session:
        rows = session.scalars(
            select(Absence)
            .join(Person, col(Person.id) == col(Absence.person_id))
            .where(col(Absence.last_on) >= services.today, *seen)
            .order_by(col(Absence.first_on), col(Absence.id))
        ).all()
        return tuple(_line(session, services, row) for row in rows)


def deputies_of(services: Services, role: Role | None) -> list[StaffLine]:
    """Return who may stand in for somebody of this role; None: for whoever it may be."""
    nobody = () if role in DECIDE_NOTHING else DECIDE_NOTHING
    return [each for each in list_staff(services) if each.email and each.role not in nobody]


def go_away(services: Services, away: Away, *, by: Actor) -> AbsenceLine | Refusal:
    """Register an absence; the same again changes nothing."""
    if refused := may_plan(by, away.login):
        return refused

    def attempt(session: Session) -> AbsenceLine | Refusal:
        people = _staff(session, services, away.login, away.deputy)
        wrong = _wrong(services, away, people)
        if wrong:
            return Refusal(reason=_as_seen(wrong, by))
        person, deputy = people[away.login], people[away.deputy]
        meant = (person.id, deputy.id, away.first, away.last)
        for row in _around(session, away, person, deputy):
            if (row.person_id, row.deputy_id, row.first_on, row.last_on) == meant:
                return _line(session, services, row)
            return Refusal(reason=_as_seen(_in_the_way(session, row, person, deputy), by))
        row = Absence(
            person_id=person.id or 0,
            deputy_id=deputy.id or 0,
            first_on=away.first,
            last_on=away.last,
            by=by.name,
            at=services.now(),
        )
        session.add(row)
        session.flush()
        after = {"from": away.first, "to": away.last, "deputy": deputy.key}
        detail = {**after, "before": None, "after": after}
        note(session, services, by, "staff.away", (person.key, detail))
        return _line(session, services, row)

    return services.database.transact(attempt)


def come_back(
    services: Services, login: str, *, first: dt.date | None, by: Actor
) -> AbsenceLine | Refusal:
    """End the present or next absence, or the one from a day: from today they are there again."""
    if refused := may_plan(by, login):
        return refused

    def attempt(session: Session) -> AbsenceLine | Refusal:
        person = _staff(session, services, login).get(login)
        today = services.today
        wanted = select(Absence).where(
            col(Absence.person_id) == (person.id if person else None),
            col(Absence.last_on) >= today,
        )
        if first is not None:
            wanted = wanted.where(col(Absence.first_on) == first)
        row = session.scalars(wanted.order_by(col(Absence.first_on)).with_for_update()).first()
        if person is None or row is None:
            since = f"从 {first} 起" if first else ""
            wrong = f"没有登记“{login}”{since}不在岗，用 peiyu staff absences 看有哪些"
            return Refusal(reason=_as_seen(wrong, by))
        line = _line(session, services, row)
        if row.first_on < today:
            row.last_on = today - ONE_DAY  # who stood in until then is still known
        else:
            session.delete(row)
        before = {"from": line.first, "to": line.last, "deputy": f"staff/{line.deputy}"}
        after = None if row.first_on >= today else before | {"to": row.last_on}
        detail = {**before, "before": before, "after": after}
        note(session, services, by, "staff.back", (person.key, detail))
        return line

    return services.database.transact(attempt)


def _as_seen(sentence: str, by: Actor) -> str:
    """Return a sentence without what only a terminal understands."""
    return _TYPED.sub("", sentence) if by.login else sentence


def _staff(session: Session, services: Services, *logins: str) -> dict[str, Person]:
    """Return login -> person, for those who are there and within what these eyes see."""
    rows = session.scalars(
        select(Person)
        .where(
            col(Person.key).in_([f"staff/{login}" for login in logins]),
            col(Person.role) != Role.CONTACT.value,
            col(Person.active),
            *within(services, col(Person.division_code)),
        )
        .order_by(col(Person.id))
        .with_for_update()  # two who plan at once must see each other's plan
    )
    return {row.key.removeprefix("staff/"): row for row in rows}


def _wrong(services: Services, away: Away, people: dict[str, Person]) -> str:
    """Return what is wrong with the entry by itself, the first thing only."""
    unknown = next((each for each in (away.login, away.deputy) if each not in people), None)
    if unknown is not None:
        return f"没有在岗的工作人员“{unknown}”，用 peiyu staff list 看有哪些"
    checks = (
        (away.login != away.deputy, "代办人不能是本人，请用 --deputy 另选一位"),
        (away.first <= away.last, f"结束日期 {away.last} 早于开始日期 {away.first}，请核对"),
        (away.last >= services.today, f"{away.last} 已经过去，请核对日期"),
        (away.last - away.first <= _LONGEST, "一次最多登记一年"),
        (
            not _steps_up(people[away.login], people[away.deputy]),
            f"代办人“{away.deputy}”不办理事项，请另选一位",
        ),
        (people[away.deputy].email, f"代办人“{away.deputy}”没有邮箱，收不到信，请另选一位"),
    )
    return next((sentence for right, sentence in checks if not right), "")


def _steps_up(person: Person, deputy: Person) -> bool:
    """Say whether somebody who decides about nothing would stand in for who does."""
    return Role(deputy.role) in DECIDE_NOTHING and Role(person.role) not in DECIDE_NOTHING


def _around(session: Session, away: Away, person: Person, deputy: Person) -> list[Absence]:
    """Return the absences on these days that touch either of the two."""
    rows = session.scalars(
        select(Absence)
        .where(
            col(Absence.first_on) <= away.last,
            col(Absence.last_on) >= away.first,
            or_(
                col(Absence.person_id).in_([person.id, deputy.id]),
                col(Absence.deputy_id) == person.id,
            ),
        )
        .order_by(col(Absence.first_on), col(Absence.id))
    )
    return list(rows)


def _in_the_way(session: Session, row: Absence, person: Person, deputy: Person) -> str:
    days = f"{row.first_on} 至 {row.last_on}"
    if row.person_id == person.id:
        return (
            f"{person.name} {days} 已登记不在岗，请先取消："
            f"peiyu staff back {person.key.removeprefix('staff/')} --from {row.first_on}"
        )
    if row.person_id == deputy.id:
        return f"{deputy.name} {days} 自己也不在岗，请用 --deputy 另选一位"
    other = session.get_one(Person, row.person_id)
    return f"{person.name} {days} 正代办 {other.name} 的事项，请先给 {other.name} 另选代办人"


def _line(session: Session, services: Services, row: Absence) -> AbsenceLine:
    person, deputy = session.get_one(Person, row.person_id), session.get_one(Person, row.deputy_id)
    return AbsenceLine(
        login=person.key.removeprefix("staff/"),
        name=person.name,
        first=row.first_on,
        last=row.last_on,
        deputy=deputy.key.removeprefix("staff/"),
        deputy_name=deputy.name,
        now=row.first_on <= services.today <= row.last_on,
    )
