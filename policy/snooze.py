"""Keeping a deadline quiet for a while (暂缓提醒): how far, and what can not be silenced."""

import datetime as dt

from policy.obligation import DeadlineKind, Ladder
from policy.workdays import Calendar


def last_quiet_day(due_on: dt.date, calendar: Calendar) -> dt.date:
    """Return the latest day on which reminders may begin again: a workday, the date not passed."""
    return calendar.previous_workday(due_on)


def breaks_through(ladder: Ladder, kind: DeadlineKind) -> str:
    """Return the rung that nobody can silence: a statutory date's last one up to it, or nothing."""
    last = ladder.last_before
    return last.key if last and kind is DeadlineKind.STATUTORY else ""
