"""The first administrator: where nobody can sign in yet, whoever started the program may."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import hasher
from casework.audit import note
from casework.managing import NO_STAFF
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff
from models.accounts import Account
from models.enterprise import Person, Role
from policy.passwords import too_weak


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Who it will be."""

    login: str
    name: str
    email: str
    password: str


def nobody_can_sign_in(services: Services) -> bool:
    """Say whether there is no account at all: no password, and no link to choose one with."""
    with services.database.reading() as session:
        return not _somebody(session, services)


def found(services: Services, founder: Founder) -> str | Refusal:
    """Register the first administrator with a password; return the login."""
    if not nobody_can_sign_in(services):
        return Refusal(reason="已经有账号了，请向管理员要一个设密码的链接")
    if weak := too_weak(founder.password, (founder.login, founder.name, services.office.name)):
        return Refusal(reason=weak)
    by = Actor(name=founder.name or founder.login, source="console")
    new = NewStaff(login=founder.login, name=founder.name, role=Role.ADMIN, email=founder.email)
    done = add_staff(services, new, by=by, version="")
    if isinstance(done, Refusal):
        return done
    kept = hasher().hash(founder.password)

    def attempt(session: Session) -> str:
        person = session.scalars(
            select(Person).where(col(Person.key) == f"staff/{founder.login}")
        ).one()
        account = session.get(Account, person.id) or Account(person_id=person.id or 0)
        account.password, account.changed_at = kept, services.now()
        session.add(account)
        note(session, services, by, "account.first", (person.key, {"role": person.role}))
        return founder.login

    return services.database.transact(attempt)


def _somebody(session: Session, services: Services) -> bool:
    usable = (
        select(col(Account.person_id))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            col(Person.active),
            col(Person.role).not_in(NO_STAFF),
            or_(col(Account.password) != "", col(Account.invited_until) >= services.now()),
        )
        .limit(1)
    )
    return session.scalar(usable) is not None
