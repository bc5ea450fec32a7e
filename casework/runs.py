"""Runs as records: who began what and when, how far it is, how it ended; no truth hangs on them.

What is done is read from what it did. A run that died blocks nobody: the next one takes its row
up anew, and with it a new instant of beginning. Whoever began at another instant may end nothing.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.lease import TIMETABLE
from casework.services import Services
from models.engine import DatabaseGoneError
from models.ledger import Lease, Run, RunState
from models.letter import Letter
from models.writes import insert_new
from policy.spoken import SpokenError
from policy.timetable import RunKind

MONTHLY = RunKind.MONTHLY.value
DIGEST = RunKind.DIGEST.value
SWEEP = RunKind.SWEEP.value
DELIVER = RunKind.DELIVER.value
BACKUP = RunKind.BACKUP.value
HOUSEKEEPING = RunKind.HOUSEKEEPING.value
RESTORE = "restore"  # runs until a person says that what was lost is made up for

STALE_AFTER = dt.timedelta(minutes=15)  # longer than a batch, its retries, or a mail server's sleep
KEEPER = "时间表 · "
_SHOWN = 200
_LOCKED = (
    select(Run)
    .where(col(Run.kind) == bindparam("kind"), col(Run.slot) == bindparam("slot"))
    .with_for_update()
)

_ENDED = (
    select(col(Letter.state), func.count())
    .where(col(Letter.send_on) == bindparam("day"))
    .group_by(col(Letter.state))
)
_LAST = select(func.max(col(Run.slot))).where(
    col(Run.kind) == bindparam("kind"), col(Run.state) == RunState.FINISHED.value
)
_LAST_BEFORE = _LAST.where(col(Run.slot) < bindparam("before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A run of ours; the instant it began tells it from whoever takes it up after us."""

    kind: str
    slot: str
    at: dt.datetime


def begin(session: Session, services: Services, kind: str, slot: str) -> Begun:
    """Note that a run begins, in the caller's transaction; a dead or failed one is taken up.

    One that lives is joined: both do the same work, and either may end it. One that has
    finished stays finished while it is done again; only a day's deliveries are one run, and its
    backups.
    """
    now = services.now()
    if insert_new(session, Run, [fresh(services, kind, slot, now)], returning=("id",)):
        return Begun(kind=kind, slot=slot, at=now)
    run = locked(session, kind, slot)
    again = kind in (DELIVER, BACKUP) and run.state == RunState.FINISHED.value
    if again or is_over(session, run, now):
        run.started_at = now
        take_up(run, services, now)
        session.flush()
    return Begun(kind=kind, slot=slot, at=run.started_at)


def begun_month(services: Services, slot: str) -> Begun:
    """Return what names the run of a month."""
    with services.database.reading() as session:
        started = select(col(Run.started_at)).where(col(Run.kind) == MONTHLY, col(Run.slot) == slot)
        return Begun(kind=MONTHLY, slot=slot, at=session.scalars(started).one())


def last_finished(session: Session, kind: str, *, before: str | None = None) -> str | None:
    """Return the newest slot of a kind that has finished, or the newest one before a slot."""
    if before is None:
        return session.scalar(_LAST, {"kind": kind})
    return session.scalar(_LAST_BEFORE, {"kind": kind, "before": before})


def last_end(session: Session, kind: str) -> dt.datetime | None:
    """Return when a run of a kind last ended well."""
    return session.scalar(
        select(func.max(col(Run.finished_at))).where(
            col(Run.kind) == kind, col(Run.state) == RunState.FINISHED.value
        )
    )


def failed_of_late(services: Services, *, within: dt.timedelta) -> Mapping[RunKind, dt.timedelta]:
    """Return the kinds of which a run failed a short while ago, and how long ago that is."""
    now = services.now()
    with services.database.reading() as session:
        rows = session.execute(
            select(col(Run.kind), func.max(col(Run.finished_at)))
            .where(
                col(Run.state) == RunState.FAILED.value,
                col(Run.finished_at) > now - within,
                col(Run.kind).in_([kind.value for kind in RunKind]),
            )
            .group_by(col(Run.kind))
        )
        return {RunKind(kind): now - at for kind, at in rows}


def is_over(session: Session, run: Run, now: dt.datetime) -> bool:
    """Say whether a run failed or died, so that it may be taken up."""
    return run.state == RunState.FAILED.value or is_dead(session, run, now)


def take_up(run: Run, services: Services, now: dt.datetime) -> None:
    """Note who does a run from now on."""
    run.state, run.trouble, run.finished_at = RunState.RUNNING.value, "", None
    run.beat_at, run.started_by, run.program = now, services.started_by, services.program


