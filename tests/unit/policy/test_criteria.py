import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from policy.criteria import in_force
from policy.findings import Finding, Outcome
from policy.programme import Criterion, Rule
from tests.unit.policy.samples import (
    ON,
    RD_TIERS,
    WAN,
    a_criterion,
    a_programme,
    finding_of,
    findings,
    limit,
    years,
)

OLD = dt.date(2015, 1, 1)
MET, UNMET = Outcome.MET, Outcome.UNMET
UNKNOWN, NEEDS_PERSON = Outcome.UNKNOWN, Outcome.NEEDS_PERSON
INTENSITY = a_criterion("rd_intensity", Rule.AT_LEAST, *RD_TIERS, tier_by="sales")
INCIDENT = a_criterion("last_incident_on", Rule.CLEAR_FOR_DAYS, limit(365))


def intensity(rd: int | None, last_year: int, others: int, **changes: Any) -> Finding:
    """Return what the tiered ratio says; research and the two older years' sales in sum."""
    told = {
        "registered_on": OLD,
        **years("sales", others, 0, last_year),
        **years("rd_hnte", rd, 0, 0),
    }
    return finding_of(INTENSITY, **told | changes)


# --- flags


@pytest.mark.parametrize(
    ("rule", "value", "outcome"),
    [
        (Rule.IS_TRUE, True, MET),
        (Rule.IS_TRUE, False, UNMET),
        (Rule.IS_TRUE, None, UNKNOWN),
        (Rule.IS_FALSE, False, MET),
        (Rule.IS_FALSE, True, UNMET),
        (Rule.IS_FALSE, None, UNKNOWN),
        (Rule.JUDGED, True, MET),
        (Rule.JUDGED, False, UNMET),
        (Rule.JUDGED, None, NEEDS_PERSON),
    ],
)
def test_a_flag_says_yes_or_no_or_is_missing(
    rule: Rule, *, value: bool | None, outcome: Outcome
) -> None:
    said = finding_of(a_criterion("resident", rule), resident=value)

    assert (said.outcome, said.value) == (outcome, value)
    assert said.threshold is (rule is not Rule.IS_FALSE)
    assert said.gap is None
    assert said.missing == (("resident",) if outcome is UNKNOWN else ())


# --- numbers: edges are exact


@pytest.mark.parametrize(
    ("rule", "days", "outcome", "gap"),
    [
        (Rule.AT_LEAST, 364, UNMET, 1),
        (Rule.AT_LEAST, 365, MET, None),
        (Rule.ABOVE, 365, UNMET, 1),
        (Rule.ABOVE, 366, MET, None),
        (Rule.AT_MOST, 365, MET, None),
        (Rule.AT_MOST, 367, UNMET, 2),
    ],
)
def test_a_count_is_compared_at_its_edge(
    rule: Rule, days: int, outcome: Outcome, gap: int | None
) -> None:
    criterion = a_criterion("days_since_registered", rule, limit(365))

    said = finding_of(criterion, registered_on=ON - dt.timedelta(days=days))

    assert (said.outcome, said.gap) == (outcome, gap)
    assert (said.value, said.threshold) == (days, 365)


def test_an_annual_fact_by_itself_means_the_year_before_the_cycle() -> None:
    criterion = a_criterion("sales", Rule.AT_MOST, limit(20_000 * WAN))

    said = finding_of(criterion, **years("sales", 0, 0, 20_000 * WAN + 1))

    assert (said.outcome, said.gap) == (UNMET, 1)
    assert finding_of(criterion, **years("sales", 1, 1, None)).missing == ("sales:2025",)


@pytest.mark.parametrize(
    ("last_year", "total", "tier"),
    [
        pytest.param(5_000 * WAN, 14_400 * WAN, Fraction(5, 100), id="exactly-5000"),
        pytest.param(
            5_000 * WAN + WAN // 100, 14_400 * WAN, Fraction(4, 100), id="just-above-5000"
        ),
        pytest.param(20_000 * WAN, 50_000 * WAN, Fraction(4, 100), id="exactly-two-yi"),
        pytest.param(20_000 * WAN + 1, 50_000 * WAN, Fraction(3, 100), id="above-two-yi"),
    ],
)
def test_the_tier_is_chosen_by_last_years_sales_and_its_edge_belongs_to_it(
    last_year: int, total: int, tier: Fraction
) -> None:
    needed = int(total * tier)

    exactly = intensity(needed, last_year, total - last_year)
    short = intensity(needed - 1, last_year, total - last_year)

    assert (exactly.outcome, exactly.threshold, exactly.value) == (MET, tier, tier)
    assert (short.outcome, short.gap) == (UNMET, 1)


