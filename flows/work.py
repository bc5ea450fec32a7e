"""What tasks do: each opens the data folder, does one piece of work, and closes it again.

Everything is given and returned as plain values, so that any worker can take a piece. A piece
that is done again, or by two at once, changes nothing: casework keeps that promise.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casework.counts import BatchCounts
from casework.deliver import DeliveryReport, deliver
from casework.gather import Batch
from casework.pipeline import finish_month, run_batch, start_month
from casework.remind import SweepReport, sweep
from casework.services import Services
from runtime.build import opened, read_settings

_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month's work, cut into batches."""

    on: str  # the day all of them act on, also when the run lasts past midnight
    batches: tuple[Batch, ...]
    at_once: int  # SQLite has one writer: more would only wait for each other


def begin_month(home: str, month: str, on: str | None) -> Month:
    """Note the run and return its batches."""
    with _house(home, on) as services:
        return Month(
            on=services.today.isoformat(),
            batches=start_month(services, month),
            at_once=1 if services.database.dialect == "sqlite" else _AT_ONCE,
        )


def do_batch(home: str, batch: Batch, on: str) -> BatchCounts:
    """Do one batch of a month."""
    with _house(home, on) as services:
        return run_batch(services, batch, on=services.today)


def end_month(home: str, month: str) -> BatchCounts:
    """Note that the month is done; return what was done in it so far."""
    with _house(home, None) as services:
        return finish_month(services, month)


def remind(home: str, on: str | None) -> SweepReport:
    """Queue the reminders of a day."""
    with _house(home, on) as services:
        return sweep(services)


def send(home: str, on: str | None) -> DeliveryReport:
    """Send the letters of a day."""
    with _house(home, on) as services:
        return deliver(services)


@contextmanager
def _house(home: str, on: str | None) -> Iterator[Services]:
    with opened(read_settings(Path(home))) as services:
        yield services.on(dt.date.fromisoformat(on) if on else None)
