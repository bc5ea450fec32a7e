import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from config.calendar_files import load_calendar
from policy import deadlines
from policy.confirm import Confirm
from policy.deadlines import Due, anchor_day, due_from, explain
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation, Roll

CALENDAR, _ = load_calendar(Path(__file__).parents[3] / "config" / "calendars")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def an_obligation(**changes: Any) -> Obligation:
    facts: dict[str, Any] = {
        "key": "annual-report",
        "title": "年报",
        "kind": DeadlineKind.STATUTORY,
        "binds": Binds.ENTERPRISE,
        "anchor": Anchor.MONTH_DAY,
        "month_day": (5, 31),
        "ladder": "annual",
        "source": "示例〔2026〕1号 第三条",
    }
    return Obligation(**facts | changes)


def test_a_tax_date_on_a_sunday_rolls_and_says_why() -> None:
    due = due_from(an_obligation(roll=Roll.NEXT), day("2026-05-31"), CALENDAR)

    assert due.due_on == day("2026-06-01")
    assert due.kind is DeadlineKind.STATUTORY
    assert explain(due) == (
        "截止 2026-06-01（周一）：2026-05-31 为周日，按规定顺延至下一工作日；"
        "依据：示例〔2026〕1号 第三条"
    )


def test_a_day_counted_from_a_fixed_day_names_the_fixed_day_too() -> None:
    due = due_from(an_obligation(days=-14, roll=Roll.NEXT), day("2026-05-31"), CALENDAR)

    assert due.due_on == day("2026-05-18")
    assert explain(due) == (
        "截止 2026-05-18（周一）：规定日期 2026-05-31 前 14 天；2026-05-17 为周日，"
        "按规定顺延至下一工作日；依据：示例〔2026〕1号 第三条"
    )


def test_an_administrative_date_on_a_sunday_stays() -> None:
    due = due_from(an_obligation(), day("2026-05-31"), CALENDAR)

    assert due.due_on == day("2026-05-31")
    assert explain(due) == (
        "截止 2026-05-31（周日）：规定日期 2026-05-31；依据：示例〔2026〕1号 第三条"
    )


def test_a_window_that_closes_inside_a_holiday_moves_before_it() -> None:
    obligation = an_obligation(anchor=Anchor.WINDOW_CLOSES, roll=Roll.PREVIOUS)

    due = due_from(obligation, day("2026-10-03"), CALENDAR)

    assert due.due_on == day("2026-09-30")
    assert explain(due) == (
        "截止 2026-09-30（周三）：申报截止日 2026-10-03；2026-10-01 至 2026-10-03 为国庆节，"
        "提前至上一工作日；依据：示例〔2026〕1号 第三条"
    )


def test_three_months_from_the_end_of_november_end_with_february() -> None:
    obligation = an_obligation(anchor=Anchor.RECORD, months=3)

    due = due_from(obligation, day("2026-11-30"), CALENDAR, event="更名日")

    assert due.due_on == day("2027-02-28")
    assert not due.provisional  # months need no holiday list
    assert explain(due) == (
        "截止 2027-02-28（周日）：更名日 2026-11-30 后 3 个月（当月无对应日，取月末）；"
        "依据：示例〔2026〕1号 第三条"
    )


def test_months_come_first_then_days_then_workdays_then_the_roll() -> None:
    obligation = an_obligation(
        anchor=Anchor.STAGE_ENTERED, months=1, days=-1, workdays=2, roll=Roll.NEXT
    )

    due = due_from(obligation, day("2026-01-31"), CALENDAR)

    # 31 January and a month is 28 February; a day less is the 27th; the second workday from
    # there is Saturday the 28th, which is worked.
    assert due.due_on == day("2026-02-28")
    assert explain(due) == (
        "截止 2026-02-28（周六）：进入本阶段之日 2026-01-31 后 1 个月（当月无对应日，取月末），"
        "前 1 天，起第 2 个工作日（首日为工作日的计入）；依据：示例〔2026〕1号 第三条"
    )


def test_a_publicity_period_names_the_days_it_did_not_count() -> None:
    obligation = an_obligation(anchor=Anchor.RECORD, workdays=10)

    due = due_from(obligation, day("2026-09-21"), CALENDAR, event="公示开始日")

    assert due.due_on == day("2026-10-10")
    assert explain(due) == (
        "截止 2026-10-10（周六）：公示开始日 2026-09-21 起第 10 个工作日（首日为工作日的计入），"
        "2026-09-25 至 2026-09-27 为中秋节、2026-10-01 至 2026-10-07 为国庆节，不计；"
        "依据：示例〔2026〕1号 第三条"
    )


def test_two_sundays_around_a_worked_saturday_are_named_one_by_one() -> None:
    work = CALENDAR.with_overrides(work=[day("2026-03-14")])
    obligation = an_obligation(anchor=Anchor.ISSUED, workdays=7)

    due = due_from(obligation, day("2026-03-08"), work)

    assert due.due_on == day("2026-03-16")
    assert "2026-03-08 为周日、2026-03-15 为周日，不计" in explain(due)


