"""What the tables say about the timetable: which runs have finished, whether letters wait."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from casework import runs
from casework.leaving import UNDER_WAY, may_leave
from casework.services import Services
from casework.webhook_claims import calls_wait
from models.base import Instant
from models.ledger import Run, RunState
from models.letter import Letter
from models.writes import table_of
from policy.timetable import Done

# Asked every minute, and for every hour of a rehearsed year: put together once.
_MONTHS = select(col(Run.slot), col(Run.state)).where(col(Run.kind) == runs.MONTHLY)
_NEWEST = (
    select(col(Run.kind), func.max(col(Run.slot)))
    .where(col(Run.state) == RunState.FINISHED.value)
    .group_by(col(Run.kind))
)
_WAITING = (
    select(table_of(Letter).c.id)
    .where(
        col(Letter.send_on) <= bindparam("day"),
        may_leave(bindparam("now", type_=Instant())),
    )
    .limit(1)
)
_FIRST = select(func.min(col(Letter.send_on))).where(UNDER_WAY)


def done_so_far(services: Services, *, looked_at: dt.datetime | None = None) -> Done:
    """Return what was done by now; ``looked_at`` is when the caller last saw to the letters."""
    done = runs_so_far(services)
    waiting = letters_wait(services) or calls_wait(services)
    return replace(done, letters_wait=waiting, looked_at=looked_at)


def runs_so_far(services: Services) -> Done:
    """Return which runs were done by now; of letters nothing is said."""
    month = f"{services.today:%Y-%m}"
    with services.database.reading() as session:
        states = session.execute(_MONTHS).all()
        newest = {kind: slot for kind, slot in session.execute(_NEWEST)}  # noqa: C416 - rows are no pairs to mypy
    months = [slot for slot, state in states if state == RunState.FINISHED.value]
    begun = [slot for slot, _ in states if slot not in months and slot < month]
    return Done(
        months=frozenset(months),
        begun=frozenset(begun),
        swept_on=_day(newest.get(runs.SWEEP)),
        digested=newest.get(runs.DIGEST),
        tidied_on=_day(newest.get(runs.HOUSEKEEPING)),
        backed_up_on=_day(newest.get(runs.BACKUP)),
    )


def letters_wait(services: Services) -> bool:
    """Say whether there is a letter that may leave at this moment."""
    with services.database.reading() as session:
        asked = {"day": services.today, "now": services.now()}
        return session.connection().scalar(_WAITING, asked) is not None


def first_waiting(services: Services) -> dt.date | None:
    """Return the first day for which there is a letter on its way, whatever it still waits for."""
    with services.database.reading() as session:
        day: dt.date | None = session.connection().scalar(_FIRST)
        return day


def _day(slot: str | None) -> dt.date | None:
    return dt.date.fromisoformat(slot) if slot else None
