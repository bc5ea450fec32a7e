"""How many dates are open, overdue, suspended or given up: counted apart, never mixed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.scope import seen_among
from casework.services import Services
from casework.told import same_matter
from models.deadline import Deadline, DeadlineState
from models.tallies import date_tally

OPEN = col(Deadline.state) == DeadlineState.OPEN.value
RUNS = and_(OPEN, col(Deadline.suspended_on).is_(None))
SUSPENDED = and_(OPEN, col(Deadline.suspended_on).is_not(None))
_newer = aliased(Deadline)
_OWED_AGAIN = exists().where(
    *same_matter(_newer, Deadline), col(_newer.projection) > col(Deadline.projection)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCounts:
    """The dates of one programme."""

    open: int = 0
    overdue: int = 0
    suspended: int = 0
    cannot_file: int = 0  # their dates are still to come


def count_dates(session: Session, services: Services) -> dict[str, DateCounts]:
    """Return programme -> its dates; what is open was counted for eyes that see every one."""
    today, seen = services.today, seen_among(session, services, col(Deadline.enterprise_id))
    rows = session.execute(_open_ones(today, seen) if seen else _kept_ones(today))
    found = {programme: sums for programme, *sums in rows if sums[0]}
    gone = session.execute(cannot_file(today, col(Deadline.programme)).where(*seen))
    given_up = {programme: number for programme, number in gone}  # noqa: C416 - rows are no pairs to mypy
    counts: dict[str, DateCounts] = {}
    for programme in found.keys() | given_up.keys():
        every, overdue, suspended = found.get(programme, (0, 0, 0))
        counts[programme] = DateCounts(
            open=every,
            overdue=overdue,
            suspended=suspended,
            cannot_file=given_up.get(programme, 0),
        )
    return counts


def _open_ones(today: dt.date, seen: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Select programme, how many are open, of them overdue, of them suspended: in one pass."""
    programme, stopped = col(Deadline.programme), col(Deadline.suspended_on).is_not(None)
    late = and_(~stopped, col(Deadline.due_on) < today)
    numbers = (func.count(), func.count(case((late, 1))), func.count(case((stopped, 1))))
    return select(programme, *numbers).where(OPEN, *seen).group_by(programme)


def _kept_ones(today: dt.date) -> Select[Any]:
    kept = date_tally.c
    late = and_(~kept.suspended, kept.due_on < today)
    which = (kept.number, case((late, kept.number), else_=0))
    numbers = (*which, case((kept.suspended, kept.number), else_=0))
    return select(kept.programme, *map(func.sum, numbers)).group_by(kept.programme)


def cannot_file(today: dt.date, *alike: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Select how many dates that are still to come were given up, by these columns.

    What was taken back has a newer projection.
    """
    return (
        select(*alike, func.count(col(Deadline.id)))
        .where(
            col(Deadline.state) == DeadlineState.CANNOT_FILE.value,
            col(Deadline.due_on) >= today,
            ~_OWED_AGAIN,
        )
        .group_by(*alike)
    )