def test_the_vectors_of_research_intensity() -> None:
    """720 of 14,400 万 is exactly 5.00 %; 4.9 % is enough once sales are 5,000.01 万."""
    assert intensity(720 * WAN, 5_000 * WAN, 9_400 * WAN).outcome is MET
    assert intensity(720 * WAN - 1, 5_000 * WAN, 9_400 * WAN).outcome is UNMET

    last_year, total = 5_000 * WAN + WAN // 100, 10_000 * WAN
    assert intensity(490 * WAN, last_year, total - last_year).outcome is MET


def test_no_float_decides_at_one_fen_of_ten_trillion() -> None:
    total = 10**15
    needed = total * 3 // 100

    assert intensity(needed, total, 0).outcome is MET
    assert intensity(needed - 1, total, 0).outcome is UNMET


def test_the_gap_of_a_ratio_is_what_its_numerator_lacks_rounded_up() -> None:
    criterion = a_criterion("staff_rd_share", Rule.AT_LEAST, limit("0.1"))

    said = finding_of(criterion, staff_rd_1=2, staff_total_1=41)

    assert (said.outcome, said.gap) == (UNMET, 3)  # 5 of 41 is 12 %, 4 would be 9.8 %
    assert said.value == Fraction(2, 41)


@pytest.mark.parametrize(("staff", "gap"), [(4, 1), (3, 2)])
def test_a_ratio_that_must_be_above_needs_one_more_at_the_edge(staff: int, gap: int) -> None:
    criterion = a_criterion("staff_rd_share", Rule.ABOVE, limit("0.1"))

    assert finding_of(criterion, staff_rd_1=staff, staff_total_1=40).gap == gap


def test_a_ratio_that_must_be_low_says_what_is_too_much() -> None:
    criterion = a_criterion("staff_rd_share", Rule.AT_MOST, limit("0.1"))

    assert finding_of(criterion, staff_rd_1=6, staff_total_1=41).gap == 2


def test_growth_has_no_gap_because_nothing_single_can_be_added() -> None:
    criterion = a_criterion("sales_growth", Rule.AT_LEAST, limit("0.05"))

    said = finding_of(criterion, registered_on=OLD, **years("sales", 100, 100, 100))

    assert (said.outcome, said.gap, said.value) == (UNMET, None, 0)


def test_an_average_is_compared_exactly_and_lacks_results() -> None:
    criterion = a_criterion("conversions_average", Rule.AT_LEAST, limit(5))

    said = finding_of(criterion, registered_on=OLD, **years("conversions", 4, 5, 5))

    assert (said.outcome, said.value, said.gap) == (UNMET, Fraction(14, 3), 1)


def test_a_share_of_zero_needs_a_person_for_nothing_is_missing() -> None:
    criterion = a_criterion("staff_rd_share", Rule.AT_LEAST, limit("0.1"))

    said = finding_of(criterion, staff_rd_1=0, staff_total_1=0)

    assert (said.outcome, said.value, said.gap, said.missing) == (NEEDS_PERSON, None, None, ())


