"""The imports that were applied, as these eyes may see them: the list, and what one changed."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.import_back import Kept
from casework.import_changes import Change
from casework.import_trace import changes_of
from casework.refusal import Refusal, Unknown
from casework.scope import within
from casework.services import Services
from models.imports import ImportBatch, ImportTrace

PAGE = 50  # batches of the list, enterprises of one


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One import: when, who, how many rows; and whether it was taken back."""

    number: int
    filename: str
    by: str
    at: dt.datetime
    new: int
    changed: int
    unchanged: int
    undone_by: str
    undone_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchList:
    """One page, the newest first; ``following`` is where the next one starts."""

    lines: tuple[BatchLine, ...]
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """One import with what it changed, some enterprises at a time."""

    line: BatchLine
    enterprises: int  # that these eyes may see
    changes: tuple[Change, ...]
    following: int | None
    taken: int = 0
    kept: tuple[Kept, ...] = ()  # what could not be taken back


def list_batches(services: Services, *, before: int = 0, limit: int = PAGE) -> BatchList:
    """Return the imports with a smaller number than ``before``; 0: the newest."""
    wanted = select(ImportBatch).where(*_seen(services)).order_by(col(ImportBatch.id).desc())
    if before:
        wanted = wanted.where(col(ImportBatch.id) < before)
    with services.database.reading() as session:
        found = session.scalars(wanted.limit(limit + 1)).all()
    lines = tuple(_line(batch) for batch in found[:limit])
    return BatchList(lines=lines, following=lines[-1].number if len(found) > limit else None)


def batch_page(
    services: Services, number: int, *, after: int = 0, limit: int = PAGE
) -> BatchPage | Refusal:
    """Return one import; its changes start behind the trace ``after``."""
    ours = (
        col(ImportTrace.batch_id) == number,
        *within(services, col(ImportTrace.division_code)),
    )
    wanted = select(ImportTrace).where(*ours, col(ImportTrace.id) > after)
    with services.database.reading() as session:
        batch = batch_seen(session, services, number)
        if batch is None:
            return Unknown(reason=f"没有编号为 {number} 的导入")
        traces = session.scalars(wanted.order_by(col(ImportTrace.id)).limit(limit + 1)).all()
        how_many = session.scalar(select(func.count()).select_from(ImportTrace).where(*ours)) or 0
        undoing = json.loads(batch.undoing)
        codes = set(session.scalars(select(col(ImportTrace.uscc)).where(*ours)))
    some = traces[:limit]
    kept = [Kept(**each) for each in undoing.get("kept", ())]
    return BatchPage(
        line=_line(batch),
        enterprises=how_many,
        changes=tuple(change for trace in some for change in changes_of(trace)),
        following=some[-1].id if len(traces) > limit else None,
        taken=undoing.get("taken", 0),
        kept=tuple(each for each in kept if each.uscc in codes),
    )


def batch_seen(
    session: Session, services: Services, number: int, *, locking: bool = False
) -> ImportBatch | None:
    """Return an import, if these eyes may see it."""
    wanted = select(ImportBatch).where(col(ImportBatch.id) == number, *_seen(services))
    return session.scalar(wanted.with_for_update() if locking else wanted)


def _seen(services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that an import was ours, or wrote about an enterprise of ours."""
    if not services.division:
        return ()
    about_ours = exists().where(
        col(ImportTrace.batch_id) == col(ImportBatch.id),
        *within(services, col(ImportTrace.division_code)),
    )
    return (or_(*within(services, col(ImportBatch.division)), about_ours),)


def _line(batch: ImportBatch) -> BatchLine:
    counts = json.loads(batch.counts)
    return BatchLine(
        number=batch.id or 0,
        filename=batch.filename,
        by=batch.by,
        at=batch.at,
        new=counts.get("new", 0),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        undone_by=batch.undone_by,
        undone_at=batch.undone_at,
    )
