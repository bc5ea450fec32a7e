"""What must hold for days in any calendar, not only in those that we ship."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policy.deadlines import Due, due_from, explain
from policy.ladder import due_dates_for, send_days, speaks_on
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation, Roll, Rung, To, Tone
from policy.workdays import Calendar, add_months, every_day

EARLIEST, LATEST = dt.date(2024, 1, 1), dt.date(2028, 12, 31)
DAYS = st.dates(EARLIEST, LATEST)
ALL_DAYS = tuple(every_day(EARLIEST - dt.timedelta(days=400), LATEST + dt.timedelta(days=400)))
WEEKDAYS = [day for day in ALL_DAYS if day.weekday() < 5]
WEEKENDS = [day for day in ALL_DAYS if day.weekday() >= 5]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Some weeks at random in which weekdays are off and weekends are worked."""
    breaks = draw(st.lists(st.tuples(DAYS, st.integers(1, 12)), max_size=12))
    off = {start + dt.timedelta(days=n) for start, length in breaks for n in range(length)}
    worked = draw(st.sets(st.sampled_from(WEEKENDS), max_size=12))
    return Calendar(
        off=frozenset(off & set(WEEKDAYS)),
        work=frozenset(worked - off),
        gazetted=frozenset(draw(st.sets(st.integers(2024, 2028)))),
    )


def obligations() -> st.SearchStrategy[Obligation]:
    return st.builds(
        Obligation,
        key=st.just("any"),
        title=st.just("任意事项"),
        kind=st.sampled_from(DeadlineKind),
        binds=st.sampled_from(Binds),
        anchor=st.sampled_from(Anchor),
        ladder=st.just("any"),
        source=st.text(max_size=10),
        months=st.integers(-18, 36),
        days=st.integers(-60, 60),
        workdays=st.integers(0, 15),
        roll=st.sampled_from(Roll),
    )


def rungs() -> st.SearchStrategy[Rung]:
    return st.builds(
        Rung,
        key=st.just("any"),
        days=st.integers(-60, 30),
        workdays=st.just(0) | st.integers(-25, 15),
        to=st.just((To.CLERK,)),
        tone=st.sampled_from(Tone),
    )


@given(calendars(), DAYS, st.integers(1, 40))
def test_counting_to_a_workday_and_counting_workdays_are_inverse(
    calendar: Calendar, start: dt.date, n: int
) -> None:
    counted = calendar.nth_workday(start, n)

    assert calendar.is_workday(counted.date)
    assert calendar.workdays_between(start, counted.date) == n
    assert len(counted.skipped) + n == (counted.date - start).days + 1
    assert not any(map(calendar.is_workday, counted.skipped))


@given(calendars(), DAYS, st.integers(1, 40))
def test_a_count_is_provisional_exactly_when_it_passed_an_unpublished_day(
    calendar: Calendar, start: dt.date, n: int
) -> None:
    counted = calendar.nth_workday(start, n)
    years = {day.year for day in every_day(start, counted.date)} - calendar.gazetted

    assert counted.provisional == bool(years)
    assert calendar.unpublished(start, counted.date) == tuple(sorted(years))


@given(calendars(), DAYS)
def test_a_rolled_date_is_the_nearest_workday_on_its_side(calendar: Calendar, raw: dt.date) -> None:
    following = calendar.roll(raw, Roll.NEXT)
    previous = calendar.roll(raw, Roll.PREVIOUS)

    assert following.date >= raw >= previous.date
    assert calendar.is_workday(following.date)
    assert calendar.is_workday(previous.date)
    assert calendar.workdays_between(raw, following.date) == 1
    assert calendar.workdays_between(previous.date, raw) == 1


@given(calendars(), st.sets(DAYS, max_size=8), st.sets(DAYS, max_size=8))
def test_what_staff_decide_always_wins(
    calendar: Calendar, off: set[dt.date], work: set[dt.date]
) -> None:
    decided = calendar.with_overrides(off=off - work, work=work)

    assert not any(map(decided.is_workday, off - work))
    assert all(map(decided.is_workday, work))
    assert not any(map(decided.is_provisional, off | work))
    untouched = [day for day in ALL_DAYS if day not in off | work]
    assert all(decided.is_workday(day) == calendar.is_workday(day) for day in untouched)


