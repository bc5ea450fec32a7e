"""The timetable: what is due is read from what was done, at whatever moment somebody asks."""

import datetime as dt
from dataclasses import replace

import pytest

from policy.timetable import Done, RunKind, day_of, deliver_until, due_runs, month_due, next_at
from tests.unit.policy.samples import CALENDAR, TABLE, at

M, S, D = RunKind.MONTHLY, RunKind.SWEEP, RunKind.DELIVER
MISSED = Done(months=frozenset({"2026-02", "2026-03"}))
ALL_DONE = Done(months=frozenset({"2026-05"}), swept_on=dt.date(2026, 5, 6))


def settled(done: Done) -> Done:
    """Return the same with the weeks and nights of this year done."""
    night = dt.date(2026, 12, 31)
    return replace(done, digested="2026-W53", tidied_on=night, backed_up_on=night)


@pytest.mark.parametrize(
    ("now", "done", "due"),
    [
        pytest.param(at(5, 12), Done(), [], id="before the first workday"),
        pytest.param(at(6, 8, 29), Done(), [], id="before half past eight"),
        pytest.param(at(6, 8, 30), Done(), [M], id="the month, then"),
        pytest.param(at(6, 9), Done(), [M, S], id="the reminders"),
        pytest.param(at(23, 3), Done(), [M], id="a missed month, at once"),
        pytest.param(at(6, 9), ALL_DONE, [], id="all done"),
        pytest.param(at(7, 9), ALL_DONE, [S], id="the next morning"),
        pytest.param(at(9, 9), ALL_DONE, [], id="a Saturday"),
    ],
)
def test_the_month_and_the_reminders(now: dt.datetime, done: Done, due: list[RunKind]) -> None:
    assert due_runs(TABLE, CALENDAR, now, settled(done)) == due


@pytest.mark.parametrize(
    ("now", "until"),
    [
        pytest.param(at(6, 12), at(6, 12, 5), id="as long as a rest"),
        pytest.param(at(6, 17, 58), at(6, 18), id="no later than the day closes"),
    ],
)
def test_a_delivery_ends_before_other_work_waits_for_long(
    now: dt.datetime, until: dt.datetime
) -> None:
    assert deliver_until(TABLE, now) == until


@pytest.mark.parametrize(
    ("now", "looked_at", "due"),
    [
        pytest.param(at(6, 8, 59), None, [], id="too early"),
        pytest.param(at(6, 9), None, [D], id="in office hours"),
        pytest.param(at(6, 18), None, [D], id="up to the last minute"),
        pytest.param(at(6, 18, 1), None, [], id="too late"),
        pytest.param(at(6, 12), at(6, 11, 56), [], id="just looked"),
        pytest.param(at(6, 12), at(6, 11, 55), [D], id="rested"),
        pytest.param(at(9, 12), None, [], id="a Saturday"),
    ],
)
def test_letters_leave_in_office_hours_every_few_minutes(
    now: dt.datetime, looked_at: dt.datetime | None, due: list[RunKind]
) -> None:
    waiting = replace(settled(ALL_DONE), letters_wait=True, looked_at=looked_at)

    assert due_runs(TABLE, CALENDAR, now, waiting) == due
    assert due_runs(TABLE, CALENDAR, now, replace(waiting, letters_wait=False)) == []


@pytest.mark.parametrize(
    ("kind", "now", "done", "then"),
    [
        pytest.param(M, at(1, 9), Done(), at(6, 8, 30), id="this month"),
        pytest.param(M, at(20, 9), ALL_DONE, at(1, 8, 30, month=6), id="next month"),
        pytest.param(M, at(20, 9), Done(), at(20, 9), id="overdue is now"),
        pytest.param(S, at(6, 8), Done(), at(6, 9), id="this morning"),
        pytest.param(S, at(6, 10), ALL_DONE, at(7, 9), id="tomorrow"),
        pytest.param(S, at(9, 10), ALL_DONE, at(11, 9), id="after the weekend"),
        pytest.param(D, at(6, 8), ALL_DONE, at(6, 9), id="when the office opens"),
        pytest.param(D, at(6, 19), ALL_DONE, at(7, 9), id="when it opens again"),
    ],
)
def test_when_a_run_comes_next(
    kind: RunKind, now: dt.datetime, done: Done, then: dt.datetime
) -> None:
    assert next_at(kind, TABLE, CALENDAR, now, done) == then


@pytest.mark.parametrize(
    ("now", "done", "month"),
    [
        pytest.param(at(6, 9), Done(), "2026-05", id="this month"),
        pytest.param(at(6, 9), ALL_DONE, None, id="done"),
        pytest.param(at(5, 9), Done(begun=frozenset({"2026-04"})), "2026-04", id="cut off"),
        pytest.param(
            at(6, 9), Done(begun=frozenset({"2026-04"})), "2026-05", id="this month comes first"
        ),
        pytest.param(
            at(6, 9),
            replace(ALL_DONE, begun=frozenset({"2026-04", "2026-03"})),
            "2026-03",
            id="then the oldest",
        ),
        pytest.param(at(6, 9), MISSED, "2026-05", id="a missed month waits for this one"),
        pytest.param(
            at(6, 9),
            Done(months=frozenset({"2026-02", "2026-05"})),
            "2026-04",
            id="then it is done",
        ),
        pytest.param(at(1, 9), MISSED, "2026-04", id="or before this one may be begun"),
        pytest.param(
            at(1, 9), Done(months=frozenset({"2026-06"})), None, id="nothing was missed before us"
        ),
        pytest.param(
            at(1, 3, month=1), Done(months=frozenset({"2025-11"})), "2025-12", id="over New Year"
        ),
    ],
)
def test_a_month_that_was_cut_off_or_missed_is_finished_later_and_holds_up_no_other(
    now: dt.datetime, done: Done, month: str | None
) -> None:
    assert month_due(TABLE, CALENDAR, now, done) == month
    assert (M in due_runs(TABLE, CALENDAR, now, done)) == (month is not None)


def test_an_earlier_month_acts_on_its_last_day() -> None:
    assert day_of("2026-04", dt.date(2026, 5, 5)) == dt.date(2026, 4, 30)
    assert day_of("2026-05", dt.date(2026, 5, 6)) == dt.date(2026, 5, 6)
