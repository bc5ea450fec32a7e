import pytest

from policy.facts import ANNUAL, FACTS, STANDING, Fact, Given, Kind, fact_named, is_known
from policy.inputs import RAW, column_of, missing, numerator_of


def test_every_fact_has_a_chinese_title_a_unit_and_a_meaning() -> None:
    for name, fact in FACTS.items():
        assert fact.name == name
        assert fact.title
        assert not fact.title.isascii()
        assert fact.unit
        assert fact.meaning


def test_titles_are_unique_because_rosters_name_facts_by_title() -> None:
    told = [fact.title for fact in FACTS.values() if fact.given is not Given.DERIVED]

    assert len(set(told)) == len(told)


def test_only_derived_facts_are_ratios_averages_or_points() -> None:
    computed = {fact.given for fact in FACTS.values() if fact.kind in (Kind.RATIO, Kind.AVERAGE)}

    assert computed == {Given.DERIVED}
    assert FACTS["score"].kind is Kind.POINTS


def test_the_lists_by_origin_are_complete() -> None:
    assert set(ANNUAL) == {name for name, fact in FACTS.items() if fact.given is Given.ANNUAL}
    assert set(STANDING) == {name for name, fact in FACTS.items() if fact.given is Given.STANDING}
    assert "registered_on" not in STANDING


def test_the_points_of_a_part_are_known_by_their_prefix() -> None:
    assert is_known("score")
    assert is_known("score.ip")
    assert fact_named("score.ip") == Fact(
        name="score.ip", title="分项得分", kind=Kind.POINTS, given=Given.DERIVED, unit="分"
    )


def test_an_unknown_fact_is_refused() -> None:
    assert not is_known("turnover")
    with pytest.raises(KeyError):
        fact_named("turnover")


def test_an_annual_fact_has_a_column_for_each_of_three_years() -> None:
    assert {"sales_1", "sales_2", "sales_3"} <= RAW.keys()
    assert "sales" not in RAW
    assert (column_of("sales"), column_of("core_ip")) == ("sales_1", "core_ip")


def test_every_fact_but_the_score_knows_what_it_rests_on() -> None:
    for name, fact in FACTS.items():
        if fact.kind is not Kind.POINTS:
            raw = {label.partition(":")[0] for label in missing(name, 2026)}
            assert raw <= FACTS.keys()
            assert all(FACTS[each].given is not Given.DERIVED for each in raw)


@pytest.mark.parametrize(
    ("ratio", "raw"),
    [
        ("rd_intensity", "rd_hnte"),
        ("staff_rd_share", "staff_rd"),
        ("rd_to_costs", "rd_deduction"),
        ("conversions_average", "conversions"),
    ],
)
def test_the_numerator_of_a_ratio_is_what_an_enterprise_can_change(ratio: str, raw: str) -> None:
    assert numerator_of(ratio) is FACTS[raw]
