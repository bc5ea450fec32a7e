"""Writing a letter at the moment it leaves: what is still true, in words, for one person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework.answered import answer_items, with_answers
from casework.flags import flags_of
from casework.letter_reading import came_back, items_of, read_ahead
from casework.mail_names import names_of
from casework.matters import in_force, matter_of
from casework.robots import robot_letter
from casework.rulebook import rules_of
from casework.services import Services
from casework.standing_in import each_once, on_behalf
from casework.summed_up import sum_up
from casework.told import correction_of
from casework.weekly_cap import WAITS
from casework.wordings import wordings_in_force
from models.case import Case, Review, ReviewState, Transition
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person, Role
from models.ledger import Alarm
from models.letter import ItemKind, Letter, LetterItem
from notifications.calendar_file import dates_to_keep, ics_for
from notifications.letters import (
    AlarmItem,
    AnswerItem,
    DueItem,
    Head,
    MoveItem,
    Rendered,
    ReviewItem,
    Summaries,
    enterprise_daily,
    staff_daily,
)
from notifications.message import Address, Attachment, Message
from notifications.rendering import one_letter
from policy.deadlines import Due, days_left, origin
from policy.obligation import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to be handed over, its items, and those that were done before it left."""

    message: Message
    said: frozenset[int]
    done: tuple[int, ...]
    fault: str = ""  # why it reads as it was shipped, and not as staff want it


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
    summaries: Summaries
    alarms: tuple[AlarmItem, ...]
    answers: tuple[AnswerItem, ...]
    said: frozenset[int]  # every item it was made of
    done: tuple[int, ...]

    def __bool__(self) -> bool:
        parts = (self.due, self.moves, self.reviews, self.summaries, self.alarms, self.answers)
        return any(parts)


def compose(services: Services, letter_id: int, *, again: bool = False) -> Composed | Nothing:
    """Write a letter as things stand now; ``again`` keeps the Message-ID of the first copy."""
    return compose_all(services, {letter_id: again})[letter_id]


def compose_all(
    services: Services, letters: Mapping[int, bool], *, unread: bool = False
) -> dict[int, Composed | Nothing]:
    """Write letters as things stand now; the value says whether each goes out again.

    What is ``unread`` has an outside only: a rehearsal sends it to nobody. Raises UnwritableError
    for the first that can not be written.
    """
    with services.database.reading() as session:
        read_ahead(session, letters)
        written = {}
        for number, again in letters.items():
            with one_letter("内容"):
                written[number] = _composed(session, services, number, again=again, unread=unread)
        return written


def _composed(
    session: Session, services: Services, letter_id: int, *, again: bool, unread: bool
) -> Composed | Nothing:
    letter = session.get_one(Letter, letter_id)
    person = session.get_one(Person, letter.person_id)
    if person.role == Role.ROBOT.value:
        said = frozenset(item.id or 0 for item in items_of(session, letter))
        told = robot_letter(session, services, letter, person, unread=unread)
        if isinstance(told, str):
            return Nothing(reason=told, said=said)
        return Composed(message=told, said=said, done=())
    content = _content(session, services, letter, person, keep_done=again)
    if not content:
        return _nothing("所提事项均已办结，无须再发", content)
    if not (person.active and person.email) or came_back(session, letter):
        return _nothing("收件人没有可用的邮箱", content)
    names = names_of(session, services, letter, person)
    rendered = _rendered(session, services, person, content, unread=unread)
    return Composed(
        message=Message(
            message_id=names.message_id,
            return_path=names.return_path,
            sender=services.sender,
            to=Address(name=person.name, email=person.email),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            attachments=() if unread else _attachments(services, person, content.due),
        ),
        said=content.said,
        done=content.done,
        fault=rendered.fault,
    )


def _nothing(reason: str, content: Content) -> Nothing:
    return Nothing(reason=reason, said=content.said, done=content.done)