# --- missing figures


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        ({"sales_2": None}, ("sales:2024",)),
        ({"rd_hnte_1": None, "sales_3": None}, ("rd_hnte:2025", "sales:2023")),
        ({"registered_on": None, "sales_3": None}, ("sales:2023", "registered_on")),
        ({"registered_on": dt.date(2024, 1, 1), "sales_2": None, "sales_3": None}, ("sales:2024",)),
    ],
)
def test_a_missing_figure_is_unknown_and_named(
    told: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    said = intensity(0, 5_000 * WAN, 0, **told)

    assert (said.outcome, said.value, said.gap) == (UNKNOWN, None, None)
    assert said.missing == lacks


def test_an_unknown_tier_is_unknown_even_if_the_ratio_is_known() -> None:
    criterion = a_criterion("staff_rd_share", Rule.AT_LEAST, *RD_TIERS, tier_by="sales")

    said = finding_of(criterion, staff_rd_1=0, staff_total_1=9)

    assert (said.outcome, said.threshold, said.gap) == (UNKNOWN, None, None)
    assert said.missing == ("sales:2025",)


def test_what_is_larger_than_the_last_bounded_tier_is_unknown() -> None:
    criterion = a_criterion("staff_total", Rule.AT_LEAST, limit(1, upto=10), tier_by="sales")

    assert finding_of(criterion, sales_1=10, staff_total_1=5).outcome is MET
    assert finding_of(criterion, sales_1=11, staff_total_1=5).outcome is UNKNOWN


def test_class_two_that_was_used_is_only_missing_where_a_certificate_is_on_file() -> None:
    criterion = a_criterion("ip_class2_effective", Rule.AT_LEAST, limit(3))

    renewal = finding_of(criterion, ip_class2_1=5, hnte_expires_this_cycle=True)

    assert (renewal.outcome, renewal.missing) == (UNKNOWN, ("ip_class2_used:2025",))
    assert finding_of(criterion, ip_class2_1=5).outcome is MET
    assert finding_of(criterion, ip_class2_1=None).missing == ("ip_class2:2025",)


# --- thresholds with dates


def dated(*starts: tuple[str, int]) -> Criterion:
    thresholds = [limit(value, start=dt.date.fromisoformat(day)) for day, value in starts]
    return a_criterion("staff_total", Rule.AT_LEAST, *thresholds)


def test_the_newest_threshold_that_has_started_counts() -> None:
    criterion = dated(("2016-01-01", 10), ("2026-07-01", 20), ("2027-01-01", 30))

    assert finding_of(criterion, dt.date(2026, 6, 30), staff_total_1=15).threshold == 10
    assert finding_of(criterion, dt.date(2026, 7, 1), staff_total_1=15).threshold == 20


def test_new_tiers_replace_all_old_ones() -> None:
    newer = dt.date(2026, 1, 1)
    old = (limit(1, upto=5), limit(2))
    new = (limit(5, start=newer), limit(3, upto=9, start=newer), limit(4, upto=20, start=newer))

    assert in_force((*new, *old), ON) == (new[1], new[2], new[0])
    assert in_force((*new, *old), dt.date(2025, 12, 31)) == old


@pytest.mark.parametrize(
    "criterion",
    [
        pytest.param(dated(("2027-01-01", 30)), id="number"),
        pytest.param(
            a_criterion(
                "last_incident_on", Rule.CLEAR_FOR_DAYS, limit(365, start=dt.date(2027, 1, 1))
            ),
            id="days",
        ),
    ],
)
def test_before_any_threshold_is_in_force_a_person_must_judge(criterion: Criterion) -> None:
    said = finding_of(criterion, staff_total_1=15, last_incident_on=dt.date(2026, 1, 2))

    assert (said.outcome, said.threshold, said.missing) == (NEEDS_PERSON, None, ())
    assert said.value in (15, dt.date(2026, 1, 2))


# --- incidents


@pytest.mark.parametrize(
    ("incident", "checked", "outcome"),
    [
        pytest.param(None, True, MET, id="checked-and-none"),
        pytest.param(None, None, UNKNOWN, id="nobody-checked"),
        pytest.param(None, False, UNKNOWN, id="not-checked-yet"),
        pytest.param("2025-07-01", True, UNMET, id="first-day-of-the-window"),
        pytest.param("2025-06-30", True, MET, id="the-day-before-the-window"),
        pytest.param("2026-07-01", True, UNMET, id="on-the-day"),
        pytest.param("2025-07-01", None, UNMET, id="a-known-incident-refuses-unchecked"),
        pytest.param("2020-01-01", None, UNKNOWN, id="an-old-one-says-nothing-of-newer-ones"),
        pytest.param("2026-07-02", True, UNKNOWN, id="a-later-one-says-nothing-of-earlier-ones"),
    ],
)
def test_incidents_of_the_last_year(
    incident: str | None, *, checked: bool | None, outcome: Outcome
) -> None:
    day = dt.date.fromisoformat(incident) if incident else None

    said = finding_of(INCIDENT, last_incident_on=day, incident_checked=checked)

    assert (said.outcome, said.value, said.threshold) == (outcome, day, 365)
    assert said.missing == (("incident_checked",) if outcome is UNKNOWN and not checked else ())


def test_the_gap_of_an_incident_is_the_days_to_wait() -> None:
    day = dt.date(2025, 12, 1)
    told = {"last_incident_on": day, "incident_checked": True}

    gap = finding_of(INCIDENT, **told).gap

    assert gap is not None
    assert finding_of(INCIDENT, ON + dt.timedelta(days=gap - 1), **told).outcome is UNMET
    assert finding_of(INCIDENT, ON + dt.timedelta(days=gap), **told).outcome is MET


def test_criteria_stay_in_the_order_of_the_programme() -> None:
    programme = a_programme(INCIDENT, INTENSITY, a_criterion("resident", Rule.IS_TRUE))

    assert list(findings(programme, {"resident": True})) == [
        "last_incident_on",
        "rd_intensity",
        "resident",
    ]
