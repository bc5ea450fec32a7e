"""The digest: once a week each member of staff is told how the week stands, in the day's letter."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from casework import runs
from casework.outbox import Claim, queue
from casework.recipients import NO_EMAIL
from casework.services import Services
from casework.week import has_week
from models.duties import Staff, read_staff
from models.enterprise import Role
from models.letter import ItemKind, ItemState
from policy.timetable import week_of

_READERS = (Role.CLERK.value, Role.HEAD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReport:
    """What a digest did."""

    week: str  # YYYY-Www
    staff: int  # clerks and heads
    told: int  # of these: have something to know, and a mailbox


def digest(services: Services) -> DigestReport:
    """Claim the week's summary for each clerk and head; again in the same week changes nothing.

    What it says is written when the letter leaves.
    """
    week = week_of(services.today)
    begun = services.database.transact(
        lambda session: runs.begin(session, services, runs.DIGEST, week)
    )
    with runs.failure_noted(services, begun):
        return _digest(services, begun)


def _digest(services: Services, begun: runs.Begun) -> DigestReport:
    day, week = services.today, begun.slot
    with services.database.reading() as session:
        calendar = services.calendar(session)
        staff = [each for each in read_staff(session, day) if each.role in _READERS]
        claims = list(_claims(session, services, staff, week))

    def attempt(session: Session) -> DigestReport:
        queue(session, services, claims, send_on=day, calendar=calendar)
        told = sum(claim.state is ItemState.CLAIMED for claim in claims)
        report = DigestReport(week=week, staff=len(staff), told=told)
        runs.finish(session, services, begun, json.dumps(asdict(report), sort_keys=True))
        return report

    return services.database.transact(attempt)


def _claims(session: Session, services: Services, staff: list[Staff], week: str) -> Iterator[Claim]:
    for person in staff:
        if not has_week(session, services, [person.division_code]):
            continue
        login = person.key.removeprefix("staff/")
        reader = person.deputy or person
        yield Claim(
            key=f"digest/{week}/{login}",
            kind=ItemKind.DIGEST,
            person_id=reader.id,
            instead_of_id=person.id if person.deputy else None,
            speaks_on=services.today,
            state=ItemState.CLAIMED if reader.email else ItemState.SUPPRESSED,
            reason="" if reader.email else NO_EMAIL,
        )
