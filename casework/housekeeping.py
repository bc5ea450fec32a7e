"""Housekeeping: what nothing depends on any more is removed, a little at a time (ADR 0020).

What a promise needs stays: whatever was put into a letter, every claim of a deadline that is
still open or that the next sweep may speak for, and the newest finished run of each kind.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import SQLModel, col

from casework import runs
from casework.once import KEPT_FOR
from casework.remind import swept_on
from casework.services import Services
from casework.uploads import forgotten
from config.settings import KeepPart
from models.api import KeptAnswer
from models.case import Review, ReviewState
from models.deadline import Deadline, DeadlineState
from models.imports import ImportBatch, ImportTrace, Upload
from models.ledger import Alarm, Run, RunBatch, RunState
from models.letter import ItemState, Letter, LetterItem, LetterState
from models.upkeep import Tended, tend
from models.webhooks import CallState, Webhook, WebhookCall
from models.writes import changed_rows, table_of
from notifications.folder import PARTIAL, SUFFIX, file_name
from policy.workdays import add_months

_AT_ONCE = 500  # rows of one transaction: nobody waits for more than that
_SETTLED = (LetterState.SENT.value, LetterState.SUPPRESSED.value, LetterState.FAILED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class HousekeepingReport:
    """What was removed, or would be; bytes only where the database is a file."""

    runs: int
    batches: int
    unsaid: int  # reminders that never went into a letter
    letter_files: int
    uploads: int = 0  # files that waited for a yes, and what old imports wrote
    calls: int = 0  # of webhooks, that ended, and answers kept for who asks the same again
    history: int = 0  # records that Prefect kept of runs
    freed_bytes: int = 0
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cellar:
    """The data folder, how long things stay in it, and whether to look only."""

    home: Path
    letters: Path
    keep: KeepPart
    dry_run: bool = False


def tidy(services: Services, cellar: Cellar) -> HousekeepingReport:
    """Remove what is older than it need be; again on the same day finds nothing more."""
    if cellar.dry_run:
        return _tidy(services, cellar)
    begun = services.database.transact(
        lambda session: runs.begin(session, services, runs.HOUSEKEEPING, f"{services.today}")
    )
    with runs.failure_noted(services, begun):
        report = _tidy(services, cellar)
        counts = json.dumps(_rows_of(report), sort_keys=True)
        services.database.transact(lambda session: runs.finish(session, services, begun, counts))
    return report


def _tidy(services: Services, cellar: Cellar) -> HousekeepingReport:
    keep, today = cellar.keep, services.today
    old = _remove(services, Run, _old_runs(add_months(today, -keep.runs_months)), cellar)
    batches = _remove(services, RunBatch, _old_batches(services, keep), cellar)
    unsaid = _remove(services, LetterItem, _never_said(services, keep), cellar)
    uploads = _remove(services, Upload, forgotten(services), cellar)
    uploads += _remove(services, ImportTrace, _old_traces(services, keep), cellar)
    calls = _remove(services, WebhookCall, _old_calls(services, keep), cellar)
    calls += _remove(services, KeptAnswer, _old_answers(services), cellar)
    files = sum(1 for _ in _letter_files(services, cellar))
    tended = Tended() if cellar.dry_run else tend(services.database.engine)
    return HousekeepingReport(
        runs=old,
        batches=batches,
        unsaid=unsaid,
        letter_files=files,
        uploads=uploads,
        calls=calls,
        freed_bytes=tended.freed_bytes,
        dry_run=cellar.dry_run,
    )


def _old_runs(before: dt.date) -> Sequence[ColumnElement[bool]]:
    """Return which runs nothing asks for: over, old, and not the newest finished of their kind."""
    newer = aliased(Run)
    is_newest = ~exists().where(
        col(newer.kind) == col(Run.kind),
        col(newer.state) == RunState.FINISHED.value,
        col(newer.slot) > col(Run.slot),
    )
    return (
        col(Run.state) != RunState.RUNNING.value,
        func.coalesce(col(Run.finished_at), col(Run.started_at)) < _start_of(before),
        ~is_newest,
    )


def _old_batches(services: Services, keep: KeepPart) -> Sequence[ColumnElement[bool]]:
    """Return which batches belong to months that are over and long past."""
    month = f"{add_months(services.today, -keep.runs_months):%Y-%m}"
    unfinished = exists().where(
        col(Run.kind) == runs.MONTHLY,
        col(Run.slot) == col(RunBatch.period),
        col(Run.state) == RunState.RUNNING.value,
    )
    return col(RunBatch.period) < month, ~unfinished


def _old_traces(services: Services, keep: KeepPart) -> Sequence[ColumnElement[bool]]:
    """Return what imports wrote that are too old to be taken back."""
    before = _start_of(add_months(services.today, -keep.runs_months))
    old = select(col(ImportBatch.id)).where(col(ImportBatch.at) < before)
    return (col(ImportTrace.batch_id).in_(old),)


def _old_calls(services: Services, keep: KeepPart) -> Sequence[ColumnElement[bool]]:
    """Return which calls ended long ago, of moves that are looked through once and for all."""
    never_again = exists().where(
        col(Webhook.name) == col(WebhookCall.webhook),
        col(Webhook.seen) >= col(WebhookCall.transition_id),
    )
    before = _start_of(add_months(services.today, -keep.letter_files_months))
    ended = col(WebhookCall.state) != CallState.DUE.value
    return ended, col(WebhookCall.ended_at) < before, never_again


def _old_answers(services: Services) -> Sequence[ColumnElement[bool]]:
    """Return which answers nobody is promised any more, whatever became of their token."""
    return (col(KeptAnswer.at) < services.now() - KEPT_FOR,)


def _never_said(services: Services, keep: KeepPart) -> Sequence[ColumnElement[bool]]:
    """Return which claims ended outside any letter, long ago, in matters that are over.

    A claim is what keeps its rung from being sent twice: it outlives its deadline, and every
    day that a sweep may still speak for.
    """
    old = add_months(services.today, -keep.unsaid_months)
    with services.database.reading() as session:
        swept = swept_on(session)
    before = min(old, swept) if swept else old
    alive = (
        exists().where(
            col(Deadline.id) == col(LetterItem.deadline_id),
            (col(Deadline.state) == DeadlineState.OPEN.value) | (col(Deadline.due_on) >= before),
        ),
        exists().where(
            col(Review.id) == col(LetterItem.review_id),
            col(Review.state) == ReviewState.OPEN.value,
        ),
        exists().where(col(Alarm.id) == col(LetterItem.alarm_id), col(Alarm.cleared_at).is_(None)),
    )
    return (
        col(LetterItem.state) != ItemState.CLAIMED.value,
        col(LetterItem.letter_id).is_(None),
        col(LetterItem.speaks_on) < before,
        *(~each for each in alive),
    )


def _remove(
    services: Services,
    model: type[SQLModel],
    which: Sequence[ColumnElement[bool]],
    cellar: Cellar,
) -> int:
    """Remove such rows, some at a time, each time asking anew; return how many."""
    id_: Any = table_of(model).c.id
    removed, after = 0, 0
    while True:
        with services.database.reading() as session:
            wanted = select(id_).where(id_ > after, *which).order_by(id_).limit(_AT_ONCE)
            ids = session.scalars(wanted).all()
        if not ids:
            return removed
        removed += len(ids) if cellar.dry_run else _delete(services, model, (id_.in_(ids), *which))
        after = ids[-1]


def _delete(services: Services, model: type[SQLModel], which: Sequence[ColumnElement[bool]]) -> int:
    def attempt(session: Session) -> int:
        statement = delete(table_of(model)).where(*which)
        return changed_rows(session.execute(statement))

    return services.database.transact(attempt)


def _letter_files(services: Services, cellar: Cellar) -> Iterator[Path]:
    """Remove old letter files and yield them; whatever leads out of the data folder is not ours."""
    folder = cellar.letters
    if not folder.is_dir() or not folder.resolve().is_relative_to(cellar.home.resolve()):
        return
    before = _start_of(add_months(services.today, -cellar.keep.letter_files_months)).timestamp()
    needed = _unsettled_files(services)
    for path in sorted(folder.iterdir()):
        is_letter = path.suffix in {SUFFIX, PARTIAL} and path.is_file() and not path.is_symlink()
        if is_letter and path.name not in needed and path.stat().st_mtime < before:
            if not cellar.dry_run:
                path.unlink(missing_ok=True)
            yield path


def _unsettled_files(services: Services) -> frozenset[str]:
    """Return the files by which it is found out whether a letter has left."""
    with services.database.reading() as session:
        rows = session.scalars(
            select(col(Letter.message_id)).where(
                col(Letter.state).not_in(_SETTLED), col(Letter.message_id) != ""
            )
        )
        return frozenset(map(file_name, rows))


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


def _rows_of(report: HousekeepingReport) -> dict[str, object]:
    """Return what is the same on every machine: how files lie on a disk is not."""
    ours = {"runs", "batches", "unsaid", "letter_files", "uploads", "calls"}
    return {name: number for name, number in asdict(report).items() if name in ours}
