"""What clerks make of answers: a receipt is confirmed or returned, help was given.

To confirm makes the record that meets the obligation, exactly as `casework/records.py` does.
"""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.matters import newest
from casework.outbox import Claim, queue
from casework.reasons import no_reason
from casework.recipients import contact_claim
from casework.records import Happened, Written, go_on, meet_by_receipt, record_in
from casework.refusal import Refusal, Unknown
from casework.roles import may_decide
from casework.scope import sees
from casework.services import Actor, Services
from casework.words import ANSWER_STATES, ANSWERS, DEADLINES
from models.answer import Answer
from models.deadline import Deadline, DeadlineState
from models.duties import enterprises_by_id
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.letter import ItemKind
from models.writes import changed_rows
from policy.answers import AnswerKind, AnswerState
from policy.obligation import Tone
from policy.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAnswer:
    """What became of an answer, and what it met."""

    id: int
    enterprise: str
    title: str
    state: str
    closed: tuple[str, ...] = ()  # titles of the deadlines that are met now
    moved: int = 0  # steps that the case took


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    row: Answer
    deadline: Deadline
    enterprise: Enterprise


def confirm(
    services: Services, number: int, *, by: Actor, on: dt.date | None = None
) -> SettledAnswer | Refusal:
    """Find a receipt right: the matter is met, on the day of the answer unless another is said."""
    written: list[Written] = []

    def attempt(session: Session) -> SettledAnswer | Refusal:
        written.clear()
        found = _waiting(session, services, number, AnswerKind.DONE)
        if isinstance(found, Refusal):
            return found
        done = _meet(session, services, found, on, by)
        if isinstance(done, Refusal):
            return done
        written.extend([done] if done else [])
        return _settle(session, services, found, (AnswerState.CONFIRMED, ""), by)

    if refusal := may_decide(by):
        return refusal
    settled = services.database.transact(attempt)
    if isinstance(settled, Refusal) or not written:
        return settled
    recorded = go_on(services, written[0], by=by)
    return replace(settled, closed=recorded.closed, moved=recorded.moved)


def give_back(
    services: Services, number: int, *, reason: str, by: Actor
) -> SettledAnswer | Refusal:
    """Find a receipt wrong: the matter stays open, and the enterprise is told why."""
    calendar = services.calendar()

    def attempt(session: Session) -> SettledAnswer | Refusal:
        found = _waiting(session, services, number, AnswerKind.DONE)
        if isinstance(found, Refusal):
            return found
        _tell_returned(session, services, found, calendar)
        return _settle(session, services, found, (AnswerState.RETURNED, reason.strip()), by)

    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明退回的理由，企业会看到"):
        return refusal
    return services.database.transact(attempt)


def handled(services: Services, number: int, *, reason: str, by: Actor) -> SettledAnswer | Refusal:
    """Note that help was given, and how."""

    def attempt(session: Session) -> SettledAnswer | Refusal:
        found = _waiting(session, services, number, AnswerKind.HELP)
        if isinstance(found, Refusal):
            return found
        return _settle(session, services, found, (AnswerState.HANDLED, reason.strip()), by)

    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明怎么办的"):
        return refusal
    return services.database.transact(attempt)


def _waiting(
    session: Session, services: Services, number: int, kind: AnswerKind
) -> _Open | Refusal:
    row = session.get(Answer, number, with_for_update=True)  # of two clerks one comes first
    then = session.get(Deadline, row.deadline_id) if row else None
    if row is None or then is None or not sees(session, services, then.enterprise_id):
        return Unknown(reason=f"没有编号为 {number} 的答复")
    if row.kind != kind.value:
        said = ANSWERS[AnswerKind(row.kind)]
        return Refusal(reason=f"编号 {number} 的答复是“{said}”，不是“{ANSWERS[kind]}”")
    if row.state != AnswerState.WAITING.value:
        at = row.settled_at.astimezone(services.zone) if row.settled_at else None
        words = ANSWER_STATES[AnswerState(row.state)]
        return Refusal(reason=f"{row.settled_by} {at:%Y-%m-%d %H:%M} 处理过了：{words}")
    deadline = newest(session, then)
    # Help may be given for what is over; so may a receipt be found right that was recorded since.
    alive = (DeadlineState.OPEN.value, DeadlineState.MET.value)
    if kind is AnswerKind.DONE and deadline.state not in alive:
        words = DEADLINES[DeadlineState(deadline.state)]
        return Refusal(reason=f"“{deadline.title}”现在是“{words}”，不用再核对")
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    return _Open(row=row, deadline=deadline, enterprise=enterprise)


def _meet(
    session: Session, services: Services, found: _Open, on: dt.date | None, by: Actor
) -> Written | Refusal | None:
    """Record what meets the obligation; what no record meets, the receipt itself meets."""
    deadline, day = found.deadline, on or found.row.at.astimezone(services.zone).date()
    if day > services.today:
        return Refusal(reason=f"{day.isoformat()} 还没有到，只能登记已发生的事")
    if deadline.state != DeadlineState.OPEN.value:  # recorded by hand meanwhile
        return None
    written = None if not deadline.met_by else _recorded(session, services, found, day, by)
    if not isinstance(written, Refusal) and deadline.state == DeadlineState.OPEN.value:
        meet_by_receipt(session, services, deadline, (found.row.receipt, day), by.name)
    return written


def _recorded(
    session: Session, services: Services, found: _Open, day: dt.date, by: Actor
) -> Written | Refusal:
    deadline = found.deadline
    happened = Happened(
        target=str(deadline.case_id or found.enterprise.uscc),
        kind=deadline.met_by,
        on=day,
        evidence=found.row.receipt,
        programme=deadline.programme,
        meets=deadline.id,
    )
    return record_in(session, services, happened, by=by)


def _settle(
    session: Session,
    services: Services,
    found: _Open,
    outcome: tuple[AnswerState, str],
    by: Actor,
) -> SettledAnswer:
    state, reason = outcome
    settled = session.execute(
        update(Answer)
        .where(col(Answer.id) == found.row.id, col(Answer.state) == AnswerState.WAITING.value)
        .values(state=state.value, reason=reason, settled_by=by.name, settled_at=services.now()),
        execution_options={"synchronize_session": False},
    )
    if changed_rows(settled) != 1:
        raise StaleWorkError  # somebody else was first: say so
    detail = {"answer": found.row.id, "receipt": found.row.receipt, "reason": reason}
    note(session, services, by, f"answer.{state.value}", (found.row.matter, detail))
    met = found.deadline.state == DeadlineState.MET.value
    return SettledAnswer(
        id=found.row.id or 0,
        enterprise=found.enterprise.name,
        title=found.deadline.title,
        state=state.value,
        closed=(found.deadline.title,) if met else (),
    )


def _tell_returned(session: Session, services: Services, found: _Open, calendar: Calendar) -> None:
    """Put the matter into the enterprise's next letter: it believes that all is done."""
    enterprise = enterprises_by_id(session, {found.enterprise.id or 0})[found.enterprise.id or 0]
    claim = Claim(
        key=f"answer/{found.row.key}/returned",
        kind=ItemKind.ANSWER,
        person_id=None,
        speaks_on=services.today,
        deadline_id=found.deadline.id,
        answer_id=found.row.id,
        tone=Tone.URGENT.value,
    )
    said = [contact_claim(claim, enterprise)]
    queue(session, services, said, send_on=services.today, calendar=calendar)
