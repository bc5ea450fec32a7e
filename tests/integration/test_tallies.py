# ruff: noqa: S608 - every word of these statements is ours
"""What is counted beside cases and dates is true, whoever writes at once, copies or upgrades.

That it is true after everything else is asked of every house at the end of its test.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import Engine, Table, func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.counted import Alike, alike_cases
from casework.dates_alike import open_dates
from casework.decide import Verb, Wish, decide_case
from casework.pipeline import run_month
from casework.services import Actor, Services
from models.case import Case, Review, ReviewState
from models.copies import copy_tables
from models.deadline import Deadline
from models.engine import Database
from models.tallies import TALLIES, case_tally, fold
from models.writes import insert_new, table_of
from runtime.schema import downgrade, upgrade
from tests.plugins.dump import quiet
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue
from tests.plugins.tallies import assert_tallied

MARCH = dt.date(2026, 3, 2)
BY = Actor(name="示例经办")


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three enterprises whose cases wait for a clerk; one of them moved on."""
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    for number in (1, 2, 3):
        add_firm(services, number)
    run_month(services, "2026-03", on=MARCH)
    decide_case(services, Wish(case_id=1, verb=Verb.APPROVE, reason="示例"), by=BY)
    return services


def _summed(found: Iterator[Alike]) -> Counter[tuple[object, ...]]:
    sums: Counter[tuple[object, ...]] = Counter()
    for *alike, number, waiting in found:
        sums["number", *alike] += number
        sums["waiting", *alike] += waiting
    return +sums


def test_eyes_that_see_all_are_told_what_a_count_of_the_rows_says(county: Services) -> None:
    with county.database.reading() as session:
        kept, counted = alike_cases(session, ()), alike_cases(session, [col(Case.id) > 0])
        until = MARCH + dt.timedelta(days=400)
        of_all, of_rows = (
            open_dates(session, here, since=None, until=until)
            for here in ((), [col(Deadline.id) > 0])
        )

    assert _summed(iter(kept)) == _summed(iter(counted))
    assert {row.waiting for row in kept} == {0, 2}
    assert sorted(of_all) == sorted(of_rows)
    assert of_all


def test_a_case_that_is_there_already_is_not_counted_again(county: Services) -> None:
    def again(session: Session) -> None:
        table = table_of(Case)
        row = dict(session.execute(select(table).where(table.c.id == 2)).mappings().one())
        insert_new(session, Case, [row])
        session.execute(update(Case).where(col(Case.id) == 2).values(held=True, cycle=2027))
        session.execute(update(Case).where(col(Case.id) == 3).values(assessed="2026-04"))

    county.database.transact(again)

    assert_tallied(county.database)
    with county.database.reading() as session:
        assert [row.waiting for row in alike_cases(session, (), cycle=2027)] == [1]


def _rows(database: Database, table: Table) -> tuple[int, int]:
    """Return how many rows there are, and how many of them are alike to no other."""
    alike = [column for column in table.c if column.name not in {"number", "waiting"}]
    with database.reading() as session:
        every = session.scalar(select(func.count()).select_from(table)) or 0
        return every, len(session.execute(select(*alike).distinct()).all())


