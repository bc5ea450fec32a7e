"""A copy of the data to rehearse on: the same rows, in a file that is gone afterwards."""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, event

from casework.services import Services
from models.copies import copy_tables
from models.engine import Database, make_engine
from notifications.nowhere import Nowhere
from runtime import schema

_SELDOM = 20_000  # new objects between two looks for garbage: a year makes little, in passing


@contextmanager
def copied(services: Services) -> Iterator[Services]:
    """Yield the same services on a copy of their data; they can write to nobody."""
    with TemporaryDirectory(prefix="peiyu-rehearsal-") as folder:
        engine = _careless(f"sqlite:///{Path(folder) / 'copy.db'}")
        gc.freeze()  # what is there now stays: a year of rows need not look through it again
        seldom = gc.get_threshold()
        gc.set_threshold(_SELDOM, *seldom[1:])
        try:
            _copy(services, engine)
            yield replace(
                services,
                database=Database(engine),
                open_carrier=Nowhere,
                per_minute=0,  # nobody is written to, and this clock stands while one waits
                per_minute_to={},
            )
        finally:
            gc.set_threshold(*seldom)
            gc.unfreeze()
            engine.dispose()


def _careless(url: str) -> Engine:
    """Return an engine that does not wait for the disk: nobody needs the copy after a crash."""
    engine = make_engine(url)

    def hurry(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(engine, "connect", hurry)
    return engine


def _copy(services: Services, target: Engine) -> None:
    """Copy every row as it stands at one moment: an SQLite file as it is, page by page."""
    with services.database.reading() as session:
        source = session.connection()
        there = source.connection.driver_connection
        if isinstance(there, sqlite3.Connection):
            with closing(sqlite3.connect(target.url.database or "")) as copy:
                there.backup(copy)
            return
        schema.upgrade(target)
        with target.begin() as connection:
            copy_tables(source, connection, lambda _table, _rows: None)
