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
from sqlalchemy import Engine, create_engine
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


Founding = Callable[[Services], object]


class HouseMaker(Protocol):
    """Builds Services on a database of its own; ``others`` replaces fields of Services.

    It is empty, or has what ``founding`` puts into it: done once for a file of tests, then copied.
    """

    def __call__(
        self,
        engine: str = "sqlite",
        *,
        today: dt.date = TODAY,
        founding: Founding | None = None,
        **others: Any,
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


class Founded:
    """Databases in which something was founded, to be copied: the same is founded once."""

    def __init__(self, empty: Callable[[str], str]) -> None:
        self._empty = empty
        self._made: list[tuple[object, str]] = []

    def url(self, engine: str, founding: Founding, **parts: Any) -> str:
        """Return the address of a database in which it was founded."""
        wanted = (engine, founding, parts)
        for made, url in self._made:
            if made == wanted:
                return url
        url = self._empty(engine)
        services = services_on(url, **parts)
        founding(services)
        services.database.close()
        self._made.append((wanted, url))
        return url


class _Copier:
    """Copies databases that nobody is connected to; the copies are gone with the stack."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> None:
        self._request, self._folder, self._stack = request, folder, stack
        self._numbers = count(1)

    def copy(self, url: str) -> str:
        """Return the address of a copy."""
        of = make_url(url)
        if of.get_backend_name() == "sqlite":
            path = self._folder / f"house-{next(self._numbers)}.db"
            shutil.copyfile(str(of.database), path)
            return f"sqlite:///{path}"
        server: PostgresServer = self._request.getfixturevalue("postgres_server")
        name = server.create(like=str(of.database))
        self._stack.callback(server.drop, name)
        return server.url(name)

    def empty(self, engine: str) -> str:
        """Return the address of a new database at the newest schema."""
        if engine == "sqlite":
            return self.copy(f"sqlite:///{self._request.getfixturevalue('empty_sqlite')}")
        server: PostgresServer = self._request.getfixturevalue("postgres_server")
        return self.copy(server.url(self._request.getfixturevalue("empty_postgres")))


@pytest.fixture(scope="module")
def founded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Founded]:
    """What the tests of one file copy."""
    with ExitStack() as stack:
        yield Founded(_Copier(request, tmp_path_factory.mktemp("founded"), stack).empty)


@pytest.fixture
def a_house(
    request: pytest.FixtureRequest, tmp_path: Path, founded: Founded
) -> Iterator[HouseMaker]:
    """Build houses; all of them are gone after the test, and what they count is true."""
    made: list[Services] = []
    with ExitStack() as stack:
        copier = _Copier(request, tmp_path, stack)

        def make(
            engine: str = "sqlite",
            *,
            today: dt.date = TODAY,
            founding: Founding | None = None,
            **others: Any,
        ) -> Services:
            if founding is None:
                url = copier.empty(engine)
            else:
                url = copier.copy(founded.url(engine, founding, today=today, **others))
            services = services_on(url, today=today, **others)
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
    (tmp_path / "copies").mkdir()
    with ExitStack() as stack:
        yield _Copier(request, tmp_path / "copies", stack).copy


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest) -> Engine:
    """A database without any table, on each engine in turn."""
    if engine == "sqlite":
        return create_engine(f"sqlite:///{request.getfixturevalue('tmp_path') / 'empty.db'}")
    return create_engine(request.getfixturevalue("postgres_url"))


@pytest.fixture
def house(a_house: HouseMaker, engine: str) -> Services:
    """Services on each engine in turn."""
    return a_house(engine)
