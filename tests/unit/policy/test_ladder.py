import datetime as dt
from pathlib import Path

import pytest

from config.calendar_files import load_calendar
from policy.ladder import due_dates_for, reached, send_days, speaks_on
from policy.obligation import Ladder, Rung, To, Tone
from policy.workdays import Calendar

CALENDAR, _ = load_calendar(Path(__file__).parents[3] / "config" / "calendars")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def a_rung(days: int) -> Rung:
    return Rung(key=f"{days:+}", days=days, to=(To.CONTACT,), tone=Tone.REMINDER)


def a_ladder(*days: int) -> Ladder:
    return Ladder(key="annual", title="年报", rungs=tuple(map(a_rung, days)))


def keys(rungs: tuple[Rung, ...]) -> list[str]:
    return [rung.key for rung in rungs]


@pytest.mark.parametrize(
    ("days", "due_on", "speaks"),
    [
        (-5, "2026-06-01", "2026-05-27"),  # a Wednesday stays
        (-2, "2026-06-01", "2026-05-29"),  # Saturday 30 May moves back to Friday
        (0, "2026-05-31", "2026-05-29"),  # a Sunday due date speaks on the Friday before
        (-1, "2026-05-10", "2026-05-09"),  # a Saturday that is worked stays
        (-3, "2026-10-08", "2026-09-30"),  # back over the whole 国庆节
        (1, "2026-05-31", "2026-06-01"),  # overdue: Monday
        (1, "2026-05-29", "2026-06-01"),  # overdue: never back to the due date
        (1, "2026-09-30", "2026-10-08"),  # overdue: forward over the whole 国庆节
        (-1, "2027-01-02", "2026-12-31"),  # across the year end
    ],
)
def test_a_rung_speaks_on_a_workday_on_the_right_side_of_the_due_date(
    days: int, due_on: str, speaks: str
) -> None:
    assert speaks_on(a_rung(days), day(due_on), CALENDAR) == day(speaks)


def test_a_workday_before_days_off_speaks_for_all_of_them() -> None:
    found = due_dates_for(a_rung(-7), day("2026-05-29"), CALENDAR)

    assert found == (day("2026-06-05"), day("2026-06-06"), day("2026-06-07"))


def test_a_workday_after_days_off_speaks_for_what_became_overdue_on_them() -> None:
    found = due_dates_for(a_rung(1), day("2026-06-01"), CALENDAR)

    assert found == (day("2026-05-29"), day("2026-05-30"), day("2026-05-31"))


def test_the_day_after_a_workday_speaks_for_one_overdue_date() -> None:
    assert due_dates_for(a_rung(1), day("2026-06-02"), CALENDAR) == (day("2026-06-01"),)


def test_nothing_speaks_on_a_day_off() -> None:
    assert due_dates_for(a_rung(-7), day("2026-05-31"), CALENDAR) == ()
    assert due_dates_for(a_rung(1), day("2026-10-01"), CALENDAR) == ()


def test_the_rungs_reached_are_those_whose_speaking_day_has_come() -> None:
    ladder = a_ladder(-30, -7, -2, 1)

    assert keys(reached(ladder, day("2026-06-01"), day("2026-05-28"), CALENDAR)) == ["-30", "-7"]
    # −2 is Saturday 30 May, so it speaks on Friday already.
    assert keys(reached(ladder, day("2026-06-01"), day("2026-05-29"), CALENDAR)) == [
        "-30",
        "-7",
        "-2",
    ]
    assert keys(reached(ladder, day("2026-06-01"), day("2026-06-02"), CALENDAR))[-1] == "+1"


def test_no_rung_is_reached_before_the_ladder_begins() -> None:
    assert reached(a_ladder(-30, -7), day("2026-06-01"), day("2026-04-01"), CALENDAR) == ()


@pytest.mark.parametrize(
    ("workdays", "due_on", "speaks"),
    [
        (-3, "2026-06-04", "2026-06-01"),  # Thursday: Wednesday, Tuesday, Monday
        (-1, "2026-06-01", "2026-05-29"),  # Monday: Friday; the due date itself is none
        (-1, "2026-05-31", "2026-05-29"),  # a Sunday due date has the same Friday before it
        (-3, "2026-10-08", "2026-09-28"),  # over the whole 国庆节
        (-1, "2026-05-10", "2026-05-09"),  # a Saturday that is worked counts
        (1, "2026-09-30", "2026-10-08"),
        (2, "2026-05-29", "2026-06-02"),
        (-1, "2027-01-04", "2026-12-31"),
    ],
)
def test_a_rung_may_count_workdays(workdays: int, due_on: str, speaks: str) -> None:
    rung = Rung(key="w", workdays=workdays, to=(To.CONTACT,), tone=Tone.REMINDER)

    assert speaks_on(rung, day(due_on), CALENDAR) == day(speaks)
    assert day(due_on) in due_dates_for(rung, day(speaks), CALENDAR)


def test_of_rungs_that_count_differently_the_later_one_by_its_day_comes_last() -> None:
    ladder = Ladder(
        key="mixed",
        title="混合",
        rungs=(a_rung(-9), Rung(key="w-3", workdays=-3, to=(To.CONTACT,), tone=Tone.FINAL)),
    )

    # Over the long holiday three workdays are ten days: 28 September, before the 29th.
    assert keys(reached(ladder, day("2026-10-08"), day("2026-09-28"), CALENDAR)) == ["w-3"]
    assert keys(reached(ladder, day("2026-10-08"), day("2026-09-29"), CALENDAR)) == ["-9", "w-3"]


@pytest.mark.parametrize(
    ("after", "today", "days"),
    [
        ("2026-05-28", "2026-05-29", ["2026-05-29"]),  # every day as usual
        ("2026-05-29", "2026-06-01", ["2026-06-01"]),  # Monday
        ("2026-05-29", "2026-05-31", []),  # a sweep on Sunday says nothing
        ("2026-05-27", "2026-06-02", ["2026-05-28", "2026-05-29", "2026-06-01", "2026-06-02"]),
        ("2026-06-01", "2026-06-01", []),  # run twice
        ("2026-06-11", "2026-06-01", []),  # the clock went back
        (None, "2026-06-01", ["2026-06-01"]),  # the first sweep ever
        (None, "2026-05-31", []),
        ("2026-12-31", "2027-01-04", ["2027-01-04"]),  # 元旦 2027
    ],
)
def test_a_sweep_speaks_for_every_workday_since_the_last(
    after: str | None, today: str, days: list[str]
) -> None:
    since = day(after) if after else None

    assert send_days(since, day(today), CALENDAR) == tuple(map(day, days))


def test_a_ladder_works_without_any_holiday_list() -> None:
    assert speaks_on(a_rung(-1), day("2026-10-05"), Calendar()) == day("2026-10-02")
