"""Signing in and out: a row for each browser, which ends by itself, and patience with guessers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import hashed, hasher, new_secret, staff_of
from casework.audit import note
from casework.patience import count_failure, must_wait
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.accounts import Account, FailedTry, SignIn
from models.enterprise import Person, Role

IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)
_SEEN_EVERY = dt.timedelta(minutes=1)  # a page need not write each time
_WRONG = "登录名或密码不对"
_WORDS = 200  # of what a browser says of itself
# What a wrong login is compared with: it takes as long as a wrong password.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$bvSHLbN+w5fy9e1C3EPlog"
    "$GVyLBbJ2kRYe8BJttSWcoMKUvCc70yniHh/FsZkLHoo"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """From where somebody signs in."""

    address: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at a page: a member of staff, in one browser."""

    sign_in: str
    seal: str  # what every form of this browser carries
    person_id: int
    login: str
    name: str
    role: Role
    division: str

    @property
    def actor(self) -> Actor:
        """Return who acts."""
        return Actor(name=self.name, source="console", role=self.role, login=self.login)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLine:
    """One browser in which somebody is signed in."""

    id: str
    at: dt.datetime
    seen_at: dt.datetime
    address: str
    browser: str


def sign_in(services: Services, login: str, password: str, browser: Browser) -> str | Refusal:
    """Return the secret for the cookie of a browser, or why not."""
    tried = (f"login/{login}", f"address/{browser.address}")
    if wait := must_wait(services, tried):
        return Refusal(reason=f"试的次数太多，请过 {wait} 再试")
    with services.database.reading() as session:
        person = staff_of(session, login)
        account = session.get(Account, person.id) if person else None
        kept = account.password if account else ""
    right, better = hasher().verify_and_update(password, kept or _NOBODY)
    if person is None or not (kept and right):
        services.database.transact(lambda session: count_failure(session, services, tried))
        return Refusal(reason=_WRONG)
    secret, now = new_secret(), services.now()

    def attempt(session: Session) -> str:
        if better:
            session.get_one(Account, person.id).password = better
        session.execute(delete(FailedTry).where(col(FailedTry.of) == tried[0]))
        session.execute(delete(SignIn).where(is_over(now)))
        session.add(
            SignIn(
                id=hashed(secret),
                person_id=person.id or 0,
                seal=new_secret(),
                at=now,
                seen_at=now,
                address=browser.address,
                browser=browser.says[:_WORDS],
            )
        )
        door = Actor(name=person.name, source="console")
        note(session, services, door, "sign_in", (person.key, {"address": browser.address}))
        return secret

    return services.database.transact(attempt)


def visitor(services: Services, secret: str) -> Visitor | None:
    """Return who is behind a cookie; None when it is over or never was."""
    now = services.now()
    with services.database.reading() as session:
        row = session.execute(
            select(SignIn, Person)
            .join(Person, col(Person.id) == col(SignIn.person_id))
            .where(col(SignIn.id) == hashed(secret), ~is_over(now), col(Person.active))
        ).first()
        if row is None:
            return None
        found, person = row
        seen = Visitor(
            sign_in=found.id,
            seal=found.seal,
            person_id=person.id or 0,
            login=person.key.removeprefix("staff/"),
            name=person.name,
            role=Role(person.role),
            division=person.division_code,
        )
        fresh = now - found.seen_at < _SEEN_EVERY
    if not fresh:
        services.database.transact(lambda session: _seen(session, seen.sign_in, now))
    return seen


def sign_ins(services: Services, who: Visitor) -> Sequence[SignInLine]:
    """Return the browsers in which somebody is signed in, the newest first."""
    with services.database.reading() as session:
        rows = session.scalars(
            select(SignIn)
            .where(col(SignIn.person_id) == who.person_id, ~is_over(services.now()))
            .order_by(col(SignIn.at).desc(), col(SignIn.id))
        )
        return [
            SignInLine(
                id=row.id, at=row.at, seen_at=row.seen_at, address=row.address, browser=row.browser
            )
            for row in rows
        ]


def sign_out(services: Services, who: Visitor, *, everywhere: bool = False) -> None:
    """End this sign-in, or all of this person's."""
    which = col(SignIn.person_id) == who.person_id if everywhere else col(SignIn.id) == who.sign_in

    def attempt(session: Session) -> None:
        session.execute(delete(SignIn).where(which))
        about = (f"staff/{who.login}", {"everywhere": everywhere})
        note(session, services, who.actor, "sign_out", about)

    services.database.transact(attempt)


def is_over(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that a sign-in ended by itself."""
    return or_(col(SignIn.seen_at) < now - IDLE, col(SignIn.at) < now - LONGEST)


def _seen(session: Session, sign_in_id: str, now: dt.datetime) -> None:
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=now))
