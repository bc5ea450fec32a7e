"""Writing a letter at the moment it leaves: what is still true, in words, for one person."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.rulebook import rules_of
from casework.services import Services
from casework.week import empty_week, week_of_staff
from models.addresses import is_bad
from models.case import Case, Review, ReviewState, Transition
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person, Role
from models.ledger import Alarm
from models.letter import ItemKind, ItemState, Letter, LetterItem
from notifications.calendar_file import dates_to_keep, ics_for
from notifications.letters import (
    AlarmItem,
    DueItem,
    Head,
    MoveItem,
    Rendered,
    ReviewItem,
    WeekSummary,
    enterprise_daily,
    staff_daily,
)
from notifications.message import Address, Attachment, Message
from policy.deadlines import Due, days_left, origin
from policy.obligation import Tone

_LOUDER = tuple(tone.value for tone in Tone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to be handed over, its items, and those that were done before it left."""

    message: Message
    said: frozenset[int]
    done: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Why a letter need not, or can not, be sent."""

    reason: str
    said: frozenset[int]
    done: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one letter has to say."""

    due: tuple[DueItem, ...]
    moves: tuple[MoveItem, ...]
    reviews: tuple[ReviewItem, ...]
    week: WeekSummary | None
    alarms: tuple[AlarmItem, ...]
    said: frozenset[int]  # every item it was made of
    done: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.due or self.moves or self.reviews or self.week or self.alarms)


def compose(services: Services, letter_id: int, *, again: bool = False) -> Composed | Nothing:
    """Write a letter as things stand now; ``again`` keeps the Message-ID of the first copy."""
    with services.database.reading() as session:
        letter = session.get_one(Letter, letter_id)
        person = session.get_one(Person, letter.person_id)
        content = _content(session, services, letter, person, keep_done=again)
        if not content:
            return _nothing("所提事项均已办结，无须再发", content)
        if not (person.active and person.email) or is_bad(session, person.email):
            return _nothing("收件人没有可用的邮箱", content)
        rendered = _rendered(session, services, person, content)
    return Composed(
        message=Message(
            message_id=letter.message_id or message_id(services, person, letter.send_on),
            sender=services.sender,
            to=Address(name=person.name, email=person.email),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            attachments=_attachments(services, person, content.due),
        ),
        said=content.said,
        done=content.done,
    )


def _nothing(reason: str, content: Content) -> Nothing:
    return Nothing(reason=reason, said=content.said, done=content.done)


def claimed_items(session: Session, letter_id: int) -> frozenset[int]:
    """Return the items that a letter has to speak of."""
    wanted = select(col(LetterItem.id)).where(
        col(LetterItem.letter_id) == letter_id, col(LetterItem.state) == ItemState.CLAIMED.value
    )
    return frozenset(each for each in session.scalars(wanted) if each is not None)


def message_id(
    services: Services, person: Person, send_on: dt.date, *, again: dt.datetime | None = None
) -> str:
    """Return the Message-ID of a person's letter of a day: stable, and guessable by nobody else.

    One that a person sends ``again`` at a moment, whatever became of the first, has its own.
    """
    domain = services.sender.email.rpartition("@")[2]
    name = f"letter/{person.key}/{send_on.isoformat()}" + (f"/{again.isoformat()}" if again else "")
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"<{digest[:32]}@{domain}>"


def _attachments(
    services: Services, person: Person, due: Sequence[DueItem]
) -> tuple[Attachment, ...]:
    if not dates_to_keep(due):
        return ()
    domain = services.sender.email.rpartition("@")[2]
    # A clerk keeps the dates of many enterprises: forty alarms on one morning help nobody.
    rings = person.role == Role.CONTACT.value
    return (ics_for(due, uid_domain=domain, office=services.office, rings=rings),)


def _rendered(session: Session, services: Services, person: Person, content: Content) -> Rendered:
    # The day it leaves, not the day it was meant to: the countdowns speak of today.
    head = Head(to_name=person.name, on=services.today, office=services.office, demo=services.demo)
    if person.role == Role.CONTACT.value:
        enterprise = session.get_one(Enterprise, person.enterprise_id)
        return enterprise_daily(
            head, enterprise=enterprise.name, due=content.due, moves=content.moves
        )
    return staff_daily(
        head,
        due=content.due,
        reviews=content.reviews,
        week=content.week,
        alarms=content.alarms,
    )


