"""How many dates are open, overdue, suspended or given up: counted apart, never mixed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.scope import seen_among
from casework.services import Services
from casework.told import same_matter
from models.deadline import Deadline, DeadlineState

OPEN = col(Deadline.state) == DeadlineState.OPEN.value
RUNS = and_(OPEN, col(Deadline.suspended_on).is_(None))
SUSPENDED = and_(OPEN, col(Deadline.suspended_on).is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCounts:
    """The dates of one programme."""

    open: int = 0
    overdue: int = 0
    suspended: int = 0
    cannot_file: int = 0  # their dates are still to come


def count_dates(session: Session, services: Services) -> dict[str, DateCounts]:
    """Return programme -> its dates."""
    today, seen = services.today, seen_among(session, services, col(Deadline.enterprise_id))
    late, stopped = (RUNS, col(Deadline.due_on) < today), (SUSPENDED,)
    every, overdue, suspended = (
        _by_programme(session, *which, *seen) for which in ((OPEN,), late, stopped)
    )
    gone = session.execute(cannot_file(today, col(Deadline.programme)).where(*seen))
    given_up = {programme: number for programme, number in gone}  # noqa: C416 - rows are no pairs to mypy
    return {
        programme: DateCounts(
            open=every.get(programme, 0),
            overdue=overdue.get(programme, 0),
            suspended=suspended.get(programme, 0),
            cannot_file=given_up.get(programme, 0),
        )
        for programme in every.keys() | given_up.keys()
    }


def _by_programme(session: Session, *which: ColumnElement[bool]) -> dict[str, int]:
    programme = col(Deadline.programme)
    rows = session.execute(select(programme, func.count()).where(*which).group_by(programme))
    return {programme: number for programme, number in rows}  # noqa: C416 - rows are no pairs to mypy


def cannot_file(today: dt.date, *alike: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Select how many dates that are still to come were given up, by these columns.

    What was taken back has a newer projection.
    """
    newer = aliased(Deadline)
    owed_again = exists().where(
        *same_matter(newer, Deadline), col(newer.projection) > col(Deadline.projection)
    )
    return (
        select(*alike, func.count(col(Deadline.id)))
        .where(
            col(Deadline.state) == DeadlineState.CANNOT_FILE.value,
            col(Deadline.due_on) >= today,
            ~owed_again,
        )
        .group_by(*alike)
    )
