"""Which clerks answer for what somebody sees: those of the same division, below it, or above."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from casework.services import Services
from models.enterprise import Person, Role
from policy.divisions import below


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """A clerk whom letters about these enterprises reach; see `casework.recipients.staff_for`."""

    login: str
    name: str
    division_code: str


def clerks(services: Services) -> tuple[Clerk, ...]:
    """Return the clerks of today."""
    with services.database.reading() as session:
        people = session.scalars(
            select(Person)
            .where(
                col(Person.enterprise_id).is_(None),  # an index finds the few of no enterprise
                col(Person.role) == Role.CLERK.value,
                col(Person.active),
            )
            .order_by(col(Person.id))
        ).all()
    here = below(services.division)
    return tuple(
        Clerk(
            login=person.key.removeprefix("staff/"),
            name=person.name,
            division_code=person.division_code,
        )
        for person in people
        if here.startswith(below(person.division_code))
        or below(person.division_code).startswith(here)
    )