def _attachments(
    services: Services, person: Person, due: Sequence[DueItem]
) -> tuple[Attachment, ...]:
    if not dates_to_keep(due):
        return ()
    # A clerk keeps the dates of many enterprises: forty alarms on one morning help nobody.
    rings = person.role == Role.CONTACT.value
    return (ics_for(due, uid_domain=services.sender.domain, office=services.office, rings=rings),)


def _rendered(
    session: Session, services: Services, person: Person, content: Content, *, unread: bool
) -> Rendered:
    # The day it leaves, not the day it was meant to: the countdowns speak of today.
    office, demo = services.office, services.demo
    head = Head(
        to_name=person.name,
        on=services.today,
        office=office,
        demo=demo,
        unread=unread,
        wordings=wordings_in_force(session, services),
    )
    if person.role == Role.CONTACT.value:
        enterprise = session.get_one(Enterprise, person.enterprise_id)
        return enterprise_daily(
            head, enterprise=enterprise.name, due=content.due, moves=content.moves
        )
    return staff_daily(
        head,
        due=content.due,
        reviews=(*content.reviews, *content.answers),
        summaries=content.summaries,
        alarms=content.alarms,
    )


def _content(
    session: Session, services: Services, letter: Letter, person: Person, *, keep_done: bool
) -> Content:
    items = items_of(session, letter)
    contact = person.role == Role.CONTACT.value
    # To an enterprise an answer that was returned is its matter once more.
    again, told = (ItemKind.ANSWER, None) if contact else (None, ItemKind.ANSWER)
    behalf = on_behalf(session, items)
    dated = [
        (item, _due_item(session, services, item, keep_done=keep_done))
        for item in _of(items, ItemKind.RUNG, again)
    ]
    due = with_answers(session, services, person, dated)
    answers = answer_items(session, services, _of(items, told), keep_done=keep_done)
    reviews = {
        item.id or 0: _review_item(session, item, behalf, keep_done=keep_done)
        for item in _of(items, ItemKind.REVIEW)
    }
    alarms = sorted(_of(items, ItemKind.ALARM), key=lambda item: item.alarm_id or 0)  # causes first
    digests = _of(items, ItemKind.DIGEST)
    summed_up = sum_up(session, services, digests, behalf, keep_done=keep_done)
    may_be_done: dict[int, object] = {**due, **reviews, **answers, **summed_up.said}
    return Content(
        due=each_once(due, behalf),
        moves=tuple(_move_item(session, item) for item in _of(items, ItemKind.MOVE)),
        reviews=tuple(each for each in reviews.values() if each is not None),
        summaries=summed_up.summaries,
        alarms=tuple(_alarm_item(session, services, item) for item in alarms),
        answers=tuple(each for each in answers.values() if each is not None),
        said=frozenset(item.id or 0 for item in items),
        done=tuple(item for item, matter in may_be_done.items() if matter is None),
    )


def _of(items: Iterable[LetterItem], *kinds: ItemKind | None) -> list[LetterItem]:
    return [item for item in items if item.kind in kinds]


def _due_item(
    session: Session, services: Services, item: LetterItem, *, keep_done: bool
) -> DueItem | None:
    deadline = in_force(session, session.get_one(Deadline, item.deadline_id))
    silent = deadline.state != DeadlineState.OPEN.value or deadline.suspended_on is not None
    if silent and not keep_done:
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
        explanation=correction_of(session, item, deadline) + origin(due),
        where=deadline.where,
        prepare=deadline.prepare,
        flags=flags_of(deadline),
        key=matter_of(enterprise, deadline),
        waited=item.reason == WAITS,
    )


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


def _review_item(
    session: Session, item: LetterItem, behalf: Mapping[int, str], *, keep_done: bool
) -> ReviewItem | None:
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
        behalf=behalf.get(item.id or 0, ""),
    )


def _alarm_item(session: Session, services: Services, item: LetterItem) -> AlarmItem:
    alarm = session.get_one(Alarm, item.alarm_id)
    return AlarmItem(
        sentence=alarm.sentence,
        hint=alarm.hint,
        raised=alarm.raised_at.astimezone(services.zone),
        cleared=alarm.cleared_at is not None,
    )
