"""The database as one SQLite file, while others go on writing: the same form for both engines."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import Engine

from config.settings import Settings
from models.copies import Told, copy_tables, counts
from models.engine import make_engine
from runtime import schema
from runtime.address import sqlite_file


class DamagedError(Exception):
    """A database file is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What an SQLite file holds that is whole."""

    revision: str
    rows: Mapping[str, int]


def take_snapshot(settings: Settings, into: Path, told: Told) -> Whole:
    """Write the database, as it is at one moment, into a new SQLite file."""
    file = sqlite_file(settings)
    if file is not None:
        with closing(sqlite3.connect(file)) as there, closing(sqlite3.connect(into)) as copy:
            there.backup(copy)
    else:
        with at_rest(settings.database_url) as source, fresh(into, _revision(source)) as target:
            copy_tables(source, target, told)
    return checked(into)


def checked(file: Path) -> Whole:
    """Return what a whole SQLite file holds; the file is left without any other beside it.

    Raises ``DamagedError`` for one that is not whole.
    """
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        found = [*raw.execute("PRAGMA integrity_check"), *raw.execute("PRAGMA foreign_key_check")]
    if found != [("ok",)]:
        raise DamagedError(found[0])
    engine = make_engine(f"sqlite:///{file}")
    with closing_engine(engine), engine.connect() as connection:
        whole = Whole(revision=_revision(connection), rows=counts(connection))
    with closing(sqlite3.connect(file)) as raw:  # our engine left a log beside it
        raw.execute("PRAGMA journal_mode = DELETE")
    return whole


@contextmanager
def at_rest(url: str) -> Iterator[Connection]:
    """Yield a connection that sees one state, whatever others write meanwhile."""
    engine = make_engine(url)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with closing_engine(engine), engine.connect() as connection:
        yield connection
        connection.rollback()


@contextmanager
def fresh(file: Path, revision: str) -> Iterator[Connection]:
    """Yield a writing transaction on a new SQLite file with the tables of a revision."""
    engine = make_engine(f"sqlite:///{file}")
    with closing_engine(engine):
        schema.upgrade(engine, revision)
        with engine.begin() as connection:
            yield connection


@contextmanager
def closing_engine(engine: Engine) -> Iterator[Engine]:
    """Give back every connection at the end."""
    try:
        yield engine
    finally:
        engine.dispose()


def _revision(source: Connection) -> str:
    found = schema.revision_on(source)
    if found is None:
        raise DamagedError
    return found
