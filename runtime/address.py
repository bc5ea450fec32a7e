"""Where the data is: the address in the settings, and a look at what lies there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError

from config.settings import Settings
from models.engine import Database, DatabaseGoneError, make_engine
from runtime import schema, trouble
from runtime.swap import refuse_unfinished

_BACKENDS = ("sqlite", "postgresql+psycopg")
_SHORT = ("postgresql://", "postgres://")  # as other programs write it


def full_address(url: str) -> str:
    """Return the address as we write it: with the driver, which other programs leave out."""
    for short in _SHORT:
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def check_database(settings: Settings, patience: float = 0.0) -> None:
    """Raise CannotRunError unless the database is there and of this very program."""
    refuse_unfinished(settings.home)
    file = sqlite_file(settings)
    if file is not None and not file.exists():  # to connect would make an empty one
        raise trouble.missing(settings.home)
    with looking_at(settings, patience) as engine:
        revision = schema.revision_of(engine)
        refuse_strangers(settings, engine, revision)
        if revision is None:
            raise trouble.missing(settings.home)
        if revision != schema.head():
            raise trouble.older(settings.home)


def refuse_strangers(settings: Settings, engine: Engine, revision: str | None) -> None:
    """Raise CannotRunError for tables of another program, or of a newer one of ours."""
    if revision is None and not schema.is_empty(engine):
        raise trouble.foreign(settings.home)
    if revision is not None and not schema.is_known(revision):
        raise trouble.newer(settings.home)


@contextmanager
def looking_at(settings: Settings, patience: float = 0.0) -> Iterator[Engine]:
    """Yield an engine for a look at the data; errors of the database become sentences."""
    url = settings.database_url
    sqlite_file(settings)
    engine = make_engine(url)
    try:
        with Database(engine, patience=patience).reading():
            pass
        yield engine
    except DatabaseGoneError as error:
        raise trouble.unreadable(url, error.__cause__ or error) from error
    except trouble.DATABASE_ERRORS as error:
        raise trouble.unreadable(url, error) from error
    finally:
        engine.dispose()


def make_private(settings: Settings) -> None:
    """Make the file of an SQLite database, if it has one and it is not there, for its owner alone.

    Without it the file would be as readable as the folder lets it be.
    """
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def sqlite_file(settings: Settings) -> Path | None:
    """Return the file of an SQLite database; refuse an address that is none of ours."""
    try:
        url = make_url(settings.database_url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise trouble.wrong_address(settings.home) from None
    if url.drivername not in _BACKENDS:
        raise trouble.wrong_address(settings.home)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
