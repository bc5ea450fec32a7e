"""The embedded timetable: APScheduler says "now", our tables say what is due, one run at a time."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeAlias

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from casework.due_now import done_so_far
from casework.services import Services
from config.timetable import read_timetable
from flows.local import Report, run_locally, run_plainly
from policy.timetable import RunKind, Timetable, due_runs
from runtime.build import CannotRunError, config_folders, opened, read_settings

_EVERY = 20  # seconds between two looks
_LOOK = 0.5  # seconds until a signal is noticed

Told: TypeAlias = Callable[[RunKind, Report | Exception], object]


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Keeps the timetable of one data folder, in the thread that calls it.

    Two of them on the same data do nothing twice: every run hangs on its business key.
    """

    home: Path
    told: Told
    plain: bool = False
    stop: Event = field(default_factory=Event)
    _looked_at: dt.datetime | None = None

    def keep(self) -> None:
        """Do what is due, now and whenever it becomes due, until `stop` is set."""
        wake = Event()
        wake.set()  # what was missed while nobody kept the timetable is due at once
        scheduler = BackgroundScheduler(timezone=dt.UTC)
        scheduler.add_job(
            wake.set,
            IntervalTrigger(seconds=_EVERY),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
        scheduler.start()
        try:
            while not self.stop.is_set():
                if wake.wait(_LOOK):
                    wake.clear()
                    self.look()
        finally:
            scheduler.shutdown(wait=False)

    def look(self) -> None:
        """Do what is due now; a run that fails is told, and due again at the next look."""
        failed: set[RunKind] = set()
        while not self.stop.is_set():
            left = [kind for kind in self._due() if kind not in failed]
            if not left:
                return
            kind = left[0]
            try:
                self.told(kind, self._run(kind))
            except Exception as error:  # noqa: BLE001 - one bad run must not end the timetable
                failed.add(kind)
                self.told(kind, error)

    def _due(self) -> list[RunKind]:
        settings = read_settings(self.home)
        table = timetable_of(self.home)
        with opened(settings) as services:
            done = done_so_far(services, looked_at=self._looked_at)
            return due_runs(table, services.calendar(), local_now(services), done)

    def _run(self, kind: RunKind) -> Report:
        with opened(read_settings(self.home)) as services:
            now = local_now(services)
        when = {"on": now.date().isoformat()}
        if kind is RunKind.MONTHLY:
            when["month"] = f"{now:%Y-%m}"
        if kind is RunKind.DELIVER:
            self._looked_at = now
        run: Callable[..., Report] = run_plainly if self.plain else run_locally
        return run(self.home, kind.value, **when)


def timetable_of(home: Path) -> Timetable:
    """Return the timetable in force; CannotRunError with every problem of its file."""
    table, problems = read_timetable(*config_folders(read_settings(home)))
    if table is None:
        raise CannotRunError("；".join(map(str, problems)))
    return table


def local_now(services: Services) -> dt.datetime:
    """Return the present moment in the office's own time."""
    return services.now().astimezone(services.zone)
