"""Whole tables from one database into another: ids kept, parents first, every row compared.

What is copied is what is there: a database of an older revision is copied as that revision.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, MetaData, Table, func, insert, inspect, select

from models.names import NAME_GRAM
from models.tables import metadata
from models.tallies import CASE_TALLY, TALLIES, fold

Told: TypeAlias = Callable[[str, int], object]  # hears a table's name and how many rows went in

_AT_ONCE = 5_000
# One says where a schema stands; the others follow from the rest, and are written by triggers.
FOLLOWING = frozenset({NAME_GRAM, *(table.name for table in TALLIES)})
_NOT_COPIED = FOLLOWING | {"alembic_version"}
_WRAP = 2**256


class CopyDiffersError(Exception):
    """What arrived is not what was sent; nothing of it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many rows a table has, and a digest of them that knows no order and no engine."""

    rows: int
    digest: str


def tables_of(connection: Connection) -> tuple[Table, ...]:
    """Return the tables that are there, those that others refer to first."""
    looking = inspect(connection)
    names = [name for name, _ in looking.get_sorted_table_and_fkc_names() if name]
    made = MetaData()
    return tuple(
        Table(name, made, *_columns(name, looking.get_columns(name)))
        for name in names
        if name not in _NOT_COPIED
    )


def survey(connection: Connection) -> dict[str, Survey]:
    """Return what each table holds."""
    return {table.name: _surveyed(_rows(connection, table)) for table in tables_of(connection)}


def counts(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = tables_of(connection)
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def copy_tables(source: Connection, target: Connection, told: Told) -> dict[str, Survey]:
    """Copy every row into empty tables of the same revision, in the target's transaction.

    A table of somebody else's beside ours has no place there and is left alone. Raises
    ``CopyDiffersError`` unless the target then holds exactly the same.
    """
    sent = {}
    for table in tables_of(target):
        sent[table.name] = _surveyed(_copied(source, target, table, told))
        _go_on_counting(target, table)
    if inspect(target).has_table(CASE_TALLY):
        fold(target)
    if survey(target) != sent:
        raise CopyDiffersError
    return sent


def _columns(table: str, found: Iterable[Mapping[str, Any]]) -> Iterator[Column[Any]]:
    """Yield columns that read as our own do: each engine has its own idea of a moment."""
    ours = metadata.tables.get(table)
    known = {column.name: column.type for column in ours.c} if ours is not None else {}
    for each in found:
        yield Column(each["name"], known.get(each["name"], each["type"]))


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    yield from connection.execute(select(table), execution_options={"yield_per": _AT_ONCE})


def _copied(
    source: Connection, target: Connection, table: Table, told: Told
) -> Iterator[Sequence[Any]]:
    """Yield each row once it has gone into the target."""
    asked = source.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    done = 0
    for some in asked.partitions():
        target.execute(insert(table), [dict(row._mapping) for row in some])  # noqa: SLF001
        done += len(some)
        told(table.name, done)
        yield from some


def _surveyed(rows: Iterable[Sequence[Any]]) -> Survey:
    number = total = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007 - the last one is the count
        seal = hashlib.sha256(repr(tuple(row)).encode()).digest()
        total = (total + int.from_bytes(seal)) % _WRAP
    return Survey(rows=number, digest=f"{total:064x}")


def _go_on_counting(target: Connection, table: Table) -> None:
    """Let new rows get numbers above those that came with theirs; SQLite does so by itself."""
    if target.dialect.name == "postgresql" and "id" in table.c:
        last = target.scalar(select(func.max(table.c.id)))
        counter = func.pg_get_serial_sequence(f'"{table.name}"', "id")
        target.execute(select(func.setval(counter, last or 1, last is not None)))
