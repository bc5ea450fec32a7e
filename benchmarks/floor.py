"""The floor: read the same tables, write the same rows, and think nothing in between."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Table

from models.copies import FOLLOWING
from models.tables import metadata

Rows = list[tuple[object, ...]]

# What a monthly run reads.
INPUTS = (
    "enterprise",
    "person",
    "annual_figures",
    "statement",
    "qualification",
    "case",
    "assessment",
    "deadline",
    "record",
    "review",
    "waiver",
    "clock_event",
)


def written(before: Path, after: Path) -> dict[str, Rows]:
    """Return table -> the rows that are new or changed in ``after``, parents first."""
    with _connected(after) as connection:
        connection.execute("ATTACH ? AS old", (str(before),))
        found = {
            table.name: connection.execute(
                f'SELECT {_columns(table)} FROM main."{table.name}" '  # noqa: S608 - names of our own tables
                f'EXCEPT SELECT {_columns(table)} FROM old."{table.name}"'
            ).fetchall()
            for table in metadata.sorted_tables
            if table.name not in FOLLOWING  # triggers write them, of the floor's rows too
        }
    return {name: rows for name, rows in found.items() if rows}


def floor(path: Path, rows: Mapping[str, Rows], *, reads: tuple[str, ...] = INPUTS) -> None:
    """Read every input once, and write the rows in one transaction."""
    with _connected(path) as connection:
        for table in reads:
            connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - as above
        connection.execute("BEGIN IMMEDIATE")
        for table, new in rows.items():
            connection.executemany(_upsert(table), new)
        connection.execute("COMMIT")


def _upsert(name: str) -> str:
    table = metadata.tables[name]
    columns = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    changed = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
    return (
        f'INSERT INTO "{name}" ({_listed(columns)}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 - names of our own columns
        f" ON CONFLICT ({_listed(keys)}) DO UPDATE SET {changed}"
    )


def _columns(table: Table) -> str:
    """Return the columns as the models order them; a migrated file may have them otherwise."""
    return _listed([column.name for column in table.columns])


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        yield connection
