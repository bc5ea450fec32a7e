"""公示期: real notices and computed ones, one row each in ``publicity_periods.toml``."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.calendar_files import load_calendar
from policy.workdays import Calendar

HERE = Path(__file__).parent
PERIODS = tomllib.loads((HERE / "publicity_periods.toml").read_text(encoding="utf-8"))["period"]


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    shipped = HERE.parents[1] / "config" / "calendars"
    calendar, problems = load_calendar(shipped, HERE / "calendars")
    assert problems == []
    return calendar


@pytest.mark.parametrize("period", PERIODS, ids=[period["notice"] for period in PERIODS])
def test_a_publicity_period_ends_on_the_printed_day(
    period: dict[str, Any], calendar: Calendar
) -> None:
    counted = calendar.nth_workday(period["starts"], period["workdays"])

    assert counted.date == period["ends"]
    assert calendar.workdays_between(period["starts"], period["ends"]) == period["workdays"]
    assert not counted.provisional


def test_eight_of_the_periods_were_printed_in_real_notices() -> None:
    assert [period["printed"] for period in PERIODS].count(True) == 8
    assert len(PERIODS) == 16


def test_the_test_calendars_are_never_shipped() -> None:
    shipped, _ = load_calendar(HERE.parents[1] / "config" / "calendars")

    assert shipped.gazetted == {2024, 2025, 2026}
    assert shipped.is_provisional(dt.date(2022, 1, 5))
