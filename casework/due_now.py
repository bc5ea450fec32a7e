"""What the tables say about the timetable: which runs have finished, whether letters wait."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.leaving import may_leave
from casework.services import Services
from models.ledger import Run, RunState
from models.letter import Letter
from policy.timetable import Done


def done_so_far(services: Services, *, looked_at: dt.datetime | None = None) -> Done:
    """Return what was done by now; ``looked_at`` is when the caller last saw to the letters."""
    finished = col(Run.state) == RunState.FINISHED.value
    month = f"{services.today:%Y-%m}"
    with services.database.reading() as session:
        months = session.scalars(
            select(col(Run.slot)).where(col(Run.kind) == runs.MONTHLY, finished)
        ).all()
        begun = session.scalars(
            select(col(Run.slot)).where(
                col(Run.kind) == runs.MONTHLY, ~finished, col(Run.slot) < month
            )
        ).all()
        newest = _newest(session)
        waiting = session.scalar(
            select(col(Letter.id))
            .where(col(Letter.send_on) <= services.today, may_leave(services.now()))
            .limit(1)
        )
    return Done(
        months=frozenset(months),
        begun=frozenset(begun),
        swept_on=_day(newest.get(runs.SWEEP)),
        digested=newest.get(runs.DIGEST),
        tidied_on=_day(newest.get(runs.HOUSEKEEPING)),
        backed_up_on=_day(newest.get(runs.BACKUP)),
        letters_wait=waiting is not None,
        looked_at=looked_at,
    )


def _newest(session: Session) -> Mapping[str, str]:
    """Return kind -> the newest slot of it that was finished."""
    rows = session.execute(
        select(col(Run.kind), func.max(col(Run.slot)))
        .where(col(Run.state) == RunState.FINISHED.value)
        .group_by(col(Run.kind))
    )
    return {kind: slot for kind, slot in rows}  # noqa: C416 - rows are no pairs to mypy


def _day(slot: str | None) -> dt.date | None:
    return dt.date.fromisoformat(slot) if slot else None
