"""Giving a case to a member of staff (经办人). Who gets letters does not hang on it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.refusal import Overtaken, Refusal, Unknown
from casework.roles import DECIDERS, may_decide
from casework.scope import sees
from casework.services import Actor, Services
from casework.words import ROLES
from models.case import Case
from models.decision import Assignment
from models.enterprise import Enterprise, Person, Role
from models.writes import insert_all
from policy.divisions import below

_KEY = "staff/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Somebody to whom a case may be given."""

    id: int
    login: str
    name: str
    role_title: str
    division: str

    def answers_for(self, division: str) -> bool:
        """Say whether an enterprise of this division may be theirs."""
        return division.startswith(below(self.division))


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """Give a case to somebody, or to nobody; ``expecting`` is the assignment they looked at."""

    case_id: int
    login: str
    expecting: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Whose the case was and is; ``seq`` is what to expect next time."""

    case_id: int
    before: str  # a name; empty: nobody's
    now: str
    seq: int
    already: bool


def officers(services: Services) -> tuple[Officer, ...]:
    """Return those to whom cases of one's own division, and of those below it, may be given."""
    wanted = select(Person).where(
        col(Person.enterprise_id).is_(None),  # an index finds the few who are of no enterprise
        col(Person.active),
        col(Person.role).in_([role.value for role in DECIDERS]),
    )
    with services.database.reading() as session:
        found = [_officer(row) for row in session.scalars(wanted.order_by(col(Person.id)))]
    ours = services.division
    return tuple(
        each for each in found if each.answers_for(ours) or each.division.startswith(below(ours))
    )


def assign_case(
    services: Services, wish: Giving, *, by: Actor, preview: bool = False
) -> Given | Refusal:
    """Give a case to somebody, or say why not; a ``preview`` keeps nothing of it."""
    if refusal := may_decide(by):
        return refusal
    database = services.database
    work = database.supposing if preview else database.transact
    return work(lambda session: _attempt(session, services, wish, by))


def give_back(services: Services, case_id: int, seq: int, *, by: Actor) -> Given | Refusal:
    """Take an assignment back, unless it was changed since; twice is once."""
    if refusal := may_decide(by):
        return refusal

    def attempt(session: Session) -> Given | Refusal:
        before, given = _row(session, case_id, seq - 1), _row(session, case_id, seq)
        if given is None:
            return Unknown(reason="没有这次指派")
        login = _login(session, before.person_id if before else None)
        newest = _newest(session, case_id)
        undone = newest is not None and (newest.seq, newest.person_id) == (
            seq + 1,
            before.person_id if before else None,
        )
        expecting = seq + 1 if undone else seq
        return _attempt(
            session, services, Giving(case_id=case_id, login=login, expecting=expecting), by
        )

    return services.database.transact(attempt)


def officer_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Return person -> name."""
    rows = session.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(ids)))
    return {number: name for number, name in rows}  # noqa: C416 - rows are no pairs to mypy


def assignment_of(session: Session, case_id: int) -> int:
    """Return which assignment of a case counts now; 0 when there was none."""
    newest = _newest(session, case_id)
    return newest.seq if newest else 0


def _attempt(session: Session, services: Services, wish: Giving, by: Actor) -> Given | Refusal:
    case = session.get(Case, wish.case_id, with_for_update=True)
    if case is None or not sees(session, services, case.enterprise_id):
        return Unknown(reason=f"没有编号为 {wish.case_id} 的事项")
    enterprise = session.get_one(Enterprise, case.enterprise_id)
    officer = _staff(session, wish.login) if wish.login else None
    if wish.login and (officer is None or not officer.answers_for(enterprise.division_code)):
        return Refusal(reason="只能指派给本区划（或上级）在岗的经办、股长、分管领导")
    newest = _newest(session, wish.case_id)
    seq = newest.seq if newest else 0
    before = _login(session, case.officer_id)
    given = Given(
        case_id=wish.case_id,
        before=_name(session, case.officer_id),
        now=officer.name if officer else "",
        seq=seq,
        already=before == wish.login,
    )
    if given.already:
        return given
    if newest is not None and wish.expecting not in (None, seq):
        return Overtaken(
            reason=f"{newest.by} 已改派给 {given.before or '（无人）'}，请刷新后再办理",
            version=seq,
            by=newest.by,
            at=newest.at,
        )
    _write(session, services, (case, officer, seq + 1), by)
    detail = {"before": before, "after": wish.login}
    subject = f"{case.programme}/{enterprise.uscc}/{case.cycle}"
    note(session, services, by, "assign", (subject, detail))
    return Given(
        case_id=wish.case_id, before=given.before, now=given.now, seq=seq + 1, already=False
    )


def _write(
    session: Session, services: Services, what: tuple[Case, Officer | None, int], by: Actor
) -> None:
    case, officer, seq = what
    person = officer.id if officer else None
    row = {"case_id": case.id, "seq": seq, "person_id": person, "by": by.name}
    insert_all(session, Assignment, [row | {"at": services.now()}])
    # Not by the object: its version stays, for whoever is deciding about the case meanwhile.
    session.execute(
        update(Case).where(col(Case.id) == case.id).values(officer_id=person),
        execution_options={"synchronize_session": False},
    )


def _of(case_id: int) -> ColumnElement[bool]:
    return col(Assignment.case_id) == case_id


def _newest(session: Session, case_id: int) -> Assignment | None:
    wanted = select(Assignment).where(_of(case_id)).order_by(col(Assignment.seq).desc())
    return session.scalars(wanted.limit(1)).first()


def _row(session: Session, case_id: int, seq: int) -> Assignment | None:
    return session.scalars(
        select(Assignment).where(_of(case_id), col(Assignment.seq) == seq)
    ).first()


def _staff(session: Session, login: str) -> Officer | None:
    person = session.scalars(
        select(Person).where(
            col(Person.key) == f"{_KEY}{login}",
            col(Person.active),
            col(Person.role).in_([role.value for role in DECIDERS]),
        )
    ).first()
    return _officer(person) if person else None


def _officer(person: Person) -> Officer:
    return Officer(
        id=person.id or 0,
        login=person.key.removeprefix(_KEY),
        name=person.name,
        role_title=ROLES[Role(person.role)],
        division=person.division_code,
    )


def _login(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return person.key.removeprefix(_KEY) if person else ""


def _name(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def assignments(session: Session, case_id: int) -> list[tuple[Assignment, str]]:
    """Return every assignment of a case with the name of whom it was given to, in order."""
    rows = session.execute(
        select(Assignment, col(Person.name))
        .outerjoin(Person, col(Person.id) == col(Assignment.person_id))
        .where(_of(case_id))
        .order_by(col(Assignment.seq))
    )
    return [(row, name or "") for row, name in rows]
