"""Who is signed in, and who must wait: each ends their own, administrators end and lift all."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.patience import paused_until
from casework.refusal import Refusal
from casework.roles import may_manage
from casework.scope import sees_county, within
from casework.services import Actor, Services
from casework.sign_in import is_over
from models.accounts import FailedTry, SignIn
from models.enterprise import Person

_LOGIN, _ADDRESS = "login/", "address/"
_ENDED = "这次登录已经结束了"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """One browser in which somebody is signed in."""

    id: str
    login: str
    name: str
    at: dt.datetime
    seen_at: dt.datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockout:
    """Who may not try to sign in for a while, after wrong passwords."""

    of: str  # login/zhangsan, address/192.0.2.7
    who: str
    failures: int
    until: dt.datetime


def signed_in(services: Services, login: str = "") -> tuple[SignedIn, ...]:
    """Return who is signed in, or in which browsers one is, the latest first."""
    statement = (
        select(SignIn, Person)
        .join(Person, col(Person.id) == col(SignIn.person_id))
        .where(
            ~is_over(services.now()),
            col(Person.active),
            *within(services, col(Person.division_code)),
        )
        .order_by(col(SignIn.seen_at).desc(), col(SignIn.id))
    )
    if login:
        statement = statement.where(col(Person.key) == f"staff/{login}")
    with services.database.reading() as session:
        return tuple(
            SignedIn(
                id=row.id,
                login=person.key.removeprefix("staff/"),
                name=person.name,
                at=row.at,
                seen_at=row.seen_at,
                address=row.address,
                browser=row.browser,
            )
            for row, person in session.execute(statement)
        )


def end_sign_in(services: Services, number: str, *, by: Actor) -> str | Refusal:
    """End one sign-in, one's own or as an administrator; return whose it was."""

    def attempt(session: Session) -> str | Refusal:
        row = session.get(SignIn, number, with_for_update=True)
        person = session.get(Person, row.person_id) if row else None
        if row is None or person is None or not _may_end(session, services, person, by):
            return Refusal(reason=_ENDED)
        session.delete(row)
        detail = {"address": row.address, "since": row.at}
        note(session, services, by, "sign_in.end", (person.key, detail))
        return person.name

    return services.database.transact(attempt)


def _may_end(session: Session, services: Services, person: Person, by: Actor) -> bool:
    if by.login and person.key == f"staff/{by.login}":
        return True
    seen = select(col(Person.id)).where(
        col(Person.id) == person.id, *within(services, col(Person.division_code))
    )
    return may_manage(by) is None and session.scalar(seen) is not None


def lockouts(services: Services) -> tuple[Lockout, ...]:
    """Return who must wait now.

    A login that nobody has is not named: it may be a password typed into the wrong field.
    """
    now = services.now()
    with services.database.reading() as session:
        rows = session.scalars(select(FailedTry).order_by(col(FailedTry.last_at).desc())).all()
        waiting = [row for row in rows if paused_until(row) > now]
        names = _names(session, services, [row.of for row in waiting])
    return tuple(
        Lockout(of=row.of, who=names[row.of], failures=row.failures, until=paused_until(row))
        for row in waiting
        if row.of in names
    )


def lift(services: Services, of: str, *, by: Actor) -> str | Refusal:
    """Let somebody try again at once; return whom."""
    if refused := may_manage(by):
        return refused

    def attempt(session: Session) -> str | Refusal:
        who = _names(session, services, [of]).get(of)
        row = session.get(FailedTry, of, with_for_update=True) if who else None
        if who is None or row is None:
            return Refusal(reason="现在没有被暂停登录的，不用解除")
        session.execute(delete(FailedTry).where(col(FailedTry.of) == of))
        subject = f"staff/{of.removeprefix(_LOGIN)}" if of.startswith(_LOGIN) else of
        detail = {"before": {"failures": row.failures}, "after": {"failures": 0}}
        note(session, services, by, "sign_in.lift", (subject, detail))
        return who

    return services.database.transact(attempt)


def _names(session: Session, services: Services, of: list[str]) -> dict[str, str]:
    """Return of whom these eyes may know that they wait, and their names."""
    keys = [f"staff/{each.removeprefix(_LOGIN)}" for each in of if each.startswith(_LOGIN)]
    rows = session.scalars(
        select(Person).where(
            col(Person.key).in_(keys), *within(services, col(Person.division_code))
        )
    )
    found = {f"{_LOGIN}{row.key.removeprefix('staff/')}": row.name for row in rows}
    if sees_county(services):
        addresses = (each for each in of if each.startswith(_ADDRESS))
        found |= {each: f"地址 {each.removeprefix(_ADDRESS)}" for each in addresses}
    return found
