"""Engines of one kind share what they compiled, as the one engine of a running program does.

Each test has a database of its own and so an engine of its own; SQLAlchemy would compile every
statement anew for each, which took a third of the time of a test that reads and writes.
"""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_first: dict[object, Engine] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Watch every engine of this process."""
    share_from_now_on()


def share_from_now_on() -> None:
    """Watch every engine that connects."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    """Let an engine use the dialect and the statements of the first that connected."""
    engine: Any = connection.engine
    dialect: Any = engine.dialect
    first: Any = _first.setdefault((type(dialect), dialect.server_version_info), engine)
    if dialect is not first.dialect:
        connection.dialect = first.dialect
        for each in (engine, getattr(engine, "_proxied", engine)):  # also who only has options
            each.dialect, each._compiled_cache = first.dialect, first._compiled_cache
