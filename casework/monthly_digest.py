"""The leaders' monthly digest: last month in figures, once, when the monthly run is done."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.orm import Session

from casework import runs
from casework.month import month_before, month_of
from casework.outbox import Claim, queue
from casework.recipients import NO_EMAIL
from casework.services import Services
from models.duties import read_staff
from models.enterprise import Role
from models.letter import ItemKind, ItemState
from notifications.letters import MonthSummary


def tell_leaders(session: Session, services: Services, on: dt.date) -> int:
    """Claim last month's figures for each leader, in the caller's transaction; each once.

    What they are is written when the letter leaves. The first month of all has none before it.
    """
    if runs.last_finished(session, runs.MONTHLY, before=f"{on:%Y-%m}") is None:
        return 0
    claims = list(_claims(session, services, on))
    return queue(session, services, claims, send_on=on, calendar=services.calendar(session))


def _claims(session: Session, services: Services, on: dt.date) -> Iterator[Claim]:
    month = month_before(on)
    for person in read_staff(session, on):
        if person.role != Role.LEADER.value:
            continue
        if month_of(session, services.on(on), [person.division_code], month) is None:
            continue
        reader = person.deputy or person
        yield Claim(
            key=f"digest/{month}/{person.key.removeprefix('staff/')}",
            kind=ItemKind.DIGEST,
            person_id=reader.id,
            instead_of_id=person.id if person.deputy else None,
            speaks_on=on,
            state=ItemState.CLAIMED if reader.email else ItemState.SUPPRESSED,
            reason="" if reader.email else NO_EMAIL,
        )


def look_at_month(
    services: Services, month: str | None, division: str
) -> tuple[str, MonthSummary | None]:
    """Return a month, the last one if none is named, and its figures as leaders would read them."""
    wanted = month or month_before(services.today)
    with services.database.reading() as session:
        return wanted, month_of(session, services, [division], wanted)
