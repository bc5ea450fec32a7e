"""Changing whom we write to at an enterprise (联系人), with the reason and what was before.

A new mailbox makes the links in letters to the old one answer nothing (see `casework.links`).
"""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.firm_names import firm_to_change
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.services import Actor, Services
from exchange.cells import contact as read_name
from exchange.cells import email as read_email
from exchange.cells import phone as read_phone
from models.enterprise import Person, Role
from models.writes import insert_all

_READERS = {"name": read_name, "email": read_email, "phone": read_phone}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """Whom to write to from now on; ``version`` is of the contact that somebody looked at."""

    uscc: str
    name: str
    email: str
    phone: str
    reason: str
    version: str


def contact_version(contact: Person | None) -> str:
    """Return what changes with whatever is known of a contact."""
    said = () if contact is None else (contact.name, contact.email, contact.phone, contact.active)
    return sha256("\x1f".join(map(str, said)).encode()).hexdigest()[:16]


def whom_to_call(services: Services, uscc: str) -> str:
    """Return name and telephone of an enterprise's contact; empty when nobody is known."""
    wanted = (col(Person.key) == f"contact/{uscc}", col(Person.active))
    with services.database.reading() as session:
        contact = session.scalars(select(Person).where(*wanted)).first()
    return f"{contact.name} {contact.phone}".strip() if contact else ""


def change_contact(services: Services, wish: NewContact, *, by: Actor) -> Refusal | None:
    """Change an enterprise's contact, or say why not; the very same twice is one change."""
    if refused := may_decide(by):
        return refused
    wanted = _read(wish)
    if isinstance(wanted, Refusal):
        return wanted

    def attempt(session: Session) -> Refusal | None:
        firm = firm_to_change(session, services, wish.uscc)
        if firm is None:
            return Refusal(reason="没有这家企业，或者它不在您负责的范围内")
        key = f"contact/{firm.uscc}"
        known = session.scalars(select(Person).where(col(Person.key) == key)).first()
        before = {name: getattr(known, name) if known else "" for name in wanted}
        changed = {name: value for name, value in wanted.items() if before[name] != value}
        if not changed:
            return None
        if wish.version != contact_version(known):
            return Refusal(reason="联系人在您查看之后有改动，请刷新后再办理")
        if known is None:
            row = {"key": key, "role": Role.CONTACT.value, "enterprise_id": firm.id, "active": True}
            insert_all(session, Person, [row | wanted | {"division_code": ""}])
        else:
            known.name, known.email, known.phone = wanted["name"], wanted["email"], wanted["phone"]
        was = {name: before[name] for name in changed}
        told = {"before": was, "after": changed, "reason": wish.reason.strip()}
        note(session, services, by, "enterprise.contact", (key, told))
        return None

    return services.database.transact(attempt)


def _read(wish: NewContact) -> dict[str, str] | Refusal:
    """Return name, mailbox and telephone as an import would read them."""
    if refused := no_reason(wish.reason, "请写明理由，例如“企业来电更换联系人”"):
        return refused
    wanted: dict[str, str] = {}
    for field, reader in _READERS.items():
        read = reader(getattr(wish, field))
        if read.error:
            return Refusal(reason=read.error)
        wanted[field] = read.value or ""
    return wanted if any(wanted.values()) else Refusal(reason="请至少写明姓名、邮箱或电话")
