"""Two people, a double click, a database that says "again": one wins, and nothing is half done."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.decide import Decided, Verb, Wish, decide_case
from casework.doctor import Level, examine
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.audit import broken_at
from models.case import Case, Record, Transition
from models.engine import RETRIES
from models.ledger import AuditEntry, Run
from models.letter import LetterItem
from models.writes import insert_new
from tests.plugins.dump import dump
from tests.plugins.house import HouseMaker
from tests.plugins.looked_after import AROUND
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办")
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose case waits in the pool for a clerk."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def count(services: Services, model: type) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.fault("R11")
def test_of_fifty_who_decide_at_once_one_wins_and_the_others_hear_who_and_when(
    county: Services,
) -> None:
    everybody = Barrier(50)
    before = count(county, LetterItem)

    def decide(number: int) -> Decided | Refusal:
        verb = Verb.APPROVE if number % 2 else Verb.WITHDRAW
        wish = Wish(case_id=1, verb=verb, reason=f"理由{number}", expecting=1)
        everybody.wait()
        return decide_case(county, wish, by=Actor(name=f"经办{number}"))

    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(decide, range(50)))

    won = [number for number, each in enumerate(told) if isinstance(each, Decided)]
    assert len(won) == 1
    assert {each.reason for each in told if isinstance(each, Refusal)} == {
        f"经办{won[0]} 0 分钟前已处理（理由{won[0]}），请刷新后再办理"
    }
    with county.database.reading() as session:
        moves = session.scalars(select(Transition).where(col(Transition.seq) > 1)).all()
        audit = session.scalars(select(AuditEntry)).all()
        assert broken_at(session) is None
    assert [move.actor for move in moves] == [f"经办{won[0]}"] == [entry.by for entry in audit]
    assert count(county, LetterItem) <= before + 1


@pytest.mark.fault("R12")
@pytest.mark.parametrize("expecting", [1, None], ids=["with what was seen", "without"])
def test_the_same_decision_twice_is_done_once(county: Services, expecting: int | None) -> None:
    wish = Wish(case_id=1, verb=Verb.APPROVE, reason="材料属实", expecting=expecting)
    first = decide_case(county, wish, by=CLERK)
    once = dump(county.database)

    second = decide_case(county, wish, by=CLERK)

    assert isinstance(first, Decided)
    assert isinstance(second, Refusal)
    assert "已处理" in second.reason or "没有等待审核的提议" in second.reason
    assert dump(county.database) == once


@pytest.mark.fault("R12")
def test_the_same_record_clicked_at_once_is_one_record(county: Services) -> None:
    trained = Happened(target="1", kind="trained", on=MARCH, evidence="签到表")
    everybody = Barrier(8)

    def click(_: int) -> Recorded | Refusal:
        everybody.wait()
        return record_event(county, trained, by=CLERK)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(click, range(8)))

    assert Counter(each.already for each in told if isinstance(each, Recorded)) == {
        False: 1,
        True: 7,
    }
    assert count(county, Record) == 1


def _fails_first(times: int, state: str, tries: list[int]) -> object:
    """Return work that writes a row and then meets this state of the server, a few times."""

    def work(session: Session) -> str:
        tries.append(1)
        row = {"kind": "count", "slot": str(len(tries)), "state": "running", "counts": "0"}
        insert_new(session, Run, [row | {"started_at": NOON}])
        if len(tries) <= times:
            session.execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END $$")
            )
        return "done"

    return work


@pytest.mark.postgres
@pytest.mark.fault("R14")
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_the_server_gave_up_is_done_again_and_leaves_nothing_of_the_first(
    a_house: HouseMaker, state: str
) -> None:
    house = a_house("postgresql")
    tries: list[int] = []

    assert house.database.transact(_fails_first(RETRIES - 1, state, tries)) == "done"  # type: ignore[arg-type]
    assert len(tries) == RETRIES == 5
    with house.database.reading() as session:
        assert session.scalars(select(col(Run.slot))).all() == ["5"], "the others are rolled back"

    tries.clear()
    with pytest.raises(OperationalError):
        house.database.transact(_fails_first(99, state, tries))  # type: ignore[arg-type]
    assert len(tries) == RETRIES


@pytest.mark.postgres
@pytest.mark.fault("R14")
def test_of_two_that_wait_for_each_other_one_is_done_again_and_both_are_done(
    a_house: HouseMaker,
) -> None:
    house = a_house("postgresql", catalogue=sprout_catalogue())
    for number in (1, 2):
        add_firm(house, number, sales=None)
    run_month(house, "2026-03", on=MARCH)
    both, tries = Barrier(2), list[int]()

    def hold(session: Session, first: int, second: int) -> None:
        tries.append(first)
        for case_id in (first, second):
            wanted = select(Case).where(col(Case.id) == case_id).with_for_update()
            session.scalars(wanted).one().version += 1
            session.flush()
            if len(tries) <= 2 and case_id == first:
                both.wait(30)

    with ThreadPoolExecutor(2) as pool:
        ways = [(1, 2), (2, 1)]
        done = [
            pool.submit(house.database.transact, lambda session, way=way: hold(session, *way))
            for way in ways
        ]
        assert [each.result() for each in done] == [None, None]

    assert len(tries) == 3, "one of them was the victim of the deadlock, and came again"
    with house.database.reading() as session:
        assert session.scalars(select(col(Case.version)).order_by(col(Case.id))).all() == [2, 2]


@pytest.mark.fault("R08")
def test_what_is_committed_is_on_the_disk(a_house: HouseMaker) -> None:
    house = a_house()
    with house.database.writing() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"

    assert house.database.loses_in_a_power_cut() == ""


@pytest.mark.postgres
@pytest.mark.fault("R08")
def test_a_server_that_would_lose_it_in_a_power_cut_is_named_by_the_doctor(
    a_house: HouseMaker,
) -> None:
    house = a_house("postgresql")  # the one of the tests need not survive
    found = house.database.loses_in_a_power_cut()
    doctor = {each.name: each for each in examine(house, replace(AROUND, not_durable=found))}

    assert found.startswith("fsync = off")
    assert doctor["断电"].level is Level.BAD
    assert found in doctor["断电"].sentence
    assert "断电" not in {each.name for each in examine(house, AROUND)}