@pytest.mark.postgres
def test_what_was_appended_is_summed_up_and_stays_true(a_house: HouseMaker) -> None:
    services = a_house("postgresql", catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    for held in (True, False) * 3:
        with services.database.writing() as session:
            session.execute(update(Case).values(held=held))
    every, different = _rows(services.database, case_tally)
    assert every > different
    with services.database.writing() as here, services.database.writing() as there:
        fold(here.connection())
        fold(there.connection())  # has nothing to do, and does not wait
        there.execute(update(Case).values(held=True))  # nor does whoever writes

    for table in TALLIES:
        assert_tallied(services.database)
        with services.database.writing() as session:
            fold(session.connection())
        every, different = _rows(services.database, table)
        assert every == different


@pytest.mark.postgres
@pytest.mark.parametrize("first", ["the case moves", "the proposal opens"])
def test_a_case_that_moves_while_somebody_proposes_is_counted_once(
    a_house: HouseMaker, first: str
) -> None:
    services = a_house("postgresql", catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    with services.database.writing() as session:
        session.execute(update(Review).values(state=ReviewState.WITHDRAWN.value))
    moves = update(Case).values(entered_on=MARCH + dt.timedelta(days=9))
    opens = update(Review).values(state=ReviewState.OPEN.value)
    one, other = (moves, opens) if first == "the case moves" else (opens, moves)

    def second() -> None:
        with services.database.writing() as session:
            session.execute(other)

    with ThreadPoolExecutor(1) as pool:
        with services.database.writing() as session:
            session.execute(one)
            waits = pool.submit(second)
            sleep(0.5)
            assert not waits.done()
        waits.result(timeout=30)

    assert_tallied(services.database)


def test_a_copy_counts_nothing_twice(county: Services, a_house: HouseMaker) -> None:
    for engine in ("sqlite", "postgresql"):
        copied = a_house(engine)
        with county.database.reading() as source, copied.database.writing() as target:
            copy_tables(source.connection(), target.connection(), quiet)

        assert_tallied(copied.database)
        assert len(set(_rows(copied.database, case_tally))) == 1


_THERE = (
    *(
        "INSERT INTO enterprise (id, uscc, name, division_code, industry, address, change_note, "
        f"added_at) VALUES ({n}, '91431281MAXX0000{n}G', '示例', '', '', '', '', "
        "'2026-03-02 01:00:00')"
        for n in (1, 2, 3)
    ),
    "INSERT INTO programme_version (revision, programme, content, seen_at) "
    "VALUES ('r', 'sprout', '{}', '2026-03-02 01:00:00')",
    *(
        'INSERT INTO "case" (id, enterprise_id, programme, cycle, round, revision, stage, phase, '
        "held, version, opened_on, entered_on, assessed, records_after, final) VALUES "
        f"({n}, {n}, 'sprout', 2026, 1, 'r', 'filing', 'declaration', false, 5, '2026-03-02', "
        f"'2026-03-02', '', 0, {final})"
        for n, final in enumerate(("NULL", "NULL", "'achieved'"), start=1)
    ),
    "INSERT INTO review (case_id, stage, proposes, summary, opened_on, state, decided_by, reason) "
    "VALUES (2, 'filing', 'done', '', '2026-03-02', 'open', '', '')",
    *(
        "INSERT INTO deadline (enterprise_id, programme, obligation, subject, period, projection, "
        "title, kind, ladder, due_on, provisional, estimated, needs_confirmation, basis, "
        '"where", prepare, met_by, state, reason, opened_at, suspended_on) VALUES (1, '
        f"'sprout', 'file', 'case/2026/1', '{state}', 1, '示例', 'planned', 'gentle', "
        f"'2026-04-30', false, false, false, '{{}}', '', '', '', '{state}', '', "
        "'2026-03-02 01:00:00', NULL)"
        for state in ("open", "met")
    ),
)


def test_what_was_there_before_is_counted_on_the_way_up_and_not_on_the_way_back(
    empty: Engine,
) -> None:
    upgrade(empty, "0018")
    with empty.begin() as connection:
        for statement in _THERE:
            connection.execute(text(statement))
    for _ in range(2):
        upgrade(empty)
        assert_tallied(Database(empty))
        with empty.begin() as connection:
            connection.execute(text("DELETE FROM review"))
            connection.execute(text("UPDATE \"case\" SET final = NULL WHERE final = 'achieved'"))
            connection.execute(text("UPDATE deadline SET suspended_on = '2026-03-09'"))
            connection.execute(text('DELETE FROM "case" WHERE id = 1'))
        assert_tallied(Database(empty))
        downgrade(empty, "0018")
        with empty.begin() as connection:
            connection.execute(text("UPDATE deadline SET state = 'open'"))
    empty.dispose()
