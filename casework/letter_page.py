"""One letter whole: to whom, where it stands, what was tried and decided, what it speaks of."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.letter_acts import TITLES as ACTS
from casework.letter_acts import LetterAct, possible
from casework.letter_events import ATTEMPT, UNDO, events_of
from casework.letters_page import seen_letters
from casework.refusal import Refusal
from casework.scope import seen_by
from casework.services import Services
from casework.words import ITEMS, LETTERS, ROLES
from models.answer import Answer
from models.case import Case, Review, Transition
from models.deadline import Deadline
from models.enterprise import BadAddress, Enterprise, Person, Role
from models.ledger import Alarm
from models.letter import ItemKind, ItemState, Letter, LetterItem, LetterState
from models.letter_event import LetterEvent

_TITLES = {ATTEMPT: "交给邮件服务器", UNDO: "撤销", **{act.value: ACTS[act] for act in LetterAct}}
MEANS = {
    LetterState.QUEUED: "在等下一次发信。发出以前，内容按当时的情况写。",
    LetterState.TRANSMITTING: "正在交给邮件服务器。",
    LetterState.SENT: "邮件服务器已接收。",
    LetterState.DEFERRED: "对方暂时不收，到时候自动再试。",
    LetterState.FAILED: "没有发出，不会自动再试。改好原因以后可以再发。",
    LetterState.UNKNOWN: "交出去了，但没有收到答复，可能已经送达。",
    LetterState.SUPPRESSED: "不发：没有要说的了，或有人决定不发。",
    LetterState.HELD: "停着，等人决定：再发、不再发，或核实已经送达。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """One thing a letter speaks of, and where it is dealt with."""

    kind_title: str
    about: str
    due_on: dt.date | None
    enterprise: str
    uscc: str
    case_id: int | None
    said: bool  # it is still in the letter
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One attempt, or one decision."""

    at: dt.datetime
    title: str
    by: str
    state_title: str
    reason: str
    said: str
    batch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """A letter and everything around it."""

    id: int
    letter: str
    send_on: dt.date
    state: LetterState
    state_title: str
    means: str
    reason: str
    subject: str
    person_id: int
    to: str
    role_title: str
    is_robot: bool
    email: str
    mailbox_said: str | None  # why nothing is sent to it; None where it is good
    enterprise: str
    uscc: str
    attempts: int
    may_repeat: bool
    handed_at: dt.datetime | None
    sent_at: dt.datetime | None
    next_at: dt.datetime | None
    message_id: str
    lease: int
    matters: tuple[MatterLine, ...]
    events: tuple[EventLine, ...]
    acts: tuple[LetterAct, ...]


def letter_page(services: Services, number: int) -> LetterPage | Refusal:
    """Return a letter that these eyes may see."""
    with services.database.reading() as session:
        found = session.execute(
            select(Letter, Person, Enterprise, BadAddress)
            .join(Person, col(Person.id) == col(Letter.person_id))
            .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
            .outerjoin(BadAddress, col(BadAddress.email) == func.lower(col(Person.email)))
            .where(col(Letter.id) == number, *seen_letters(services))
        ).first()
        if found is None:
            return Refusal(reason=f"没有编号为 {number} 的信")
        return _page(session, services, *found)


def _page(
    session: Session,
    services: Services,
    letter: Letter,
    person: Person,
    *more: Enterprise | BadAddress | None,
) -> LetterPage:
    enterprise, bad = more
    state = LetterState(letter.state)
    return LetterPage(
        id=letter.id or 0,
        letter=letter.letter,
        send_on=letter.send_on,
        state=state,
        state_title=LETTERS[state],
        means=MEANS[state],
        reason=letter.reason,
        subject=letter.subject,
        person_id=person.id or 0,
        to=person.name,
        role_title=ROLES[Role(person.role)],
        is_robot=person.role == Role.ROBOT.value,
        email=person.email,
        mailbox_said=_disowned(bad),
        enterprise=enterprise.name if isinstance(enterprise, Enterprise) else "",
        uscc=enterprise.uscc if isinstance(enterprise, Enterprise) else "",
        attempts=letter.attempts,
        may_repeat=letter.may_repeat,
        handed_at=letter.handed_at,
        sent_at=letter.sent_at,
        next_at=letter.next_at,
        message_id=letter.message_id,
        lease=letter.lease,
        matters=tuple(_matters(session, services, letter)),
        events=tuple(_event(each) for each in _newest_first(session, letter)),
        acts=possible(state, may_repeat=letter.may_repeat),
    )


def _disowned(bad: object) -> str | None:
    return (bad.said or bad.status or "没有说明") if isinstance(bad, BadAddress) else None


def _newest_first(session: Session, letter: Letter) -> Sequence[LetterEvent]:
    return events_of(session, letter.id or 0)[::-1]


def _event(event: LetterEvent) -> EventLine:
    return EventLine(
        at=event.at,
        title=_TITLES.get(event.act, event.act),
        by=event.by,
        state_title=LETTERS[LetterState(event.after)],
        reason=event.reason,
        said=event.said,
        batch=event.batch if event.batch and event.act != UNDO else "",
    )


def _matters(session: Session, services: Services, letter: Letter) -> Iterable[MatterLine]:
    """Yield what the letter speaks of, and what it was to speak of and does not any more."""
    answered = aliased(Deadline)
    case = func.coalesce(
        col(Deadline.case_id), col(Transition.case_id), col(Review.case_id), col(answered.case_id)
    )
    firm = func.coalesce(
        col(Deadline.enterprise_id), col(Case.enterprise_id), col(answered.enterprise_id)
    )
    about = func.coalesce(col(Deadline.title), col(answered.title), col(Alarm.sentence))
    due_on = func.coalesce(col(Deadline.due_on), col(answered.due_on))
    rows = session.execute(
        select(LetterItem, about, due_on, Case, Enterprise)
        .outerjoin(Deadline, col(Deadline.id) == col(LetterItem.deadline_id))
        .outerjoin(Transition, col(Transition.id) == col(LetterItem.transition_id))
        .outerjoin(Review, col(Review.id) == col(LetterItem.review_id))
        .outerjoin(Answer, col(Answer.id) == col(LetterItem.answer_id))
        .outerjoin(answered, col(answered.id) == col(Answer.deadline_id))
        .outerjoin(Alarm, col(Alarm.id) == col(LetterItem.alarm_id))
        .outerjoin(Case, col(Case.id) == case)
        .outerjoin(Enterprise, col(Enterprise.id) == firm)
        .where(col(LetterItem.letter_id) == letter.id)
        .where(*_of_ours(services))
        .order_by(col(LetterItem.state), col(LetterItem.key))
    )
    for item, title, due, of_case, enterprise in rows:
        programme = services.catalogue.title_of(of_case.programme) if of_case else ""
        yield MatterLine(
            kind_title=ITEMS[ItemKind(item.kind)],
            about=title or programme,
            due_on=due,
            enterprise=enterprise.name if enterprise else "",
            uscc=enterprise.uscc if enterprise else "",
            case_id=of_case.id if of_case else None,
            said=item.state == ItemState.CLAIMED.value,
            reason=item.reason,
        )


def _of_ours(services: Services) -> Iterable[ColumnElement[bool]]:
    """Yield the condition that a matter is of no enterprise, or of one that these eyes may see."""
    for ours in seen_by(services):
        yield or_(col(Enterprise.id).is_(None), ours)
