"""What the tasks of a month do: each opens the data folder, does one piece, and closes it again.

Everything is given and returned as plain values, so that any worker can take a piece. A piece
that is done again, or by two at once, changes nothing: casework keeps that promise.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from casework import runs
from casework.counts import BatchCounts
from casework.gather import Batch
from casework.pipeline import counted, finish_month, run_batch, start_month
from flows import sharing
from flows.house import folder_of, house, log_failure
from flows.progress import tell
from runtime.build import CannotRunError, read_settings
from runtime.logs import event

_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month's work, cut into batches."""

    month: str
    on: str  # the day all of them act on, also when the run lasts past midnight
    batches: tuple[Batch, ...]  # those still to be done
    at_once: int  # SQLite has one writer: more would only wait for each other
    program: str  # who helps must have the same
    before: BatchCounts  # what was done in it by earlier runs
    pool: str = ""  # where other machines wait for work, if there are any


def begin_month(home: str, month: str, on: str | None) -> Month:
    """Note the run and return its batches; without a month, the present one."""
    settings = read_settings(folder_of(home))
    with house(home, on) as services:
        period = month or f"{services.today:%Y-%m}"
        with services.database.reading() as session:
            before = counted(session, period)
        alone = services.database.dialect == "sqlite"
        batches = services.database.retrying(lambda: start_month(services, period))
        event("run.started", f"{runs.MONTHLY}/{period}", batches=len(batches))
        return Month(
            month=period,
            on=services.today.isoformat(),
            batches=batches,
            at_once=1 if alone else _AT_ONCE,
            program=services.program,
            before=before,
            pool=settings.prefect.pool if settings.prefect.api and not alone else "",
        )


def share_month(home: str, begun: Month) -> None:
    """Do the batches of a month that nobody else does, until all of them are done."""
    length = _lease(home)
    with house(home, begun.on) as services:
        parts = sharing.Parts(services=services, month=begun.month, length=length, told=tell)
        sharing.take_part(parts, to_the_end=True)


def help_month(home: str, month: str, on: str, program: str) -> int:
    """Do batches of a month that others began, as long as one is free; return how many."""
    length = _lease(home)
    with house(home, on) as services:
        if services.program != program:
            raise CannotRunError(
                f"这台机器的程序、文件或 batch_size 与发起的机器不同，没有参与办理：{month}"
                f"（这里 {services.program}，那里 {program}）"
            )
        return sharing.take_part(sharing.Parts(services=services, month=month, length=length))


def do_batch(home: str, batch: Batch, on: str) -> BatchCounts:
    """Do one batch of a month."""
    with house(home, on) as services:
        did = run_batch(services, batch, on=services.today)
        sharing.done(services, batch, did)
        return did


def end_month(home: str, month: str, on: str) -> BatchCounts:
    """Note that the month is done; return what was done in it so far."""
    with house(home, on) as services:
        done = services.database.retrying(lambda: finish_month(services, month))
        event("run.finished", f"{runs.MONTHLY}/{month}", **asdict(done))
        return done


@contextmanager
def failure_noted(home: str, month: str) -> Iterator[None]:
    """Note what makes a month fail inside, and raise it all the same."""
    with house(home, None) as services:
        begun = runs.begun_month(services, month)
    try:
        yield
    except Exception as error:
        log_failure(f"{runs.MONTHLY}/{month}", error)
        with suppress(Exception), house(home, None) as services:  # its silence tells it too
            runs.fail(services, begun, runs.in_words(error))
        raise


def _lease(home: str) -> dt.timedelta:
    return dt.timedelta(seconds=read_settings(folder_of(home)).lease_seconds)
