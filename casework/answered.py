"""What a letter says of answers: the link to give one, what became of one, what waits for staff."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from casework.letter_reading import answers_to
from casework.links import find_secret, secret_of, url
from casework.matters import newest
from casework.services import Services
from models.answer import Answer
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person, Role
from models.letter import LetterItem
from notifications.letters import AnswerItem, DueItem
from notifications.words import day
from policy.answers import AnswerKind, AnswerState


def with_answers(
    session: Session,
    services: Services,
    person: Person,
    due: Sequence[tuple[LetterItem, DueItem | None]],
) -> dict[int, DueItem | None]:
    """Return what is due, each with what was answered to it and, to a contact, the link."""
    contact = person.role == Role.CONTACT.value
    linked = contact and services.public_url and due
    secret = (find_secret(session) or secret_of(services)) if linked else b""
    found: dict[int, DueItem | None] = {}
    for item, said in due:
        dressed = said
        if said is not None:
            given = answers_to(session, said.key)
            dressed = (_to_contact if contact else _to_staff)(services, said, given)
        if dressed is not None and secret:
            about = session.get_one(Deadline, item.deadline_id), person
            link = url(services, secret, about, matter=dressed.key)
            dressed = replace(dressed, answer_url=link)
        found[item.id or 0] = dressed
    return found


def _to_contact(services: Services, item: DueItem, answers: Sequence[Answer]) -> DueItem:
    """Say what became of the last receipt, or that help is on its way; else nothing is added."""
    done = [each for each in answers if each.kind == AnswerKind.DONE.value]
    if done and done[-1].state == AnswerState.WAITING.value:
        note = f"您已填报凭证号 {done[-1].receipt}（{_on(services, done[-1])}），待科技局核对"
        return replace(item, note=note, calm=True)
    if done and done[-1].state == AnswerState.RETURNED.value:
        note = f"您填报的凭证号 {done[-1].receipt} 核对没有通过：{done[-1].reason}"
        return replace(item, note=f"{note}。请办好后重新填报，或与我们联系")
    asked = [each for each in answers if _waits(each)]
    if asked:
        note = f"您说需要帮助（{_on(services, asked[-1])}），科技局会与您联系"
        return replace(item, note=note)
    return item


def _to_staff(services: Services, item: DueItem, answers: Sequence[Answer]) -> DueItem:
    """Say what waits for a clerk; that somebody took note is in the list of answers."""
    waiting = [each for each in answers if _waits(each)]
    if not waiting:
        return item
    last = waiting[-1]
    on = _on(services, last)
    if last.kind == AnswerKind.DONE.value:
        return replace(item, note=f"企业已填报凭证号 {last.receipt}（{on}），等您核对")
    return replace(item, note=f"企业需要帮助（{on}）{'：' if last.words else ''}{last.words}")


def _waits(row: Answer) -> bool:
    return row.state == AnswerState.WAITING.value


def _on(services: Services, row: Answer) -> str:
    return day(row.at.astimezone(services.zone).date(), services.today)


def answer_items(
    session: Session, services: Services, items: Iterable[LetterItem], *, keep_done: bool
) -> dict[int, AnswerItem | None]:
    """Return item -> what an enterprise answered; None where nothing waits for staff any more."""
    return {
        item.id or 0: _answer_item(session, services, item, keep_done=keep_done) for item in items
    }


def _answer_item(
    session: Session, services: Services, item: LetterItem, *, keep_done: bool
) -> AnswerItem | None:
    row = session.get_one(Answer, item.answer_id)
    deadline = newest(session, session.get_one(Deadline, row.deadline_id))
    over = row.state not in (AnswerState.NOTED.value, AnswerState.WAITING.value)
    if not keep_done and (over or (_waits(row) and _is_over(deadline))):
        return None
    person = session.get_one(Person, row.person_id)
    return AnswerItem(
        number=row.id or 0,
        kind=row.kind,
        enterprise=session.get_one(Enterprise, deadline.enterprise_id).name,
        programme=services.catalogue.title_of(deadline.programme),
        title=deadline.title,
        due_on=deadline.due_on,
        on=row.at.astimezone(services.zone).date(),
        said=row.receipt or row.words,
        who=person.name,
        phone=person.phone,
    )


def _is_over(deadline: Deadline) -> bool:
    return deadline.state != DeadlineState.OPEN.value