def fresh(services: Services, kind: str, slot: str, now: dt.datetime) -> dict[str, object]:
    """Return the row of a run that begins."""
    return {
        "kind": kind,
        "slot": slot,
        "state": RunState.RUNNING.value,
        "counts": "{}",
        "started_at": now,
        "beat_at": now,
        "started_by": services.started_by,
        "program": services.program,
    }


def finish(session: Session, services: Services, begun: Begun, counts: str) -> bool:
    """Note that a run ended well; False when somebody took it up after us."""
    run = locked(session, begun.kind, begun.slot)
    if run.started_at != begun.at:
        return False
    if run.state != RunState.FINISHED.value:
        run.counts, run.trouble = counts, ""
        run.state = RunState.FINISHED.value
        run.finished_at = run.beat_at = services.now()
        session.flush()
    return True


def end_delivery(services: Services, begun: Begun, stopped: str) -> None:
    """Note how the day's delivery ended, with what became of its letters so far."""
    if stopped:
        fail(services, begun, stopped)
        return
    day = dt.date.fromisoformat(begun.slot)

    def attempt(session: Session) -> None:
        rows = session.execute(_ENDED, {"day": day})
        counts = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy
        finish(session, services, begun, json.dumps(counts, sort_keys=True))

    services.database.transact(attempt)


def fail(services: Services, begun: Begun, trouble: str) -> None:
    """Note why a run ended badly, unless it ended well or somebody took it up after us."""
    now = services.now()

    def attempt(session: Session) -> None:
        session.execute(
            update(Run)
            .where(
                col(Run.kind) == begun.kind,
                col(Run.slot) == begun.slot,
                col(Run.started_at) == begun.at,
                col(Run.state) == RunState.RUNNING.value,
            )
            .values(state=RunState.FAILED.value, finished_at=now, beat_at=now, trouble=trouble)
            .execution_options(synchronize_session=False)
        )

    services.database.transact(attempt)


def beat(services: Services, kind: str, slot: str) -> None:
    """Give a sign of life of a run; whoever works on it may."""

    def attempt(session: Session) -> None:
        session.execute(
            update(Run)
            .where(
                col(Run.kind) == kind,
                col(Run.slot) == slot,
                col(Run.state) == RunState.RUNNING.value,
            )
            .values(beat_at=services.now())
            .execution_options(synchronize_session=False)
        )

    services.database.transact(attempt)


@contextmanager
def failure_noted(services: Services, begun: Begun) -> Iterator[None]:
    """Note a failure of what is done inside, and raise it all the same."""
    try:
        yield
    except Exception as error:
        # If it is the database that failed, the run's silence tells it.
        with suppress(DBAPIError, DatabaseGoneError):
            fail(services, begun, in_words(error))
        raise


@contextmanager
def noted(services: Services, kind: str, started: dt.datetime) -> Iterator[Callable[[str], object]]:
    """Note a run of today's once it is over, well or not; ``done`` inside gives its counts.

    For work that must not find itself under way: a backup would keep that it was never finished.
    """
    counts = ["{}"]
    try:
        yield counts.append
    except Exception as error:
        with suppress(DBAPIError, DatabaseGoneError):
            _note(services, kind, started, (counts[-1], in_words(error)))
        raise
    _note(services, kind, started, (counts[-1], ""))


def _note(services: Services, kind: str, started: dt.datetime, ended: tuple[str, str]) -> None:
    then = replace(services, now=lambda: started)
    counts, trouble = ended

    def attempt(session: Session) -> Begun:
        begun = begin(session, then, kind, services.today.isoformat())
        if not trouble:
            finish(session, services, begun, counts)
        return begun

    begun = services.database.transact(attempt)
    if trouble:
        fail(services, begun, trouble)


def in_words(error: Exception) -> str:
    """Return what went wrong in one line, without the values of a statement: they name people."""
    said = error.orig if isinstance(error, DBAPIError) else error
    words = " ".join(str(said).partition("DETAIL:")[0].split())[:_SHOWN]
    if isinstance(error, SpokenError):
        return words
    return f"程序出错（{type(error).__name__}：{words}）"


def is_dead(session: Session, run: Run, now: dt.datetime) -> bool:
    """Say whether a run that never ended gave no sign of life for long, or lost its keeper."""
    if run.state != RunState.RUNNING.value or run.kind == RESTORE:
        return False
    last = run.beat_at or run.started_at
    if now - last > STALE_AFTER:
        return True
    if not run.started_by.startswith(KEEPER):
        return False
    seat = session.get(Lease, TIMETABLE)
    held = seat is not None and seat.until > now and run.started_by == keeper(seat.holder)
    return not held


def keeper(holder: str) -> str:
    """Return how a run names the one who keeps the timetable."""
    return f"{KEEPER}{holder}"


def locked(session: Session, kind: str, slot: str) -> Run:
    """Return the row of a run, locked until the transaction ends."""
    return session.scalars(_LOCKED, {"kind": kind, "slot": slot}).one()
