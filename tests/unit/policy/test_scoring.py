import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from policy.assess import assess
from policy.findings import Outcome, Points
from policy.programme import Band, Combine, Rule, Score, ScoreItem, ScorePart
from tests.unit.policy.samples import (
    CYCLE,
    HNTE,
    HNTE_SCORE,
    ON,
    TSME,
    WAN,
    a_criterion,
    a_programme,
    an_item,
    assessed,
    findings,
    frame,
    good_hnte,
    good_tsme,
    limit,
    steps,
    years,
)

OLD = dt.date(2015, 1, 1)


def a_sheet(*items: ScoreItem, combine: Combine = Combine.SUM, maximum: int = 100) -> Score:
    part = ScorePart(key="a", title="示例部分", maximum=maximum, combine=combine, items=items)
    return Score(maximum=100, source="示例", parts=(part,))


def points(score: Score, **facts: Any) -> tuple[int, int]:
    row = assessed(a_programme(score=score), facts)
    return row["score_low"], row["score_high"]


def growth(**facts: Any) -> tuple[int, int]:
    parts = [part for part in HNTE_SCORE.parts if part.key == "growth"]
    return points(Score(maximum=100, source="", parts=tuple(parts)), **facts)


# --- one item


def test_an_expert_gives_anything_up_to_the_maximum() -> None:
    assert points(a_sheet(an_item("a", "x", 8))) == (0, 8)


@pytest.mark.parametrize(
    ("estimate", "given"), [(None, (0, 8)), (5, (5, 5)), (9, (8, 8)), (-1, (0, 0))]
)
def test_an_estimate_replaces_the_range_and_stays_inside(
    estimate: int | None, given: tuple[int, int]
) -> None:
    sheet = a_sheet(an_item("a", "x", 8, estimate="est_tech_level"))

    assert points(sheet, est_tech_level=estimate) == given


def test_an_estimate_picks_a_point_inside_the_band_but_never_replaces_a_figure() -> None:
    item = an_item(
        "a", "x", 8, fact="staff_total", estimate="est_tech_level", bands=steps((5, 5, 6))
    )

    assert points(a_sheet(item), staff_total_1=9, est_tech_level=6) == (6, 6)
    assert points(a_sheet(item), staff_total_1=9, est_tech_level=8) == (6, 6)
    assert points(a_sheet(item), staff_total_1=1, est_tech_level=8) == (0, 0)
    assert points(a_sheet(item), est_tech_level=6) == (0, 8)


@pytest.mark.parametrize(
    ("class_one", "class_two", "given"),
    [
        (1, 0, (7, 8)),
        (0, 5, (5, 6)),
        (0, 4, (3, 4)),
        (0, 3, (3, 4)),
        (0, 2, (1, 2)),
        (0, 1, (1, 2)),
        (0, 0, (0, 0)),
        pytest.param(1, None, (7, 8), id="class-one-decides-whatever-class-two-is"),
        pytest.param(0, None, (0, 8), id="class-two-missing"),
        pytest.param(None, 5, (0, 8), id="class-one-missing"),
    ],
)
def test_the_first_band_that_fits_counts(
    class_one: int | None, class_two: int | None, given: tuple[int, int]
) -> None:
    count = HNTE_SCORE.parts[0].items[2]
    sheet = Score(
        maximum=100,
        source="",
        parts=(ScorePart(key="ip", title="", maximum=30, items=(count,)),),
    )

    assert points(sheet, ip_class1_1=class_one, ip_class2_1=class_two) == given


def test_the_vector_of_class_two_at_renewal() -> None:
    """0 Ⅰ and 5 Ⅱ, 3 of them used in the first application: 2 count, band D."""
    count = HNTE_SCORE.parts[0].items[2]
    part = ScorePart(key="ip", title="", maximum=30, items=(count,))
    told = {"ip_class1_1": 0, "ip_class2_1": 5, "ip_class2_used_1": 3}

    assert points(Score(maximum=100, source="", parts=(part,)), **told) == (1, 2)


def test_a_flag_counts_as_one_or_nothing() -> None:
    sheet = a_sheet(an_item("a", "x", 2, fact="standards_participation", bands=steps((1, 1, 2))))

    assert points(sheet, standards_participation=True) == (1, 2)
    assert points(sheet, standards_participation=False) == (0, 0)
    assert points(sheet) == (0, 2)


