"""Which batches of a month are done: what was cut off goes on, what had ended begins anew."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casework.gather import Batch
from casework.pipeline import finish_month, left_of, run_batch, run_month, start_month
from casework.services import Services
from models.figures import AnnualFigures
from models.ledger import Run, RunBatch
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
MONTH = "2026-03"
FIRMS = 4


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Four enterprises in batches of two: three batches, as ids begin at one."""
    services = a_house(
        engine, catalogue=sprout_catalogue(), batch_size=2, process="here:1", program="0.1/2"
    )
    add_staff(services)
    for number in range(1, FIRMS + 1):
        add_firm(services, number)
    return services


def _do(services: Services, batches: tuple[Batch, ...]) -> None:
    for batch in batches:
        run_batch(services, batch, on=MARCH)


def _run(services: Services) -> Run:
    with services.database.reading() as session:
        return session.scalars(select(Run).where(col(Run.slot) == MONTH)).one()


def _batches(services: Services) -> list[RunBatch]:
    with services.database.reading() as session:
        return list(session.scalars(select(RunBatch).order_by(col(RunBatch.batch))))


def _news(services: Services) -> None:
    with services.database.writing() as session:
        session.execute(update(AnnualFigures).values(sales=1))


def test_a_finished_month_tells_of_every_batch_when_and_by_whom_it_was_done(
    county: Services,
) -> None:
    run_month(county, MONTH, on=MARCH)

    assert (_run(county).state, _run(county).pieces) == ("finished", 3)
    assert [each.worker for each in _batches(county)] == ["here:1"] * 3
    assert all(each.done_at for each in _batches(county))


def test_a_month_that_was_cut_off_goes_on_with_what_is_not_done(county: Services) -> None:
    first, *others = start_month(county, MONTH)
    _do(county, (first,))

    assert start_month(county, MONTH) == tuple(others)


def test_a_batch_with_nothing_to_write_is_done_too(county: Services) -> None:
    run_month(county, MONTH, on=MARCH)
    _do(county, start_month(county, MONTH)[:2])

    assert [each.number for each in left_of(county, MONTH)] == [2]
    assert [each.version for each in _batches(county)] == [1, 1, 1]


def test_a_month_that_had_ended_is_judged_anew_when_it_is_typed_again(county: Services) -> None:
    run_month(county, MONTH, on=MARCH)
    _news(county)

    assert run_month(county, MONTH, on=MARCH).assessed == FIRMS
    assert _run(county).state == "finished"


def test_a_month_is_not_done_as_long_as_a_batch_of_it_is_not(county: Services) -> None:
    _do(county, start_month(county, MONTH)[1:])
    finish_month(county, MONTH)

    assert _run(county).state == "running"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda county: replace(county, program="0.2/2"), id="program or files"),
        pytest.param(lambda county: replace(county, batch_size=9, program="0.1/9"), id="size"),
    ],
)
def test_what_others_had_begun_differently_is_begun_anew(
    county: Services, other: Callable[[Services], Services]
) -> None:
    mine = start_month(county, MONTH)
    _do(county, mine)
    upgraded = other(county)

    anew = start_month(upgraded, MONTH)

    assert {number for each in anew for number in range(each.span.first, each.span.end)} >= set(
        range(1, FIRMS + 1)
    )
    assert left_of(county, MONTH) == ()


@pytest.mark.fault("R21")
def test_whoever_was_overtaken_neither_marks_nor_ends_a_run_begun_anew(county: Services) -> None:
    late = start_month(county, MONTH)
    _do(county, late)
    finish_month(county, MONTH)
    anew = start_month(county, MONTH)

    _do(county, late)
    finish_month(county, MONTH)

    assert left_of(county, MONTH) == anew
    assert _run(county).state == "running"


def test_two_who_join_one_run_share_its_batches(county: Services) -> None:
    one, other = start_month(county, MONTH), start_month(county, MONTH)
    _do(county, one)
    _news(county)

    assert run_batch(county, other[0], on=MARCH).assessed == 0
