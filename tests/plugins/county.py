"""The demonstration's county, imported and ready for its first month, to be copied per test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from casework.import_roster import ImportReport, apply
from casework.services import Services
from cli.demo_story import CLERK, FIRST_RUN, register_staff
from cli.demonstration import MENDED
from exchange.roster import read_roster
from models.engine import make_engine
from runtime.schema import upgrade
from tests.plugins.house import services_on
from tests.plugins.postgres import PostgresServer

CountyMaker = Callable[[], str]


@pytest.fixture
def a_county(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CountyMaker]:
    """Return a function that makes another copy of the county and returns its address."""
    with ExitStack() as stack:
        maker = _on_sqlite(tmp_path) if engine == "sqlite" else _on_postgres(request, stack)
        yield maker


def _on_sqlite(folder: Path) -> CountyMaker:
    first = folder / "county.db"
    _found(f"sqlite:///{first}")
    numbers = count(1)

    def copy() -> str:
        path = folder / f"county-{next(numbers)}.db"
        shutil.copyfile(first, path)
        return f"sqlite:///{path}"

    return copy


def _on_postgres(request: pytest.FixtureRequest, stack: ExitStack) -> CountyMaker:
    server: PostgresServer = request.getfixturevalue("postgres_server")
    first = server.create()
    stack.callback(server.drop, first)
    _found(server.url(first))

    def copy() -> str:
        name = server.create(like=first)
        stack.callback(server.drop, name)
        return server.url(name)

    return copy


def _found(url: str) -> None:
    """Make the county: tables, 150 invented enterprises, three members of staff."""
    made = make_engine(url)
    upgrade(made)
    made.dispose()
    services: Services = services_on(url, today=FIRST_RUN)
    report = apply(services, read_roster(MENDED), by=CLERK)
    assert isinstance(report, ImportReport), report
    register_staff(services)
    services.database.close()
