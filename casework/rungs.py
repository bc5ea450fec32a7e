"""Claims of rungs that came due: which one speaks, to whom, and what becomes of the others."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from casework.outbox import Claim
from casework.recipients import claims_for
from models.duties import Named, Staff
from models.letter import ItemKind, ItemState
from policy.deadlines import days_left
from policy.ladder import reached as rungs_reached
from policy.ladder import speaks_on
from policy.obligation import DeadlineKind, Ladder, Rung, To, Tone
from policy.workdays import Calendar

MISSED = "截止日已过，转由经办跟进"
SUSPENDED = "中止，期间不提醒"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What a rung needs to know of an open deadline: its name, its date and how it speaks."""

    id: int
    enterprise_id: int
    programme: str
    obligation: str
    subject: str
    period: str
    projection: int
    kind: str
    ladder: str
    due_on: dt.date
    suspended_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A rung of a deadline that came due, and the day it should have spoken."""

    deadline: Dated
    rung: Rung
    speaks_on: dt.date
    last: bool = False  # none of its ladder comes after it before the date


def reached_at_once(
    deadline: Dated, ladder: Ladder, today: dt.date, calendar: Calendar
) -> Iterator[Reached]:
    """Yield the rungs whose day had come before the deadline was there to speak of.

    The sweep looks at days to come: who enters a stage a week before its date must hear now.
    """
    if deadline.due_on >= today:
        yield from reached_by(deadline, ladder, today, calendar)


def reached_by(
    deadline: Dated, ladder: Ladder, today: dt.date, calendar: Calendar
) -> Iterator[Reached]:
    """Yield the rungs whose day has come, also those of a date that has passed."""
    for rung in rungs_reached(ladder, deadline.due_on, today, calendar):
        spoke_on = speaks_on(rung, deadline.due_on, calendar)
        last = rung is ladder.last_before
        yield Reached(deadline=deadline, rung=rung, speaks_on=spoke_on, last=last)


def rung_claims(
    reached: Sequence[Reached],
    enterprises: Mapping[int, Named],
    staff: Sequence[Staff],
    today: dt.date,
) -> Iterator[Claim]:
    """Yield the claims: of several rungs of one deadline only the most urgent one speaks."""
    newest: dict[int, Reached] = {}
    for each in reached:
        best = newest.get(each.deadline.id)
        # By its day: five workdays may be more than ten days. Of two that moved onto one day
        # the one that stands later in its ladder, as they come.
        if best is None or each.speaks_on >= best.speaks_on:
            newest[each.deadline.id] = each
    for each in reached:
        speaker = newest[each.deadline.id]
        enterprise = enterprises[each.deadline.enterprise_id]
        claim = _claim(each, enterprise, speaker, today)
        for to, said in _said_to(each, claim, today):
            yield from claims_for(said, to, enterprise, staff)


def _said_to(each: Reached, claim: Claim, today: dt.date) -> Iterator[tuple[To, Claim]]:
    """Yield whom the rung speaks to. What was missed in a silence is the clerk's to follow up.

    An enterprise is not told "3 days left", nor scolded, about a date that we were silent on.
    """
    past = days_left(each.deadline.due_on, today) < 0 and each.deadline.suspended_on is None
    missed = each.rung.number <= 0 and past
    if missed and To.CLERK not in each.rung.to:
        yield To.CLERK, claim
    for to in each.rung.to:
        late = missed and to is To.CONTACT
        yield to, replace(claim, state=ItemState.SUPERSEDED, reason=MISSED) if late else claim


def _claim(each: Reached, enterprise: Named, speaker: Reached, today: dt.date) -> Claim:
    deadline = each.deadline
    matter = (enterprise.uscc, deadline.programme, deadline.obligation, deadline.subject)
    name = "/".join((*matter, deadline.period, str(deadline.projection), each.rung.key))
    return Claim(
        key=f"rung/{name}",
        kind=ItemKind.RUNG,
        person_id=None,
        speaks_on=each.speaks_on,
        state=_state(each, speaker),
        reason=_reason(each, speaker),
        deadline_id=deadline.id,
        rung=each.rung.key,
        tone=_tone(each, today),
        wait_until=deadline.due_on if _can_wait(each, today) else None,
    )


def _state(each: Reached, speaker: Reached) -> ItemState:
    if each.deadline.suspended_on is not None:
        return ItemState.SUPPRESSED
    return ItemState.CLAIMED if each is speaker else ItemState.SUPERSEDED


def _reason(each: Reached, speaker: Reached) -> str:
    since = each.deadline.suspended_on
    if since is not None:
        return f"{since} 起{SUSPENDED}"
    return "" if each is speaker else f"由“{speaker.rung.key}”代为提醒"


def _can_wait(each: Reached, today: dt.date) -> bool:
    """Say whether it may come with a later letter of a contact who had many this week."""
    quiet = _tone(each, today) in (Tone.NOTICE.value, Tone.REMINDER.value)
    return quiet and not (each.last and each.deadline.kind == DeadlineKind.STATUTORY.value)


def _tone(each: Reached, today: dt.date) -> str:
    """Return the rung's tone; a date that has passed is overdue, whatever the rung meant to say."""
    if days_left(each.deadline.due_on, today) < 0:
        return Tone.OVERDUE.value
    return each.rung.tone.value
