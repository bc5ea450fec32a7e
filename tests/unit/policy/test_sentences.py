import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from policy.confirm import Confirm
from policy.findings import findings_of
from policy.programme import Criterion, Programme, Rule
from policy.sentences import Shown, shown, spoken
from tests.unit.policy.samples import (
    HNTE,
    RD_TIERS,
    TSME,
    WAN,
    a_criterion,
    a_programme,
    assessed,
    good_hnte,
    good_tsme,
    limit,
    years,
)

OLD = dt.date(2015, 1, 1)
INTENSITY = a_criterion("rd_intensity", Rule.AT_LEAST, *RD_TIERS, tier_by="sales")


def show(programme: Programme | Criterion, key: str = "", **facts: Any) -> Shown:
    if isinstance(programme, Criterion):
        programme, key = a_programme(programme), programme.key
    said = findings_of(programme, assessed(programme, facts)["findings"])
    return next(shown(programme, each) for each in said if each.criterion == key)


def text(programme: Programme | Criterion, key: str = "", **facts: Any) -> str:
    return show(programme, key, **facts).text


def intensity(rd: int, sales: int) -> Shown:
    told = {**years("rd_hnte", rd, 0, 0), **years("sales", sales, 0, 0)}
    return show(INTENSITY, registered_on=OLD, **told)


# --- ratios


def test_a_ratio_that_misses_says_value_threshold_and_both_gaps() -> None:
    said = intensity(245 * WAN, 5_325 * WAN)

    assert said == Shown(
        value=Decimal("4.6"),
        threshold=5,
        gap=Decimal("0.4"),
        unit="%",
        source="示例〔2026〕1号 第三条",
        text="近三年研发费用占销售收入 4.6%，要求不低于 5%，差 0.4 个百分点，约 21.3 万元",
    )


def test_a_ratio_that_is_met_has_no_gap() -> None:
    said = intensity(300 * WAN, 5_000 * WAN)

    assert (said.value, said.gap) == (6, None)
    assert said.text == "近三年研发费用占销售收入 6%，要求不低于 5%，符合"


@pytest.mark.parametrize(
    ("rd", "value", "sentence"),
    [
        (4_996, Decimal("4.996"), "4.996%，要求不低于 5%，差 0.004 个百分点"),
        (4_960, Decimal("4.96"), "4.96%，要求不低于 5%，差 0.04 个百分点"),
    ],
)
def test_a_shown_ratio_never_looks_as_if_it_met_what_it_misses(
    rd: int, value: Decimal, sentence: str
) -> None:
    said = intensity(rd, 100_000)

    assert said.value == value
    assert sentence in said.text


