"""Silence (沉默): what should have happened and did not, decided from what was done.

A silent program can not say that it is silent: whoever looks, from wherever, gets the same answer.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from policy.timetable import Done, RunKind, Timetable, due_runs, month_due
from policy.workdays import ONE_DAY, Calendar

_MONTH_LATE = dt.timedelta(hours=8)  # by the end of the working day on which it was due
_SWEEP_LATE = dt.timedelta(hours=2)
_LETTERS_LATE = dt.timedelta(hours=2)  # of the hours in which letters leave
_KEEPER_LATE = dt.timedelta(hours=1)
_GRAVE_SWEEPS = 2
_NOTHING = Done()
_CLOCK_OFF = dt.timedelta(minutes=5)
_FAR_BACK = 10  # days beyond which nobody counts hours


class Silence(StrEnum):
    """What can be amiss with the program itself."""

    TIMETABLE = "timetable"  # nobody keeps it, and something is due
    MONTHLY = "monthly"
    SWEEP = "sweep"
    LETTERS = "letters"
    FAILED = "failed"  # a run ended badly
    CUT_OFF = "cut_off"  # a run never ended
    BACKUP = "backup"
    WATCH = "watch"  # whoever watches us is silent
    RECORDS = "records"  # the records of runs could not be kept, the work was done
    DATABASE = "database"  # it went away in the middle of something, and came back
    SECOND = "second"  # somebody else wanted to keep the timetable, and was not let
    CLOCK = "clock"  # this machine's clock is behind what people did
    WORDING = "wording"  # a letter could not be written as staff worded it
    WEBHOOK = "webhook"  # a program of others did not take what it was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign of life, and how soon another one should follow."""

    at: dt.datetime
    every: dt.timedelta

    def is_fresh(self, now: dt.datetime) -> bool:
        """Say whether the next but one is not overdue yet."""
        return now - self.at <= 2 * self.every


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRun:
    """A run that ended badly, or never: why is in ``trouble``."""

    kind: str
    title: str
    slot: str
    cut_off: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the tables say; all instants are local."""

    since: dt.datetime | None = None  # since when there is somebody to look after
    done: Done = _NOTHING
    working_on: frozenset[str] = frozenset()  # months whose run lives
    keepers: tuple[Sign, ...] = ()  # of whoever keeps the timetable
    watchers: tuple[Sign, ...] = ()
    letters_for: dt.date | None = None  # the earliest day of a letter that could leave now
    letters_moved: dt.datetime | None = None  # when a run last wrote or sent some
    bad: tuple[BadRun, ...] = ()
    backed_up: dt.datetime | None = None
    backup_days: int = 0  # a backup older than this is stale; 0: nobody asks
    acted: dt.datetime | None = None  # when somebody last did something, as it was written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something amiss; its key names what and when, so that it is told once."""

    key: str
    kind: Silence
    sentence: str
    hint: str
    grave: bool = True


