"""Ladders (提醒梯级): on which workday a rung speaks, and which due dates speak on a day.

Nobody is reminded on a day off. Up to the due date a rung moves earlier, never later; a rung
after the due date moves later, so that it never speaks before the date has passed.
"""

import datetime as dt
from collections.abc import Iterable

from policy.obligation import Ladder, Rung
from policy.workdays import ONE_DAY, Calendar, every_day


def speaks_on(rung: Rung, due_on: dt.date, calendar: Calendar) -> dt.date:
    """Return the workday on which this rung of a deadline speaks."""
    day = due_on + dt.timedelta(days=rung.days)
    return calendar.next_workday(day) if rung.days > 0 else calendar.previous_workday(day)


def due_dates_for(rung: Rung, day: dt.date, calendar: Calendar) -> tuple[dt.date, ...]:
    """Return every due date whose rung speaks on this day, in order: the exact inverse."""
    if not calendar.is_workday(day):
        return ()
    # A workday also speaks for the days off that moved onto it.
    if rung.days > 0:
        first, last = calendar.previous_workday(day - ONE_DAY) + ONE_DAY, day
    else:
        first, last = day, calendar.next_workday(day + ONE_DAY) - ONE_DAY
    offset = dt.timedelta(days=rung.days)
    return tuple(every_day(first - offset, last - offset))


def reached(
    ladder: Ladder, due_on: dt.date, today: dt.date, calendar: Calendar
) -> tuple[Rung, ...]:
    """Return the rungs that speak today or should have spoken before."""
    return tuple(rung for rung in ladder.rungs if speaks_on(rung, due_on, calendar) <= today)


def most_urgent(rungs: Iterable[Rung]) -> Rung | None:
    """Return the latest rung, if any; two rungs that moved onto one day are one reminder."""
    return max(rungs, key=lambda rung: rung.days, default=None)


def send_days(after: dt.date | None, today: dt.date, calendar: Calendar) -> tuple[dt.date, ...]:
    """Return the workdays a sweep must speak for: after the last finished one, up to today.

    A first sweep (``after`` is None) speaks for today alone; a clock that went back for nothing.
    """
    first = today if after is None else after + ONE_DAY
    return tuple(day for day in every_day(first, today) if calendar.is_workday(day))
