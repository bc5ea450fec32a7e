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
    DIGEST = "digest"  # before the letters leave: it goes into the letter of its day
    SWEEP = "sweep"
    DELIVER = "deliver"
    BACKUP = "backup"  # before anything is cleared away
    HOUSEKEEPING = "housekeeping"


MONDAY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When things run; times of day are the office's own."""

    titles: Mapping[RunKind, str]  # what people read
    monthly_at: dt.time  # on the first workday of a month
    sweep_at: dt.time  # on every workday
    deliver_from: dt.time  # on every workday
    deliver_to: dt.time
    deliver_every: dt.timedelta
    digest_at: dt.time  # once a week, on this weekday or the first workday after it
    housekeeping_at: dt.time  # on every day, days off too
    digest_on: int = MONDAY
    backup_at: dt.time | None = None  # on every day; None: nothing is backed up by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the tables say was done, and whether a letter waits."""

    months: frozenset[str] = frozenset()  # YYYY-MM whose run has finished
    begun: frozenset[str] = frozenset()  # earlier months whose run was begun and not finished
    swept_on: dt.date | None = None  # the day of the newest finished sweep
    digested: str | None = None  # YYYY-Www, the newest week that was summed up
    tidied_on: dt.date | None = None  # the day of the newest finished housekeeping
    backed_up_on: dt.date | None = None
    letters_wait: bool = False  # or calls of webhooks: they leave together
    looked_at: dt.datetime | None = None  # when letters were last looked after


def due_runs(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> list[RunKind]:
    """Return what is due at this local moment, in order."""
    decided = {
        RunKind.MONTHLY: month_due(table, calendar, now, done) is not None,
        RunKind.DIGEST: _digest(table, calendar, now, done),
        RunKind.SWEEP: _sweep(table, calendar, now, done),
        RunKind.DELIVER: _deliver(table, calendar, now, done),
        RunKind.BACKUP: night_due(table.backup_at, now, done.backed_up_on) is not None,
        RunKind.HOUSEKEEPING: night_due(table.housekeeping_at, now, done.tidied_on) is not None,
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


def week_of(day: dt.date) -> str:
    """Return the week (YYYY-Www) of a day; weeks run from Monday, around New Year too."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def night_due(at: dt.time | None, now: dt.datetime, last: dt.date | None) -> dt.date | None:
    """Return the newest day whose nightly run has come and was not done, if there is one.

    Of many nights that were missed only the newest is made up for.
    """
    if at is None:
        return None
    newest = now.date() if now.time() >= at else now.date() - ONE_DAY
    return newest if last is None or last < newest else None


def next_at(
    kind: RunKind, table: Timetable, calendar: Calendar, now: dt.datetime, done: Done
) -> dt.datetime | None:
    """Return when a run is due next; what is overdue is due now, what never runs has no time."""
    if kind in due_runs(table, calendar, now, done):
        return now
    opened = now.time() >= table.deliver_from
    then = {
        RunKind.MONTHLY: _next_month(table, calendar, now, done),
        RunKind.DIGEST: _next_digest(table, calendar, now, done),
        RunKind.SWEEP: _next(calendar, table.sweep_at, now, skip=done.swept_on == now.date()),
        RunKind.DELIVER: _next(calendar, table.deliver_from, now, skip=opened),
        RunKind.BACKUP: _tonight(table.backup_at, now),
        RunKind.HOUSEKEEPING: _tonight(table.housekeeping_at, now),
    }
    return then[kind]


def _next_month(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> dt.datetime:
    first = now.date().replace(day=1)
    if f"{first:%Y-%m}" in done.months:
        first = (first + 32 * ONE_DAY).replace(day=1)
    return _at(calendar.next_workday(first), table.monthly_at, now)


def _digest(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> bool:
    """Say whether this week is to be summed up now; a week that was missed is not made up for."""
    today = now.date()
    if done.digested is not None and done.digested >= week_of(today):
        return False
    first = _digest_day(table, calendar, today)
    passed = first is not None and now >= _at(first, table.digest_at, now)
    return passed and calendar.is_workday(today)


def _digest_day(table: Timetable, calendar: Calendar, day: dt.date) -> dt.date | None:
    """Return the workday on which this day's week is summed up; None in a week of holidays."""
    monday = day - day.weekday() * ONE_DAY
    first = calendar.next_workday(monday + table.digest_on * ONE_DAY)
    return first if week_of(first) == week_of(monday) else None


def _next_digest(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> dt.datetime:
    day = now.date()
    while True:
        day = calendar.next_workday(day)
        first = _digest_day(table, calendar, day)
        if first is not None and first <= day and (done.digested or "") < week_of(day):
            # What was missed on its own day is due from the start of the next one.
            then = _at(day, table.digest_at if day == first else dt.time(), now)
            if then > now:
                return then
        day += ONE_DAY


def _tonight(at: dt.time | None, now: dt.datetime) -> dt.datetime | None:
    if at is None:
        return None
    return _at(now.date() + (now.time() >= at) * ONE_DAY, at, now)


def _sweep(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> bool:
    today = now.date()
    swept = done.swept_on is not None and done.swept_on >= today
    return calendar.is_workday(today) and now.time() >= table.sweep_at and not swept


def _deliver(table: Timetable, calendar: Calendar, now: dt.datetime, done: Done) -> bool:
    if not (done.letters_wait and calendar.is_workday(now.date())):
        return False
    rested = done.looked_at is None or now - done.looked_at >= table.deliver_every
    return rested and table.deliver_from <= now.time() <= table.deliver_to


def deliver_until(table: Timetable, now: dt.datetime) -> dt.datetime:
    """Return when a delivery that begins now ends: other work waits for it, and the day closes."""
    return min(now + table.deliver_every, _at(now.date(), table.deliver_to, now))


def _next(calendar: Calendar, at: dt.time, now: dt.datetime, *, skip: bool) -> dt.datetime:
    """Return this time of day on the next workday, today included unless it is to be skipped."""
    return _at(calendar.next_workday(now.date() + skip * ONE_DAY), at, now)


def _at(day: dt.date, at: dt.time, now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, at, tzinfo=now.tzinfo)
