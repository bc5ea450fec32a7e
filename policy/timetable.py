"""The timetable (时间表): which runs are due now, decided from what was done, never from alarms.

An alarm that did not ring, rang twice or rang in two places changes nothing: whoever asks at
any later moment gets the same answer.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policy.workdays import ONE_DAY, Calendar


class RunKind(StrEnum):
    """What runs by itself, in the order in which it is done."""

    MONTHLY = "monthly"
    SWEEP = "sweep"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When things run; times of day are the office's own."""

    titles: Mapping[RunKind, str]  # what people read
    monthly_at: dt.time  # on the first workday of a month
    sweep_at: dt.time  # on every workday
    deliver_from: dt.time  # on every workday
    deliver_to: dt.time
    deliver_every: dt.timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the tables say was done, and whether a letter waits."""

    months: frozenset[str] = frozenset()  # YYYY-MM whose run has finished
    begun: frozenset[str] = frozenset()  # earlier months whose run was begun and not finished
    swept_on: dt.date | None = None  # the day of the newest finished sweep
    letters_wait: bool = False
    looked_at: dt.datetime | None = None  # when letters were last looked after


def due_runs(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> list[RunKind]:
    """Return what is due at this local moment, in order."""
    decided = {
        RunKind.MONTHLY: month_due(table, calendar, now, done) is not None,
        RunKind.SWEEP: _sweep(table, calendar, now, done),
        RunKind.DELIVER: _deliver(table, calendar, now, done),
    }
    return [kind for kind, is_due in decided.items() if is_due]


def month_due(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> str | None:
    """Return the month (YYYY-MM) to do now: this one, else an earlier one that is not finished.

    That is one that was cut off, or the last one if nobody began it. What lies before a whole
    missed month is left to later ones, which judge everybody anyway.
    """
    month = f"{now:%Y-%m}"
    first = calendar.next_workday(now.date().replace(day=1))
    if month not in done.months and now >= _at(first, table.monthly_at, now):
        return month
    return min(done.begun | _missed(done, before=month), default=None)


def _missed(done: Done, *, before: str) -> frozenset[str]:
    """Return the month before this one if nothing of it was done, though months were before it."""
    last = f"{_first_of(before) - ONE_DAY:%Y-%m}"
    known = done.months | done.begun
    missed = last not in known and min(known, default=before) < last
    return frozenset({last} if missed else ())


def _first_of(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def day_of(month: str, today: dt.date) -> dt.date:
    """Return the day on which a month's run acts: today, or the last day of an earlier month."""
    first = _first_of(month)
    return min(today, (first + 32 * ONE_DAY).replace(day=1) - ONE_DAY)


def next_at(
    kind: RunKind, table: Timetable, calendar: Calendar, now: dt.datetime, done: Done
) -> dt.datetime:
    """Return when a run is due next; what is overdue is due now."""
    if kind in due_runs(table, calendar, now, done):
        return now
    match kind:
        case RunKind.MONTHLY:
            first = now.date().replace(day=1)
            if f"{first:%Y-%m}" in done.months:
                first = (first + 32 * ONE_DAY).replace(day=1)
            return _at(calendar.next_workday(first), table.monthly_at, now)
        case RunKind.SWEEP:
            return _next(calendar, table.sweep_at, now, skip=done.swept_on == now.date())
        case RunKind.DELIVER:
            return _next(calendar, table.deliver_from, now, skip=now.time() >= table.deliver_from)


def _sweep(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> bool:
    today = now.date()
    swept = done.swept_on is not None and done.swept_on >= today
    return calendar.is_workday(today) and now.time() >= table.sweep_at and not swept


def _deliver(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> bool:
    if not (done.letters_wait and calendar.is_workday(now.date())):
        return False
    rested = done.looked_at is None or now - done.looked_at >= table.deliver_every
    return rested and table.deliver_from <= now.time() <= table.deliver_to


def _next(calendar: Calendar, at: dt.time, now: dt.datetime, *, skip: bool) -> dt.datetime:
    """Return this time of day on the next workday, today included unless it is to be skipped."""
    return _at(calendar.next_workday(now.date() + skip * ONE_DAY), at, now)


def _at(day: dt.date, at: dt.time, now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, at, tzinfo=now.tzinfo)
