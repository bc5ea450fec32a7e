import datetime as dt
from dataclasses import replace

import pytest

from policy.obligation import DeadlineKind
from policy.snooze import breaks_through, last_quiet_day
from policy.workdays import Calendar
from tests.plugins.sprout import LADDER


@pytest.mark.parametrize(
    ("kind", "rung"),
    [
        (DeadlineKind.STATUTORY, "d-1"),
        (DeadlineKind.SERVICE, ""),
        (DeadlineKind.PLANNED, ""),
    ],
)
def test_only_a_statutory_dates_last_rung_up_to_it_breaks_through(
    kind: DeadlineKind, rung: str
) -> None:
    assert breaks_through(LADDER, kind) == rung


def test_a_ladder_that_begins_after_the_date_has_nothing_that_breaks_through() -> None:
    late = replace(LADDER, rungs=LADDER.rungs[-1:])

    assert breaks_through(late, DeadlineKind.STATUTORY) == ""


def test_reminders_begin_again_on_a_workday_before_the_date_has_passed() -> None:
    sunday = dt.date(2026, 5, 31)

    assert last_quiet_day(sunday, Calendar()) == dt.date(2026, 5, 29)
