"""A run that read, then a person who acted, then the run that wants to write: it reads again."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casework.decide import Verb, Wish, decide_case
from casework.gather import Batch, Gathered, gather
from casework.pipeline import run_batch, run_month, run_one
from casework.plan import BatchPlan, decide
from casework.record_batch import record
from casework.records import Happened, record_event
from casework.revoke import revoke_record
from casework.services import Actor, Services
from models.case import Case, Record, Review
from models.deadline import Deadline
from models.engine import StaleWorkError
from models.span import Span
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import WINDOW, add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办")
BATCH = Batch(programme="sprout", period="2026-03", number=0, span=Span(0, 100), actor="月度流程")


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose case waits in the pool for a clerk."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _read(services: Services) -> tuple[Gathered, BatchPlan]:
    gathered = gather(services, BATCH, on=MARCH)
    plan = decide(gathered)
    assert not plan.is_empty
    return gathered, plan


def _decide(services: Services, verb: Verb) -> None:
    decide_case(services, Wish(case_id=1, verb=verb, reason="示例理由"), by=CLERK)


def _without_its_proposal(services: Services) -> None:
    """Bring the case to where the next run proposes its move anew."""
    _decide(services, Verb.HOLD)
    with services.database.writing() as session:
        session.execute(update(Case).values(held=False))


def _open_reviews(services: Services) -> int:
    with services.database.reading() as session:
        return len(session.scalars(select(Review).where(col(Review.state) == "open")).all())


@pytest.mark.fault("R11")
def test_nothing_is_proposed_for_a_case_that_was_withdrawn_meanwhile(county: Services) -> None:
    _without_its_proposal(county)
    gathered, plan = _read(county)
    _decide(county, Verb.WITHDRAW)

    with pytest.raises(StaleWorkError):
        record(county, gathered, plan)

    run_batch(county, BATCH, on=MARCH)
    assert _open_reviews(county) == 0


def test_of_two_runs_that_propose_the_same_the_later_one_reads_again(county: Services) -> None:
    _without_its_proposal(county)
    gathered, plan = _read(county)
    with county.database.reading() as session:
        firm = session.scalars(select(col(Case.enterprise_id))).one()
    run_one(county, programme="sprout", enterprise_id=firm, actor="示例经办")

    with pytest.raises(StaleWorkError):
        record(county, gathered, plan)

    assert _open_reviews(county) == 1


def test_no_date_is_opened_for_a_case_that_was_withdrawn_meanwhile(county: Services) -> None:
    later = replace(WINDOW, batch=2, closes=dt.date(2026, 5, 29))
    announced = replace(
        county, catalogue=replace(sprout_catalogue(), windows={"sprout": (WINDOW, later)})
    )
    gathered, plan = _read(announced)
    _decide(county, Verb.WITHDRAW)

    with pytest.raises(StaleWorkError):
        record(announced, gathered, plan)


def test_a_date_that_was_met_meanwhile_is_not_opened_again_on_another_day(
    county: Services,
) -> None:
    put_off = replace(WINDOW, closes=dt.date(2026, 5, 15))
    moved = replace(county, catalogue=replace(sprout_catalogue(), windows={"sprout": (put_off,)}))
    gathered, plan = _read(moved)
    filed = Happened(target="1", kind="submitted", on=MARCH, evidence="受理 1 号")
    record_event(county, filed, by=CLERK)

    with pytest.raises(StaleWorkError):
        record(moved, gathered, plan)

    run_batch(moved, BATCH, on=MARCH)
    with county.database.reading() as session:
        states = session.scalars(select(col(Deadline.state))).all()
    assert states == ["met"]


def test_no_case_moves_on_a_record_that_was_taken_back_meanwhile(county: Services) -> None:
    trained = Happened(target="1", kind="trained", on=MARCH, evidence="签到表")
    _decide(county, Verb.HOLD)
    record_event(county, trained, by=CLERK)
    with county.database.writing() as session:
        session.execute(update(Case).values(held=False, stage="training"))
    gathered, plan = _read(county)
    revoke_record(county, trained, reason="登错了企业", by=CLERK)

    with pytest.raises(StaleWorkError):
        record(county, gathered, plan)


def test_a_record_made_while_its_date_was_being_opened_closes_it_in_the_next_run(
    county: Services,
) -> None:
    holder = add_firm(county, 2, certified_on=dt.date(2024, 5, 8))
    gathered, plan = _read(county)
    with county.database.writing() as session:
        session.add(
            Record(
                enterprise_id=holder,
                programme="sprout",
                seq=1,
                kind="reported",
                on=MARCH,
                by="示例经办",
                at=county.now(),
            )
        )
    record(county, gathered, plan)

    run_batch(county, BATCH, on=MARCH)
    with county.database.reading() as session:
        report = session.scalars(select(Deadline).where(col(Deadline.obligation) == "report")).one()
    assert (report.state, report.reason) == ("met", "已登记办结")