@given(calendars(), obligations(), DAYS)
def test_a_due_date_never_leaves_its_rule(
    calendar: Calendar, obligation: Obligation, anchor_on: dt.date
) -> None:
    due = due_from(obligation, anchor_on, calendar)

    start = add_months(anchor_on, obligation.months) + dt.timedelta(days=obligation.days)
    raw = due.basis.raw_on
    if obligation.workdays:
        assert calendar.workdays_between(start, raw) == obligation.workdays
    else:
        assert raw == start
    match obligation.roll:
        case Roll.NONE:
            assert due.due_on == raw
        case Roll.NEXT:
            assert due.due_on >= raw
            assert calendar.is_workday(due.due_on)
        case Roll.PREVIOUS:
            assert due.due_on <= raw
            assert calendar.is_workday(due.due_on)
    assert bool(due.basis.roll) == (due.due_on != raw)
    assert due.provisional == bool(due.basis.unpublished)


@given(calendars(), obligations(), DAYS)
def test_every_due_date_survives_its_column_and_explains_itself(
    calendar: Calendar, obligation: Obligation, anchor_on: dt.date
) -> None:
    due = due_from(obligation, anchor_on, calendar)

    assert Due.from_json(due.to_json()) == due
    assert explain(due).startswith(f"截止 {due.due_on}（周")
    assert ("暂估" in explain(due)) == due.provisional or "暂估" in obligation.source


@given(calendars(), rungs(), DAYS)
def test_a_rung_speaks_on_a_workday_and_on_the_right_side(
    calendar: Calendar, rung: Rung, due_on: dt.date
) -> None:
    day = speaks_on(rung, due_on, calendar)
    planned = due_on + dt.timedelta(days=rung.number)

    assert calendar.is_workday(day)
    assert day > due_on if rung.number > 0 else day <= planned


@given(calendars(), DAYS, st.integers(1, 25))
def test_a_rung_that_counts_workdays_has_as_many_between_it_and_its_date(
    calendar: Calendar, due_on: dt.date, n: int
) -> None:
    before, after = (
        speaks_on(Rung(key="w", workdays=count, to=(), tone=Tone.NOTICE), due_on, calendar)
        for count in (-n, n)
    )

    assert calendar.workdays_between(before, due_on - dt.timedelta(days=1)) == n
    assert calendar.workdays_between(due_on + dt.timedelta(days=1), after) == n


@given(calendars(), rungs(), DAYS)
def test_every_due_date_is_found_from_the_day_its_rung_speaks(
    calendar: Calendar, rung: Rung, due_on: dt.date
) -> None:
    assert due_on in due_dates_for(rung, speaks_on(rung, due_on, calendar), calendar)


@given(calendars(), rungs(), DAYS)
@example(Calendar(), Rung(key="x", days=1, to=(), tone=Tone.OVERDUE), dt.date(2026, 6, 1))
def test_no_other_due_date_is_found(calendar: Calendar, rung: Rung, day: dt.date) -> None:
    found = due_dates_for(rung, day, calendar)
    around = every_day(day - dt.timedelta(days=120), day + dt.timedelta(days=120))

    assert found == tuple(due for due in around if speaks_on(rung, due, calendar) == day)


@given(calendars(), DAYS, st.lists(st.integers(0, 9), max_size=10))
def test_however_sweeps_are_spaced_each_workday_is_spoken_for_once(
    calendar: Calendar, first: dt.date, gaps: list[int]
) -> None:
    spoken: list[dt.date] = []
    after = first
    for gap in gaps:
        today = after + dt.timedelta(days=gap)
        spoken += send_days(after, today, calendar)
        after = today

    assert spoken == list(send_days(first, after, calendar))


@pytest.mark.fault("R17")
@given(DAYS, st.integers(-60, 60))
def test_months_land_in_the_month_meant_on_the_day_or_its_last(day: dt.date, months: int) -> None:
    moved = add_months(day, months)

    assert moved.year * 12 + moved.month == day.year * 12 + day.month + months
    clamped = (moved + dt.timedelta(days=1)).day == 1
    assert moved.day == day.day or (clamped and moved.day < day.day)


@given(DAYS, DAYS, st.integers(-60, 60))
def test_months_never_swap_two_days(one: dt.date, other: dt.date, months: int) -> None:
    first, last = sorted((one, other))

    assert add_months(first, months) <= add_months(last, months)
