"""Accounts: a member of staff chooses a password by a link that works once; an administrator asks.

A password is never set by somebody else, never shown, never logged.
"""

import datetime as dt
import secrets
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from pwdlib import PasswordHash
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.doors import shut_doors_of
from casework.managing import managed, not_oneself
from casework.refusal import Refusal
from casework.scope import within
from casework.services import Actor, Services
from casework.words import ROLES
from models.accounts import Account, SignIn
from models.enterprise import Person, Role
from models.writes import table_of
from policy.passwords import too_weak

INVITED_FOR = dt.timedelta(days=3)
_LEFT = "此人已停用，请先恢复在岗，再给链接"
_STALE = "这一页打开以后，账号有过变化，请看过现在的情况再给链接"
_OVER = "这个链接已经用过或过期了，请向管理员再要一个"
_BITS = 32  # bytes of a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The secret of a link with which somebody chooses a password; it is shown once."""

    login: str
    name: str
    secret: str
    until: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A link that a page asks for: the same wish twice is the same link."""

    secret: str
    version: str  # of the account that was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One account; ``changed_at`` is None until its owner chose a password."""

    login: str
    name: str
    role: str
    role_title: str
    changed_at: dt.datetime | None
    browsers: int  # in which somebody is signed in, or was and did not leave
    seen_at: dt.datetime | None


def list_accounts(services: Services) -> tuple[AccountLine, ...]:
    """Return every account, in the order in which people were registered."""
    with services.database.reading() as session:
        rows = session.execute(
            select(Account, Person, func.count(col(SignIn.id)), func.max(col(SignIn.seen_at)))
            .join(Person, col(Person.id) == col(Account.person_id))
            .outerjoin(SignIn, col(SignIn.person_id) == col(Person.id))
            .where(*within(services, col(Person.division_code)))
            .group_by(*table_of(Account).c, *table_of(Person).c)
            .order_by(col(Person.id))
        ).all()
        return tuple(
            AccountLine(
                login=person.key.removeprefix("staff/"),
                name=person.name,
                role=person.role,
                role_title=ROLES[Role(person.role)],
                changed_at=account.changed_at,
                browsers=browsers,
                seen_at=seen_at,
            )
            for account, person, browsers, seen_at in rows
        )


@cache
def hasher() -> PasswordHash:
    """Return what hashes passwords: argon2id."""
    return PasswordHash.recommended()


def hashed(secret: str) -> str:
    """Return what is kept of a secret that is long and random."""
    return sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return a secret of 256 bits, for a cookie or a link."""
    return secrets.token_urlsafe(_BITS)


def invite(
    services: Services, login: str, *, by: Actor, wish: Wish | None = None
) -> Invitation | Refusal:
    """Return a link's secret for a member of staff; an older link works no more."""
    secret, now = wish.secret if wish else new_secret(), services.now()

    def attempt(session: Session) -> Invitation | Refusal:
        person = managed(session, services, login, by=by)
        if isinstance(person, Refusal) or not person.active:
            if by.role is not None:
                return person if isinstance(person, Refusal) else Refusal(reason=_LEFT)
            how = f"peiyu staff add {login} --name 姓名 --role 经办 --email 邮箱"
            return Refusal(reason=f"没有在岗的工作人员“{login}”，请先登记：{how}")
        account = session.get(Account, person.id) or Account(person_id=person.id or 0)
        made = Invitation(login=login, name=person.name, secret=secret, until=now + INVITED_FOR)
        if account.invitation == hashed(secret) and account.invited_until:
            return replace(made, until=account.invited_until)
        if wish and wish.version != account_version(account):
            return Refusal(reason=_STALE)
        account.invitation, account.invited_until = hashed(secret), made.until
        session.add(account)
        note(session, services, by, "account.invite", (person.key, {"until": made.until}))
        return made

    return services.database.transact(attempt)


def account_version(account: Account | None) -> str:
    """Return what changes with whatever somebody can sign in by; empty where nothing is."""
    if account is None or not (account.password or account.invitation):
        return ""
    return hashed(f"{account.password}/{account.invitation}")[:16]


def invited(services: Services, secret: str) -> str:
    """Return the name of whom a link is for; empty when it works no more."""
    with services.database.reading() as session:
        account = _invited(session, services, secret)
        return session.get_one(Person, account.person_id).name if account else ""


def choose_password(services: Services, secret: str, password: str) -> str | Refusal:
    """Set a password by a link, end every sign-in of that person, and return the login."""
    with services.database.reading() as session:
        account = _invited(session, services, secret)
        if account is None:
            return Refusal(reason=_OVER)
        person = session.get_one(Person, account.person_id)
        known = (person.key.removeprefix("staff/"), person.name, services.office.name)
    if weak := too_weak(password, known):
        return Refusal(reason=weak)
    kept = hasher().hash(password)

    def attempt(session: Session) -> str | Refusal:
        account = _invited(session, services, secret)
        if account is None:
            return Refusal(reason=_OVER)
        person = session.get_one(Person, account.person_id)
        account.password, account.changed_at = kept, services.now()
        account.invitation, account.invited_until = "", None
        session.execute(delete(SignIn).where(col(SignIn.person_id) == person.id))
        door = Actor(name=person.name, source="console")
        note(session, services, door, "account.password", (person.key, {}))
        return person.key.removeprefix("staff/")

    return services.database.transact(attempt)


def close_account(services: Services, login: str, *, by: Actor) -> Refusal | None:
    """Take password, sign-ins and tokens away at once; what somebody did stays theirs."""

    def attempt(session: Session) -> Refusal | None:
        person = managed(session, services, login, by=by)
        if isinstance(person, Refusal):
            return person if by.role else Refusal(reason=f"“{login}”没有账号")
        account = session.get(Account, person.id)
        if account is None:
            return Refusal(reason=f"“{login}”没有账号")
        if refused := not_oneself(person, by):
            return refused
        session.delete(account)
        shut_doors_of(session, person.id or 0, services.now())
        note(session, services, by, "account.close", (person.key, {}))
        return None

    return services.database.transact(attempt)


def staff_of(session: Session, login: str) -> Person | None:
    """Return the active member of staff of this login."""
    return session.scalars(
        select(Person).where(
            col(Person.key) == f"staff/{login}",
            col(Person.active),
            col(Person.role) != Role.CONTACT.value,
        )
    ).first()


def _invited(session: Session, services: Services, secret: str) -> Account | None:
    found = session.scalars(select(Account).where(col(Account.invitation) == hashed(secret)))
    account = found.first()
    if account is None or account.invited_until is None or account.invited_until < services.now():
        return None
    return account if session.get_one(Person, account.person_id).active else None
