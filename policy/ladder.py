"""Ladders (提醒梯级): on which workday a rung speaks, and which due dates speak on a day.

Nobody is reminded on a day off. Up to the due date a rung moves earlier, never later; a rung
after the due date moves later, so that it never speaks before the date has passed. A rung that
counts workdays falls on one, and moves by as many as are declared off in between.
"""

import datetime as dt
from math import ceil

from policy.obligation import Ladder, Rung
from policy.workdays import ONE_DAY, Calendar, every_day

_WORKDAYS_A_WEEK = 5
_LONG_HOLIDAY = 9


def speaks_on(rung: Rung, due_on: dt.date, calendar: Calendar) -> dt.date:
    """Return the workday on which this rung of a deadline speaks."""
    if rung.workdays:
        return calendar.workdays_away(due_on, rung.workdays)
    day = due_on + dt.timedelta(days=rung.days)
    return calendar.next_workday(day) if rung.days > 0 else calendar.previous_workday(day)


def due_dates_for(rung: Rung, day: dt.date, calendar: Calendar) -> tuple[dt.date, ...]:
    """Return every due date whose rung speaks on this day, in order: the exact inverse."""
    if not calendar.is_workday(day):
        return ()
    if rung.workdays:
        return _counted_to(rung.workdays, day, calendar)
    # A workday also speaks for the days off that moved onto it.
    if rung.days > 0:
        first, last = calendar.previous_workday(day - ONE_DAY) + ONE_DAY, day
    else:
        first, last = day, calendar.next_workday(day + ONE_DAY) - ONE_DAY
    offset = dt.timedelta(days=rung.days)
    return tuple(every_day(first - offset, last - offset))


def _counted_to(n: int, day: dt.date, calendar: Calendar) -> tuple[dt.date, ...]:
    """Return every due date from which the n-th workday is this one."""
    far = calendar.workdays_away(day, -n)
    if n < 0:
        return tuple(every_day(calendar.workdays_away(day, -n - 1) + ONE_DAY, far))
    return tuple(every_day(far, calendar.workdays_away(day, 1 - n) - ONE_DAY))


def reached(
    ladder: Ladder, due_on: dt.date, today: dt.date, calendar: Calendar
) -> tuple[Rung, ...]:
    """Return the rungs that speak today or should have spoken before."""
    return tuple(rung for rung in ladder.rungs if speaks_on(rung, due_on, calendar) <= today)


def reach(rung: Rung) -> tuple[int, int]:
    """Return between which calendar days from the due date a rung falls, before it is moved.

    Workdays are counted over their weekends and one long holiday.
    """
    if not rung.workdays:
        return rung.days, rung.days
    near = rung.workdays
    far = abs(near) + 2 * ceil(abs(near) / _WORKDAYS_A_WEEK) + _LONG_HOLIDAY
    return (-far, near) if near < 0 else (near, far)


def send_days(after: dt.date | None, today: dt.date, calendar: Calendar) -> tuple[dt.date, ...]:
    """Return the workdays a sweep must speak for: after the last finished one, up to today.

    A first sweep (``after`` is None) speaks for today alone; a clock that went back for nothing.
    """
    first = today if after is None else after + ONE_DAY
    return tuple(day for day in every_day(first, today) if calendar.is_workday(day))