def test_a_ratio_one_fen_short_of_five_percent_is_rounded_down() -> None:
    said = intensity(10**13 // 20 - 1, 10**13)

    assert said.value == Decimal("4.999999")
    assert said.text.endswith("差 0.000001 个百分点，约 0.0001 万元")


def test_persons_are_missing_whole() -> None:
    criterion = a_criterion("staff_rd_share", Rule.AT_LEAST, limit("0.1"))

    assert text(criterion, staff_rd_1=2, staff_total_1=41) == (
        "科技人员占比 4.9%，要求不低于 10%，差 5.1 个百分点，约 3 人"
    )


def test_growth_and_averages_have_their_own_words() -> None:
    growth = a_criterion("sales_growth", Rule.ABOVE, limit(0))
    average = a_criterion("conversions_average", Rule.AT_LEAST, limit(5))
    told = {"registered_on": OLD, **years("conversions", 4, 5, 5)}

    assert text(growth, registered_on=OLD, **years("sales", 9, 9, 9)) == (
        "销售收入增长率 0%，要求高于 0%，不符合"
    )
    assert text(growth, registered_on=OLD, **years("sales", 10, 9, 9)) == (
        "销售收入增长率 -5%，要求高于 0%，差 5 个百分点"
    )
    assert text(average, **told) == (
        "年均科技成果转化数 4.67 项/年，要求不低于 5 项/年，差 0.33 项/年，约 1 项"
    )


def test_a_ratio_that_cannot_be_had_says_that_a_person_must_judge() -> None:
    said = show(
        a_criterion("net_asset_growth", Rule.ABOVE, limit(0)),
        registered_on=OLD,
        **years("net_assets", -5, 10, 20),
    )

    assert (said.value, said.threshold) == (None, 0)
    assert said.text == ("净资产增长率：除数为零或负数，算不出比例，须由人工判断（要求高于 0%）")


# --- money and counts


@pytest.mark.parametrize(
    ("sales", "sentence"),
    [
        (20_000 * WAN, "销售收入 20000 万元，要求不超过 20000 万元，符合"),
        (20_000 * WAN + 1, "销售收入 20000.000001 万元，要求不超过 20000 万元，超出 0.000001 万元"),
        (20_123 * WAN + 45_678, "销售收入 20123.05 万元，要求不超过 20000 万元，超出 123.05 万元"),
    ],
)
def test_money_is_shown_in_ten_thousand_yuan(sales: int, sentence: str) -> None:
    assert text(a_criterion("sales", Rule.AT_MOST, limit(20_000 * WAN)), sales_1=sales) == sentence


def test_money_at_the_edge_of_above_lacks_one_fen() -> None:
    said = show(
        a_criterion("rd_increment", Rule.ABOVE, limit(0)), rd_deduction_1=5, rd_deduction_2=5
    )

    assert said.gap == Decimal("0.000001")
    assert said.text == "研发费用增量 0 万元，要求高于 0 万元，差 0.000001 万元"


def test_counts_are_whole() -> None:
    above = a_criterion("ip_owned", Rule.ABOVE, limit(2))
    most = a_criterion("staff_total", Rule.AT_MOST, limit(500))

    assert text(above, ip_class1_1=0, ip_class2_1=2) == "知识产权数 2 项，要求高于 2 项，差 1 项"
    assert show(above, ip_class1_1=0, ip_class2_1=2).gap == 1
    assert text(most, staff_total_1=512) == "职工总数 512 人，要求不超过 500 人，超出 12 人"
    assert show(most, staff_total_1=512).unit == "人"


# --- what is missing


def test_missing_figures_are_named_with_their_year() -> None:
    told = {"registered_on": OLD, **years("rd_hnte", 1, None, 1), **years("sales", 1, 1, None)}

    assert text(INTENSITY, **told) == (
        "近三年研发费用占销售收入：缺 2024 年研发费用（高企口径）、2025 年销售收入，无法判断"
    )


def test_years_of_one_figure_are_told_together() -> None:
    whole = {**years("rd_hnte", 1, 1, 1), **years("sales", 1, 1, 1), "registered_on": OLD}

    assert "缺 2024–2025 年研发费用" in text(
        INTENSITY, **whole | {"rd_hnte_1": None, "rd_hnte_2": None}
    )
    assert "缺 2023、2025 年研发费用" in text(
        INTENSITY, **whole | {"rd_hnte_1": None, "rd_hnte_3": None}
    )


def test_the_threshold_is_told_where_it_is_known() -> None:
    told = {"registered_on": None, **years("rd_hnte", None, 1, 1), **years("sales", 1, 1, 1)}

    assert text(INTENSITY, **told) == (
        "近三年研发费用占销售收入：缺 2023 年研发费用（高企口径）、“成立日期”，无法判断"
        "（要求不低于 5%）"
    )


def test_many_missing_figures_are_counted() -> None:
    said = text(HNTE, "score", resident=True)

    assert said == (
        "综合评价得分 0–100 分，要求高于 70 分，缺 2025 年Ⅰ类知识产权数、2025 年Ⅱ类知识产权数、"
        "“有自主研发的知识产权”、“参与编制国家或行业标准”、2023–2025 年科技成果转化数、"
        "“成立日期”等 8 项，无法判断"
    )


def test_a_value_without_a_tier_is_shown_without_a_threshold() -> None:
    said = show(
        a_criterion("staff_rd_share", Rule.AT_LEAST, *RD_TIERS, tier_by="sales"),
        staff_rd_1=1,
        staff_total_1=3,
    )

    assert (said.value, said.threshold) == (Decimal("33.3"), None)
    assert said.text == "科技人员占比 33.3%：缺 2025 年销售收入，无法判断"


def test_an_enterprise_without_a_whole_year_is_told_so() -> None:
    assert text(INTENSITY, registered_on=dt.date(2026, 2, 1), sales_1=5) == (
        "近三年研发费用占销售收入：尚无完整会计年度的数据，无法判断（要求不低于 5%）"
    )


def test_before_any_threshold_is_in_force_the_sentence_says_so() -> None:
    later = limit(10, start=dt.date(2030, 1, 1))
    no_standard = "判定日没有生效的标准，须由人工判断"

    assert text(a_criterion("staff_total", Rule.AT_LEAST, later), staff_total_1=7) == (
        f"职工总数 7 人：{no_standard}"
    )
    assert text(a_criterion("last_incident_on", Rule.CLEAR_FOR_DAYS, later), sales_1=7) == (
        f"最近一次重大事故或严重环境违法日期：{no_standard}"
    )
    programme = a_programme(a_criterion("score", Rule.ABOVE, later), score=TSME.score)
    assert text(programme, "score", **good_tsme()) == (
        f"综合评价得分 94 分（按“指标 to_sales”计）：{no_standard}"
    )


# --- flags


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        (Rule.IS_TRUE, True, "居民企业：是，符合"),
        (Rule.IS_TRUE, False, "居民企业：否，不符合"),
        (Rule.IS_FALSE, True, "居民企业：是，不符合"),
        (Rule.IS_TRUE, None, "居民企业：尚未填报，无法判断"),
        (Rule.JUDGED, None, "居民企业：须由经办或专家判断"),
    ],
)
def test_flags_are_yes_or_no(rule: Rule, *, value: bool | None, sentence: str) -> None:
    said = show(a_criterion("resident", rule), resident=value)

    assert said.text == sentence
    assert (said.value, said.threshold, said.gap) == (value, rule is not Rule.IS_FALSE, None)
    assert said.unit == "是/否"


