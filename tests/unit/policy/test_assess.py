import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from policy.assess import assess
from policy.confirm import Confirm
from policy.findings import Finding, Outcome, Verdict, findings_of
from policy.programme import Criterion, Programme, Rule
from tests.unit.policy.samples import (
    CYCLE,
    HNTE,
    ON,
    TSME,
    a_criterion,
    a_programme,
    assessed,
    finding_of,
    findings,
    frame,
    good_hnte,
    good_tsme,
    limit,
    years,
)

FLAG = a_criterion("resident", Rule.IS_TRUE)
UNSURE = a_criterion("above_scale", Rule.IS_TRUE, confirm=Confirm.NEEDS_CONFIRMATION)
OPTIONAL = a_criterion("tax_deducted", Rule.IS_TRUE, required=False)
JUDGED = a_criterion("core_ip", Rule.JUDGED)
ALL = (FLAG, UNSURE, OPTIONAL, JUDGED)
GOOD = {"resident": True, "above_scale": True, "tax_deducted": True, "core_ip": True}


def verdict(programme: Programme, **facts: Any) -> str:
    return str(assessed(programme, facts)["verdict"])


# --- the verdict


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Verdict.MEETS),
        ({"resident": False}, Verdict.FAILS),
        ({"resident": None}, Verdict.INCOMPLETE),
        ({"core_ip": None}, Verdict.NEEDS_PERSON),
        ({"core_ip": False}, Verdict.FAILS),
        pytest.param({"above_scale": False}, Verdict.NEEDS_PERSON, id="unconfirmed-never-refuses"),
        pytest.param({"above_scale": None}, Verdict.INCOMPLETE, id="unconfirmed-may-be-unknown"),
        pytest.param({"tax_deducted": False}, Verdict.MEETS, id="optional-refuses-nothing"),
        pytest.param({"tax_deducted": None}, Verdict.MEETS, id="optional-may-be-unknown"),
        pytest.param(
            {"resident": False, "above_scale": None, "core_ip": None},
            Verdict.FAILS,
            id="fails-first",
        ),
        pytest.param(
            {"resident": None, "above_scale": False, "core_ip": None},
            Verdict.INCOMPLETE,
            id="then-incomplete",
        ),
    ],
)
def test_the_gravest_finding_makes_the_verdict(changes: dict[str, Any], expected: Verdict) -> None:
    assert verdict(a_programme(*ALL), **GOOD | changes) == expected


def test_a_programme_without_criteria_is_met_and_has_no_findings() -> None:
    row = assessed(a_programme(), {"resident": None})

    assert (row["verdict"], row["findings"]) == ("meets", "{}")


def test_nobody_to_judge_gives_an_empty_frame_of_the_same_shape() -> None:
    judged = assess(HNTE, frame(good_hnte()).clear(), on=ON, cycle=CYCLE)

    assert judged.height == 0
    assert judged.schema == {
        "subject": pl.Int64,
        "verdict": pl.String,
        "score_low": pl.Int64,
        "score_high": pl.Int64,
        "findings": pl.String,
    }


def test_the_rows_keep_their_order_and_absent_columns_are_missing_figures() -> None:
    told = pl.DataFrame({"subject": [9, 3, 5], "resident": [True, False, None]})

    judged = assess(a_programme(FLAG, JUDGED), told, on=ON, cycle=CYCLE)

    assert judged["subject"].to_list() == [9, 3, 5]
    assert judged["verdict"].to_list() == ["needs_person", "fails", "incomplete"]


# --- standing in for others


def test_a_met_criterion_waives_those_it_names() -> None:
    refused = good_tsme(staff_rd_1=0, ip_class2_1=0, rd_deduction_1=0)

    alone = assessed(TSME, refused)
    direct = findings(TSME, refused | {"hnte_valid": True})

    assert alone["verdict"] == "fails"
    assert verdict(TSME, **refused | {"hnte_valid": True}) == "meets"
    assert direct["score"].outcome is Outcome.UNMET
    assert (direct["score"].waived, direct["score"].waived_by) == (True, ("direct_hnte",))
    assert not direct["sales"].waived


def test_what_is_waived_may_be_unknown_too() -> None:
    assert verdict(TSME, **good_tsme(costs_1=None, sales_1=1, hnte_valid=True)) == "meets"
    assert verdict(TSME, **good_tsme(ip_class2_1=None)) == "meets"  # 70 points already
    assert verdict(TSME, **good_tsme(ip_class1_1=None, staff_rd_1=2)) == "incomplete"


@pytest.mark.parametrize("told", [None, False])
def test_a_waiver_that_is_not_met_waives_nothing(*, told: bool | None) -> None:
    said = findings(TSME, good_tsme(staff_rd_1=0, hnte_valid=told))

    assert not any(finding.waived for finding in said.values())
    assert verdict(TSME, **good_tsme(staff_rd_1=0, hnte_valid=told)) == "fails"


