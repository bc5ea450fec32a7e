"""Which open deadlines are over without having been met, and why."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casework.gather import Gathered
from casework.met import met_by_record
from models.casebook import OpenCase
from models.deadline import DeadlineState
from models.duties import DeadlineKey, KnownDeadline
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation

CASE_OVER = "事项已结束"
STAGE_LEFT = "事项已进入后续环节"
NEXT_BATCH = "本批已截止，还可以赶下一批"
RECORDED = "已登记办结"
RENEWED = "已取得新的证书"
REVOKED = "所依据的登记已作废"
LONG_PAST = "期限已过很久，没有登记办结，不再列入超期"

# How long a date that nobody met stays on the list of what is overdue.
_KEPT = {
    DeadlineKind.PLANNED: dt.timedelta(days=60),
    DeadlineKind.SERVICE: dt.timedelta(days=60),
    DeadlineKind.STATUTORY: dt.timedelta(days=365),
}

# (enterprise, cycle, round) -> the case as it will stand, and whether it has then ended.
Standing = Mapping[tuple[int, int, int], tuple[OpenCase, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """An open deadline that has become pointless, with the reason."""

    deadline: KnownDeadline
    state: DeadlineState
    reason: str


def closings(gathered: Gathered, standing: Standing) -> Iterator[Closing]:
    """Yield the open deadlines that are over, by their case or by the calendar."""
    live = live_cases(standing)
    duties = {each.key: each for each in gathered.programme.obligations}
    ahead = _ahead(gathered)
    for key, known in gathered.duties.deadlines.items():
        if known.state != DeadlineState.OPEN.value:
            continue
        duty = duties.get(key[1])
        closed = (
            _by_case(known, duty, live)
            or _by_event(gathered, key, duty)
            or _by_record(gathered, key, known, duty)
            or _by_certificate(gathered, key, known, duty)
            or _by_calendar(known, duty, gathered.on)
        )
        window = duty is not None and duty.anchor is Anchor.WINDOW_CLOSES
        past = known.due_on < gathered.on and known.suspended_on is None
        if closed is None and window and past and key[:3] in ahead:
            closed = DeadlineState.WAIVED, NEXT_BATCH
        if closed is not None:
            yield Closing(deadline=known, state=closed[0], reason=closed[1])


def live_cases(standing: Standing) -> Mapping[int | None, OpenCase]:
    """Return the cases that go on; one that is missing has ended, by a run or by a person."""
    return {case.id: case for case, ended in standing.values() if not ended and case.id is not None}


def _by_case(
    known: KnownDeadline, duty: Obligation | None, live: Mapping[int | None, OpenCase]
) -> tuple[DeadlineState, str] | None:
    """Return how the case closes its deadline: it ended, or left the stages that owe it."""
    if known.case_id is None:
        return None
    case = live.get(known.case_id)
    stages = duty.stages if duty else ()
    outlives = duty is not None and duty.anchor is Anchor.RECORD and not stages
    if case is None and not outlives:
        return DeadlineState.WAIVED, CASE_OVER
    if case is not None and stages and case.stage not in stages:
        return DeadlineState.MET, STAGE_LEFT
    return None


def _by_event(
    gathered: Gathered, key: DeadlineKey, duty: Obligation | None
) -> tuple[DeadlineState, str] | None:
    """Return how it closes when the event it was counted from turned out not to have happened."""
    if duty is None or duty.anchor is not Anchor.RECORD:
        return None
    events = gathered.duties.events_of(key[0], duty.record or "")
    stands = any((event.subject, event.on.isoformat()) == key[2:] for event in events)
    return None if stands else (DeadlineState.WAIVED, REVOKED)


def _by_record(
    gathered: Gathered, key: DeadlineKey, known: KnownDeadline, duty: Obligation | None
) -> tuple[DeadlineState, str] | None:
    """Return how a record closes it that was made while the deadline was being opened."""
    if duty is None or duty.binds is Binds.CASE:
        return None
    met = met_by_record(gathered, duty, key, known.due_on)
    return (DeadlineState.MET, RECORDED) if met else None


def _by_certificate(
    gathered: Gathered, key: DeadlineKey, known: KnownDeadline, duty: Obligation | None
) -> tuple[DeadlineState, str] | None:
    """Return how a newer certificate closes what only concerned the one before it."""
    expires = duty is not None and duty.anchor is Anchor.EXPIRES
    if duty is None or not (expires or duty.only_renewal):
        return None
    held = gathered.duties.qualifications_of(key[0])
    kind = duty.qualification or gathered.programme.qualification
    ends = [each.valid_to for each in held if f"{each.kind}/{each.number}" == key[2]]
    last = max(ends, default=dt.date(known.due_on.year, 12, 31))
    newer = [
        each.number
        for each in held
        if each.kind == kind and each.valid_from <= gathered.on and each.valid_to > last
    ]
    return (DeadlineState.MET, f"{RENEWED}（{newer[-1]}）") if newer else None


def _by_calendar(
    known: KnownDeadline, duty: Obligation | None, on: dt.date
) -> tuple[DeadlineState, str] | None:
    """Return how the calendar closes it; what must be reported after an event stays open."""
    if duty is None or duty.anchor is Anchor.RECORD or known.suspended_on is not None:
        return None
    if known.due_on + _KEPT[duty.kind] >= on:
        return None
    return DeadlineState.WAIVED, LONG_PAST


def _ahead(gathered: Gathered) -> set[tuple[int, str, str]]:
    """Return (enterprise, obligation, subject) of which a date is still to come."""
    return {
        key[:3]
        for key, known in gathered.duties.deadlines.items()
        if known.state == DeadlineState.OPEN.value and known.due_on >= gathered.on
    }
