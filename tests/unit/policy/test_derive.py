import datetime as dt
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from policy.derive import LARGEST, with_derived
from policy.facts import FACTS, Given, Kind
from policy.inputs import RAW
from tests.unit.policy.samples import CYCLE, ON, derived, fraction, frame, years

OLD = dt.date(2015, 1, 1)
HELD = ("hnte_valid", "hnte_expires_this_cycle", "hnte_valid_beyond_cycle")


def test_every_raw_column_and_every_derived_fact_is_there_even_when_nothing_is_told() -> None:
    whole = with_derived(pl.DataFrame({"subject": [7]}), on=ON, cycle=CYCLE)

    assert {name: whole.schema[name] for name in RAW} == RAW
    for name, fact in FACTS.items():
        if fact.given is Given.DERIVED and fact.kind in (Kind.RATIO, Kind.AVERAGE):
            assert whole.schema[f"{name}_num"] == whole.schema[f"{name}_den"] == pl.Int128
            assert fraction(whole.row(0, named=True), name) is None
        elif fact.given is Given.DERIVED and fact.kind is not Kind.POINTS:
            assert whole.schema[name] == (pl.Boolean if fact.kind is Kind.FLAG else pl.Int64)
            assert whole[name].to_list() == [None]


def test_a_frame_of_nulls_without_types_is_read_too() -> None:
    row = derived(sales_1=None, registered_on=None, core_ip=None)

    assert row["sales_1"] is None
    assert row["days_since_registered"] is None


@pytest.mark.parametrize(
    ("registered", "applies", "days"),
    [
        pytest.param("2025-11-23", "2026-11-23", 365, id="one-year"),
        pytest.param("2023-06-01", "2024-05-30", 364, id="a-day-short"),
        pytest.param("2023-06-01", "2024-05-31", 365, id="a-leap-year-counts-its-day"),
    ],
)
def test_days_since_registration_are_calendar_days(
    registered: str, applies: str, days: int
) -> None:
    on = dt.date.fromisoformat(applies)

    row = derived(on.year, on, registered_on=dt.date.fromisoformat(registered))

    assert row["days_since_registered"] == days


@pytest.mark.parametrize(
    ("registered", "count"),
    [("2015-01-01", 3), ("2023-12-31", 3), ("2024-01-01", 2), ("2025-07-01", 1), ("2026-01-01", 0)],
)
def test_operating_years_are_the_fiscal_years_before_the_cycle(registered: str, count: int) -> None:
    assert derived(registered_on=dt.date.fromisoformat(registered))["years_operated"] == count


def test_three_years_are_added_up_exactly() -> None:
    row = derived(
        registered_on=OLD, **years("rd_hnte", 1, 2, 3), **years("sales", 10**14, 10**14, 10**14)
    )

    assert row["rd_3y"] == 6
    assert fraction(row, "rd_intensity") == Fraction(6, 3 * 10**14)


def test_a_young_enterprise_adds_up_the_years_it_operated() -> None:
    row = derived(
        registered_on=dt.date(2024, 5, 1), **years("sales", 20, 30), **years("rd_hnte", 1, 2)
    )

    assert row["sales_3y"] == 50
    assert fraction(row, "rd_intensity") == Fraction(3, 50)


def test_before_its_first_fiscal_year_is_over_an_enterprise_has_no_sum() -> None:
    row = derived(registered_on=dt.date(2026, 1, 5), **years("sales", 1), **years("conversions", 1))

    assert row["sales_3y"] is None
    assert fraction(row, "conversions_average") is None
    assert row["conversions_average_manual"] is False


def test_without_a_registration_date_all_three_years_are_asked_for() -> None:
    assert derived(**years("sales", 20, 30))["sales_3y"] is None
    assert derived(**years("sales", 10, 20, 30))["sales_3y"] == 60


def test_an_average_of_results_is_not_rounded_up() -> None:
    row = derived(registered_on=OLD, **years("conversions", 4, 5, 5))

    assert fraction(row, "conversions_average") == Fraction(14, 3)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("staff_rd_share", {"staff_rd_1": 3, "staff_total_1": 12}),
        ("hightech_share", {"hightech_income_1": 3, "total_income_1": 12}),
        ("rd_to_sales", {"rd_deduction_1": 3, "sales_1": 12}),
        ("rd_to_costs", {"rd_deduction_1": 3, "costs_1": 12}),
        ("rd_domestic_share", {**years("rd_hnte_domestic", 1, 1, 1), **years("rd_hnte", 4, 4, 4)}),
    ],
)
def test_a_share_is_a_quotient_and_needs_both_of_its_parts(name: str, told: dict[str, Any]) -> None:
    assert fraction(derived(**told), name) == Fraction(1, 4)
    for absent in told:
        row = derived(**told | {absent: None})
        assert fraction(row, name) is None
        assert row[f"{name}_manual"] is False


@pytest.mark.parametrize("total", [0, -5])
def test_a_share_of_nothing_is_not_missing_but_for_a_person(total: int) -> None:
    row = derived(staff_rd_1=0, staff_total_1=total)

    assert fraction(row, "staff_rd_share") is None
    assert row["staff_rd_share_manual"] is True


def test_an_increment_may_be_negative() -> None:
    assert derived(rd_deduction_1=30, rd_deduction_2=50)["rd_increment"] == -20


def test_a_figure_larger_than_any_economy_is_no_figure() -> None:
    assert derived(sales_1=LARGEST)["sales_1"] == LARGEST
    assert derived(sales_1=LARGEST + 1)["sales_1"] is None
    assert derived(net_assets_1=-LARGEST - 1)["net_assets_1"] is None


