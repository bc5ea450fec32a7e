"""Stock and flow: opening + new - lapsed = closing, counted from validity intervals alone."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.stock import FIGURES, Flow, Measure, stands_of

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
HELD = st.lists(st.tuples(st.integers(1, 6), DAYS, st.integers(0, 1100)), max_size=20)


def held(enterprise: int, first: str, last: str) -> tuple[int, dt.date, dt.date]:
    return enterprise, dt.date.fromisoformat(first), dt.date.fromisoformat(last)


def figures(intervals: list[tuple[int, dt.date, dt.date]], on: dt.date) -> dict[str, set[int]]:
    stands = stands_of(intervals, on.year, on)
    return {
        figure: {firm for firm, stand in stands.items() if is_in(stand)}
        for figure, is_in in FIGURES.items()
    }


@given(HELD, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_what_was_there_and_came_less_what_went_is_what_is_there(
    drawn: list[tuple[int, dt.date, int]], on: dt.date
) -> None:
    intervals = [(one, day, day + dt.timedelta(days=n)) for one, day, n in drawn]
    flow = Flow(stands=Counter(stands_of(intervals, 2026, on).values()))
    found = figures(intervals, on)

    assert {figure: flow.count(figure) for figure in FIGURES} == {
        figure: len(firms) for figure, firms in found.items()
    }
    assert found["opening"] | found["new"] == found["closing"] | found["lapsed"]
    assert not found["opening"] & found["new"]
    assert not found["closing"] & found["lapsed"]
    assert found["renewed"] <= found["opening"]
    assert found["expiring"] <= found["closing"]


def test_who_renews_is_neither_new_nor_lapsed_even_after_a_gap() -> None:
    gap = [held(1, "2023-10-16", "2026-10-15"), held(1, "2026-11-20", "2029-11-19")]

    between = figures(gap, dt.date(2026, 10, 20))
    assert (between["lapsed"], between["renewed"]) == ({1}, set())
    after = figures(gap, dt.date(2026, 12, 31))
    assert (after["new"], after["lapsed"]) == (set(), set())
    assert (after["renewed"], after["closing"]) == ({1}, {1})


def test_a_target_knows_how_far_it_is_and_how_far_it_can_get() -> None:
    known = [
        held(1, "2023-05-01", "2026-04-30"),
        held(2, "2024-05-01", "2027-04-30"),
        held(3, "2026-02-01", "2029-01-31"),
    ]
    stands = stands_of(known, 2026, dt.date(2026, 3, 2))
    stands[1] = stands[1]._replace(trying=True)
    stands[2] = stands[2]._replace(trying=True)  # and it lasts already
    flow = Flow(stands=Counter(stands.values()), strangers=1)

    assert {each: flow.reached(each) for each in Measure} == {
        Measure.NEW: 1,
        Measure.GRANTED: 1,
        Measure.STOCK: 3,
        Measure.NET: 1,
    }
    assert flow.count("expiring") == 1
    assert [flow.at_most(each) for each in Measure] == [2, 3, 4, 2]
    assert (flow.at_least, flow.candidates, flow.under_way) == (2, 2, 3)


def test_a_day_of_another_year_is_refused() -> None:
    with pytest.raises(ValueError, match="no day of 2026"):
        stands_of([], 2026, dt.date(2027, 1, 1))
