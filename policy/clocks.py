"""Clocks (期限): suspended, extended once, given up. A ledger of acts, and what it makes of a date.

The due date is always counted from its anchor; the ledger says what comes on top. So a moved
anchor, rule or calendar takes every suspension and the extension with it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from policy.deadlines import Due, days_off, roll_words
from policy.obligation import Obligation, Roll
from policy.workdays import ONE_DAY, Calendar, Counted


class Act(StrEnum):
    """What a person can do to the clock of a deadline."""

    SUSPEND = "suspend"  # 中止
    RESUME = "resume"  # 恢复
    EXTEND = "extend"  # 延期
    WAIVE = "waive"  # 免办
    CANNOT_FILE = "cannot_file"  # 无法申报
    UNDO = "undo"  # 撤销: the newest act that stands no longer counts


ENDS = (Act.WAIVE, Act.CANNOT_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    act: Act
    on: dt.date
    days: int = 0  # EXTEND: by how many, counted as the obligation itself is
    reason: str = ""
    document: str = ""  # 文号, where there is one
    by: str = ""


class Pause(NamedTuple):
    """A time that does not count; without an end while the clock is suspended."""

    start: Entry
    end: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What a ledger comes to."""

    pauses: tuple[Pause, ...] = ()
    extension: Entry | None = None
    ended: Entry | None = None
    last: Entry | None = None  # what an undo would take back

    @property
    def suspended_on(self) -> dt.date | None:
        """Return since when it is suspended, if it is."""
        return self.pauses[-1].start.on if self.pauses and self.pauses[-1].end is None else None


def standing(ledger: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the acts that nobody took back, in their order."""
    left: list[Entry] = []
    for entry in ledger:
        if entry.act is Act.UNDO:
            left.pop()
        else:
            left.append(entry)
    return tuple(left)


def clock_of(ledger: Iterable[Entry]) -> Clock:
    """Return what a ledger comes to."""
    left = standing(ledger)
    starts = [each for each in left if each.act is Act.SUSPEND]
    ends = [each for each in left if each.act is Act.RESUME]
    return Clock(
        pauses=tuple(
            Pause(start=start, end=ends[number] if number < len(ends) else None)
            for number, start in enumerate(starts)
        ),
        extension=next((each for each in left if each.act is Act.EXTEND), None),
        ended=next((each for each in left if each.act in ENDS), None),
        last=left[-1] if left else None,
    )


def moved(due: Due, clock: Clock, obligation: Obligation, calendar: Calendar) -> Due:
    """Return a date, as counted from its anchor, with what the clock puts on top of it.

    Time that was suspended and days that were granted are counted as the obligation itself: in
    workdays where it is counted in workdays. The roll comes last; no date is ever earlier for it.
    """
    pauses = [(start, end) for start, end in clock.pauses if end is not None]
    if not pauses and clock.extension is None:
        return due
    in_workdays = obligation.workdays > 0
    lengths = [_length(start.on, end.on, calendar, in_workdays) for start, end in pauses]
    granted = clock.extension.days if clock.extension else 0
    raw_on = due.basis.raw_on
    moved_on = _after(raw_on, sum(lengths) + granted, calendar, in_workdays)
    rolled = calendar.roll(moved_on, obligation.roll)
    counted = [*((start.on, end.on - ONE_DAY) for start, end in pauses), (raw_on, moved_on)]
    spans = [*(counted if in_workdays else ()), *_rolled_over(moved_on, rolled, obligation)]
    doubtful = {year for span in spans for year in calendar.unpublished(*sorted(span))}
    unit = "个工作日" if in_workdays else "天"
    basis = due.basis._replace(
        clock=(
            *(_paused(*each, f"{days} {unit}") for each, days in zip(pauses, lengths, strict=True)),
            *([_extended(clock.extension, unit)] if clock.extension else ()),
        ),
        moved_on=moved_on,
        roll=roll_words(obligation.roll, days_off(rolled.skipped, calendar)),
        unpublished=tuple(sorted({*due.basis.unpublished, *doubtful})),
    )
    provisional = due.provisional or bool(doubtful)
    return replace(due, due_on=rolled.date, basis=basis, provisional=provisional)


def said_by(entry: Entry) -> str:
    """Return who did it and why, with the document."""
    return "，".join(filter(None, (f"{entry.by}：{entry.reason}", entry.document)))


def _length(start: dt.date, end: dt.date, calendar: Calendar, in_workdays: bool) -> int:  # noqa: FBT001
    """Return how much time was suspended: the day it goes on again counts already."""
    if in_workdays:
        return calendar.workdays_between(start, end - ONE_DAY)
    return (end - start).days


def _after(day: dt.date, days: int, calendar: Calendar, in_workdays: bool) -> dt.date:  # noqa: FBT001
    if in_workdays and days:
        return calendar.nth_workday(day, days + 1).date
    return day + dt.timedelta(days=days)


def _rolled_over(
    day: dt.date, rolled: Counted, obligation: Obligation
) -> tuple[tuple[dt.date, dt.date], ...]:
    return () if obligation.roll is Roll.NONE else ((day, rolled.date),)


def _paused(start: Entry, end: Entry, length: str) -> str:
    return f"{start.on} 至 {end.on} 中止，不计 {length}（{said_by(start)}）"


def _extended(entry: Entry, unit: str) -> str:
    return f"{entry.on} 准予延期 {entry.days} {unit}（{said_by(entry)}）"
