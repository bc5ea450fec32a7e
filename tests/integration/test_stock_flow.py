"""Stock and flow as the database counts it is what the rule says of each enterprise."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.pipeline import run_month
from casework.services import Services
from casework.stock_flow import year_flows
from models.case import Case
from models.enterprise import Enterprise
from models.figures import Qualification
from policy.stock import FIGURES, Measure, Stand, stands_of
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, sprout_catalogue

FIRMS, KIND = 40, "sprout"
ON = dt.date(2026, 8, 20)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Enterprises that held it now and then; of a part of them a case is under way."""

    def found(services: Services) -> None:
        for number in range(1, FIRMS, 2):
            add_firm(services, number)
        run_month(services, "2026-03", on=dt.date(2026, 3, 2))
        for number in range(2, FIRMS, 2):
            add_firm(services, number)
        _hold(services)

    return a_house(engine, today=ON, catalogue=sprout_catalogue(qualification=KIND), founding=found)


def _hold(services: Services) -> None:
    drawn = Random(7)  # noqa: S311 - the same county each time
    with services.database.writing() as session:
        firms = session.scalars(select(col(Enterprise.id)).order_by(col(Enterprise.id))).all()
        for firm in firms[: FIRMS * 3 // 4]:
            for _ in range(drawn.randint(1, 3)):
                first = dt.date(2023, 1, 1) + dt.timedelta(days=drawn.randint(0, 1_500))
                row = Qualification(
                    enterprise_id=firm or 0,
                    kind=KIND,
                    number=f"GR{drawn.randint(10**11, 10**12)}",
                    valid_from=first,
                    valid_to=first + dt.timedelta(days=drawn.choice([300, 1_095])),
                )
                session.add(row)


def _stands(services: Services, on: dt.date) -> tuple[Counter[Stand], int]:
    """Return how the enterprises stand by the rule, and how many are under way."""
    with services.database.reading() as session:
        held = session.execute(
            select(
                col(Qualification.enterprise_id),
                col(Qualification.valid_from),
                col(Qualification.valid_to),
            )
        ).tuples()
        stands = stands_of(held.all(), on.year, on)
        under_way = set(
            session.scalars(
                select(col(Case.enterprise_id)).where(
                    col(Case.programme) == SPROUT.key,
                    col(Case.cycle) == on.year,
                    col(Case.final).is_(None),
                )
            )
        )
    known = Counter(
        stand._replace(trying=firm in under_way and on == services.today)
        for firm, stand in stands.items()
    )
    return known, len(under_way - stands.keys())


def test_what_the_database_counts_is_what_the_rule_says_of_each(county: Services) -> None:
    (found,) = (each for each in year_flows(county, 2026) if each.programme == SPROUT.key)
    stands, strangers = _stands(county, ON)

    assert dict(found.flow.stands) == stands
    assert found.flow.strangers == strangers > 0
    assert all(found.flow.count(figure) for figure in FIGURES), "a figure of which nothing is seen"
    assert found.flow.candidates > strangers
    assert found.flow.at_most(Measure.STOCK) > found.flow.at_least > 0


def test_of_a_year_that_is_over_nothing_more_is_to_come(county: Services) -> None:
    later = replace(county, now=lambda: dt.datetime(2027, 2, 1, 4, tzinfo=dt.UTC))
    (found,) = (each for each in year_flows(later, 2026) if each.programme == SPROUT.key)
    stands, _ = _stands(later, dt.date(2026, 12, 31))

    assert dict(found.flow.stands) == stands
    assert (found.flow.strangers, found.flow.candidates) == (0, 0)
