"""The embedded timetable: APScheduler says "now", our tables say what is due, one run at a time."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import TypeAlias

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from casework.alarms import note
from casework.deliver import DeliveryReport
from casework.due_now import done_so_far
from casework.runs import keeper
from casework.services import Services
from casework.watch import watch
from flows.local import Report, on_standard_error, run_locally, run_plainly
from flows.patience import Patience
from flows.progress import stopped_by
from flows.seat import SIGNS_IN_A_LEASE, Seat
from policy.passing import records_lost
from policy.timetable import RunKind, day_of, deliver_until, due_runs, month_due, night_due
from runtime.build import opened, read_settings
from runtime.timetable import timetable_of

_EVERY = 20.0  # seconds between two looks
_PATIENCE = 20.0  # seconds that a run under way gets when it is told to stop
_WATCH_EVERY = 300.0  # seconds between two looks at what is silent
_JOIN = 0.2  # seconds until a signal is noticed, also where signals do not wake us

Told: TypeAlias = Callable[[RunKind | None, Report | Exception], object]


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Keeps the timetable of one data folder, as long as the seat is ours."""

    seat: Seat
    told: Told  # hears of every run, and of trouble around them (None)
    plain: bool = False
    stop: Event = field(default_factory=Event)
    lost: bool = False  # somebody else took the seat
    patience: Patience = field(default_factory=Patience)
    _looked_at: dt.datetime | None = None
    _last: RunKind | None = None  # what was done last
    _watched: float | None = None  # monotonic

    @property
    def home(self) -> Path:
        """Return the data folder."""
        return self.seat.home

    @property
    def _alive_every(self) -> float:
        return self.seat.length.total_seconds() / SIGNS_IN_A_LEASE

    @property
    def _over(self) -> bool:
        return self.lost or self.stop.is_set()

    def stand_by(self) -> bool:
        """Wait until the seat is free and take it; False when told to stop before."""
        pause = min(self.seat.length.total_seconds() / 6, _EVERY)
        while not self.stop.wait(pause):
            try:
                if self.seat.take() is None:
                    self.lost = False
                    return True
            except Exception as error:  # noqa: BLE001 - a database comes back, we are still here
                self.told(None, error)
        return False

    def keep(self) -> bool:
        """Do what is due, now and whenever it becomes due, until `stop` is set.

        Returns False when the run under way did not end in time; whoever does it again finds
        what it left. Work goes on in a thread of its own: a signal is heard at once, by us and
        not by Prefect.
        """
        wake = Event()
        wake.set()  # what was missed while nobody kept the timetable is due at once
        work = Thread(target=self._work, args=[wake], daemon=True)
        with _ringing((_EVERY, wake.set), (self._alive_every, self._live)):
            return self._ended(work, wake.set)

    def once(self) -> bool:
        """Do what is due now and end; the same when told to stop, or overtaken, before."""
        work = Thread(target=self.look, daemon=True)
        with _ringing((self._alive_every, self._live)):
            return self._ended(work, lambda: None)

    def _ended(self, work: Thread, wake: Callable[[], object]) -> bool:
        """Start the work and wait for its end; once it is all over, not for long."""
        work.start()
        while work.is_alive() and not self._over:
            work.join(_JOIN)
        wake()
        end = monotonic() + _PATIENCE
        while work.is_alive() and monotonic() < end:
            work.join(_JOIN)
        return not work.is_alive()

    def look(self) -> None:
        """Do what is due now; a run that fails is told, and tried again after a while."""
        if self._watched is None or monotonic() - self._watched > _WATCH_EVERY:
            self._watch()  # before what was missed is made up for, and before our own sign of life
        while not self._over and self._ours():
            left = [kind for kind in self._due() if self.patience.may_try(kind)]
            if not left:
                return
            kind = _first(left, after=self._last)
            self._last = kind
            try:
                said = self._run(kind)
                self.told(kind, said)
                # A mail server that refused our password would lock us out for repeating it.
                refused = isinstance(said, DeliveryReport) and said.stopped
                (self.patience.failed if refused else self.patience.went_well)(kind)
            except Exception as error:  # noqa: BLE001 - one bad run must not end the timetable
                self.patience.failed(kind)
                self.told(kind, error)
            self._watch()  # an alarm is raised, or well again, before the letters leave

    def _watch(self) -> None:
        """See what is silent, and raise or clear alarms; trouble with it is told and survived."""
        try:
            with opened(read_settings(self.home)) as services:
                watch(services, timetable_of(self.home))
            self._watched = monotonic()
        except Exception as error:  # noqa: BLE001 - the watch must not end what it watches
            self.told(None, error)

    def look_once(self) -> None:
        """Do what is due now, if nobody else keeps the timetable, and leave."""
        if self.seat.take() is not None:
            return
        try:
            with _ringing((self.seat.length.total_seconds() / 3, self._live)):
                self.look()
        finally:
            with suppress(Exception):  # the seat ends by itself
                self.seat.leave()

    def _work(self, wake: Event) -> None:
        while wake.wait() and not self._over:
            wake.clear()
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - as above: it may be well at the next look
                self.told(None, error)

    def _live(self) -> None:
        """Give a sign of life, also during a long run."""
        try:
            self._ours()
        except Exception:  # noqa: BLE001 - the next look meets the same trouble, and tells it
            return

    def _ours(self) -> bool:
        self.lost = self.lost or not self.seat.hold()
        return not self.lost

    def _due(self) -> list[RunKind]:
        table = timetable_of(self.home)
        with opened(read_settings(self.home)) as services:
            done = done_so_far(services, looked_at=self._looked_at)
            return due_runs(table, services.calendar(), local_now(services), done)

    def _run(self, kind: RunKind) -> Report:
        table = timetable_of(self.home)
        with opened(read_settings(self.home)) as services:
            now, done = local_now(services), done_so_far(services)
            month = month_due(table, services.calendar(), now, done) or f"{now:%Y-%m}"
        when = {"on": now.date().isoformat()}
        if kind is RunKind.MONTHLY:
            when = {"on": day_of(month, now.date()).isoformat(), "month": month}
        nightly = {
            RunKind.BACKUP: (table.backup_at, done.backed_up_on),
            RunKind.HOUSEKEEPING: (table.housekeeping_at, done.tidied_on),
        }
        if kind in nightly:
            at, last = nightly[kind]
            when = {"on": (night_due(at, now, last) or now.date()).isoformat()}
        if kind is RunKind.DELIVER:
            self._looked_at = now
            when["until"] = deliver_until(table, now).isoformat()
        run: Callable[..., Report] = partial(run_locally, notice=self._records_lost)
        if self.plain:
            run = run_plainly
        with stopped_by(self.stop):
            return run(self.home, kind.value, by=keeper(self.seat.holder), **when)

    def _records_lost(self, sentence: str) -> None:
        """Tell whoever keeps the program that Prefect was away; the work is done all the same."""
        on_standard_error(sentence)
        with suppress(Exception), opened(read_settings(self.home)) as services:
            note(services, records_lost(services.today, sentence))


def _first(due: list[RunKind], *, after: RunKind | None) -> RunKind:
    """Return what is done next: many letters at a slow pace do not keep a backup waiting."""
    others = [kind for kind in due if kind is not RunKind.DELIVER]
    return others[0] if after is RunKind.DELIVER and others else due[0]


@contextmanager
def _ringing(*bells: tuple[float, Callable[[], object]]) -> Iterator[None]:
    """Ring each bell every so many seconds; after a sleep once, not once for each time missed."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # staff read our words
    scheduler = BackgroundScheduler(timezone=dt.UTC)
    for seconds, bell in bells:
        scheduler.add_job(
            bell,
            IntervalTrigger(seconds=seconds),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def local_now(services: Services) -> dt.datetime:
    """Return the present moment in the office's own time."""
    return services.now().astimezone(services.zone)