def test_a_derived_flag_names_what_it_rests_on() -> None:
    criterion = a_criterion("incident_since_last_year", Rule.IS_FALSE)
    title = "上一年及当年内有重大事故或严重环境违法"
    later = dt.date(2026, 12, 1)

    assert text(criterion, incident_checked=None) == (
        f"{title}：缺“已核查安全、质量、环境事故”，无法判断"
    )
    assert text(criterion, incident_checked=True, last_incident_on=later) == (
        f"{title}：判定日以前的记录不明，无法判断"
    )
    assert text(criterion, incident_checked=True) == f"{title}：否，符合"


# --- incidents


@pytest.mark.parametrize(
    ("day", "checked", "sentence"),
    [
        (None, True, "：无记录，要求近 365 天内没有，符合"),
        (None, None, "：无记录，要求近 365 天内没有，缺“已核查安全、质量、环境事故”，无法判断"),
        ("2020-05-01", True, " 2020-05-01，要求近 365 天内没有，符合"),
        ("2026-06-01", None, " 2026-06-01，要求近 365 天内没有，不符合，还须满 336 天"),
        ("2026-08-01", True, " 2026-08-01，要求近 365 天内没有，判定日以前的记录不明，无法判断"),
    ],
)
def test_incidents_are_told_with_their_day(
    day: str | None, *, checked: bool | None, sentence: str
) -> None:
    criterion = a_criterion("last_incident_on", Rule.CLEAR_FOR_DAYS, limit(365))

    said = show(
        criterion,
        last_incident_on=dt.date.fromisoformat(day) if day else None,
        incident_checked=checked,
    )

    assert said.text == "最近一次重大事故或严重环境违法日期" + sentence
    assert (said.value, said.threshold, said.unit) == (day, 365, "天")


# --- points


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "85–93 分，要求高于 70 分，符合"),
        ({"conversions_1": None}, "60–93 分，要求高于 70 分，缺 2025 年科技成果转化数，无法判断"),
        (
            {"est_rd_system": None, **years("conversions", 3, 3, 3)},
            "68–82 分，要求高于 70 分，须由专家评分后确定",
        ),
        (
            {"est_talent": 0, **years("conversions", 0, 0, 0)},
            "57–60 分，要求高于 70 分，至少差 11 分",
        ),
    ],
)
def test_points_are_a_range(changes: dict[str, Any], sentence: str) -> None:
    said = show(HNTE, "score", **good_hnte(**changes))

    assert said.text == "综合评价得分 " + sentence
    assert said.value == sentence.split(" ", maxsplit=1)[0]
    assert (said.threshold, said.unit) == (70, "分")


def test_points_that_are_certain_are_one_number_and_name_the_option_taken() -> None:
    said = show(TSME, "score", **good_tsme())

    assert said.value == 94
    assert said.text == "综合评价得分 94 分（按“指标 to_sales”计），要求不低于 60 分，符合"


def test_the_option_taken_is_provisional_while_the_other_may_be_better() -> None:
    score = text(TSME, "score", **good_tsme(sales_1=None, costs_1=240 * WAN))

    assert score == "综合评价得分 84–94 分（暂按“指标 to_costs”计），要求不低于 60 分，符合"
    assert "按" not in text(TSME, "score", resident=True)


def test_points_of_a_part_carry_its_name() -> None:
    assert text(TSME, "staff_points", **good_tsme(staff_rd_1=0)) == (
        "科技人员得分 0 分，要求高于 0 分，至少差 1 分"
    )


def test_points_may_have_a_ceiling() -> None:
    programme = a_programme(a_criterion("score", Rule.AT_MOST, limit(90)), score=TSME.score)

    assert text(programme, "score", **good_tsme()).endswith("要求不超过 90 分，超出 4 分")


# --- what stands in, and what is not confirmed


def test_a_waived_finding_says_what_stands_in_for_it() -> None:
    said = text(TSME, "staff_points", **good_tsme(staff_rd_1=0, hnte_valid=True))

    assert said.endswith("至少差 1 分；已符合“有效期内高企”，本项不作要求")


def test_an_unconfirmed_rule_says_so_last() -> None:
    unconfirmed = a_criterion("resident", Rule.IS_TRUE, confirm=Confirm.NEEDS_CONFIRMATION)

    assert text(unconfirmed, resident=False) == "居民企业：否，不符合（依据待核实）"


def test_every_finding_has_one_sentence_and_numbers_that_json_can_carry() -> None:
    for programme, facts in ((HNTE, good_hnte()), (TSME, good_tsme()), (HNTE, {}), (TSME, {})):
        said = findings_of(programme, assessed(programme, facts or {"resident": None})["findings"])
        for finding in said:
            one = shown(programme, finding)
            assert one.text == spoken(programme, finding)
            assert "\n" not in one.text
            json.dumps([one.value, one.threshold, one.gap], default=str)