def test_what_fits_no_band_earns_nothing() -> None:
    sheet = a_sheet(an_item("a", "x", 9, fact="staff_total", bands=steps((5, 9, 9))[:1]))

    assert points(sheet, staff_total_1=4) == (0, 0)


def test_a_band_may_have_both_bounds() -> None:
    both = Band(low=3, high=3, above=Fraction(4), at_least=Fraction(6))
    sheet = a_sheet(an_item("a", "x", 3, fact="staff_total", bands=(both,)))

    assert [points(sheet, staff_total_1=n) for n in (4, 5, 6)] == [(0, 0), (0, 0), (3, 3)]


# --- growth


@pytest.mark.parametrize(
    ("told", "given"),
    [
        pytest.param((1000, 1200, 1500), (5, 6), id="22.5-percent"),
        pytest.param((500, 400, 480), (0, 0), id="zero-percent"),
        pytest.param((0, 100, 140), (9, 10), id="first-year-zero"),
        pytest.param((100, 0, 140), (0, 0), id="second-year-zero"),
        pytest.param((100, 135, 182), (7, 8), id="34.9-percent"),
        pytest.param((1000, 1350, 18225), (9, 10), id="far-above"),
        pytest.param((0, 100, 135), (9, 10), id="exactly-35"),
        pytest.param((0, 100, 125), (7, 8), id="exactly-25"),
        pytest.param((0, 100, 115), (5, 6), id="exactly-15"),
        pytest.param((0, 100, 105), (3, 4), id="exactly-5"),
        pytest.param((0, 10**9, 10**9 + 1), (1, 2), id="hardly-above-zero"),
        pytest.param((100, 90, 80), (0, 0), id="shrinking"),
        pytest.param((-10, 100, 140), (0, 10), id="negative-first-year-is-for-a-person"),
        pytest.param((None, 100, 140), (0, 10), id="missing"),
    ],
)
def test_growth_earns_points_by_band(told: tuple[int | None, ...], given: tuple[int, int]) -> None:
    none = years("sales", 1, 1, 1)  # no growth, no points

    assert growth(registered_on=OLD, **years("net_assets", *told), **none) == given


def test_negative_net_assets_need_a_person_and_missing_ones_a_figure() -> None:
    score = a_sheet(an_item("a", "x", 10, fact="net_asset_growth", bands=steps(("0.05", 10, 10))))
    programme = a_programme(a_criterion("score", Rule.AT_LEAST, limit(5)), score=score)

    negative = findings(programme, {"registered_on": OLD, **years("net_assets", -1, 5, 9)})
    absent = findings(programme, {"registered_on": OLD, **years("net_assets", None, 5, 9)})

    assert negative["score"].outcome is Outcome.NEEDS_PERSON
    assert absent["score"].outcome is Outcome.UNKNOWN
    assert absent["score"].missing == ("net_assets:2023",)


# --- parts and the whole


def test_parts_and_the_whole_are_capped() -> None:
    sheet = a_sheet(an_item("a", "x", 20), an_item("a", "y", 20, bands=steps(floor=20)), maximum=30)

    assert points(sheet) == (20, 30)
    assert points(Score(maximum=25, source="", parts=sheet.parts)) == (20, 25)


def test_a_part_without_items_earns_nothing() -> None:
    assert points(a_sheet()) == (0, 0)
    assert points(a_sheet(combine=Combine.BEST)) == (0, 0)


def test_all_that_is_known_and_estimated_leaves_a_small_range() -> None:
    row = assessed(HNTE, good_hnte())

    assert (row["score_low"], row["score_high"]) == (26 + 25 + 16 + 18, 27 + 30 + 16 + 20)
    assert row["verdict"] == "meets"


def test_a_programme_without_a_sheet_has_no_score() -> None:
    row = assessed(a_programme(a_criterion("resident", Rule.IS_TRUE)), {"resident": True})

    assert (row["score_low"], row["score_high"]) == (None, None)


# --- the pass mark


def fixed(low: int, high: int) -> Score:
    return a_sheet(an_item("a", "x", 100, bands=(Band(low=low, high=high),)))