def test_growth_of_the_largest_figures_is_still_exact() -> None:
    row = derived(**years("net_assets", LARGEST, LARGEST - 1, LARGEST))

    a, b = LARGEST, LARGEST - 1
    assert fraction(row, "net_asset_growth") == (Fraction(b, a) + Fraction(a, b)) / 2 - 1


# --- growth: 195号 三（七）, the exceptions included


@pytest.mark.parametrize(
    ("told", "growth"),
    [
        pytest.param((1000, 1200, 1500), Fraction(225, 1000), id="ordinary"),
        pytest.param((500, 400, 480), Fraction(0), id="down-and-up-again"),
        pytest.param((0, 100, 140), Fraction(4, 10), id="first-year-zero-uses-the-last-two"),
        pytest.param((100, 0, 140), Fraction(0), id="second-year-zero-has-no-growth"),
        pytest.param((0, 0, 140), Fraction(0), id="both-zero"),
        pytest.param((None, 0, None), Fraction(0), id="second-year-zero-whatever-is-missing"),
        pytest.param((100, 50, -10), Fraction(-85, 100), id="a-last-year-below-zero"),
    ],
)
def test_growth_over_three_years(told: tuple[int | None, ...], growth: Fraction) -> None:
    row = derived(registered_on=OLD, **years("net_assets", *told), **years("sales", *told))

    assert fraction(row, "net_asset_growth") == growth
    assert fraction(row, "sales_growth") == growth


@pytest.mark.parametrize("told", [(-5, 10, 20), (10, -5, 20), (0, -5, 20), (-5, -5, -5)])
def test_a_negative_divisor_makes_nonsense_so_a_person_must_judge(told: tuple[int, ...]) -> None:
    row = derived(registered_on=OLD, **years("net_assets", *told))

    assert fraction(row, "net_asset_growth") is None
    assert row["net_asset_growth_manual"] is True


@pytest.mark.parametrize(
    "told", [(None, 10, 20), (10, None, 20), (10, 20, None), (-5, 10, None), (0, 10, None)]
)
def test_growth_with_a_missing_year_is_unknown(told: tuple[int | None, ...]) -> None:
    row = derived(registered_on=OLD, **years("net_assets", *told))

    assert fraction(row, "net_asset_growth") is None
    assert row["net_asset_growth_manual"] is False


@pytest.mark.parametrize(
    ("registered", "told", "growth"),
    [
        pytest.param(dt.date(2024, 2, 1), (999, 100, 130), Fraction(3, 10), id="two-years"),
        pytest.param(dt.date(2024, 2, 1), (None, 0, 130), Fraction(0), id="two-years-from-zero"),
        pytest.param(dt.date(2025, 2, 1), (None, None, 130), Fraction(0), id="one-year"),
        pytest.param(dt.date(2026, 2, 1), (None, None, None), Fraction(0), id="no-year"),
    ],
)
def test_growth_of_a_young_enterprise_uses_its_own_years(
    registered: dt.date, told: tuple[int | None, ...], growth: Fraction
) -> None:
    row = derived(registered_on=registered, **years("sales", *told))

    assert fraction(row, "sales_growth") == growth


# --- Class II


def test_class_two_used_before_does_not_count_again() -> None:
    assert derived(ip_class2_1=5, ip_class2_used_1=3)["ip_class2_effective"] == 2
    assert derived(ip_class2_1=2, ip_class2_used_1=3)["ip_class2_effective"] == 0


def test_nothing_told_of_used_class_two_means_none_for_a_first_application() -> None:
    assert derived(ip_class2_1=5)["ip_class2_effective"] == 5
    assert derived(ip_class2_1=5, **dict.fromkeys(HELD, False))["ip_class2_effective"] == 5


@pytest.mark.parametrize("flag", HELD)
def test_nothing_told_of_used_class_two_is_unknown_where_a_certificate_is_on_file(
    flag: str,
) -> None:
    assert derived(ip_class2_1=5, **{flag: True})["ip_class2_effective"] is None
    assert derived(ip_class2_1=5, ip_class2_used_1=1, **{flag: True})["ip_class2_effective"] == 4


def test_property_rights_are_counted_at_the_end_of_the_last_fiscal_year() -> None:
    told = {**years("ip_class1", 9, 9, 1), **years("ip_class2", 9, 9, 2)}

    assert derived(**told)["ip_owned"] == 3
    assert derived(ip_class1_1=1)["ip_owned"] is None


@pytest.mark.parametrize(
    ("incident", "checked", "happened"),
    [
        ("2025-01-01", None, True),
        ("2026-07-01", True, True),
        ("2024-12-31", True, False),
        ("2024-12-31", None, None),
        ("2026-07-02", True, None),
        (None, True, False),
        (None, False, None),
    ],
)
def test_incidents_since_the_start_of_last_year(
    incident: str | None, *, checked: bool | None, happened: bool | None
) -> None:
    day = dt.date.fromisoformat(incident) if incident else None

    row = derived(last_incident_on=day, incident_checked=checked)

    assert row["incident_since_last_year"] is happened


def test_the_rows_keep_their_order_and_other_columns_stay() -> None:
    told = frame({"sales_1": 1}, {"sales_1": 2}).with_columns(note=pl.Series(["a", "b"]))

    whole = with_derived(told, on=ON, cycle=CYCLE)

    assert whole["sales_1"].to_list() == [1, 2]
    assert whole["note"].to_list() == ["a", "b"]
