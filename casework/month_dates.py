"""A month of dates: each day with what is due on it, and whether the office is open."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import col

from casework.due import DueFilter, due_where
from casework.flags import flags
from casework.refusal import Refusal
from casework.services import Services
from models.deadline import Deadline
from models.duties import Named, enterprises_by_id
from policy.workdays import ONE_DAY, Calendar, add_months, every_day

_WEEK = 7
_MARKS = (
    col(Deadline.estimated),
    col(Deadline.provisional),
    col(Deadline.needs_confirmation),
    col(Deadline.suspended_on),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMatter:
    """One duty that is due on a day, and how many enterprises it binds."""

    programme: str
    programme_title: str
    title: str
    kind: str
    flags: tuple[str, ...]
    number: int
    enterprise: str  # one of them
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """One day."""

    on: dt.date
    inside: bool  # of this month, not of the one before or after it
    working: bool
    why: str  # 春节, 周六, 调休上班; empty on an ordinary workday
    unpublished: bool  # the holiday list of its year is not out
    matters: tuple[DayMatter, ...]

    @property
    def number(self) -> int:
        """Return how many dates fall on it."""
        return sum(each.number for each in self.matters)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfDates:
    """The weeks that a month touches, Monday first."""

    first: dt.date
    weeks: tuple[tuple[MonthDay, ...], ...]

    @property
    def before(self) -> dt.date:
        """Return the first day of the month before."""
        return add_months(self.first, -1)

    @property
    def after(self) -> dt.date:
        """Return the first day of the month after."""
        return add_months(self.first, 1)

    @property
    def days(self) -> tuple[MonthDay, ...]:
        """Return the days of the month itself."""
        return tuple(day for week in self.weeks for day in week if day.inside)


def month_of_dates(services: Services, wanted: DueFilter, month: dt.date) -> MonthOfDates | Refusal:
    """Return what is due in the month of a day, one line for what is one duty."""
    first = month.replace(day=1)
    last = add_months(first, 1) - ONE_DAY
    start = first - first.weekday() * ONE_DAY
    end = last + (_WEEK - 1 - last.weekday()) * ONE_DAY
    alike = (
        col(Deadline.due_on),
        col(Deadline.kind),
        col(Deadline.programme),
        col(Deadline.obligation),
        col(Deadline.title),
        *_MARKS,
    )
    with services.database.reading() as session:
        where = due_where(session, services, replace(wanted, between=(start, end)))
        if isinstance(where, Refusal):
            return where
        rows = session.execute(
            select(*alike, func.count(), func.min(col(Deadline.enterprise_id)))
            .where(*where)
            .group_by(*alike)
            .order_by(*alike)
        ).all()
        firms = enterprises_by_id(session, {row[-1] for row in rows})
    calendar = services.calendar()
    by_day: dict[dt.date, list[Row[Any]]] = {}
    for row in rows:
        by_day.setdefault(row[0], []).append(row)
    days = [
        _day(day, _matters(services, by_day.get(day, ()), firms), calendar, first.month)
        for day in every_day(start, end)
    ]
    weeks = tuple(tuple(days[at : at + _WEEK]) for at in range(0, len(days), _WEEK))
    return MonthOfDates(first=first, weeks=weeks)


def _day(on: dt.date, matters: tuple[DayMatter, ...], calendar: Calendar, month: int) -> MonthDay:
    working = calendar.is_workday(on)
    shifted = working and on in calendar.work
    return MonthDay(
        on=on,
        inside=on.month == month,
        working=working,
        why="调休上班" if shifted else "" if working else calendar.why_off(on),
        unpublished=calendar.is_provisional(on),
        matters=matters,
    )


def _matters(
    services: Services, rows: Iterable[Row[Any]], firms: Mapping[int, Named]
) -> tuple[DayMatter, ...]:
    """Return a line for each duty and certainty; days on which clocks were stopped are one."""
    found: dict[tuple[str, ...], DayMatter] = {}
    for (
        on,
        kind,
        programme,
        _,
        title,
        estimated,
        provisional,
        confirm,
        stopped,
        number,
        firm,
    ) in rows:
        marked = flags(estimated, provisional, confirm, stopped is not None)
        same = (programme, title, kind, *marked)
        known = found.get(same)
        found[same] = DayMatter(
            programme=programme,
            programme_title=services.catalogue.title_of(programme),
            title=title,
            kind=kind,
            flags=marked,
            number=number + (known.number if known else 0),
            enterprise=known.enterprise if known else firms[firm].name,
            overdue=on < services.today and stopped is None,
        )
    return tuple(found.values())
