"""Upkeep of the database: the log folded in, free space given back, sums and statistics renewed."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine

from models.tallies import fold

_PATIENCE_MS = 2_000  # whoever works comes first: what did not work out tonight does tomorrow
_MUCH_FREE = 20 * 1024**2
_A_QUARTER = 4
_ROWS_LOOKED_AT = 1_000  # of an index: enough to plan by, and quick
_BIGGEST = 4 * 1024**3  # to copy more would keep everybody waiting for too long
# The tables that grow; PostgreSQL looks after the rest by itself.
_BIG = ("case", "transition", "assessment", "deadline", "letter", "letter_item", "annual_figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What was done to the database itself."""

    freed_bytes: int = 0
    compacted: bool = False


def tend(engine: Engine) -> Tended:
    """Keep the database small and quick; what would keep somebody waiting is left undone."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            fold(connection)
        _analyze(engine)
        return Tended()
    return tend_file(Path(engine.url.database or ""))


def tend_file(path: Path) -> Tended:
    """Do the same to an SQLite file, ours or Prefect's."""
    before = _size(path)
    connection = sqlite3.connect(path, timeout=_PATIENCE_MS / 1000, isolation_level=None)
    try:
        connection.execute(f"PRAGMA analysis_limit = {_ROWS_LOOKED_AT}")
        connection.execute("ANALYZE")  # `optimize` looks only at what this connection asked for
        _fold_in(connection)
        compacted = _much_is_free(connection, path) and _compact(connection)
    except sqlite3.OperationalError:  # somebody works
        compacted = False
    finally:
        connection.close()
    return Tended(freed_bytes=max(before - _size(path), 0), compacted=compacted)


def _fold_in(connection: sqlite3.Connection) -> None:
    """Write the log into the file and cut it to nothing, when no reader needs it any more."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _much_is_free(connection: sqlite3.Connection, path: Path) -> bool:
    def number(pragma: str) -> int:
        return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    size, free = number("page_count"), number("freelist_count")
    page = number("page_size")
    room = shutil.disk_usage(path.parent).free > 2 * size * page  # a copy, and its log
    worth = free * page > _MUCH_FREE and free * _A_QUARTER > size
    return worth and room and size * page <= _BIGGEST


def _compact(connection: sqlite3.Connection) -> bool:
    """Write the file anew, unless somebody works on it."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("VACUUM")
    _fold_in(connection)
    return True


def _size(path: Path) -> int:
    files = (path, Path(f"{path}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in _BIG:
            connection.exec_driver_sql(f'ANALYZE "{table}"')