def troubles(
    known: Known, table: Timetable, calendar: Calendar, now: dt.datetime
) -> tuple[Trouble, ...]:
    """Return what is amiss at this local moment, causes before effects."""
    seen = _Seen(known=known, table=table, calendar=calendar, now=now)
    return (
        *seen.clock(),
        *seen.timetable(),
        *seen.monthly(),
        *seen.sweep(),
        *seen.letters(),
        *seen.bad_runs(),
        *seen.backup(),
        *seen.watch(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One moment, from every side."""

    known: Known
    table: Timetable
    calendar: Calendar
    now: dt.datetime

    def clock(self) -> Iterator[Trouble]:
        """Yield a clock that was put back: nothing would be due for as long as it is behind."""
        acted = self.known.acted
        if acted is not None and acted - self.now > _CLOCK_OFF:
            yield Trouble(
                key=f"clock/{acted.date()}",
                kind=Silence.CLOCK,
                sentence=f"电脑时间是 {self.now:%Y-%m-%d %H:%M}，"
                f"却有人在 {acted:%Y-%m-%d %H:%M} 办过事",
                hint="校准电脑的日期和时间，再运行 peiyu doctor",
            )

    def timetable(self) -> Iterator[Trouble]:
        before = self.now - _KEEPER_LATE
        if self._kept() or not self._there(before):
            return
        done = replace(self.known.done, letters_wait=False)
        due = set(due_runs(self.table, self.calendar, before, done))
        if self._missed_sweeps():  # also on a day off, when none is due
            due.add(RunKind.SWEEP)
        titles = [
            self.table.titles[kind] for kind in (RunKind.MONTHLY, RunKind.SWEEP) if kind in due
        ]
        if titles:
            last = max((sign.at for sign in self.known.keepers), default=None)
            told = f"上一次有动静是 {last:%Y-%m-%d %H:%M}" if last else "还从来没有人守过"
            yield Trouble(
                key=f"timetable/{last.date() if last else 'never'}",
                kind=Silence.TIMETABLE,
                sentence=f"时间表没有人守着，{told}；到点没办的有：{'、'.join(titles)}",
                hint="peiyu up",
            )

    def monthly(self) -> Iterator[Trouble]:
        before = self.now - _MONTH_LATE
        if not self._there(before):
            return
        month = month_due(self.table, self.calendar, before, self.known.done)
        if month is not None and month not in self.known.working_on:
            yield Trouble(
                key=f"monthly/{month}",
                kind=Silence.MONTHLY,
                sentence=f"{month} 的{self.table.titles[RunKind.MONTHLY]}到点没有办完",
                hint=f"peiyu run monthly --month {month}",
            )

    def sweep(self) -> Iterator[Trouble]:
        missed = self._missed_sweeps()
        if missed:
            title, first = self.table.titles[RunKind.SWEEP], missed[0]
            number = f"{len(missed)} 个工作日" if len(missed) > 1 else "当天"
            yield Trouble(
                key=f"sweep/{first}",
                kind=Silence.SWEEP,
                sentence=f"从 {first} 起，{number}的{title}没有做",
                hint="peiyu run sweep",
                grave=len(missed) >= _GRAVE_SWEEPS,
            )

    def letters(self) -> Iterator[Trouble]:
        day = self.known.letters_for
        if day is None:
            return
        ready = self._at(self.calendar.next_workday(day), self.table.deliver_from)
        moved = self.known.letters_moved
        waited = self._sending_time(max(ready, moved) if moved else ready)
        if waited >= _LETTERS_LATE:
            yield Trouble(
                key=f"letters/{day}",
                kind=Silence.LETTERS,
                sentence=f"有信一直没有发出，最早的是 {day} 的",
                hint="peiyu run deliver",
            )

    def bad_runs(self) -> Iterator[Trouble]:
        for run in self.known.bad:
            how = "中途停了，没有办完" if run.cut_off else f"没有办成：{run.trouble}"
            kind = Silence.CUT_OFF if run.cut_off else Silence.FAILED
            yield Trouble(
                key=f"{kind.value}/{run.kind}/{run.slot}",
                kind=kind,
                sentence=f"{run.slot} 的{run.title}{how}",
                hint=_typed(run),
            )

    def backup(self) -> Iterator[Trouble]:
        """Yield a stale backup: until one is made, whoever should make it."""
        last, days = self.known.backed_up, self.known.backup_days
        if last is not None and days and self.now - last > days * ONE_DAY:
            yield Trouble(
                key=f"backup/{last.date()}",
                kind=Silence.BACKUP,
                sentence=f"上一次备份是 {last.date()}，已隔 {(self.now - last).days} 天",
                hint="peiyu backup",
                grave=False,
            )

    def watch(self) -> Iterator[Trouble]:
        last = max(self.known.watchers, key=lambda sign: sign.at, default=None)
        if last is not None and not last.is_fresh(self.now):
            yield Trouble(
                key=f"watch/{last.at.date()}",
                kind=Silence.WATCH,
                sentence=f"定时巡查停了，上一次是 {last.at:%Y-%m-%d %H:%M}",
                hint=f"peiyu watch --every {max(1, int(last.every.total_seconds()) // 60)}",
                grave=False,
            )

    def _kept(self) -> bool:
        return any(sign.is_fresh(self.now) for sign in self.known.keepers)

    def _there(self, then: dt.datetime) -> bool:
        return self.known.since is not None and self.known.since <= then

    def _at(self, day: dt.date, at: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, at, tzinfo=self.now.tzinfo)

    def _missed_sweeps(self) -> list[dt.date]:
        """Return the workdays whose sweep should be done by now, since the last one."""
        since, swept = self.known.since, self.known.done.swept_on
        if since is None:
            return []
        first = since.date() if swept is None else max(since.date(), swept + ONE_DAY)
        days = (first + number * ONE_DAY for number in range((self.now.date() - first).days + 1))
        return [
            day
            for day in days
            if self.calendar.is_workday(day)
            and since <= self._at(day, self.table.sweep_at) <= self.now - _SWEEP_LATE
        ]

    def _sending_time(self, start: dt.datetime) -> dt.timedelta:
        """Return how long letters could have left since then."""
        first = max(start.date(), self.now.date() - _FAR_BACK * ONE_DAY)
        total = dt.timedelta()
        for number in range((self.now.date() - first).days + 1):
            day = first + number * ONE_DAY
            if self.calendar.is_workday(day):
                opens = max(self._at(day, self.table.deliver_from), start)
                closes = min(self._at(day, self.table.deliver_to), self.now)
                total += max(closes - opens, dt.timedelta())
        return total


def _typed(run: BadRun) -> str:
    """Return what does a run again."""
    if run.kind == RunKind.BACKUP:
        return "peiyu backup"
    month = f" --month {run.slot}" if run.kind == RunKind.MONTHLY else ""
    return f"peiyu run {run.kind}{month}" if run.kind in set(RunKind) else "peiyu runs"
