"""Which state the data is in: a word that is another one after every commit of anybody."""

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import Engine
from typing_extensions import override


class Versions(Protocol):
    """Tells the versions of one database."""

    def now(self) -> str | None:
        """Return the version; None where nobody can say."""

    def close(self) -> None:
        """Give back what is held open for it."""


class _OfFile(Versions):
    """SQLite tells a connection whether others have written: one is kept for nothing else."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    @override
    def now(self) -> str | None:
        with self._lock:
            return str(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @override
    def close(self) -> None:
        with self._lock:
            self._connection.close()


class _OfServer(Versions):
    """PostgreSQL tells which transactions a reader sees: the same ones, the same data."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @override
    def now(self) -> str | None:
        with self._engine.connect() as connection:
            return str(connection.scalar(text("SELECT pg_current_snapshot()::text")))

    @override
    def close(self) -> None:
        pass


class _OfNone(Versions):
    """A database in memory belongs to whoever made it."""

    @override
    def now(self) -> str | None:
        return None

    @override
    def close(self) -> None:
        pass


def versions_of(engine: Engine) -> Versions:
    """Return who tells the versions of a database."""
    if engine.dialect.name != "sqlite":
        return _OfServer(engine)
    path = Path(engine.url.database or ":memory:")
    return _OfFile(path) if path.is_file() else _OfNone()
