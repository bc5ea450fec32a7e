"""Set-based writing that is the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

Row = Mapping[str, Any]
# PostgreSQL allows 65,535 parameters in a statement and SQLite 32,766.
_MOST_PARAMETERS = 30_000


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def insert_new(
    session: Session, model: type[SQLModel], rows: Sequence[Row], *, returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert the rows that no unique key refuses; return these columns of those inserted.

    The unique key is the promise: asking twice inserts once. All rows need the same columns.
    """
    inserted: list[tuple[Any, ...]] = []
    for chunk in _chunks(rows):
        statement = _insert(session, model).values(chunk).on_conflict_do_nothing()
        if not returning:
            session.execute(statement)
            continue
        columns = [table_of(model).c[name] for name in returning]
        inserted += [tuple(row) for row in session.execute(statement.returning(*columns))]
    return inserted


def upsert(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert the rows; where the primary key exists, replace the other columns."""
    keys = {column.name for column in table_of(model).primary_key.columns}
    for chunk in _chunks(rows):
        statement = _insert(session, model).values(chunk)
        changed = {name: statement.excluded[name] for name in chunk[0] if name not in keys}
        session.execute(statement.on_conflict_do_update(index_elements=sorted(keys), set_=changed))


def changed_rows(result: object) -> int:
    """Return how many rows an UPDATE changed."""
    return cast("CursorResult[Any]", result).rowcount


def _insert(session: Session, model: type[SQLModel]) -> Any:  # noqa: ANN401 - two classes
    dialect = session.get_bind().dialect.name
    module: Any = sqlite if dialect == "sqlite" else postgresql
    return module.insert(table_of(model))


def _chunks(rows: Sequence[Row]) -> list[list[dict[str, Any]]]:
    if not rows:
        return []
    size = max(1, _MOST_PARAMETERS // len(rows[0]))
    return [[dict(row) for row in rows[n : n + size]] for n in range(0, len(rows), size)]
