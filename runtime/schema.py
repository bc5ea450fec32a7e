"""The database schema: brought to head when empty or older, refused when newer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import Engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class LostReferenceError(Exception):
    """A change of the schema would leave rows that refer to nothing; it was not made."""


def alembic_config() -> Config:
    """Return Alembic's configuration, without any file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the schema to head, in one transaction."""
    with _changing(engine) as config:
        command.upgrade(config, to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Bring the schema back to an earlier revision."""
    with _changing(engine) as config:
        command.downgrade(config, to)


@contextmanager
def _changing(engine: Engine) -> Iterator[Config]:
    """Yield a configuration on one transaction, in which tables may be made anew."""
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with _references_at_the_end(connection), connection.begin():
            yield config
            if connection.dialect.name == "sqlite":
                _refuse_lost_references(connection)


@contextmanager
def _references_at_the_end(connection: Connection) -> Iterator[None]:
    """Let references be broken for a while.

    SQLite changes a table by copying it; to drop the old one counts as deleting its rows from
    under those that refer to them.
    """
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _refuse_lost_references(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise LostReferenceError


def revision_of(engine: Engine) -> str | None:
    """Return the schema revision of the database; None for an empty one."""
    with engine.connect() as connection:
        return revision_on(connection)


def revision_on(connection: Connection) -> str | None:
    """Return the schema revision as one transaction sees it."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision this program knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def is_known(revision: str) -> bool:
    """Say whether this program knows a revision; a newer program's is unknown."""
    script = ScriptDirectory.from_config(alembic_config())
    return revision in {each.revision for each in script.walk_revisions()}


def is_empty(engine: Engine) -> bool:
    """Say whether the database holds no table but Alembic's own."""
    return set(inspect(engine).get_table_names()) <= {"alembic_version"}
