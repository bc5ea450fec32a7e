"""Set-based writing that is the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Compiled, CursorResult, Dialect
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from models.engine import StaleWorkError

Row = Mapping[str, Any]


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def insert_new(
    session: Session, model: type[SQLModel], rows: Sequence[Row], *, returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert the rows that no unique key refuses; return these columns of those inserted.

    The unique key is the promise: asking twice inserts once. All rows need the same columns.
    """
    if not rows:
        return []
    connection: Any = session.connection()  # to the types, what is compiled is not executed
    named = (tuple(rows[0]), tuple(returning))
    statement = _inserting(connection.dialect, model, named, many=len(rows) > 1)
    # A list beside the statement, not inside it: SQLAlchemy then compiles one row for all.
    inserted = connection.execute(statement, _copies(rows))
    return [tuple(row) for row in inserted] if returning else []


def insert_all(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert the rows; StaleWorkError when a unique key refuses one: somebody was first."""
    if rows:
        statement = _insert(session, model).on_conflict_do_nothing()
        counting = statement.execution_options(preserve_rowcount=True)
        if changed_rows(session.execute(counting, _copies(rows))) != len(rows):
            raise StaleWorkError(model.__name__)


def upsert(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert the rows; where the primary key exists, replace the other columns."""
    keys = {column.name for column in table_of(model).primary_key.columns}
    if not rows:
        return
    statement = _insert(session, model)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    upserting = statement.on_conflict_do_update(index_elements=sorted(keys), set_=changed)
    session.execute(upserting, _copies(rows))


def changed_rows(result: object) -> int:
    """Return how many rows an UPDATE changed."""
    return cast("CursorResult[Any]", result).rowcount


@lru_cache(maxsize=256)
def _inserting(
    dialect: Dialect,
    model: type[SQLModel],
    named: tuple[tuple[str, ...], tuple[str, ...]],  # the columns given, and those returned
    *,
    many: bool,
) -> Compiled:
    """Return the statement that inserts what is new, compiled once.

    SQLAlchemy itself keeps none with ON CONFLICT, and would compile each of them anew.
    """
    given, returning = named
    statement = _insert_on(dialect.name, model).on_conflict_do_nothing()
    if returning:
        statement = statement.returning(*(table_of(model).c[name] for name in returning))
    compiled: Compiled = statement.compile(
        dialect=dialect, column_keys=list(given), for_executemany=many
    )
    return compiled


def _insert(session: Session, model: type[SQLModel]) -> Any:  # noqa: ANN401 - two classes
    return _insert_on(session.get_bind().dialect.name, model)


def _insert_on(dialect: str, model: type[SQLModel]) -> Any:  # noqa: ANN401 - two classes
    module: Any = sqlite if dialect == "sqlite" else postgresql
    return module.insert(table_of(model))


def _copies(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
