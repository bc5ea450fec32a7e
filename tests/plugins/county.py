"""The demonstration's county, imported and ready for its first month, to be copied per test."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.import_roster import ImportReport, apply
from casework.mail_names import made_key
from casework.services import Services
from cli.demo_story import CLERK, FIRST_RUN, register_staff
from cli.demonstration import MENDED
from exchange.roster import read_roster
from models.engine import make_engine
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from runtime.schema import upgrade
from tests.plugins.house import services_on
from tests.plugins.postgres import PostgresServer


class County(Protocol):
    """One county on one engine, from which a test takes as many copies as it needs."""

    first: str  # the address of the original

    def copy(self) -> str:
        """Return the address of another copy of the original, as it is by now."""
        ...


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county in an SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("county") / "county.db"
    found_county(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def founded_postgres(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database with the county, to be copied."""
    name = postgres_server.create()
    found_county(postgres_server.url(name))
    return name


@pytest.fixture
def a_county(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[County]:
    """The demonstration's county on each engine in turn."""
    with ExitStack() as stack:
        if engine == "sqlite":
            yield _OnSqlite(tmp_path, request.getfixturevalue("founded_sqlite"))
            return
        server: PostgresServer = request.getfixturevalue("postgres_server")
        yield _OnPostgres(server, stack, request.getfixturevalue("founded_postgres"))


class _OnSqlite:
    def __init__(self, folder: Path, founded: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        shutil.copyfile(founded, folder / "county.db")
        self.first = f"sqlite:///{folder / 'county.db'}"

    def copy(self) -> str:
        path = self._folder / f"county-{next(self._numbers)}.db"
        shutil.copyfile(self._folder / "county.db", path)
        return f"sqlite:///{path}"


class _OnPostgres:
    def __init__(self, server: PostgresServer, stack: ExitStack, founded: str) -> None:
        self._server, self._stack = server, stack
        self._name = self._new(founded)
        self.first = server.url(self._name)

    def copy(self) -> str:
        return self._server.url(self._new(self._name))

    def _new(self, like: str) -> str:
        name = self._server.create(like=like)
        self._stack.callback(self._server.drop, name)
        return name


def keep_the_first(url: str, firms: int) -> None:
    """Take all but the first enterprises out of a county in which nothing was done yet."""
    made = make_engine(url)
    with Session(made) as session:
        for model in (Person, Alias, AnnualFigures, Statement, Qualification):
            session.execute(delete(model).where(col(model.enterprise_id) > firms))
        session.execute(delete(Enterprise).where(col(Enterprise.id) > firms))
        session.commit()
    made.dispose()


def found_county(url: str) -> None:
    """Make the county: tables, 150 invented enterprises, three members of staff."""
    made = make_engine(url)
    upgrade(made)
    made.dispose()
    services: Services = services_on(url, today=FIRST_RUN)
    report = apply(services, read_roster(MENDED), by=CLERK)
    assert isinstance(report, ImportReport), report
    register_staff(services)
    services.database.transact(made_key)  # copies that send the same letters name them the same
    services.database.close()
