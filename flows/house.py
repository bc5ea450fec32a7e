"""The data folder, opened for one piece of work, with a log for machines."""

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from casework.alarms import note
from casework.heartbeat import WORKER, beat
from casework.services import Services
from flows.progress import starter
from policy.passing import database_away
from runtime.build import opened, read_settings
from runtime.logs import event, set_up
from runtime.trouble import DATABASE_ERRORS

_PATIENCE = 60.0  # seconds that a PostgreSQL which restarts in the middle of a run is waited for
_WORKER_EVERY = dt.timedelta(minutes=15)  # letters are looked after more often than that


def folder_of(home: str) -> Path:
    """Return the data folder; without a word about it, that of whoever runs here."""
    return Path(home or os.environ.get("PEIYU_HOME", "var"))


@contextmanager
def house(home: str, on: str | None) -> Iterator[Services]:
    """Yield Services on the data folder, told to act on a day (YYYY-MM-DD) if one is given."""
    settings = read_settings(folder_of(home))
    set_up(settings)
    with opened(settings, patience=_PATIENCE) as services:
        begun_by = starter()
        if not begun_by:  # another scheduler than ours began it: that one lives
            begun_by = services.process
            beat(services, WORKER, every=_WORKER_EVERY, detail=begun_by)
        told = replace(services, started_by=begun_by)
        try:
            yield told.on(dt.date.fromisoformat(on) if on else None)
        finally:
            _tell_outage(services)


def _tell_outage(services: Services) -> None:
    """Tell whoever keeps the program that the database was away, and waited for."""
    if services.database.was_away:
        with suppress(*DATABASE_ERRORS):  # away again: the run's own failure tells it
            note(services, database_away(services.today))


@contextmanager
def logged(services: Services, kind: str) -> Iterator[Callable[[Any], None]]:
    """Log a run of one piece; yield what is told its report."""
    run = f"{kind}/{services.today}"
    event("run.started", run)
    try:
        yield lambda report: event("run.finished", run, **asdict(report))
    except Exception as error:
        log_failure(run, error)
        raise


def log_failure(run: str, error: Exception) -> None:
    """Log a failure by the name of its kind: its words may name people."""
    event("run.failed", run, level=logging.ERROR, error=type(error).__name__)
