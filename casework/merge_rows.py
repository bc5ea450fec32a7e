"""The rows that a merge changes: cell by cell, so that each can be set back exactly.

Each row is sealed as the merge left it. Taking the merge back asks for the same seals, and that
no more rows hang on what moved than hung on it then: whatever was done since is never torn apart.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Date, Table, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from models.base import metadata
from models.engine import StaleWorkError
from models.letter import LetterItem
from models.writes import changed_rows, table_of

Cells = Mapping[str, tuple[Any, Any]]  # column -> before, after

TITLES = {
    "case": "事项",
    "deadline": "截止事项",
    "record": "登记",
    "qualification": "资格",
    "annual_figures": "年度数据",
    "statement": "其他情况",
    "alias": "其他名称",
    "note": "备注",
    "clock_event": "期限的办理",
    "person": "联系人",
    "review": "待审提议",
    "answer": "企业答复",
    "letter_item": "提醒",
}
_PARENTS = ("case", "deadline", "qualification", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row that changes: its primary key as it was, and its cells before and after."""

    table: str
    key: tuple[Any, ...]
    cells: Cells
    seal: str = ""

    @property
    def key_after(self) -> tuple[Any, ...]:
        """Return the primary key once it is done."""
        names = [column.name for column in _table(self.table).primary_key.columns]
        pairs = zip(names, self.key, strict=True)
        return tuple(self.cells[name][1] if name in self.cells else old for name, old in pairs)


def step(model: type[SQLModel], row: Mapping[str, Any], **after: object) -> Step:
    """Return what sets these cells of a row."""
    table = table_of(model)
    return Step(
        table=table.name,
        key=tuple(row[column.name] for column in table.primary_key.columns),
        cells={name: (row[name], value) for name, value in after.items()},
    )


def do(session: Session, steps: Sequence[Step]) -> list[Step]:
    """Change the rows; return the steps sealed as the rows now stand."""
    for each in steps:
        after = {name: pair[1] for name, pair in each.cells.items()}
        _write(session, each.table, each.key, after)
    return [
        Step(table=each.table, key=each.key, cells=each.cells, seal=_seal(session, each))
        for each in steps
    ]


def undo(session: Session, steps: Sequence[Step]) -> None:
    """Set the rows back."""
    for each in reversed(steps):
        before = {name: pair[0] for name, pair in each.cells.items()}
        _write(session, each.table, each.key_after, before)


def touched(session: Session, steps: Sequence[Step]) -> list[str]:
    """Return what sort of rows were changed since, each named once."""
    changed = [TITLES[each.table] for each in steps if _seal(session, each) != each.seal]
    return list(dict.fromkeys(changed))


def hanging(session: Session, steps: Sequence[Step]) -> dict[str, int]:
    """Return how many rows hang on those that change, by table and column."""
    ids: dict[str, list[Any]] = {name: [] for name in _PARENTS}
    for each in steps:
        if each.table in ids:
            ids[each.table].append(each.key[0])
    counts: dict[str, int] = {}
    for child, column, parent in _bonds():
        asked = select(func.count()).select_from(child).where(child.c[column].in_(ids[parent]))
        counts[f"{child.name}.{column}"] = session.scalar(asked) or 0
    return counts


def to_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as they are kept."""
    return [
        {
            "table": each.table,
            "key": list(each.key),
            "cells": {name: [_plain(cell) for cell in pair] for name, pair in each.cells.items()},
            "seal": each.seal,
        }
        for each in steps
    ]


def from_json(kept: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Return steps that were kept."""
    return [
        Step(
            table=each["table"],
            key=tuple(each["key"]),
            cells={
                name: (_stored(each["table"], name, before), _stored(each["table"], name, after))
                for name, (before, after) in each["cells"].items()
            },
            seal=each["seal"],
        )
        for each in kept
    ]


def seal_of(steps: Sequence[Step], *words: str) -> str:
    """Return what is another one as soon as the steps are, or the words beside them."""
    text = json.dumps([to_json(steps), words], sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _bonds() -> Iterator[tuple[Table, str, str]]:
    for child in metadata.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table.name in _PARENTS:
                yield child, key.parent.name, key.column.table.name


def _seal(session: Session, each: Step) -> str:
    """Return the seal of a row as it stands; of a reminder only its name, for it is still sent."""
    table = _table(each.table)
    row = session.execute(select(table).where(*_named(table, each.key_after))).mappings().first()
    if row is None:
        return ""
    said = {name: row[name] for name in (each.cells if table is _ITEMS else row)}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()


def _write(session: Session, name: str, key: tuple[Any, ...], values: Mapping[str, object]) -> None:
    table = _table(name)
    done = session.execute(update(table).where(*_named(table, key)).values(**values))
    if changed_rows(done) != 1:
        raise StaleWorkError(name)


def _named(table: Table, key: tuple[Any, ...]) -> list[Any]:
    columns = table.primary_key.columns
    return [column == value for column, value in zip(columns, key, strict=True)]


def _table(name: str) -> Table:
    return metadata.tables[name]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _stored(table: str, column: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    is_date = value is not None and isinstance(_table(table).c[column].type, Date)
    return dt.date.fromisoformat(value) if is_date else value


_ITEMS = table_of(LetterItem)
