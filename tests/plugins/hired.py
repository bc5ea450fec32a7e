"""More people at the desk: administrators, auditors, whoever a test needs, able to sign in."""

import json

from sqlalchemy import select
from sqlmodel import col

from casework.accounts import hasher
from casework.services import Actor
from casework.staff import NewStaff, StaffChange, add_staff
from models.accounts import Account
from models.enterprise import Person, Role
from models.ledger import AuditEntry
from tests.plugins.desk import BY, PASSWORD, Desk

COUNTY, ELSEWHERE = "431281", "431271"
_KEPT: list[str] = []  # one hash for all: each would take its time


def hire(desk: Desk, login: str, role: Role, division: str = COUNTY) -> Actor:
    """Register somebody with the password of all; return who they are in the console."""
    new = NewStaff(
        login=login,
        name=f"示例{login}",
        role=role,
        email=f"{login}@bureau.example",
        division_code=division,
    )
    done = add_staff(desk.services, new, by=BY)
    assert isinstance(done, StaffChange), done
    if not _KEPT:
        _KEPT.append(hasher().hash(PASSWORD))
    with desk.services.database.writing() as session:
        person = session.scalars(select(Person).where(col(Person.key) == f"staff/{login}")).one()
        session.merge(
            Account(person_id=person.id or 0, password=_KEPT[0], changed_at=desk.services.now())
        )
    return Actor(name=new.name, source="console", role=role, login=login)


def last_entry(desk: Desk, act: str) -> dict[str, object]:
    """Return the detail of the newest audit entry of an act."""
    with desk.services.database.reading() as session:
        wanted = select(AuditEntry).where(col(AuditEntry.act) == act)
        entry = session.scalars(wanted.order_by(col(AuditEntry.id).desc()).limit(1)).one()
    return dict(json.loads(entry.detail))
