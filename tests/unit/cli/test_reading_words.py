"""Dates and months as people type them, and values as programs read them."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import pytest
import typer

from casework.refusal import Refusal
from cli.options import read_day, read_month
from cli.output import plain
from cli.tables import countdown


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "text",
    ["2026-03-02", "2026-3-2", "2026/3/2", "2026.3.2", "20260302", "2026年3月2日", " 2026-03-02 "],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text) == dt.date(2026, 3, 2)


@pytest.mark.parametrize("text", ["", "昨天", "2026-02-30", "2026-13-01", "02-03-2026", "2026"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="不是日期"):
        read_day(text)


@pytest.mark.parametrize("text", ["2026-03", "2026-3", "2026/3", "202603", "2026年3月"])
def test_a_month_is_read_however_it_is_written(text: str) -> None:
    assert read_month(text) == "2026-03"


@pytest.mark.parametrize("text", ["", "2026", "2026-00", "三月"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="不是月份"):
        read_month(text)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("字", "字"),
        (Colour.RED, "red"),
        (dt.date(2026, 3, 2), "2026-03-02"),
        (dt.datetime(2026, 3, 2, tzinfo=dt.UTC), "2026-03-02T00:00:00+00:00"),
        (Decimal("4.60"), 4.6),
        (Decimal("5.00"), 5),
        (Fraction(1, 20), "1/20"),
        ((1, 2), [1, 2]),
        ({Colour.RED: dt.date(2026, 3, 2)}, {"red": "2026-03-02"}),
        (Refusal(reason="不行"), {"reason": "不行"}),
    ],
)
def test_values_become_what_json_knows(value: object, told: object) -> None:
    assert plain(value) == told


@pytest.mark.parametrize(("days", "words"), [(0, "今天"), (5, "5 天"), (-3, "超期 3 天")])
def test_a_date_counts_down_in_words(days: int, words: str) -> None:
    assert countdown(days) == words
