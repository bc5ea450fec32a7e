"""The schema: the migrations arrive at the declared tables and back, on both engines."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from models.tables import metadata
from runtime.schema import downgrade, head, is_empty, is_known, revision_of, upgrade


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest) -> Engine:
    """An empty database on each engine in turn."""
    if engine == "sqlite":
        return create_engine(f"sqlite:///{request.getfixturevalue('tmp_path') / 'empty.db'}")
    return create_engine(request.getfixturevalue("postgres_url"))


def test_the_migrations_arrive_at_the_declared_tables(empty: Engine) -> None:
    upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert revision_of(empty) == head()
    empty.dispose()


def test_down_and_up_again_leaves_the_same_schema(empty: Engine) -> None:
    upgrade(empty)
    before = _shape(empty)
    downgrade(empty)
    between = set(inspect(empty).get_table_names())
    upgrade(empty)

    assert between <= {"alembic_version"}
    assert _shape(empty) == before
    empty.dispose()


def test_data_survives_a_revision_back_and_forth(empty: Engine) -> None:
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO run (kind, slot, state, counts, started_at) "
                "VALUES ('monthly', '2026-03', 'finished', '{}', '2026-03-02 01:00:00')"
            )
        )
    downgrade(empty, "0001")
    assert "lease" not in inspect(empty).get_table_names()
    upgrade(empty)

    with empty.connect() as connection:
        assert connection.scalar(text("SELECT slot FROM run")) == "2026-03"
    empty.dispose()


def test_a_second_upgrade_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    before = _shape(empty)
    upgrade(empty)

    assert _shape(empty) == before
    empty.dispose()


def test_an_empty_database_is_told_from_a_used_one_and_a_newer_revision_is_unknown(
    empty: Engine,
) -> None:
    assert is_empty(empty)
    assert revision_of(empty) is None
    upgrade(empty)
    assert not is_empty(empty)
    assert is_known(head() or "")
    assert not is_known("9999")
    empty.dispose()


def _shape(engine: Engine) -> dict[str, object]:
    looking = inspect(engine)
    return {
        table: (
            sorted((column["name"], str(column["type"])) for column in looking.get_columns(table)),
            sorted(map(str, looking.get_unique_constraints(table))),
            sorted(map(str, looking.get_foreign_keys(table))),
            sorted(str(index["name"]) for index in looking.get_indexes(table)),
        )
        for table in sorted(looking.get_table_names())
    }
