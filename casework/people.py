"""The people of the office as administrators see them: what they are, and how they sign in."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import account_version
from casework.managing import NO_STAFF, version_of
from casework.refusal import Refusal
from casework.scope import within
from casework.services import Services
from casework.sign_in import is_over
from casework.words import ROLES
from models.accounts import Account, SignIn
from models.enterprise import Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One member of staff; the versions go back with a change, so that none is lost."""

    login: str
    name: str
    role: Role
    role_title: str
    email: str
    division: str
    active: bool
    has_account: bool
    password_at: dt.datetime | None  # when they chose it; None: not yet
    invited_until: dt.datetime | None
    browsers: int  # in which they are signed in
    version: str
    account_version: str


def people(services: Services) -> tuple[PersonLine, ...]:
    """Return everybody these eyes see, who is there first, in the order they were registered."""
    with services.database.reading() as session:
        lines = _lines(session, services)
    return tuple(sorted(lines, key=lambda each: not each.active))


def one_of_them(services: Services, login: str) -> PersonLine | Refusal:
    """Return one of them."""
    with services.database.reading() as session:
        found = _lines(session, services, login)
    return found[0] if found else Refusal(reason=f"没有登录名为“{login}”的工作人员")


def _lines(session: Session, services: Services, login: str = "") -> list[PersonLine]:
    now = services.now()
    browsers = (
        select(func.count())
        .select_from(SignIn)
        .where(col(SignIn.person_id) == col(Person.id), ~is_over(now))
        .scalar_subquery()
    )
    statement = (
        select(Person, Account, browsers)
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(col(Person.role).not_in(NO_STAFF), *within(services, col(Person.division_code)))
        .order_by(col(Person.id))
    )
    if login:
        statement = statement.where(col(Person.key) == f"staff/{login}")
    return [_line(*row, now=now) for row in session.execute(statement)]


def _line(
    person: Person, account: Account | None, browsers: int, *, now: dt.datetime
) -> PersonLine:
    until = account.invited_until if account else None
    return PersonLine(
        login=person.key.removeprefix("staff/"),
        name=person.name,
        role=Role(person.role),
        role_title=ROLES[Role(person.role)],
        email=person.email,
        division=person.division_code,
        active=person.active,
        has_account=account is not None,
        password_at=account.changed_at if account else None,
        invited_until=until if until and until >= now else None,
        browsers=browsers if person.active else 0,
        version=version_of(person),
        account_version=account_version(account),
    )
