"""Taking an import back: what it changed and nobody changed since; shown first, done once."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ForeignKey, Table, delete, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from casework.audit import note
from casework.import_back import Back, Kept, Since, cells_of, take_back
from casework.import_batches import batch_seen
from casework.import_changes import Change
from casework.import_known import Key, Known, read_written
from casework.import_trace import MODELS
from casework.refusal import Refusal, Unknown
from casework.roles import may_import
from casework.services import Actor, Services
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportBatch, ImportTrace
from models.tables import metadata
from models.writes import table_of, upsert
from policy.divisions import below

_CHUNK = 500
_REMOVED = (AnnualFigures, Statement, Qualification, Person, Alias, Enterprise)
_WHO_POINTS = {
    "case": "已建立事项",
    "deadline": "已有截止事项",
    "letter": "已给联系人写过信，改用导入更正",
    "letter_item": "已给联系人写过信，改用导入更正",
}
_ANYBODY = "已有别的记录与它有关"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What taking a batch back does, or did; ``done`` when it was."""

    number: int
    filename: str
    taken: tuple[Change, ...]
    kept: tuple[Kept, ...]
    done: bool = False

    @property
    def seal(self) -> str:
        """Return what is another one as soon as anything that is shown here differs."""
        return hashlib.sha256(repr((self.number, self.taken, self.kept)).encode()).hexdigest()


def preview_undo(services: Services, number: int) -> Undoing | Refusal:
    """Say what taking a batch back would do, and change nothing."""
    with services.database.reading() as session:
        found = _found(session, services, number, locking=False)
        return found if isinstance(found, Refusal) else _told(*found)


def undo(services: Services, number: int, *, by: Actor, seen: str = "") -> Undoing | Refusal:
    """Take a batch back in one transaction.

    ``seen`` is the seal of the preview that somebody agreed to: when it would do something else
    by now, it does nothing and comes back as a preview.
    """
    if refusal := may_import(by):
        return refusal

    def attempt(session: Session) -> Undoing | Refusal:
        found = _found(session, services, number, locking=True)
        if isinstance(found, Refusal):
            return found
        batch, back = found
        told = _told(batch, back)
        if seen and seen != told.seal:
            return told
        if not back.taken:
            return Refusal(reason=f"第 {number} 批已经没有可以撤回的内容")
        _write(session, back)
        _keep(session, services, batch, told, by=by)
        return _told(batch, back, done=True)

    return services.database.transact(attempt)


def _found(
    session: Session, services: Services, number: int, *, locking: bool
) -> tuple[ImportBatch, Back] | Refusal:
    batch = batch_seen(session, services, number, locking=locking)
    if batch is None:
        return Unknown(reason=f"没有编号为 {number} 的导入")
    if batch.undone_at is not None:
        at = batch.undone_at.astimezone(services.zone)
        return Refusal(reason=f"第 {number} 批已由 {batch.undone_by} 于 {at:%Y-%m-%d %H:%M} 撤销")
    wanted = select(ImportTrace).where(col(ImportTrace.batch_id) == number)
    traces = session.scalars(wanted.order_by(col(ImportTrace.id))).all()
    if not traces:
        return Refusal(reason=f"第 {number} 批没有改动什么，或是旧版本导入的，没有可以撤回的内容")
    codes = [trace.uscc for trace in traces]
    now = read_written(session, codes, locking=locking)
    divisions = {row["division_code"] for row in now[Enterprise].values()}
    divisions |= {trace.division_code for trace in traces}
    if services.division and not all(map(_ours(services), divisions)):
        return Refusal(reason="这一批还涉及别的行政区划的企业，请由上级办理")
    since = Since(
        now=now, later=cells_of(_later(session, number, codes)), bound=_bound(session, now)
    )
    return batch, take_back(traces, since)


def _ours(services: Services) -> Any:  # noqa: ANN401 - a predicate
    start = below(services.division)
    return lambda division: division.startswith(start)


def _later(session: Session, number: int, codes: Sequence[str]) -> Iterable[ImportTrace]:
    """Yield what later imports that are in force wrote about the same enterprises."""
    for some in _chunks(codes):
        wanted = (
            select(ImportTrace)
            .join(ImportBatch, col(ImportBatch.id) == col(ImportTrace.batch_id))
            .where(
                col(ImportTrace.batch_id) > number,
                col(ImportTrace.uscc).in_(some),
                col(ImportBatch.retired) == 0,
            )
        )
        yield from session.scalars(wanted)


def _bound(session: Session, now: Known) -> dict[tuple[str, int], str]:
    """Return the rows at which something else than an import's own rows points."""
    found: dict[tuple[str, int], str] = {}
    for model in (Enterprise, Person, Qualification):
        table, ids = table_of(model), [row["id"] for row in now[model].values()]
        for key in _pointing_at(table):
            why = _WHO_POINTS.get(key.parent.table.name, _ANYBODY)
            for some in _chunks(ids):
                pointed = session.scalars(select(key.parent).where(key.parent.in_(some)).distinct())
                found = {(table.name, number): why for number in pointed} | found
    return found


def _pointing_at(table: Table) -> Iterator[ForeignKey]:
    """Yield what points at a table from outside of what an import writes."""
    for other in metadata.sorted_tables:
        if other.name not in MODELS:
            yield from (key for key in other.foreign_keys if key.column.table is table)


def _write(session: Session, back: Back) -> None:
    for model, rows in back.updates.items():
        upsert(session, model, [_row(model, row) for row in rows.values()])
    for model in _REMOVED:
        keys = table_of(model).primary_key.columns
        gone = [_id(model, back.since.now, key) for key in back.removes[model]]
        for some in _chunks(gone):
            session.execute(delete(table_of(model)).where(tuple_(*keys).in_(some)))


def _row(model: type[SQLModel], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in table_of(model).c}


def _id(model: type[SQLModel], now: Known, key: Key) -> tuple[Any, ...]:
    row = now[model][key]
    return tuple(row[column.name] for column in table_of(model).primary_key.columns)


def _keep(
    session: Session, services: Services, batch: ImportBatch, told: Undoing, *, by: Actor
) -> None:
    """Note that a batch was taken back; its bytes may be imported once more."""
    kept = [asdict(each) for each in told.kept]
    batch.retired, batch.undone_by, batch.undone_at = told.number, by.name, services.now()
    counts: dict[str, Any] = {"taken": len(told.taken), "kept": kept}
    batch.undoing = json.dumps(counts, ensure_ascii=False)
    session.flush()
    changes = [asdict(each) for each in told.taken]
    detail = counts | {"batch": told.number, "file": batch.filename, "changes": changes}
    note(session, services, by, "import_undo", (f"import/{batch.digest[:16]}", detail))


def _told(batch: ImportBatch, back: Back, *, done: bool = False) -> Undoing:
    return Undoing(
        number=batch.id or 0,
        filename=batch.filename,
        taken=tuple(back.taken),
        kept=tuple(back.kept),
        done=done,
    )


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
