"""What must hold for any enterprise, whatever is known of it."""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.assess import assess
from policy.facts import ANNUAL, FACTS, STANDING, YEARS_BACK, Kind
from policy.findings import Finding, Outcome, findings_of
from policy.inputs import RAW
from policy.programme import Programme, Rule
from policy.sentences import shown
from tests.unit.policy.samples import (
    CYCLE,
    HNTE,
    ON,
    TSME,
    a_criterion,
    a_programme,
    finding_of,
    frame,
    limit,
)

Facts = dict[str, Any]
PROGRAMMES = pytest.mark.parametrize("programme", [HNTE, TSME], ids=["hnte", "tsme"])
# A judgement is slow for one example: fewer of them, but more when the profile asks for many.
ASKED = settings.default.max_examples
QUICK = settings(max_examples=max(25, ASKED // 20))
MONEY = st.one_of(st.integers(0, 50), st.integers(0, 3 * 10**10), st.just(5_000 * 10**6))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.MONEY: MONEY,
    Kind.COUNT: st.integers(0, 12),
    Kind.FLAG: st.booleans(),
    Kind.DATE: st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
}
HELD = ("hnte_valid", "hnte_expires_this_cycle", "hnte_valid_beyond_cycle", "tsme_valid")
RANK = {Outcome.UNMET: 0, Outcome.UNKNOWN: 1, Outcome.NEEDS_PERSON: 1, Outcome.MET: 2}


@st.composite
def enterprises(draw: st.DrawFn, *, whole: bool = False) -> Facts:
    """An enterprise of which some or all is known; it has no figures from before it existed."""

    def told(kind: Kind) -> Any:
        return draw(VALUES[kind] if whole else st.one_of(st.none(), VALUES[kind]))

    founded = draw(st.dates(dt.date(2022, 1, 1), dt.date(2026, 6, 30)))
    operated = min(CYCLE - founded.year, YEARS_BACK)
    facts = {
        f"{name}_{back}": told(FACTS[name].kind)
        for name in ANNUAL
        for back in range(1, operated + 1)
    }
    if operated and draw(st.booleans()):
        facts["net_assets_1"] = draw(st.integers(-(10**9), 0))
    known = {"registered_on": founded} if whole or draw(st.booleans()) else {}
    standing = {name: told(FACTS[name].kind) for name in (*STANDING, *HELD)}
    return {"resident": None} | facts | known | standing


SOME = st.lists(enterprises(), min_size=2, max_size=5)


def judged(programme: Programme, *rows: Facts) -> pl.DataFrame:
    return assess(programme, frame(*rows), on=ON, cycle=CYCLE)


def said(programme: Programme, *rows: Facts) -> list[tuple[Finding, ...]]:
    return [findings_of(programme, text) for text in judged(programme, *rows)["findings"]]


@PROGRAMMES
@settings(max_examples=max(12, ASKED // 40))
@given(SOME)
def test_one_row_alone_is_the_same_as_in_a_batch(programme: Programme, rows: list[Facts]) -> None:
    together = judged(programme, *rows).drop("subject")

    alone = pl.concat(judged(programme, row).drop("subject") for row in rows)

    assert together.equals(alone)


@PROGRAMMES
@QUICK
@given(enterprises())
def test_a_verdict_does_not_depend_on_which_columns_are_there(
    programme: Programme, facts: Facts
) -> None:
    padded = {name: facts.get(name) for name in RAW}

    assert judged(programme, facts).equals(judged(programme, padded))


@PROGRAMMES
@QUICK
@given(st.one_of(enterprises(), enterprises(whole=True)))
def test_taking_a_figure_away_never_makes_anything_unmet(
    programme: Programme, facts: Facts
) -> None:
    names = [name for name, value in facts.items() if value is not None]
    poorer = [facts | {name: None} for name in names]

    before, *after = (unmet(found) for found in said(programme, facts, *poorer))

    for name, refused in zip(names, after, strict=True):
        assert refused <= before, name


@PROGRAMMES
@QUICK
@given(st.lists(enterprises(whole=True), min_size=1, max_size=5))
def test_where_all_is_known_and_checked_nothing_is_unknown(
    programme: Programme, rows: list[Facts]
) -> None:
    told = [row | {"incident_checked": True, "last_incident_on": None} for row in rows]

    for facts, found in zip(told, said(programme, *told), strict=True):
        if facts["registered_on"].year < CYCLE:  # else it has no fiscal year at all
            assert not [each for each in found if each.outcome is Outcome.UNKNOWN or each.missing]


def unmet(found: tuple[Finding, ...]) -> set[str]:
    return {each.criterion for each in found if each.outcome is Outcome.UNMET}


# --- more is never worse


def more_research(facts: Facts, extra: int) -> Facts:
    """Return the enterprise after spending more on research in the country, every year."""
    return raised(facts, ("rd_hnte", "rd_deduction"), extra)


def more_rights(facts: Facts, extra: int) -> Facts:
    return raised(facts, ("ip_class1_1", "ip_class2_1"), extra)


def more_researchers(facts: Facts, extra: int) -> Facts:
    return raised(facts, ("staff_rd_1",), extra)


def more_results(facts: Facts, extra: int) -> Facts:
    return raised(facts, ("conversions",), extra)


def raised(facts: Facts, prefixes: tuple[str, ...], extra: int) -> Facts:
    names = [
        name for name, value in facts.items() if name.startswith(prefixes) and value is not None
    ]
    return facts | {name: facts[name] + extra for name in names}


@PROGRAMMES
@pytest.mark.parametrize("more", [more_research, more_rights, more_researchers, more_results])
@QUICK
@given(rows=SOME, extra=st.integers(1, 10**9))
def test_more_is_never_worse(
    programme: Programme, more: Callable[[Facts, int], Facts], rows: list[Facts], extra: int
) -> None:
    found = said(programme, *rows, *(more(facts, extra) for facts in rows))

    for before, after in zip(found[: len(rows)], found[len(rows) :], strict=True):
        for old, new in zip(before, after, strict=True):
            assert RANK[new.outcome] >= RANK[old.outcome], old.criterion
            if isinstance(old.value, tuple) and isinstance(new.value, tuple):
                assert all(much >= less for less, much in zip(old.value, new.value, strict=True))


# --- exact, and shown truly


@QUICK
@given(
    rd=st.integers(0, 10**16),
    sales=st.integers(1, 10**16),
    per_mille=st.integers(1, 999),
    rule=st.sampled_from([Rule.AT_LEAST, Rule.ABOVE, Rule.AT_MOST]),
)
def test_a_ratio_is_compared_and_shown_exactly(
    rd: int, sales: int, per_mille: int, rule: Rule
) -> None:
    threshold = Fraction(per_mille, 1000)
    criterion = a_criterion("rd_to_sales", rule, limit(threshold))
    holds = {
        Rule.AT_LEAST: lambda value, bound: value >= bound,
        Rule.ABOVE: lambda value, bound: value > bound,
        Rule.AT_MOST: lambda value, bound: value <= bound,
    }[rule]

    finding = finding_of(criterion, rd_deduction_1=rd, sales_1=sales)
    seen = shown(a_programme(criterion), finding)

    met = finding.outcome is Outcome.MET
    assert finding.value == Fraction(rd, sales)
    assert met is holds(Fraction(rd, sales), threshold)
    assert met is holds(Fraction(str(seen.value)), Fraction(str(seen.threshold)))


@QUICK
@given(rd=st.integers(0, 10**13), sales=st.integers(1, 10**14), per_cent=st.integers(1, 99))
def test_the_gap_of_a_ratio_is_exactly_enough(rd: int, sales: int, per_cent: int) -> None:
    criterion = a_criterion("rd_to_sales", Rule.AT_LEAST, limit(Fraction(per_cent, 100)))

    gap = finding_of(criterion, rd_deduction_1=rd, sales_1=sales).gap or 0

    def outcome(more: int) -> Outcome:
        return finding_of(criterion, rd_deduction_1=rd + more, sales_1=sales).outcome

    assert outcome(gap) is Outcome.MET
    assert gap == 0 or outcome(gap - 1) is Outcome.UNMET