def _content(
    session: Session, services: Services, letter: Letter, person: Person, *, keep_done: bool
) -> Content:
    items = session.scalars(
        select(LetterItem)
        .where(
            col(LetterItem.letter_id) == letter.id,
            col(LetterItem.state) == ItemState.CLAIMED.value,
        )
        .order_by(col(LetterItem.key))
    ).all()

    def of(kind: ItemKind) -> list[LetterItem]:
        return [item for item in items if item.kind == kind.value]

    due = {
        item.id or 0: _due_item(session, services, item, keep_done=keep_done)
        for item in of(ItemKind.RUNG)
    }
    reviews = {
        item.id or 0: _review_item(session, item, keep_done=keep_done)
        for item in of(ItemKind.REVIEW)
    }
    alarms = sorted(of(ItemKind.ALARM), key=lambda item: item.alarm_id or 0)  # causes first
    summed_up = [item.id or 0 for item in of(ItemKind.DIGEST)]
    week = week_of_staff(session, services, person.division_code) if summed_up else None
    if summed_up and week is None and keep_done:
        week = empty_week(services.today)  # a second copy, though all is well by now
    may_be_done: dict[int, object] = {**due, **reviews, **dict.fromkeys(summed_up, week)}
    return Content(
        due=_each_once(each for each in due.values() if each is not None),
        moves=tuple(_move_item(session, item) for item in of(ItemKind.MOVE)),
        reviews=tuple(each for each in reviews.values() if each is not None),
        week=week,
        alarms=tuple(_alarm_item(session, services, item) for item in alarms),
        said=frozenset(item.id or 0 for item in items),
        done=tuple(item for item, matter in may_be_done.items() if matter is None),
    )


def _each_once(due: Iterable[DueItem]) -> tuple[DueItem, ...]:
    """Return one item per matter, the loudest: a letter that was late holds two rungs of it."""
    found: dict[str, DueItem] = {}
    for each in due:
        known = found.get(each.key)
        if known is None or _LOUDER.index(each.tone) >= _LOUDER.index(known.tone):
            found[each.key] = each
    return tuple(found.values())


def _due_item(
    session: Session, services: Services, item: LetterItem, *, keep_done: bool
) -> DueItem | None:
    deadline = _in_force(session, session.get_one(Deadline, item.deadline_id))
    if deadline.state != DeadlineState.OPEN.value and not keep_done:
        return None
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    left = days_left(deadline.due_on, services.today)
    due = Due.from_json(deadline.basis)
    return DueItem(
        title=deadline.title,
        programme=services.catalogue.title_of(deadline.programme),
        enterprise=enterprise.name,
        due_on=deadline.due_on,
        days_left=left,
        tone=Tone.OVERDUE.value if left < 0 else item.tone,
        explanation=origin(due),
        where=deadline.where,
        prepare=deadline.prepare,
        flags=flags_of(deadline),
        key=_matter(enterprise, deadline),
    )


def _in_force(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline, or its successor on the same day: a date that became certain stands."""
    newer = (
        col(Deadline.enterprise_id) == deadline.enterprise_id,
        col(Deadline.programme) == deadline.programme,
        col(Deadline.obligation) == deadline.obligation,
        col(Deadline.subject) == deadline.subject,
        col(Deadline.period) == deadline.period,
        col(Deadline.projection) > deadline.projection,
        col(Deadline.due_on) == deadline.due_on,
        col(Deadline.state) != DeadlineState.SUPERSEDED.value,
    )
    if deadline.state != DeadlineState.SUPERSEDED.value:
        return deadline
    return session.scalars(select(Deadline).where(*newer)).first() or deadline


def _matter(enterprise: Enterprise, deadline: Deadline) -> str:
    """Return the deadline's natural name without its projection: a moved date keeps it."""
    words = (deadline.programme, deadline.obligation, deadline.subject, deadline.period)
    return "/".join((enterprise.uscc, *words))


def flags_of(deadline: Deadline) -> tuple[str, ...]:
    """Return the words that say how sure a date is."""
    marks = (
        (deadline.estimated, "预计"),
        (deadline.provisional, "暂估"),
        (deadline.needs_confirmation, "待核实"),
    )
    return tuple(word for holds, word in marks if holds)


def _move_item(session: Session, item: LetterItem) -> MoveItem:
    transition = session.get_one(Transition, item.transition_id)
    case = session.get_one(Case, transition.case_id)
    programme = rules_of(session, case)
    before, after = programme.stage(transition.from_stage), programme.stage(transition.to_stage)
    return MoveItem(
        programme=programme.title,
        enterprise=session.get_one(Enterprise, case.enterprise_id).name,
        from_stage=before.plain or before.title,
        to_stage=after.plain or after.title,
        on=transition.on,
        reason=transition.reason,
        next_step="；".join(need.title for need in after.needs),
    )


def _review_item(session: Session, item: LetterItem, *, keep_done: bool) -> ReviewItem | None:
    review = session.get_one(Review, item.review_id)
    if review.state != ReviewState.OPEN.value and not keep_done:
        return None
    case = session.get_one(Case, review.case_id)
    programme = rules_of(session, case)
    return ReviewItem(
        enterprise=session.get_one(Enterprise, case.enterprise_id).name,
        programme=programme.title,
        proposal=f"{programme.stage(review.stage).title} → "
        f"{programme.stage(review.proposes).title}",
        waiting_since=review.opened_on,
        summary=review.summary,
    )


def _alarm_item(session: Session, services: Services, item: LetterItem) -> AlarmItem:
    alarm = session.get_one(Alarm, item.alarm_id)
    return AlarmItem(
        sentence=alarm.sentence,
        hint=alarm.hint,
        raised=alarm.raised_at.astimezone(services.zone),
        cleared=alarm.cleared_at is not None,
    )
