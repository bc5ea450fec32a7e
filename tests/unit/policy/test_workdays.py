import datetime as dt
from pathlib import Path

import pytest

from config.calendar_files import load_calendar
from policy.obligation import Roll
from policy.workdays import Calendar, Counted, add_months, weekday_name

SHIPPED = Path(__file__).parents[3] / "config" / "calendars"
CALENDAR, _ = load_calendar(SHIPPED)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(*texts: str) -> tuple[dt.date, ...]:
    return tuple(map(day, texts))


@pytest.mark.parametrize(
    ("on", "open_"),
    [
        ("2026-05-08", True),  # an ordinary Friday
        ("2026-05-09", True),  # a Saturday that is worked
        ("2026-05-10", False),  # an ordinary Sunday
        ("2026-05-04", False),  # a Monday inside 劳动节
        ("2026-05-02", False),  # a Saturday inside 劳动节
        ("2027-02-08", False),  # a statutory day we worked out
        ("2028-10-02", True),  # nothing is known of 2028: Monday to Friday
    ],
)
def test_a_day_is_worked_as_the_state_council_arranged_it(on: str, open_: bool) -> None:  # noqa: FBT001
    assert CALENDAR.is_workday(day(on)) is open_


def test_a_day_of_a_year_without_a_list_is_provisional() -> None:
    assert not CALENDAR.is_provisional(day("2026-12-31"))
    assert CALENDAR.is_provisional(day("2027-01-01"))


def test_the_start_day_counts_as_the_first_when_it_is_worked() -> None:
    assert CALENDAR.nth_workday(day("2026-03-02"), 1) == Counted(date=day("2026-03-02"))


def test_a_start_on_a_day_off_counts_from_the_next_workday() -> None:
    counted = CALENDAR.nth_workday(day("2026-05-31"), 1)

    assert counted == Counted(date=day("2026-06-01"), skipped=days("2026-05-31"))


def test_a_count_names_every_day_it_passed_over() -> None:
    counted = CALENDAR.nth_workday(day("2026-04-30"), 3)

    assert counted.date == day("2026-05-07")
    assert counted.skipped == days(
        "2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05"
    )


def test_a_count_that_passes_over_one_unpublished_day_is_provisional() -> None:
    certain = CALENDAR.nth_workday(day("2026-12-30"), 2)
    crossing = CALENDAR.nth_workday(day("2026-12-30"), 3)

    assert (certain.date, certain.provisional) == (day("2026-12-31"), False)
    assert (crossing.date, crossing.provisional) == (day("2027-01-04"), True)


def test_a_count_back_from_an_unpublished_day_is_provisional_though_it_ends_in_a_known_year() -> (
    None
):
    rolled = CALENDAR.roll(day("2027-01-01"), Roll.PREVIOUS)

    assert rolled == Counted(date=day("2026-12-31"), provisional=True, skipped=days("2027-01-01"))


@pytest.mark.parametrize("n", [0, -1])
def test_there_is_no_zeroth_workday(n: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        CALENDAR.nth_workday(day("2026-03-02"), n)


@pytest.mark.parametrize(
    ("how", "lands_on", "skipped"),
    [
        (Roll.NONE, "2026-05-31", ()),
        (Roll.NEXT, "2026-06-01", ("2026-05-31",)),
        (Roll.PREVIOUS, "2026-05-29", ("2026-05-30", "2026-05-31")),
    ],
)
def test_a_sunday_rolls_as_its_rule_says(
    how: Roll, lands_on: str, skipped: tuple[str, ...]
) -> None:
    rolled = CALENDAR.roll(day("2026-05-31"), how)

    assert rolled == Counted(date=day(lands_on), skipped=days(*skipped))


def test_a_workday_stays_where_it_is() -> None:
    for how in Roll:
        assert CALENDAR.roll(day("2026-06-01"), how) == Counted(date=day("2026-06-01"))


def test_a_day_that_may_not_roll_is_certain_even_in_an_unpublished_year() -> None:
    assert not CALENDAR.roll(day("2027-05-31"), Roll.NONE).provisional
    assert CALENDAR.roll(day("2027-05-31"), Roll.NEXT).provisional


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-02-14", "2026-02-28", 6),
        ("2026-10-01", "2026-10-07", 0),
        ("2026-03-02", "2026-03-02", 1),
        ("2026-03-03", "2026-03-02", 0),
    ],
)
def test_workdays_are_counted_with_both_ends(first: str, last: str, count: int) -> None:
    assert CALENDAR.workdays_between(day(first), day(last)) == count


def test_what_staff_decided_wins_over_the_published_list() -> None:
    changed = CALENDAR.with_overrides(
        off=days("2026-05-09", "2026-05-08"), work=days("2026-05-04", "2026-05-03")
    )

    assert not changed.is_workday(day("2026-05-08"))
    assert not changed.is_workday(day("2026-05-09"))
    assert changed.is_workday(day("2026-05-04"))
    assert changed.is_workday(day("2026-05-03"))
    assert CALENDAR.is_workday(day("2026-05-08"))


def test_a_later_override_wins_over_an_earlier_one() -> None:
    closed = CALENDAR.with_overrides(off=days("2026-05-08"))
    reopened = closed.with_overrides(work=days("2026-05-08"))

    assert reopened.is_workday(day("2026-05-08"))


def test_a_day_that_staff_decided_is_no_longer_provisional() -> None:
    changed = CALENDAR.with_overrides(off=days("2027-01-01"), work=days("2027-01-02"))

    assert not changed.is_provisional(day("2027-01-01"))
    assert not changed.is_provisional(day("2027-01-02"))
    assert changed.is_provisional(day("2027-01-03"))


def test_one_day_cannot_be_decided_both_ways() -> None:
    with pytest.raises(ValueError, match="2026-05-08"):
        CALENDAR.with_overrides(off=days("2026-05-08"), work=days("2026-05-08"))


def test_the_years_that_make_a_span_uncertain_are_named() -> None:
    assert CALENDAR.unpublished(day("2026-12-30"), day("2026-12-31")) == ()
    assert CALENDAR.unpublished(day("2026-12-30"), day("2028-01-05")) == (2027, 2028)


def test_a_day_off_says_why() -> None:
    changed = CALENDAR.with_overrides(off=days("2026-03-03"))

    assert changed.why_off(day("2026-05-31")) == "周日"
    assert changed.why_off(day("2026-10-03")) == "国庆节"
    assert changed.why_off(day("2026-03-03")) == "放假"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-02-29", 36, "2027-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2027-01-15", -1, "2026-12-15"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2026-06-15", -18, "2024-12-15"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_clamp_to_the_end_of_a_shorter_month(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


def test_weekdays_have_chinese_names() -> None:
    week = [weekday_name(day("2026-06-01") + dt.timedelta(days=n)) for n in range(7)]

    assert week == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]


def test_an_empty_calendar_is_monday_to_friday_and_provisional() -> None:
    counted = Calendar().nth_workday(day("2026-10-01"), 3)

    assert counted == Counted(
        date=day("2026-10-05"), provisional=True, skipped=days("2026-10-03", "2026-10-04")
    )
