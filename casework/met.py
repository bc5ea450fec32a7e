"""Whether what closes a deadline has been recorded, before the deadline was there or after."""

import datetime as dt

from casework.gather import Gathered
from models.duties import DeadlineKey
from policy.obligation import Anchor, Binds, Obligation

# How far ahead a deadline is opened: January's dates must exist when their December rungs speak.
HORIZON = dt.timedelta(days=120)
_A_MONTH = dt.timedelta(days=31)  # a monthly run opens what falls due up to a horizon after it


def met_by_record(
    gathered: Gathered, obligation: Obligation, key: DeadlineKey, due_on: dt.date
) -> bool:
    """Say whether a record meets this deadline.

    A record that closed another deadline of the same duty is spent: last year's late report
    is not this year's.
    """
    enterprise, _, subject, period = key
    first = due_on - HORIZON - _A_MONTH
    if obligation.anchor is Anchor.RECORD:
        first = dt.date.fromisoformat(period)
    spent = gathered.duties.spent(key[:3])
    # A change may be reported in another cycle than it happened in.
    of_case = obligation.binds is Binds.CASE and obligation.anchor is not Anchor.RECORD
    return any(
        event.on >= first and event.on not in spent
        for event in gathered.duties.events_of(enterprise, obligation.met_by)
        if not of_case or event.subject == subject
    )