def test_a_date_counted_over_an_unpublished_year_says_so() -> None:
    due = due_from(an_obligation(workdays=5), day("2026-12-30"), CALENDAR)

    assert due.provisional
    assert due.due_on == day("2027-01-06")
    assert explain(due).endswith("；暂估：2027年放假安排未公布，按周一至周五推算")


def test_every_unpublished_year_is_named() -> None:
    known = load_calendar(Path("nowhere"))[0]

    due = due_from(an_obligation(workdays=5), day("2026-12-30"), known)

    assert "暂估：2026、2027年放假安排未公布" in explain(due)


def test_a_date_that_rolled_back_out_of_an_unpublished_year_still_says_so() -> None:
    obligation = an_obligation(roll=Roll.PREVIOUS)

    due = due_from(obligation, day("2027-01-01"), CALENDAR)

    assert due.due_on == day("2026-12-31")
    assert due.basis.unpublished == (2027,)


def test_an_estimated_window_says_so() -> None:
    due = due_from(
        an_obligation(anchor=Anchor.WINDOW_CLOSES, days=-10),
        day("2026-08-31"),
        CALENDAR,
        estimated=True,
    )

    assert due.due_on == day("2026-08-21")
    assert explain(due) == (
        "截止 2026-08-21（周五）：申报截止日 2026-08-31 前 10 天；依据：示例〔2026〕1号 第三条；"
        "预计：日期按往年通知或转述推算，以本年正式通知为准"
    )


def test_an_unconfirmed_rule_says_so() -> None:
    obligation = an_obligation(confirm=Confirm.NEEDS_CONFIRMATION)

    due = due_from(obligation, day("2026-05-31"), CALENDAR)

    assert due.needs_confirmation
    assert explain(due).endswith("；待核实：依据尚未与文件原文核对")


@pytest.mark.parametrize("anchor", list(Anchor))
def test_every_kind_of_anchor_has_a_name(anchor: Anchor) -> None:
    due = due_from(an_obligation(anchor=anchor, days=1), day("2026-03-02"), CALENDAR)

    assert due.basis.event
    assert due.basis.event in explain(due)


@pytest.mark.parametrize("anchor_on", ["2026-05-31", "2026-12-30", "2026-09-21"])
def test_a_due_date_survives_its_table_column(anchor_on: str) -> None:
    obligation = an_obligation(workdays=4, roll=Roll.NEXT, confirm=Confirm.NEEDS_CONFIRMATION)
    due = due_from(obligation, day(anchor_on), CALENDAR, estimated=True)

    again = Due.from_json(due.to_json())

    assert again == due
    assert explain(again) == explain(due)


def test_the_kept_text_can_be_read_by_a_person() -> None:
    text = due_from(an_obligation(), day("2026-05-31"), CALENDAR).to_json()

    assert '"due_on": "2026-05-31"' in text
    assert "示例〔2026〕1号 第三条" in text


@pytest.mark.fault("R17")
def test_a_fixed_day_falls_in_every_year() -> None:
    assert anchor_day(an_obligation(), 2026) == day("2026-05-31")
    assert anchor_day(an_obligation(month_day=(2, 29)), 2027) == day("2027-02-28")
    assert anchor_day(an_obligation(month_day=(2, 29)), 2028) == day("2028-02-29")


def test_an_obligation_without_a_fixed_day_has_no_anchor_day() -> None:
    with pytest.raises(ValueError, match="annual-report"):
        anchor_day(an_obligation(anchor=Anchor.ISSUED, month_day=None), 2026)


def test_a_negative_number_of_workdays_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        due_from(an_obligation(workdays=-3), day("2026-05-31"), CALENDAR)


@pytest.mark.parametrize(
    ("due_on", "today", "left"),
    [
        ("2026-06-01", "2026-05-29", 3),
        ("2026-06-01", "2026-06-01", 0),
        ("2026-06-01", "2026-06-03", -2),
    ],
)
def test_days_left_are_calendar_days(due_on: str, today: str, left: int) -> None:
    assert deadlines.days_left(day(due_on), day(today)) == left


@pytest.mark.parametrize(
    ("issued_on", "last_day"),
    [
        ("2023-10-16", "2026-10-15"),
        ("2019-04-21", "2022-04-20"),  # the example of 总局公告2017年第24号
        ("2024-02-29", "2027-02-27"),  # the month end stands in for the missing day
        ("2024-01-01", "2026-12-31"),
    ],
)
@pytest.mark.fault("R17")
def test_a_certificate_is_valid_for_three_years_less_a_day(issued_on: str, last_day: str) -> None:
    assert deadlines.valid_to(day(issued_on)) == day(last_day)


def test_a_certificate_may_be_valid_for_another_number_of_months() -> None:
    assert deadlines.valid_to(day("2026-01-01"), 12) == day("2026-12-31")


def test_the_tax_years_begin_with_the_year_of_issue() -> None:
    assert deadlines.tax_years(day("2019-04-21")) == (2019, 2020, 2021)


def test_a_renewal_is_needed_by_the_end_of_the_year_of_expiry() -> None:
    assert deadlines.expiry_year_end(day("2022-04-20")) == day("2022-12-31")
