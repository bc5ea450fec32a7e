"""The database: engine, sessions that lose no update, and bounded retries."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from models.versions import Versions, versions_of
from policy.spoken import SpokenError

T = TypeVar("T")

BUSY_MS = 30_000
RETRIES = 5
# As many at once as the web server has threads (40), so that nobody waits for a connection.
POOL = {"pool_size": 5, "max_overflow": 40}
CONNECT_SECONDS = 15  # a wall that drops packets would keep people waiting for minutes
PATIENCE = 60.0  # seconds that a server gets to come back
_LONGEST_PAUSE = 2.0
_FULL = 2  # SQLite's `synchronous`: what is committed is on the disk
# PostgreSQL: serialization failure, deadlock, and our unique keys losing a race.
_TRANSIENT_CODES = {"40001", "40P01"}
# Ended by whoever keeps the server, ended by a crash of it, not yet started again.
_GONE_CODES = {"57P01", "57P02", "57P03"}


class DatabaseGoneError(SpokenError):
    """The server did not come back in time; its text is a Chinese sentence."""

    def __init__(self) -> None:
        super().__init__("数据库断开了，等了一会儿没有恢复。没有办完的部分，恢复后再运行一次即可")


class StaleWorkError(Exception):
    """Somebody else changed the same rows first; gather again and decide again."""


def make_engine(url: str) -> Engine:
    """Return an engine for SQLite (WAL, FULL, immediate writes) or PostgreSQL."""
    if make_url(url).get_backend_name() != "sqlite":
        patience = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, pool_pre_ping=True, connect_args=patience, **POOL)
    pool = POOL if make_url(url).database else {}  # what lives in memory is one connection
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling starts nothing at SELECT and so loses updates
    # silently (measured: 700 of 800); we begin every transaction ourselves.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("peiyu_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Database:
    """Sessions for reading and for writing, over one engine.

    A server that restarts is waited for: each session begins on a connection that is alive, and
    what was cut off in its middle was rolled back, so that it can be done again.
    """

    def __init__(self, engine: Engine, *, patience: float = PATIENCE) -> None:
        self.engine = engine
        self._versions: Versions | None = None
        self.was_away = False  # the server went away in the middle of something, and came back
        self._patience = patience
        self._writing = engine.execution_options(peiyu_writing=True)
        # PostgreSQL would look anew at each statement: an enterprise imported between two of
        # them would have duties and no facts. SQLite sees one state by itself.
        one_state = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        self._reading = engine.execution_options(**one_state)

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one state and changes nothing."""
        with self._connected(self._reading) as alive, _session(alive) as session:
            yield session
            session.expunge_all()  # what was read stays readable
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session in one writing transaction: all of it is kept, or nothing."""
        with self._connected(self._writing) as alive, _session(alive) as session, session.begin():
            yield session

    def _connected(self, engine: Engine) -> Connection:
        """Return a connection; a server that is starting again is waited for."""
        end, pause, waited = monotonic() + self._patience, 0.05, False
        while True:
            try:
                alive = engine.connect()
            except DBAPIError as error:
                if not _gone(error):
                    raise
                if monotonic() + pause > end:
                    raise DatabaseGoneError from error
            else:
                self.was_away |= waited
                return alive
            waited = True
            sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def transact(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a writing transaction, again when another writer was first.

        Also again when the server went away in its middle. Whether a COMMIT was done whose answer
        was lost, nobody knows: what ``work`` writes must hang on a business key.
        """

        def attempt() -> T:
            with self.writing() as session:
                return work(session)

        return self.retrying(attempt)

    def supposing(self, work: Callable[[Session], T]) -> T:
        """Return what ``work`` finds after all it writes, and take all of it back: a preview.

        It is the act itself that is tried, so that nothing is foreseen that would not happen.
        """

        def attempt() -> T:
            with self._connected(self._writing) as alive, _session(alive) as session:
                try:
                    return work(session)
                finally:
                    session.rollback()

        return self.retrying(attempt)

    def retrying(self, attempt: Callable[[], T]) -> T:
        """Run an attempt that gathers, decides and records; again when it came too late.

        Raises the last error after five tries.
        """
        for tried in range(1, RETRIES + 1):
            try:
                return attempt()
            except (StaleWorkError, DBAPIError) as error:
                if tried == RETRIES or not _worth_retrying(error):
                    raise
                self.was_away |= _gone(error)
        raise AssertionError("unreachable")  # pragma: no cover - the loop returns or raises

    def server_now(self) -> dt.datetime | None:
        """Return the clock of the machine that holds the data; None where it is this one."""
        if self.dialect == "sqlite":
            return None
        with self.engine.connect() as connection:
            now: dt.datetime = connection.execute(text("SELECT now()")).scalar_one()
            return now

    def loses_in_a_power_cut(self) -> str:
        """Return the setting that lets what was committed be lost in a power cut, or nothing."""
        with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                level = connection.execute(text("PRAGMA synchronous")).scalar_one()
                return "" if level >= _FULL else f"synchronous = {level}"
            names = ("fsync", "synchronous_commit", "full_page_writes")
            set_to = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in names}
        return "、".join(f"{name} = {value}" for name, value in set_to.items() if value == "off")

    def version(self) -> str | None:
        """Return a word that is another one as soon as anybody has changed anything."""
        if self._versions is None:
            self._versions = versions_of(self.engine)
        return self._versions.now()

    def close(self) -> None:
        """Give back every connection."""
        if self._versions is not None:
            self._versions.close()
            self._versions = None
        self.engine.dispose()


def _session(connection: Connection) -> Session:
    return Session(connection, expire_on_commit=False)


def _worth_retrying(error: Exception) -> bool:
    if isinstance(error, StaleWorkError | IntegrityError):
        return True
    original: Any = getattr(error, "orig", None)
    code = getattr(original, "sqlstate", None)
    return code in _TRANSIENT_CODES or "database is locked" in str(original) or _gone(error)


def _gone(error: Exception) -> bool:
    """Say whether the server went away, or is not there yet; an SQLite file never does."""
    original: Any = getattr(error, "orig", None)
    if not isinstance(error, DBAPIError) or isinstance(original, sqlite3.Error):
        return False
    code = getattr(original, "sqlstate", None)
    unanswered = isinstance(error, OperationalError) and code is None
    return error.connection_invalidated or unanswered or code in _GONE_CODES
