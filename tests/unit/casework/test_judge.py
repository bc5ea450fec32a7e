"""One enterprise is judged from figures at hand, in the form that other programs read."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from casework.judge import Judged, judge
from casework.refusal import Refusal
from casework.services import Services
from tests.plugins.house import HouseMaker

ON = dt.date(2026, 6, 15)
WAN = 10_000_00  # 分 in 万元
SMALL = {
    "resident": True,
    "audit_collection": True,
    "restricted_industry": False,
    "incident_checked": True,
    "research_misconduct": False,
    "abnormal_listed": False,
    "registered_on": dt.date(2015, 3, 2),
    "staff_total_1": 40,
    "staff_rd_1": 4,
    "sales_1": 1000 * WAN,
    "costs_1": 900 * WAN,
    "total_assets_1": 1500 * WAN,
    "rd_deduction_1": 60 * WAN,
    "ip_class1_1": 0,
    "ip_class2_1": 1,
}


@pytest.fixture
def services(a_house: HouseMaker) -> Services:
    return a_house()


def judged(services: Services, programme: str = "tsme", **facts: Any) -> Judged:
    frame = pl.DataFrame([{"subject": 1} | SMALL | facts])
    said = judge(services, programme, frame, on=ON)
    assert isinstance(said, Judged)
    return said


def test_the_fixed_form_has_the_promised_keys_in_their_order(services: Services) -> None:
    said = judged(services).as_json()

    assert list(said) == ["programme", "on", "revision", "verdict", "score", "findings"]
    assert (said["programme"], said["on"], said["verdict"]) == ("tsme", "2026-06-15", "meets")
    assert said["revision"] == services.catalogue.programme("tsme").revision
    assert said["score"] == {"low": 60, "high": 60, "pass": True}
    for finding in said["findings"]:
        assert list(finding)[:8] == [
            "criterion",
            "outcome",
            "value",
            "threshold",
            "gap",
            "unit",
            "source",
            "text",
        ]


def test_a_programme_may_be_named_as_people_name_it(services: Services) -> None:
    assert judged(services, "科小").programme == "tsme"


def test_a_point_too_few_does_not_pass(services: Services) -> None:
    said = judged(services, rd_deduction_1=59 * WAN, ip_class2_1=2)  # 4 + 40 + 12

    assert said.verdict == "fails"
    assert said.as_json()["score"] == {"low": 56, "high": 56, "pass": False}
    finding = next(each for each in said.findings if each.criterion == "score")
    assert (finding.shown.value, finding.shown.threshold, finding.shown.gap) == (56, 60, 4)


def test_a_range_around_the_pass_mark_is_neither(services: Services) -> None:
    said = judged(services, ip_class2_1=None)  # 4 + 50 + something from 0 to 30

    assert said.verdict == "incomplete"
    assert said.as_json()["score"] == {"low": 54, "high": 84, "pass": None}


def test_a_programme_without_a_score_sheet_has_no_score(services: Services) -> None:
    said = judged(services, "rd_subsidy", tax_deducted=True, rd_deduction_2=50 * WAN)

    assert said.as_json()["score"] is None
    assert said.verdict == "meets"


def test_what_is_waived_says_so(services: Services) -> None:
    said = judged(services, rd_deduction_1=0, hnte_valid=True)

    waived = {each.criterion for each in said.findings if each.waived}
    assert (said.verdict, waived) == ("meets", {"score", "staff_points"})


def test_an_unconfirmed_rule_is_marked(services: Services) -> None:
    said = judged(services, "rd_subsidy")

    assert {each.confirm for each in said.findings} == {"needs_confirmation"}


def test_the_cycle_is_the_year_of_the_day(services: Services) -> None:
    frame = pl.DataFrame([{"subject": 1} | SMALL | {"sales_1": None}])
    said = judge(services, "tsme", frame, on=dt.date(2025, 7, 1))

    assert isinstance(said, Judged)
    sales = next(each for each in said.findings if each.criterion == "sales")
    assert sales.outcome == "unknown"
    assert "2024 年销售收入" in sales.shown.text


def test_an_unknown_programme_is_refused_with_the_known_ones(services: Services) -> None:
    said = judge(services, "专精特新", pl.DataFrame({"subject": [1]}), on=ON)

    assert isinstance(said, Refusal)
    assert "没有培育项目“专精特新”" in said.reason
    assert "tsme（科技型中小企业评价）" in said.reason


def test_a_programme_without_criteria_judges_nobody(services: Services) -> None:
    said = judge(services, "rd_filings", pl.DataFrame({"subject": [1]}), on=ON)

    assert said == Refusal(reason="研发填报没有评价条件，不需要评估")
