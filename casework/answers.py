"""Answers (答复): what an enterprise says of a matter through the link in its letter.

To look changes nothing: mail scanners follow every link. To answer writes one row, tells the
clerks in their next letter, and closes nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.flags import flags_of
from casework.links import find_secret, read
from casework.matters import matter_of, newest
from casework.outbox import Claim, queue
from casework.recipients import NOBODY, staff_for
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.standing_in import addressed
from casework.words import ANSWERS, DEADLINES
from models.answer import Answer
from models.deadline import Deadline, DeadlineState
from models.duties import read_staff
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemKind, ItemState
from models.writes import insert_new
from notifications.words import one_line
from policy.answers import (
    LONGEST_WORDS,
    AnswerKind,
    AnswerState,
    first_state,
    is_receipt,
    may_answer,
)
from policy.deadlines import days_left
from policy.workdays import Calendar

DOOR = "link"  # through which door: the audit tells it from a command
NO_RECEIPT = "请填写凭证号（60 字以内，含有数字），例如受理编号、回执号；没有凭证号请选“需要帮助”"
TOO_MANY_WORDS = f"说明请写在 {LONGEST_WORDS} 字以内"


class Gone(Enum):
    """Why a link shows nothing."""

    UNKNOWN = auto()  # not ours, or of nothing that is there
    EXPIRED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer that was given before; ``at`` is local."""

    title: str
    at: dt.datetime
    receipt: str
    words: str
    state: AnswerState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the page of a link asks: which matter, by when, what was said, what may be said."""

    enterprise: str
    programme: str
    title: str
    due_on: dt.date
    days_left: int
    flags: tuple[str, ...]
    closed: str  # why nothing need be answered any more, or nothing
    said: tuple[Said, ...]
    may: tuple[AnswerKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody answers."""

    kind: AnswerKind
    receipt: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The question as it stands after an answer; ``news`` when the answer was written down."""

    question: Question
    news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    deadline: Deadline
    enterprise: Enterprise
    person: Person
    matter: str


Seen: TypeAlias = tuple[_About, Sequence[Answer]]


def look(services: Services, token: str) -> Question | Gone:
    """Return what a link asks; nothing is changed by it."""
    with services.database.reading() as session:
        found = _found(session, services, token)
        return found if isinstance(found, Gone) else _question(services, *found)


def answer(services: Services, token: str, wish: Wish) -> Given | Gone | Refusal:
    """Write down an answer, once; what was answered before stands, and is said again."""
    calendar = services.calendar()

    def attempt(session: Session) -> Given | Gone | Refusal:
        found = _found(session, services, token)
        if isinstance(found, Gone):
            return found
        about, before = found
        question = _question(services, about, before)
        if wish.kind not in question.may:
            return Given(question=question, news=False)
        row = _row(services, about, before, wish)
        if isinstance(row, Refusal):
            return row
        written = insert_new(session, Answer, [row.model_dump(exclude={"id"})], returning=("id",))
        if written:
            row.id = written[0][0]
            _tell(session, services, about, row, calendar)
        after = _question(services, about, answers_to(session, about.matter, about.person))
        return Given(question=after, news=bool(written))

    return services.database.transact(attempt)


def answers_to(session: Session, matter: str, person: Person) -> Sequence[Answer]:
    """Return what a person answered to a matter, in order."""
    mine = (col(Answer.matter) == matter, col(Answer.person_id) == person.id)
    return session.scalars(select(Answer).where(*mine).order_by(col(Answer.id))).all()


def _found(session: Session, services: Services, token: str) -> Seen | Gone:
    link, secret = read(token), find_secret(session)
    if link is None or secret is None:
        return Gone.UNKNOWN
    deadline = session.get(Deadline, link.deadline)
    person = session.get(Person, link.person)
    if deadline is None or person is None or person.enterprise_id != deadline.enterprise_id:
        return Gone.UNKNOWN
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    matter = matter_of(enterprise, deadline)
    if not link.is_sealed(secret, matter, person) or not person.active:
        return Gone.UNKNOWN
    if link.ends < services.today:
        return Gone.EXPIRED
    about = _About(
        deadline=newest(session, deadline), enterprise=enterprise, person=person, matter=matter
    )
    return about, answers_to(session, matter, person)


def _question(services: Services, about: _About, said: Sequence[Answer]) -> Question:
    deadline = about.deadline
    before = [(AnswerKind(each.kind), AnswerState(each.state)) for each in said]
    known = services.catalogue.programmes.get(deadline.programme)
    is_open = deadline.state == DeadlineState.OPEN.value
    return Question(
        enterprise=about.enterprise.name,
        programme=known.title if known else deadline.programme,
        title=deadline.title,
        due_on=deadline.due_on,
        days_left=days_left(deadline.due_on, services.today),
        flags=flags_of(deadline),
        closed="" if is_open else DEADLINES[DeadlineState(deadline.state)],
        said=tuple(
            Said(
                title=ANSWERS[AnswerKind(each.kind)],
                at=each.at.astimezone(services.zone),
                receipt=each.receipt,
                words=each.words,
                state=AnswerState(each.state),
                reason=each.reason,
            )
            for each in said
        ),
        may=may_answer(before) if is_open else (),
    )


def _row(
    services: Services, about: _About, before: Sequence[Answer], wish: Wish
) -> Answer | Refusal:
    done, helped = wish.kind is AnswerKind.DONE, wish.kind is AnswerKind.HELP
    receipt, words = one_line(wish.receipt), one_line(wish.words)
    if done and not is_receipt(receipt):
        return Refusal(reason=NO_RECEIPT)
    if helped and len(words) > LONGEST_WORDS:
        return Refusal(reason=TOO_MANY_WORDS)
    time = 1 + sum(each.kind == wish.kind.value for each in before)
    return Answer(
        key=f"{about.matter}/{about.person.key}/{wish.kind.value}/{time}",
        matter=about.matter,
        deadline_id=about.deadline.id or 0,
        person_id=about.person.id or 0,
        kind=wish.kind.value,
        receipt=receipt if done else "",
        words=words if helped else "",
        at=services.now(),
        state=first_state(wish.kind).value,
    )


def _tell(
    session: Session, services: Services, about: _About, row: Answer, calendar: Calendar
) -> None:
    """Note the answer, and put it into the next letter of whoever answers for the division."""
    who = Actor(name=about.person.name or about.person.key, source=DOOR)
    detail = {"kind": row.kind, "receipt": row.receipt, "words": row.words}
    note(session, services, who, "answer", (row.matter, detail))
    staff, division = read_staff(session, services.today), about.enterprise.division_code
    told = staff_for(staff, Role.CLERK, division) or staff_for(staff, Role.HEAD, division)
    claim = Claim(
        key=f"answer/{row.key}",
        kind=ItemKind.ANSWER,
        person_id=None,
        speaks_on=services.today,
        deadline_id=row.deadline_id,
        answer_id=row.id,
    )
    nobody = replace(claim, key=f"{claim.key}/nobody", state=ItemState.SUPPRESSED, reason=NOBODY)
    claims = list(addressed(claim, told)) or [nobody]
    queue(session, services, claims, send_on=services.today, calendar=calendar)
