"""A whole house for one test: Services on a real database, letters kept in memory.

    def test_something(a_house, engine):
        services = a_house(engine, today=dt.date(2026, 3, 2))

``house`` is one on each engine in turn; ``a_house`` builds as many as a test needs.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import make_url

from casework.services import Services
from config.calendar_files import load_calendar
from config.catalogue import Catalogue, load_catalogue
from config.settings import CONFIG_ROOM
from models.engine import Database, make_engine
from notifications.letters import Office
from notifications.memory import MemoryCarrier
from notifications.message import Address
from policy.workdays import Calendar
from runtime.schema import head, revision_of, upgrade
from tests.plugins.postgres import PostgresServer
from tests.plugins.tallies import assert_tallied

TODAY = dt.date(2026, 3, 2)  # a Monday
ZONE = ZoneInfo("Asia/Shanghai")
NINE = dt.time(9)  # a working morning


class HouseMaker(Protocol):
    """Builds Services on an empty database of its own; ``others`` replaces fields of Services."""

    def __call__(
        self, engine: str = "sqlite", *, today: dt.date = TODAY, **others: Any
    ) -> Services: ...


def services_on(url: str, *, today: dt.date = TODAY, **others: Any) -> Services:
    """Return Services on a database that has the schema; the caller closes the database."""
    catalogue, calendar = _shipped()
    morning = dt.datetime.combine(today, NINE, tzinfo=ZONE)
    carrier = MemoryCarrier()
    parts: dict[str, Any] = {
        "database": Database(make_engine(url)),
        "catalogue": catalogue,
        "gazetted": calendar,
        "open_carrier": lambda: carrier,
        "now": lambda: morning,
        "zone": ZONE,
        "office": Office(name="示例县科学技术局", sender="企业培育服务"),
        "sender": Address(name="企业培育服务", email="peiyu@bureau.example"),
    }
    return Services(**parts | others)


@cache
def _shipped() -> tuple[Catalogue, Calendar]:
    """Read the shipped files once: nobody can change what came out of them."""
    catalogue, problems = load_catalogue()
    calendar, wrong_days = load_calendar(CONFIG_ROOM / "calendars")
    assert not [*problems, *wrong_days]
    return catalogue, calendar


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    made = make_engine(f"sqlite:///{path}")
    upgrade(made)
    made.dispose()
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database at the newest schema, to be copied."""
    name = postgres_server.create()
    made = make_engine(postgres_server.url(name))
    upgrade(made)
    made.dispose()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture
def a_house(
    request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path
) -> Iterator[HouseMaker]:
    """Build houses; all of them are gone after the test, and what they count is true."""
    numbers, made = count(1), list[Services]()
    with ExitStack() as stack:

        def sqlite() -> str:
            path = tmp_path / f"house-{next(numbers)}.db"
            shutil.copyfile(empty_sqlite, path)
            return f"sqlite:///{path}"

        def postgresql() -> str:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            name = server.create(like=request.getfixturevalue("empty_postgres"))
            stack.callback(server.drop, name)
            return server.url(name)

        urls: dict[str, Callable[[], str]] = {"sqlite": sqlite, "postgresql": postgresql}

        def make(engine: str = "sqlite", *, today: dt.date = TODAY, **others: Any) -> Services:
            services = services_on(urls[engine](), today=today, **others)
            stack.callback(services.database.close)
            made.append(services)
            return services

        yield make
        for services in made:
            if revision_of(services.database.engine) == head():  # a test may leave an older one
                assert_tallied(services.database)


@pytest.fixture
def a_copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Return what copies a database that nobody is connected to; the copies go with the test."""
    numbers = count(1)
    with ExitStack() as stack:

        def copy(url: str) -> str:
            of = make_url(url)
            if of.get_backend_name() == "sqlite":
                path = tmp_path / f"copy-{next(numbers)}.db"
                shutil.copyfile(str(of.database), path)
                return f"sqlite:///{path}"
            server: PostgresServer = request.getfixturevalue("postgres_server")
            name = server.create(like=str(of.database))
            stack.callback(server.drop, name)
            return server.url(name)

        yield copy


@pytest.fixture
def house(a_house: HouseMaker, engine: str) -> Services:
    """Services on each engine in turn."""
    return a_house(engine)
