"""Carrying entries of the audit chain away: exactly what is filtered, and that is noted too.

The lines with hashes prove themselves anywhere: each seals its own words and the seal of the entry
before it. The table is for reading.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.audit_page import AuditFilter, AuditLine, conditions, in_words
from casework.refusal import Refusal
from casework.roles import may_audit
from casework.services import Actor, Services
from exchange.csv_file import csv_of
from models.audit import sealed
from models.ledger import AuditEntry

MOST = 100_000
_AT_ONCE = 1_000  # whose names are asked for together
_HEADER = ("编号", "时间", "谁", "从哪里", "做了什么", "对象", "内容", "印记")
_KEYS = ("id", "at", "by", "source", "act", "subject", "detail", "previous", "seal")


class Form(StrEnum):
    """How entries are carried away."""

    TABLE = "csv"
    LINES = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file of entries."""

    content: bytes
    name: str
    media_type: str
    entries: int


def export(services: Services, wanted: AuditFilter, form: Form, *, by: Actor) -> Export | Refusal:
    """Return every entry of a filter as a file, the earliest first; the act is noted."""
    if refused := may_audit(by):
        return refused
    where = tuple(conditions(services, wanted))
    with services.database.reading() as session:
        number = session.scalar(select(func.count()).select_from(AuditEntry).where(*where)) or 0
        if number > MOST:
            return Refusal(reason=f"有 {number} 条，一次最多 {MOST} 条，请缩小日期范围再导出")
        rows = session.scalars(select(AuditEntry).where(*where).order_by(col(AuditEntry.id))).all()
        if form is Form.TABLE:
            content, kind = csv_of(_HEADER, _cells(session, services, rows)), "text/csv"
        else:
            content, kind = _lines(rows), "application/jsonl"
    asked = {name: value for name, value in _asked(wanted) if value}
    detail = {"form": form.value, "entries": number, "filter": asked, "division": services.division}
    about = (f"staff/{by.login}" if by.login else "audit", detail)
    services.database.transact(lambda session: note(session, services, by, "audit.export", about))
    name = f"操作记录-{services.today}.{form.value}"
    return Export(content=content, name=name, media_type=kind, entries=number)


def _asked(wanted: AuditFilter) -> Iterator[tuple[str, object]]:
    for name in ("who", "act", "subject", "first", "last", "words"):
        yield name, getattr(wanted, name)


def _cells(
    session: Session, services: Services, rows: Sequence[AuditEntry]
) -> Iterator[Sequence[object]]:
    for start in range(0, len(rows), _AT_ONCE):
        for line in in_words(session, services, rows[start : start + _AT_ONCE]):
            yield _row(services, line)


def _row(services: Services, line: AuditLine) -> Sequence[object]:
    at = f"{line.at.astimezone(services.zone):%Y-%m-%d %H:%M:%S}"
    told = "；".join(line.details)
    return line.id, at, line.by, line.source, line.act, line.about, told, line.seal


def _lines(rows: Iterable[AuditEntry]) -> bytes:
    told = (
        {
            **{name: getattr(row, name) for name in _KEYS},
            "at": row.at.astimezone(dt.UTC).isoformat(),
        }
        for row in rows
    )
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in told).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What checking a file of lines found."""

    entries: int
    gaps: int  # how often entries lie between two lines that are not in the file
    wrong: tuple[int, ...]  # numbers of lines, from 1, that were changed or do not follow


def prove(lines: Iterable[str]) -> Proof:
    """Check each line by its own words, and each against the one before it where they touch."""
    before: dict[str, object] = {}
    entries, gaps, wrong = 0, 0, []
    for number, line in enumerate(lines, 1):
        entry = _read(line)
        entries += 1
        follows = not before or _follows(before, entry)
        touches = bool(before) and entry.get("previous") == before.get("seal")
        gaps += bool(before) and not touches
        if not follows or not _is_sealed(entry):
            wrong.append(number)
        before = entry
    return Proof(entries=entries, gaps=gaps, wrong=tuple(wrong))


def _read(line: str) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _follows(before: dict[str, object], entry: dict[str, object]) -> bool:
    """Say whether a line comes later, and is linked where it is the very next entry."""
    first, second = before.get("id"), entry.get("id")
    if not isinstance(first, int) or not isinstance(second, int) or second <= first:
        return False
    return second > first + 1 or entry.get("previous") == before.get("seal")


def _is_sealed(entry: dict[str, object]) -> bool:
    told = [entry.get(name) for name in _KEYS[1:]]
    if not all(isinstance(each, str) for each in told):
        return False
    at, by, source, act, subject, detail, previous, seal = map(str, told)
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return False
    return sealed((previous, moment, by, source), (act, subject, detail)) == seal
