"""The digest: once a week each member of staff is told how the week stands, in the day's letter."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.outbox import Claim, queue
from casework.recipients import NO_EMAIL
from casework.services import Services
from casework.week import week_of_staff
from models.enterprise import Person, Role
from models.letter import ItemKind, ItemState
from policy.timetable import RunKind, week_of

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
    begun, day, calendar = services.now(), services.today, services.calendar()
    week = week_of(day)
    with services.database.reading() as session:
        staff = _staff(session)
        claims = list(_claims(session, services, staff, week))

    def attempt(session: Session) -> DigestReport:
        queue(session, claims, send_on=day, calendar=calendar)
        told = sum(claim.state is ItemState.CLAIMED for claim in claims)
        report = DigestReport(week=week, staff=len(staff), told=told)
        _finish(session, services, begun, report)
        return report

    return services.database.transact(attempt)


def _staff(session: Session) -> list[Person]:
    wanted = select(Person).where(col(Person.active), col(Person.role).in_(_READERS))
    return list(session.scalars(wanted.order_by(col(Person.key))))


def _claims(
    session: Session, services: Services, staff: list[Person], week: str
) -> Iterator[Claim]:
    for person in staff:
        if week_of_staff(session, services, person) is None:
            continue
        login = person.key.removeprefix("staff/")
        yield Claim(
            key=f"digest/{week}/{login}",
            kind=ItemKind.DIGEST,
            person_id=person.id,
            speaks_on=services.today,
            state=ItemState.CLAIMED if person.email else ItemState.SUPPRESSED,
            reason="" if person.email else NO_EMAIL,
        )


def _finish(session: Session, services: Services, begun: dt.datetime, report: DigestReport) -> None:
    run = runs.Begun(kind=RunKind.DIGEST.value, slot=report.week, at=begun)
    runs.ended(session, services, run, json.dumps(asdict(report), sort_keys=True))