@pytest.mark.parametrize(
    ("rule", "low", "high", "outcome", "gap"),
    [
        (Rule.ABOVE, 71, 90, Outcome.MET, None),
        (Rule.ABOVE, 70, 90, Outcome.NEEDS_PERSON, None),
        (Rule.ABOVE, 40, 70, Outcome.UNMET, 1),
        (Rule.AT_LEAST, 70, 90, Outcome.MET, None),
        (Rule.AT_LEAST, 69, 70, Outcome.NEEDS_PERSON, None),
        (Rule.AT_LEAST, 40, 66, Outcome.UNMET, 4),
        (Rule.AT_MOST, 60, 70, Outcome.MET, None),
        (Rule.AT_MOST, 70, 71, Outcome.NEEDS_PERSON, None),
        (Rule.AT_MOST, 72, 90, Outcome.UNMET, 2),
    ],
)
def test_a_range_of_points_against_the_pass_mark(
    rule: Rule, low: int, high: int, outcome: Outcome, gap: int | None
) -> None:
    programme = a_programme(a_criterion("score", rule, limit(70)), score=fixed(low, high))

    said = findings(programme, {})["score"]

    assert (said.outcome, said.value, said.threshold, said.gap) == (outcome, (low, high), 70, gap)


def test_missing_figures_leave_the_score_unknown_only_while_they_could_matter() -> None:
    whole = good_hnte()

    assert findings(HNTE, whole | {"conversions_1": None})["score"].outcome is Outcome.UNKNOWN
    assert findings(HNTE, whole | {"ip_class2_1": None})["score"].outcome is Outcome.MET
    assert findings(HNTE, whole | {"est_talent": None})["score"].outcome is Outcome.MET


def test_only_the_figures_that_leave_an_item_open_are_named() -> None:
    told = good_hnte(conversions_2=None, ip_class2_1=None, sales_3=None)

    assert findings(HNTE, told)["score"].missing == ("conversions:2024", "sales:2023")


# --- the better option


@pytest.mark.parametrize(
    ("sales", "costs", "points_of", "taken"),
    [
        pytest.param(1_000, 1_000, (50, 50), "to_sales", id="sales-better"),
        pytest.param(2_000, 190, (50, 50), "to_costs", id="costs-better"),
        pytest.param(100_000, 100_000, (0, 0), "to_sales", id="equal-takes-the-first"),
        pytest.param(None, 240, (40, 50), "to_costs", id="sales-missing"),
        pytest.param(None, 190, (50, 50), "to_costs", id="sales-missing-cannot-beat-the-most"),
        pytest.param(None, None, (0, 50), None, id="both-missing"),
        pytest.param(0, 290, (30, 50), "to_costs", id="no-sales-at-all"),
    ],
)
def test_the_better_of_two_options_counts_and_is_named(
    sales: int | None, costs: int | None, points_of: tuple[int, int], taken: str | None
) -> None:
    told = good_tsme(
        sales_1=None if sales is None else sales * WAN,
        costs_1=None if costs is None else costs * WAN,
        staff_rd_1=0,
    )

    said = findings(TSME, told)["score"].points

    assert said[1] == Points(part="rd", low=points_of[0], high=points_of[1], taken=taken)


def test_the_points_of_one_part_are_a_fact_too() -> None:
    said = findings(TSME, good_tsme(staff_rd_1=1))["staff_points"]

    assert (said.outcome, said.value, said.threshold, said.gap) == (Outcome.UNMET, (0, 0), 0, 1)
    assert said.points == (Points(part="staff", low=0, high=0),)
    assert findings(TSME, good_tsme(staff_rd_1=None))["staff_points"].missing == ("staff_rd:2025",)


@pytest.mark.parametrize(
    ("staff", "research", "class_two", "score", "verdict"),
    [
        (2, 60, 1, 60, "meets"),
        (2, 50, 3, 62, "meets"),
        (2, 50, 2, 56, "fails"),
        (6, 50, 0, 60, "meets"),
        (6, 40, 1, 56, "fails"),
        pytest.param(1, 60, 9, 74, "fails", id="no-points-for-staff-refuses-74"),
    ],
)
def test_the_pass_vectors_of_the_tsme_score(
    staff: int, research: int, class_two: int, score: int, verdict: str
) -> None:
    told = good_tsme(staff_rd_1=staff, rd_deduction_1=research * WAN, ip_class2_1=class_two)

    row = assessed(TSME, told | {"costs_1": 90_000 * WAN})

    assert (row["score_low"], row["score_high"], row["verdict"]) == (score, score, verdict)


def test_many_rows_are_scored_each_by_itself() -> None:
    rows = [good_tsme(staff_rd_1=n) for n in (0, 2, 3, 4, 5, 6)]

    scored = assess(TSME, frame(*rows), on=ON, cycle=CYCLE)

    assert scored["score_low"].to_list() == [74, 78, 82, 86, 90, 94]
