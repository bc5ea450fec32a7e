"""Which days are workdays (工作日), how they are counted, and month arithmetic that clamps."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from policy.obligation import Roll

ONE_DAY = dt.timedelta(days=1)
_MONTHS_A_YEAR = 12
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The day a count ends on, the days off it passed over, and whether it may still change."""

    date: dt.date
    provisional: bool = False
    skipped: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Workdays as the State Council arranged them, with what our own staff decided on top.

    Years outside ``gazetted`` are Monday to Friday less what ``off`` already knows; whatever is
    counted over such a day is provisional (暂估), unless staff ``decided`` that very day.
    """

    off: frozenset[dt.date] = frozenset()  # weekdays that are off
    work: frozenset[dt.date] = frozenset()  # weekend days that are worked (调休)
    gazetted: frozenset[int] = frozenset()
    names: tuple[tuple[dt.date, str], ...] = ()  # holiday names, to explain and to show
    decided: frozenset[dt.date] = frozenset()  # set by staff, so no longer provisional

    def is_workday(self, day: dt.date) -> bool:
        """Say whether the office is open on this day."""
        return day not in self.off if day.weekday() < _SATURDAY else day in self.work

    def is_provisional(self, day: dt.date) -> bool:
        """Say whether this day may still change, because its year's list is not out yet."""
        return day.year not in self.gazetted and day not in self.decided

    def unpublished(self, first: dt.date, last: dt.date) -> tuple[int, ...]:
        """Return the years that make a count over these days (both inclusive) provisional."""
        return tuple(sorted({d.year for d in every_day(first, last) if self.is_provisional(d)}))

    def why_off(self, day: dt.date) -> str:
        """Return why a day off is off, in Chinese: the holiday, else 周六 or 周日, else 放假."""
        named = next((name for date, name in self.names if date == day), None)
        return named or (weekday_name(day) if day.weekday() >= _SATURDAY else "放假")

    def nth_workday(self, start: dt.date, n: int) -> Counted:
        """Return the n-th workday, the start being day 1 when it is one (公示期).

        ValueError: n is less than 1.
        """
        if n < 1:
            raise ValueError(f"the workday to count to must be 1 or more, not {n}")
        day = self.next_workday(start)
        for _ in range(n - 1):
            day = self.next_workday(day + ONE_DAY)
        return self._counted(start, day)

    def next_workday(self, day: dt.date) -> dt.date:
        """Return this day if it is a workday, else the first one after it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def previous_workday(self, day: dt.date) -> dt.date:
        """Return this day if it is a workday, else the last one before it."""
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def workdays_away(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th workday after this day, or before it (n < 0); the day is none of them."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def roll(self, day: dt.date, how: Roll) -> Counted:
        """Return where a due date falls that meets this day; without a roll it stays certain."""
        match how:
            case Roll.NONE:
                return Counted(date=day)
            case Roll.NEXT:
                return self._counted(day, self.next_workday(day))
            case Roll.PREVIOUS:
                return self._counted(day, self.previous_workday(day))
            case _:
                assert_never(how)

    def workdays_between(self, first: dt.date, last: dt.date) -> int:
        """Return the number of workdays from first to last, both counted; 0 when reversed."""
        return sum(map(self.is_workday, every_day(first, last)))

    def with_overrides(
        self, *, off: Iterable[dt.date] = (), work: Iterable[dt.date] = ()
    ) -> "Calendar":
        """Return a calendar in which our own staff's days win. ValueError: a day given twice."""
        closed, worked = frozenset(off), frozenset(work)
        if both := closed & worked:
            raise ValueError(f"both off and work: {', '.join(map(str, sorted(both)))}")
        return replace(
            self,
            off=(self.off | closed) - worked,
            work=(self.work | worked) - closed,
            decided=self.decided | closed | worked,
        )

    def _counted(self, start: dt.date, end: dt.date) -> Counted:
        # Every day passed over can move the end, so one unknown day makes the whole provisional.
        passed = list(every_day(min(start, end), max(start, end)))
        return Counted(
            date=end,
            provisional=any(map(self.is_provisional, passed)),
            skipped=tuple(day for day in passed if not self.is_workday(day)),
        )


def every_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Return all days from first to last, both included; none when reversed."""
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of another month, or its last day when it has no such day.

    The rule of 民法典 第二百零二条: 2026-11-30 and 3 months give 2027-02-28.
    """
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    return clamped(year, month + 1, day.day)


def clamped(year: int, month: int, day: int) -> dt.date:
    """Return this date, or the month's last day when the month is shorter."""
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def weekday_name(day: dt.date) -> str:
    """Return 周一 … 周日."""
    return "周" + "一二三四五六日"[day.weekday()]