def test_every_waiver_that_is_met_is_named() -> None:
    waivers = (
        a_criterion("hnte_valid", Rule.IS_TRUE, required=False, waives=("resident",)),
        a_criterion("national_award", Rule.IS_TRUE, required=False, waives=("resident",)),
        a_criterion("standard_lead", Rule.IS_TRUE, required=False, waives=("resident",)),
    )
    told = {"resident": False, "hnte_valid": True, "national_award": False, "standard_lead": True}

    said = findings(a_programme(FLAG, *waivers), told)

    assert said["resident"].waived_by == ("hnte_valid", "standard_lead")


# --- the text of the findings


def test_the_text_is_canonical_json_with_exact_numbers() -> None:
    facts = {"registered_on": dt.date(2015, 1, 1), **years("rd_hnte", 46, 0, 0)}
    programme = a_programme(FLAG, a_criterion("rd_intensity", Rule.AT_LEAST, limit("0.05")), JUDGED)

    text = assessed(programme, {**facts, **years("sales", 1000, 0, 0)})["findings"]

    assert text == (
        '{"resident":{"o":"unknown","m":["resident"]},'
        '"rd_intensity":{"o":"unmet","v":[46,1000],"t":[1,20],"g":4},'
        '"core_ip":{"o":"needs_person"}}'
    )


def test_every_kind_of_finding_is_valid_json_and_comes_back() -> None:
    for programme, facts in ((HNTE, good_hnte()), (TSME, good_tsme()), (HNTE, {}), (TSME, {})):
        row = assessed(programme, facts or {"resident": None})
        said = findings_of(programme, row["findings"])

        assert list(json.loads(row["findings"])) == [each.key for each in programme.criteria]
        assert [each.criterion for each in said] == [each.key for each in programme.criteria]


def test_a_finding_says_whether_its_rule_is_confirmed() -> None:
    said = finding_of(UNSURE, above_scale=False)

    assert said == Finding(
        criterion="above_scale",
        outcome=Outcome.UNMET,
        value=False,
        threshold=True,
        confirm=Confirm.NEEDS_CONFIRMATION,
    )


def test_findings_of_other_rules_leave_out_what_they_did_not_judge() -> None:
    text = assessed(a_programme(FLAG), {"resident": True})["findings"]

    assert [each.criterion for each in findings_of(a_programme(FLAG, JUDGED), text)] == ["resident"]


# --- whole enterprises


def changed(criterion: str, **changes: Any) -> tuple[str, Criterion | Outcome]:
    told = good_hnte(**changes)
    return verdict(HNTE, **told), findings(HNTE, told)[criterion].outcome


def test_an_enterprise_that_fits_in_everything_meets() -> None:
    said = findings(HNTE, good_hnte())

    assert {finding.outcome for finding in said.values()} == {Outcome.MET}
    assert verdict(HNTE, **good_hnte()) == "meets"


@pytest.mark.parametrize(
    ("criterion", "changes"),
    [
        ("resident", {"resident": False}),
        ("days_since_registered", {"registered_on": dt.date(2025, 7, 2)}),
        ("ip_owned", {"ip_class1_1": 0, "ip_class2_1": 0}),
        ("core_ip", {"core_ip": False}),
        ("staff_rd_share", {"staff_rd_1": 4}),
        ("rd_intensity", years("rd_hnte", 1, 1, 1)),
        ("rd_domestic_share", years("rd_hnte_domestic", 1, 1, 1)),
        ("hightech_share", {"hightech_income_1": 1}),
        ("score", {"est_tech_level": 0, "est_core_support": 0, **years("conversions", 3, 3, 3)}),
        ("last_incident_on", {"last_incident_on": dt.date(2026, 1, 1)}),
    ],
)
def test_one_condition_that_is_missed_refuses(criterion: str, changes: dict[str, Any]) -> None:
    assert changed(criterion, **changes) == ("fails", Outcome.UNMET)


@pytest.mark.parametrize(
    ("criterion", "changes"),
    [
        ("resident", {"resident": None}),
        ("days_since_registered", {"registered_on": None}),
        ("ip_owned", {"ip_class2_1": None}),
        ("staff_rd_share", {"staff_total_1": None}),
        ("rd_intensity", {"rd_hnte_2": None}),
        ("rd_domestic_share", {"rd_hnte_domestic_3": None}),
        ("hightech_share", {"total_income_1": None}),
        ("score", {"conversions_1": None}),
        ("last_incident_on", {"incident_checked": None}),
    ],
)
def test_one_figure_that_is_missing_leaves_it_incomplete(
    criterion: str, changes: dict[str, Any]
) -> None:
    assert changed(criterion, **changes) == ("incomplete", Outcome.UNKNOWN)


def test_what_only_experts_can_say_needs_a_person() -> None:
    nobody_judged = dict.fromkeys(("est_tech_level", "est_core_support", "est_rd_system"))
    modest = years("conversions", 4, 4, 4)

    assert changed("score", **nobody_judged, **modest) == ("needs_person", Outcome.NEEDS_PERSON)
    assert changed("core_ip", core_ip=None) == ("needs_person", Outcome.NEEDS_PERSON)
