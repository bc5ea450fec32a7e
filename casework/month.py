"""A month in figures, by programme and against the month before: what its leaders should know."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.case import Case, Review, ReviewState, Transition
from models.deadline import Deadline, DeadlineState
from models.divisions import within
from models.enterprise import Enterprise
from notifications.letters import MonthFigure, MonthLine, MonthSummary
from policy.workdays import add_months

_TITLES = ("新建", "推进", "办结", "到期未办结", "现有超期", "等本局审核")
_Counts = tuple[Counter[str], ...]


def month_before(day: dt.date) -> str:
    """Return the month (YYYY-MM) before the one of a day."""
    return f"{add_months(day.replace(day=1), -1):%Y-%m}"


def month_of(
    session: Session, services: Services, divisions: Sequence[str], month: str
) -> MonthSummary | None:
    """Return a month of these divisions, as it stands today; None when there is nothing."""
    first = dt.date.fromisoformat(f"{month}-01")
    end = add_months(first, 1)
    at = services.today if f"{services.today:%Y-%m}" == f"{end:%Y-%m}" else end
    at = min(at, services.today)
    here = within(divisions, col(Enterprise.division_code))
    now = tuple(_counts(session, services, here, (first, end, at)))
    earlier = (add_months(first, -1), first, add_months(at, -1))
    before = tuple(_counts(session, services, here, earlier))
    programmes = {key for counts in (*now, *before) for key, number in counts.items() if number}
    if not programmes:
        return None
    known = services.catalogue.programmes
    lines = [
        MonthLine(
            programme=known[key].title if key in known else key,
            figures=_figures([each[key] for each in now], [each[key] for each in before]),
        )
        for key in sorted(programmes)
    ]
    return MonthSummary(
        year=first.year,
        month=first.month,
        on=at,
        lines=tuple(lines),
        total=_figures([each.total() for each in now], [each.total() for each in before]),
    )


def empty_month(month: str, on: dt.date) -> MonthSummary:
    """Return the summary of a month in which nothing happened."""
    year, number = map(int, month.split("-"))
    nothing = [0] * len(_TITLES)
    return MonthSummary(year=year, month=number, on=on, lines=(), total=_figures(nothing, nothing))


def _figures(now: Sequence[int], before: Sequence[int]) -> tuple[MonthFigure, ...]:
    told = zip(_TITLES, now, before, strict=True)
    return tuple(MonthFigure(title=title, number=new, before=old) for title, new, old in told)


def _counts(
    session: Session,
    services: Services,
    here: ColumnElement[bool],
    days: tuple[dt.date, dt.date, dt.date],
) -> Iterator[Counter[str]]:
    """Yield programme -> number for each title: of the days up to one, and as it stood on one."""
    first, end, at = days
    due, closed = col(Deadline.due_on), col(Deadline.closed_on)
    alive = col(Deadline.state) != DeadlineState.SUPERSEDED.value
    met = col(Deadline.state) == DeadlineState.MET.value
    late, waiting = _now() if at == services.today else _then(services, at)
    for statement in (
        _of_cases().where(_between(col(Case.opened_on), first, end)),
        _of_cases()
        .join(Transition, col(Transition.case_id) == col(Case.id))
        .where(_between(col(Transition.on), first, end)),
        _of_deadlines().where(met, _between(closed, first, end)),
        _of_deadlines().where(
            alive, _between(due, first, min(end, at)), or_(closed.is_(None), closed > due)
        ),
        _of_deadlines().where(due < at, late),
        _of_cases().join(Review, col(Review.case_id) == col(Case.id)).where(waiting),
    ):
        rows = session.execute(statement.where(here))
        yield Counter({programme: number for programme, number in rows})  # noqa: C416 - rows are no pairs to mypy


def _now() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return which dates are open, and which proposals wait."""
    return (
        col(Deadline.state) == DeadlineState.OPEN.value,
        col(Review.state) == ReviewState.OPEN.value,
    )


def _then(services: Services, at: dt.date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return which dates were open on the morning of a day, and which proposals waited."""
    morning = dt.datetime.combine(at, dt.time(), tzinfo=services.zone)
    closed = col(Deadline.closed_on)
    is_open = col(Review.state) == ReviewState.OPEN.value
    return (
        and_(col(Deadline.opened_at) < morning, or_(closed.is_(None), closed >= at)),
        and_(col(Review.opened_on) < at, or_(is_open, col(Review.decided_at) >= morning)),
    )


def _between(column: Any, first: dt.date, end: dt.date) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    condition: ColumnElement[bool] = (column >= first) & (column < end)
    return condition


def _of_cases() -> Select[Any]:
    return (
        select(col(Case.programme), func.count())
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .group_by(col(Case.programme))
    )


def _of_deadlines() -> Select[Any]:
    return (
        select(col(Deadline.programme), func.count())
        .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
        .group_by(col(Deadline.programme))
    )
