"""How many dates are open, overdue, suspended or given up: counted apart, never mixed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.scope import seen_by
from casework.services import Services
from casework.told import same_matter
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.clocks import Act

OPEN = col(Deadline.state) == DeadlineState.OPEN.value
RUNS = and_(OPEN, col(Deadline.suspended_on).is_(None))
SUSPENDED = and_(OPEN, col(Deadline.suspended_on).is_not(None))
_newer = aliased(Deadline)
_OWED_AGAIN = exists().where(
    *same_matter(_newer, Deadline), col(_newer.projection) > col(Deadline.projection)
)
_OF_LEDGER = and_(*same_matter(ClockEvent, Deadline))


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCounts:
    """The dates of one programme."""

    open: int = 0
    overdue: int = 0
    suspended: int = 0
    cannot_file: int = 0  # their dates are still to come


def count_dates(session: Session, services: Services) -> dict[str, DateCounts]:
    """Return programme -> its dates."""
    today, ours = services.today, select(col(Enterprise.id)).where(*seen_by(services))
    seen = (col(Deadline.enterprise_id).in_(ours),) if services.division else ()
    overdue = and_(RUNS, col(Deadline.due_on) < today)
    rows = session.execute(
        select(col(Deadline.programme), func.count(), _number(overdue), _number(SUSPENDED))
        .where(OPEN, *seen)
        .group_by(col(Deadline.programme))
    ).all()
    gone = session.execute(cannot_file(today, col(Deadline.programme)).where(*seen))
    given_up = {programme: number for programme, number in gone}  # noqa: C416 - rows are no pairs to mypy
    found = {
        programme: DateCounts(
            open=number,
            overdue=int(late),
            suspended=int(stopped),
            cannot_file=given_up.pop(programme, 0),
        )
        for programme, number, late, stopped in rows
    }
    return found | {programme: DateCounts(cannot_file=left) for programme, left in given_up.items()}


def cannot_file(today: dt.date, *alike: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Select how many dates that are still to come were given up, by these columns.

    Found from the ledger, which is short. What was taken back has a newer projection.
    """
    return (
        select(*alike, func.count(col(Deadline.id).distinct()))
        .join(ClockEvent, _OF_LEDGER)
        .where(
            col(ClockEvent.act) == Act.CANNOT_FILE.value,
            col(Deadline.state) == DeadlineState.CANNOT_FILE.value,
            col(Deadline.due_on) >= today,
            ~_OWED_AGAIN,
        )
        .group_by(*alike)
    )


def _number(condition: ColumnElement[bool]) -> Any:  # noqa: ANN401 - an expression
    return func.sum(case((condition, 1), else_=0))
