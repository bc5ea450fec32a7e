"""Clocks for any ledger: order, never earlier, a stop of no length changes nothing."""

import datetime as dt

from hypothesis import assume, given
from hypothesis import strategies as st

from policy.clock_rules import Standing, why_not
from policy.clocks import Act, Entry, clock_of, moved, standing
from policy.deadlines import Due, due_from, explain
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation, Roll
from policy.workdays import ONE_DAY, Calendar
from tests.property.test_day_properties import DAYS, calendars


@st.composite
def duties(draw: st.DrawFn) -> Obligation:
    return Obligation(
        key="file",
        title="示例",
        kind=DeadlineKind.SERVICE,
        binds=Binds.CASE,
        anchor=Anchor.STAGE_ENTERED,
        ladder="gentle",
        source="示例",
        days=draw(st.integers(0, 60)),
        workdays=draw(st.integers(0, 30)),
        roll=draw(st.sampled_from(Roll)),
    )


@st.composite
def ledgers(draw: st.DrawFn, start: dt.date) -> list[Entry]:
    """Draw acts in their order, of which the rules allow each where it stands."""
    wanted = draw(st.lists(st.tuples(st.sampled_from(Act), st.integers(0, 9)), max_size=8))
    duty, ledger, on = draw(duties()), [], start
    for act, days in wanted:
        on += days * ONE_DAY
        entry = Entry(act=act, on=on, days=days, reason="示例", by="示例经办")
        far = Standing(
            obligation=duty,
            clock=clock_of(ledger),
            due_on=dt.date.max,
            earliest=dt.date.min,
        )
        if not why_not(entry, far):
            ledger.append(entry)
    return ledger


@st.composite
def clocked(draw: st.DrawFn) -> tuple[Obligation, dt.date, list[Entry], Calendar]:
    start = draw(DAYS)
    return draw(duties()), start, draw(ledgers(start)), draw(calendars())


def due(duty: Obligation, start: dt.date, ledger: list[Entry], calendar: Calendar) -> Due:
    return moved(due_from(duty, start, calendar), clock_of(ledger), duty, calendar)


@given(clocked())
def test_a_clock_never_makes_a_date_earlier(
    case: tuple[Obligation, dt.date, list[Entry], Calendar],
) -> None:
    duty, start, _, calendar = case

    assert due(*case).due_on >= due_from(duty, start, calendar).due_on


@given(clocked())
def test_every_moved_date_survives_its_column_and_explains_itself(
    case: tuple[Obligation, dt.date, list[Entry], Calendar],
) -> None:
    found = due(*case)
    clock = clock_of(case[2])

    assert Due.from_json(found.to_json()) == found
    said = explain(found)
    ended = [pause for pause in clock.pauses if pause.end]
    assert said.count("中止，不计") == len(ended)
    assert said.count("准予延期") == (clock.extension is not None)


@given(clocked(), DAYS)
def test_suspended_and_resumed_on_one_day_changes_nothing(
    case: tuple[Obligation, dt.date, list[Entry], Calendar], day: dt.date
) -> None:
    duty, start, ledger, calendar = case
    assume(clock_of(ledger).suspended_on is None)
    stop = [Entry(act=act, on=day, reason="示例") for act in (Act.SUSPEND, Act.RESUME)]

    assert due(duty, start, [*ledger, *stop], calendar).due_on == due(*case).due_on


@given(clocked(), DAYS, st.integers(0, 40))
def test_a_longer_stop_never_gives_an_earlier_date(
    case: tuple[Obligation, dt.date, list[Entry], Calendar], day: dt.date, days: int
) -> None:
    duty, start, _, calendar = case

    def stopped(length: int) -> dt.date:
        stop = [
            Entry(act=Act.SUSPEND, on=day, reason="示例"),
            Entry(act=Act.RESUME, on=day + length * ONE_DAY, reason="示例"),
        ]
        return due(duty, start, stop, calendar).due_on

    assert stopped(days) <= stopped(days + 1)


@given(clocked(), DAYS, st.integers(0, 40), st.integers(1, 30))
def test_the_order_of_a_stop_and_an_extension_does_not_matter(
    case: tuple[Obligation, dt.date, list[Entry], Calendar], day: dt.date, length: int, days: int
) -> None:
    duty, start, _, calendar = case
    stop = [
        Entry(act=Act.SUSPEND, on=day, reason="示例"),
        Entry(act=Act.RESUME, on=day + length * ONE_DAY, reason="示例"),
    ]
    extension = [Entry(act=Act.EXTEND, on=day, days=days, reason="示例")]

    assert due(duty, start, stop + extension, calendar) == due(
        duty, start, extension + stop, calendar
    )


@given(clocked(), DAYS, st.integers(0, 40))
def test_the_time_that_was_left_is_left_when_it_goes_on(
    case: tuple[Obligation, dt.date, list[Entry], Calendar], day: dt.date, length: int
) -> None:
    duty, start, _, calendar = case
    back = day + length * ONE_DAY
    before = due_from(duty, start, calendar).basis.raw_on
    stop = [
        Entry(act=Act.SUSPEND, on=day, reason="示例"),
        Entry(act=Act.RESUME, on=back, reason="示例"),
    ]

    after = due(duty, start, stop, calendar).basis.moved_on

    assert after is not None
    if not duty.workdays:
        assert after - back == before - day
    elif day <= before:
        left = calendar.workdays_between(day, before)
        assert calendar.workdays_between(back, after) == left


@given(clocked())
def test_taking_the_newest_act_back_is_as_if_it_had_not_been(
    case: tuple[Obligation, dt.date, list[Entry], Calendar],
) -> None:
    duty, start, ledger, calendar = case
    left = standing(ledger)
    if not left:
        return
    undo = Entry(act=Act.UNDO, on=left[-1].on, reason="示例")

    assert clock_of([*ledger, undo]) == clock_of(left[:-1])
    assert due(duty, start, [*ledger, undo], calendar) == due(duty, start, [*left[:-1]], calendar)
