"""Words that two rooms must share, because neither may import the other's list."""

from models.figures import AnnualFigures
from policy.facts import FACTS, Given

BESIDES = {"enterprise_id", "year", "sources"}


def test_the_annual_figures_table_has_a_column_for_each_annual_fact_and_no_other() -> None:
    annual = {name for name, fact in FACTS.items() if fact.given is Given.ANNUAL}

    assert set(AnnualFigures.__table__.columns.keys()) - BESIDES == annual
