"""The runs as people look at them: what runs now and how far it is, what ran, what failed."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.due_now import done_so_far
from casework.services import Services
from casework.words import COUNTS, RUN_KINDS, RUN_STATES
from models.ledger import Run, RunBatch, RunState
from policy.timetable import RunKind, Timetable, next_at

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run as the list shows it."""

    kind: str
    title: str
    slot: str
    state: str  # of its row; ``cut_off`` is told apart from a living one
    state_title: str
    cut_off: bool
    started_at: dt.datetime
    finished_at: dt.datetime | None
    seconds: int | None  # until its end, or its last sign of life
    started_by: str
    program: str
    pieces: int  # batches in all; 0 for a run that is not cut
    done: int
    counts: dict[str, object]
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun:
    """When a kind of run comes next."""

    kind: RunKind
    title: str
    at: dt.datetime | None  # local; None: it never runs by itself
    due: bool  # now


def next_runs(services: Services, table: Timetable) -> tuple[NextRun, ...]:
    """Return when each kind of run comes next, in the order in which they are done."""
    now, calendar = services.now().astimezone(services.zone), services.calendar()
    done = done_so_far(services)
    found = []
    for kind, title in table.titles.items():
        at = next_at(kind, table, calendar, now, done)
        found.append(NextRun(kind=kind, title=title, at=at, due=at is not None and at <= now))
    return tuple(found)


def result_of(line: RunLine) -> str:
    """Return in words what a run did, how far it is, or why it failed."""
    if line.trouble:
        return line.trouble
    if line.state == RunState.RUNNING.value:
        return f"{line.done}/{line.pieces} 批" if line.pieces else ""
    counted = (
        f"{COUNTS[name]} {number}"
        for name, number in line.counts.items()
        if name in COUNTS and number
    )
    return "，".join(counted) or "没有变化"


def list_runs(services: Services, *, kind: str | None = None, limit: int = 20) -> list[RunLine]:
    """Return the newest runs first."""
    statement = select(Run).order_by(col(Run.started_at).desc(), col(Run.id).desc()).limit(limit)
    if kind is not None:
        statement = statement.where(col(Run.kind) == kind)
    with services.database.reading() as session:
        return [_line(session, run, services.now()) for run in session.scalars(statement)]


def _line(session: Session, run: Run, now: dt.datetime) -> RunLine:
    cut_off = runs.is_dead(session, run, now)
    state = RunState(run.state)
    end = run.finished_at or (run.beat_at if cut_off else now)
    return RunLine(
        kind=run.kind,
        title=RUN_KINDS.get(run.kind, run.kind),
        slot=run.slot,
        state=run.state,
        state_title="中断" if cut_off else RUN_STATES[state],
        cut_off=cut_off,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=None if end is None else max(0, int((end - run.started_at).total_seconds())),
        started_by=run.started_by,
        program=run.program,
        pieces=run.pieces,
        done=min(_done(session, run), run.pieces),
        counts=json.loads(run.counts),
        trouble=run.trouble,
    )


def _done(session: Session, run: Run) -> int:
    """Return how many batches this run, and whoever did them before it was taken up, finished."""
    if not run.pieces:
        return 0
    if run.state == RunState.FINISHED.value:
        return run.pieces
    batches = select(func.count()).select_from(RunBatch)
    return (
        session.scalar(
            batches.where(
                col(RunBatch.period) == run.slot,
                col(RunBatch.batch) >= 0,
                col(RunBatch.done_at).is_not(None),
            )
        )
        or 0
    )


def took(seconds: int | None) -> str:
    """Return how long something took, in words; nothing where it is not known."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds} 秒"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} 分 {seconds % _MINUTE} 秒"
    return f"{seconds // _HOUR} 小时 {seconds % _HOUR // _MINUTE} 分"


def delivery_hours(table: Timetable) -> str:
    """Return when letters leave."""
    hours = f"{table.deliver_from:%H:%M}–{table.deliver_to:%H:%M}"
    minutes = int(table.deliver_every.total_seconds() // 60)
    return f"工作日 {hours}，有信待发时每 {minutes} 分钟一次"
