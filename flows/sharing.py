"""Several processes on one month: each takes the next batch that is free, under a lease.

Who holds which batch, and what is done, stands in our tables; nobody hands anything out. A batch
whose holder died is free again when its lease has ended.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass

from sqlalchemy.exc import DBAPIError

from casework import runs
from casework.counts import BatchCounts
from casework.gather import Batch
from casework.lease import Busy, acquire, release, renew
from casework.marks import is_done, lease_of
from casework.pipeline import left_of, run_batch
from casework.services import Services
from flows.living import living
from models.engine import DatabaseGoneError
from runtime.logs import event

_PAUSE = 0.5  # seconds between two looks at what others still have in hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What taking part needs."""

    services: Services
    month: str
    length: dt.timedelta  # after so long without a sign of life, a batch is free again
    told: Callable[[int, int], object] = lambda _done, _of: None


def take_part(parts: Parts, *, to_the_end: bool = False) -> int:
    """Do batch after batch of the month's run that is free; return how many.

    ``to_the_end``: until every batch is done, also those that others had and did not end. A batch
    that fails does not stop the others; the first failure is raised at the end.
    """
    did, failed = 0, dict[str, Exception]()
    left = most = left_of(parts.services, parts.month)
    while open_ones := [each for each in left if lease_of(each) not in failed]:
        parts.told(len(most) - len(left), len(most))
        try:
            here = _first_free(parts, open_ones)
        except _BatchFailedError as error:
            failed[error.name] = error.cause
        else:
            did += here is True
            if here is None and not to_the_end:
                break
            if here is None:
                time.sleep(_PAUSE)
        left = left_of(parts.services, parts.month)
    if failed:
        raise next(iter(failed.values()))
    parts.told(len(most), len(most))
    return did


def done(services: Services, batch: Batch, did: BatchCounts) -> None:
    """Give a sign of life of the month's run, and log what a batch did."""
    runs.beat(services, runs.MONTHLY, batch.period)
    piece = f"{batch.programme}/{batch.number}"
    event("batch.done", f"{runs.MONTHLY}/{batch.period}", batch=piece, **asdict(did))


class _BatchFailedError(Exception):
    def __init__(self, name: str, cause: Exception) -> None:
        super().__init__(name)
        self.name, self.cause = name, cause


def _first_free(parts: Parts, batches: Iterable[Batch]) -> bool | None:
    """Do the first batch that is free; None when others have all of them in hand."""
    answers = (_take(parts, batch) for batch in batches)
    return next((answer for answer in answers if answer is not None), None)


def _take(parts: Parts, batch: Batch) -> bool | None:
    """Do a batch; False when it turns out to be done already, None when somebody else has it."""
    services, name = parts.services, lease_of(batch)
    held = acquire(services, name, holder=services.process, length=parts.length)
    if isinstance(held, Busy):
        return None
    try:
        with services.database.reading() as session:
            if is_done(session, batch):
                return False
        # The batch's fence decides; signs of life only keep others away.
        with living(parts.length / 3, lambda: renew(services, held, length=parts.length)):
            did = run_batch(services, batch, on=services.today)
        done(services, batch, did)
    except Exception as error:
        raise _BatchFailedError(name, error) from error
    finally:
        with suppress(DBAPIError, DatabaseGoneError):  # it ends by itself
            release(services, held)
    return True
