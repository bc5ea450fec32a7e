"""Who may change whom: within the own division, never oneself out, never the last administrator.

Whoever acts stays an administrator who can sign in: so one always remains, also when two act on
each other at the same moment. Whoever types commands on this machine may do all, and mend it.
"""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.refusal import Refusal
from casework.roles import may_manage
from casework.scope import within
from casework.services import Actor, Services
from models.accounts import Account
from models.enterprise import Person, Role
from policy.divisions import below

NO_STAFF = (Role.CONTACT.value, Role.ROBOT.value)


def managed(session: Session, services: Services, login: str, *, by: Actor) -> Person | Refusal:
    """Return a member of staff whom somebody may change, locked; or why not."""
    if refused := may_manage(by) or _overtaken(session, by):
        return refused
    person = session.scalars(
        select(Person)
        .where(
            col(Person.key) == f"staff/{login}",
            col(Person.role).not_in(NO_STAFF),
            *within(services, col(Person.division_code)),
        )
        .with_for_update()
    ).first()
    return person or Refusal(reason=f"没有登录名为“{login}”的工作人员")


def not_oneself(person: Person, by: Actor) -> Refusal | None:
    """Refuse to lock out whoever acts."""
    if by.login and person.key == f"staff/{by.login}":
        return Refusal(reason="自己的角色、区划、停用和账号，请另一位系统管理员办理")
    return None


def in_reach(services: Services, division: str) -> Refusal | None:
    """Refuse to give somebody what lies outside the own division."""
    own = services.division
    if not own or division.startswith(below(own)):
        return None
    return Refusal(reason=f"负责的区划要在您的 {own} 之内，请改好再保存")


def version_of(person: Person) -> str:
    """Return what changes with whatever is known of somebody."""
    parts = (person.role, person.name, person.email, person.division_code, str(person.active))
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def is_stale(person: Person, version: str | None) -> Refusal | None:
    """Refuse to change what was changed since it was seen; None: it was not looked at before."""
    if version is None or version == version_of(person):
        return None
    return Refusal(reason=f"这一页打开以后，别人改过{person.name}，请看过现在的情况再改")


def _overtaken(session: Session, by: Actor) -> Refusal | None:
    """Refuse whoever is no administrator any more by now; the others wait meanwhile."""
    if by.role is None:
        return None
    able = session.scalars(
        select(col(Person.key))
        .join(Account, col(Account.person_id) == col(Person.id))
        .where(
            col(Person.role) == Role.ADMIN.value, col(Person.active), col(Account.password) != ""
        )
        .order_by(col(Person.id))
        .with_for_update()
    ).all()
    if f"staff/{by.login}" in able:
        return None
    return Refusal(reason="您现在已经不是系统管理员了，没有办成")
