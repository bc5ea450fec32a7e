"""The schema: the migrations arrive at the declared tables and back, on both engines."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from models.tables import metadata
from policy.spoken import SpokenError
from runtime.schema import alembic_config, downgrade, head, is_empty, is_known, revision_of, upgrade


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


_COUNTY = (
    "INSERT INTO run (id, kind, slot, state, counts, started_at) "
    "VALUES (1, 'monthly', '2026-03', 'finished', '{}', '2026-03-02 01:00:00')",
    "INSERT INTO person (id, key, role, name, email, phone, division_code, active) "
    "VALUES (1, 'staff/li', 'clerk', '示例', 'li@example.com', '', '', true)",
    "INSERT INTO letter (id, person_id, send_on, letter, state, attempts, lease, message_id, "
    "subject, may_repeat, reason) VALUES (1, 1, '2026-03-02', 'staff_daily', 'sent', 1, 1, '<m>', "
    "'', false, '')",
    "INSERT INTO letter_item (id, key, kind, state, person_id, letter_id, rung, tone, speaks_on, "
    "reason) VALUES (1, 'k', 'rung', 'claimed', 1, 1, 'd-7', '', '2026-03-02', '')",
)
_OLD = tuple(f"{number:04}" for number in range(1, 22))


@pytest.mark.long_on(*(f"-{each}" for each in _OLD[1:-1]))  # the first and the last
@pytest.mark.parametrize("revision", _OLD)
def test_data_of_an_older_revision_survives_the_upgrade_and_the_way_back(
    empty: Engine, revision: str
) -> None:
    upgrade(empty, revision)
    with empty.begin() as connection:
        for statement in _COUNTY:
            connection.execute(text(statement))
    before = _rows(empty)
    upgrade(empty)
    assert revision_of(empty) == head()
    downgrade(empty, revision)

    assert _rows(empty) == before
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT slot FROM run")) == "2026-03"
        assert connection.scalar(text("SELECT name FROM person")) == "示例"
    empty.dispose()


def test_every_revision_but_the_newest_is_tried_with_data() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    known = {each.revision for each in script.walk_revisions()}

    assert known - {head()} == set(_OLD)


def test_what_only_the_newer_tables_know_is_put_away_on_the_way_back(empty: Engine) -> None:
    upgrade(empty)
    with empty.begin() as connection:
        for statement in _COUNTY:
            connection.execute(text(statement))
        connection.execute(text("UPDATE letter SET state = 'held'"))
        connection.execute(text("UPDATE person SET role = 'operator'"))
    downgrade(empty, "0002")

    with empty.connect() as connection:
        assert connection.scalar(text("SELECT state FROM letter")) == "suppressed"
        assert connection.execute(text("SELECT role, active FROM person")).one() == (
            "clerk",
            False,
        )
    empty.dispose()


def test_answers_are_put_away_on_the_way_back_and_what_was_said_before_stays(
    empty: Engine,
) -> None:
    upgrade(empty)
    with empty.begin() as connection:
        for statement in _COUNTY:
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO letter_item (id, key, kind, state, person_id, letter_id, rung, tone, "
                "speaks_on, reason) VALUES (2, 'a', 'answer', 'claimed', 1, 1, '', '', "
                "'2026-03-02', '')"
            )
        )
    downgrade(empty, "0004")

    with empty.connect() as connection:
        assert connection.execute(text("SELECT key FROM letter_item")).scalars().all() == ["k"]
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


def _rows(database: Engine) -> dict[str, list[tuple[object, ...]]]:
    with database.connect() as connection:
        return {
            table: [
                tuple(row) for row in connection.execute(select(text("*")).select_from(text(table)))
            ]
            for table in ("run", "person", "letter", "letter_item")
        }


_TRIES = (
    "INSERT INTO enterprise (id, uscc, name, division_code, industry, address, "
    "change_note, added_at) VALUES (1, '91431281MAXX00001G', '示例', '431281', '', '', '', "
    "'2026-03-02 01:00:00')",
    "INSERT INTO programme_version (revision, programme, content, seen_at) "
    "VALUES ('r', 'sprout', '{}', '2026-03-02 01:00:00')",
    'INSERT INTO "case" (id, enterprise_id, programme, cycle, round, revision, stage, phase, held, '
    "version, opened_on, entered_on, assessed, records_after) VALUES (1, 1, 'sprout', 2026, 1, "
    "'r', 'filing', 'declaration', false, 5, '2026-03-02', '2026-03-02', '', 0)",
    'INSERT INTO waiver (id, case_id, stage, need, "by", reason, at) '
    "VALUES (1, 1, 'filing', '提交申报', '示例', '第一次', '2026-03-02 01:00:00')",
)
_SINCE = (
    'INSERT INTO waiver (id, case_id, stage, need, "by", reason, at, version) '
    "VALUES (2, 1, 'filing', '提交申报', '示例', '第二次', '2026-03-03 01:00:00', 9)",
    "INSERT INTO deadline (id, enterprise_id, programme, obligation, subject, period, projection, "
    "title, kind, ladder, due_on, provisional, estimated, needs_confirmation, basis, "
    '"where", prepare, met_by, state, reason, opened_at, suspended_on) VALUES (1, 1, '
    "'sprout', 'file', 'case/2026/1', '2026-1', 1, '示例', 'planned', 'gentle', '2026-04-30', "
    "false, false, false, '{}', '', '', '', 'cannot_file', '示例', '2026-03-02 01:00:00', NULL)",
)


def test_waivers_stay_good_and_what_can_not_be_filed_is_waived_on_the_way_back(
    empty: Engine,
) -> None:
    upgrade(empty, "0004")
    _run(empty, _TRIES)
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT version FROM waiver")) == 5
    _run(empty, _SINCE)
    downgrade(empty, "0004")

    with empty.connect() as connection:
        assert connection.scalar(text("SELECT reason FROM waiver")) == "第二次"
        assert connection.scalar(text("SELECT count(*) FROM waiver")) == 1
        assert connection.scalar(text("SELECT state FROM deadline")) == "waived"
    empty.dispose()


_AGAIN = _TRIES[2].replace("VALUES (1, 1, 'sprout', 2026, 1,", "VALUES (2, 1, 'sprout', 2026, 2,")


def test_two_tries_at_once_are_named_and_the_tables_stay_as_they_are(empty: Engine) -> None:
    upgrade(empty, "0020")
    _run(empty, (*_TRIES[:3], _AGAIN))
    with pytest.raises(SpokenError, match=r"放弃多余的：\n91431281MAXX00001G sprout 2026：2 个$"):
        upgrade(empty)
    assert revision_of(empty) == "0020"

    _run(empty, ("UPDATE \"case\" SET final = 'withdrawn' WHERE id = 1",))
    upgrade(empty)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        _run(empty, ('UPDATE "case" SET final = NULL',))
    empty.dispose()


def _run(database: Engine, statements: tuple[str, ...]) -> None:
    with database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
