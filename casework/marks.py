"""What is done of a month's run: marks in the tables, which fit this very run alone."""

import datetime as dt

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.gather import Batch
from casework.services import Services
from models.engine import StaleWorkError
from models.ledger import Lease, Run, RunBatch, RunState
from models.writes import insert_new

_TICK = dt.timedelta(microseconds=1)


def begin_run(session: Session, services: Services, period: str, *, pieces: int) -> None:
    """Note that a month's run begins or goes on; when it began names it from then on.

    One that was cut off goes on with what is not done yet. One that had finished begins anew,
    and so does one that was begun by another program, other files or another size of batches.
    """
    now = services.now()
    insert_new(session, Run, [runs.fresh(services, runs.MONTHLY, period, now)])
    run = runs.locked(session, runs.MONTHLY, period)
    anew = run.state == RunState.FINISHED.value or run.program != services.program
    if anew or runs.is_over(session, run, now):
        runs.take_up(run, services, now)
    if anew:
        # Never the same instant twice, also when a clock was put back: it tells runs apart.
        run.started_at = max(now, run.started_at + _TICK)
        session.execute(
            update(RunBatch)
            .where(col(RunBatch.period) == period, col(RunBatch.batch) >= 0)
            .values(done_at=None)
            .execution_options(synchronize_session=False)
        )
    run.pieces = pieces
    session.flush()


def end_run(session: Session, period: str, *, now: dt.datetime, counts: str) -> bool:
    """Note that a month's run has finished, if all of it is done; say whether it is.

    If not, it was begun anew meanwhile; whoever did that goes on with it.
    """
    run = runs.locked(session, runs.MONTHLY, period)
    if len(done_of(session, period)) < run.pieces:
        return False
    run.counts, run.trouble = counts, ""
    if run.state != RunState.FINISHED.value:
        run.state, run.finished_at = RunState.FINISHED.value, now
    session.execute(delete(Lease).where(col(Lease.name).startswith(_leases(period))))
    return True


def going_on(session: Session, period: str) -> Run | None:
    """Return the run of a month that is not finished, if there is one."""
    here = (col(Run.kind) == runs.MONTHLY, col(Run.slot) == period)
    return session.scalars(
        select(Run).where(*here, col(Run.state) != RunState.FINISHED.value)
    ).first()


def lease_of(batch: Batch) -> str:
    """Return the name of the lease under which one of many processes does a batch."""
    return f"{_leases(batch.period)}{batch.programme} {batch.number}"


def done_of(session: Session, period: str) -> frozenset[tuple[str, int]]:
    """Return (programme, number) of every batch of the month's run that is done."""
    rows = session.execute(
        select(col(RunBatch.programme), col(RunBatch.batch)).where(
            col(RunBatch.period) == period,
            col(RunBatch.batch) >= 0,
            col(RunBatch.done_at).is_not(None),
        )
    )
    return frozenset((programme, number) for programme, number in rows)


def is_done(session: Session, batch: Batch) -> bool:
    """Say whether somebody has done this batch of the month's run."""
    if batch.begun is None:
        return False
    done = select(col(RunBatch.id)).where(*_row_of(batch), col(RunBatch.done_at).is_not(None))
    return session.scalar(done) is not None


def mark_done(session: Session, batch: Batch, *, now: dt.datetime, worker: str) -> None:
    """Note that a batch is done, and by whom, if its run still is the one that goes on."""
    goes_on = exists().where(
        col(Run.kind) == runs.MONTHLY,
        col(Run.slot) == batch.period,
        col(Run.started_at) == batch.begun,
    )
    session.execute(
        update(RunBatch)
        .where(*_row_of(batch), goes_on)
        .values(done_at=now, worker=worker)
        .execution_options(synchronize_session=False)
    )


def mark_empty(
    session: Session, batch: Batch, fence: int, *, now: dt.datetime, worker: str
) -> None:
    """Note that nothing was to be done; StaleWorkError when that changed since it was read."""
    insert_new(session, RunBatch, [row_of(batch)])
    version = session.scalar(select(col(RunBatch.version)).where(*_row_of(batch)).with_for_update())
    if version != fence:
        raise StaleWorkError
    mark_done(session, batch, now=now, worker=worker)


def row_of(batch: Batch) -> dict[str, object]:
    """Return the row of a batch before anything was done."""
    named = {"programme": batch.programme, "period": batch.period, "batch": batch.number}
    return {**named, "version": 0, "counts": "{}"}


def _row_of(batch: Batch) -> tuple[ColumnElement[bool], ...]:
    return (
        col(RunBatch.programme) == batch.programme,
        col(RunBatch.period) == batch.period,
        col(RunBatch.batch) == batch.number,
    )


def _leases(period: str) -> str:
    return f"month {period} "
