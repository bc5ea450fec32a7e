"""What enterprises answered, for staff: what waits first, then the newest."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.find import enterprise_of
from casework.matters import matter_of
from casework.refusal import Refusal
from casework.scope import seen_by
from casework.services import Services
from casework.told import same_matter
from casework.words import ANSWER_STATES, ANSWERS
from models.answer import Answer
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person
from policy.answers import AnswerKind, AnswerState

_OVER = "已另行办结"
_CHUNK = 10_000  # numbers in one statement
_ALIVE = (DeadlineState.OPEN.value, DeadlineState.SUPERSEDED.value)
_then, _later = aliased(Deadline), aliased(Deadline)
# The date that was answered, as it stands now: it may have moved, or ended and come back.
_NOW = and_(
    *same_matter(Deadline, _then),
    ~exists().where(
        *same_matter(_later, Deadline), col(_later.projection) > col(Deadline.projection)
    ),
)
_WAITS = and_(
    col(Answer.state) == AnswerState.WAITING.value,
    col(Deadline.state) == DeadlineState.OPEN.value,
)
_SHORT = {AnswerState.WAITING: "待处理", AnswerState.RETURNED: "已退回"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One answer as staff read it."""

    id: int
    at: dt.datetime
    kind: str
    kind_title: str
    state: str
    state_title: str
    waiting: bool  # for a clerk
    enterprise: str
    uscc: str
    programme: str
    programme_title: str
    title: str
    deadline_id: int
    due_on: dt.date
    who: str
    phone: str
    receipt: str
    words: str
    settled_by: str
    settled_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerList:
    """A page of answers, and how many wait in all."""

    waiting: int
    answers: tuple[AnswerLine, ...]
    more: int


def list_answers(
    services: Services, *, enterprise: str | None = None, limit: int = 50
) -> AnswerList | Refusal:
    """Return the answers, those that wait for a clerk first and the oldest of them at the top."""
    with services.database.reading() as session:
        where: list[ColumnElement[bool]] = []
        if enterprise is not None:
            found = enterprise_of(session, enterprise, services)
            if isinstance(found, Refusal):
                return found
            where = [col(Deadline.enterprise_id) == found.id]
        where += seen_by(services)
        joined = (
            select(Answer, Deadline, Enterprise, Person)
            .join(_then, col(_then.id) == col(Answer.deadline_id))
            .join(Deadline, _NOW)
            .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
            .join(Person, col(Person.id) == col(Answer.person_id))
            .where(*where)
        )
        rows = session.execute(
            joined.order_by(
                case((_WAITS, 0), else_=1), case((_WAITS, col(Answer.id))), col(Answer.id).desc()
            ).limit(limit)
        ).all()
        counted = joined.with_only_columns(func.count(), func.count(case((_WAITS, 1))))
        total, waiting = session.execute(counted).one()
        lines = tuple(_line(services, *row) for row in rows)
    return AnswerList(waiting=waiting, answers=lines, more=total - len(lines))


def answers_of(session: Session, deadlines: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return deadline -> what was answered to its matter, in few words, for lists of dates."""
    found: dict[int, tuple[str, ...]] = {}
    wanted = sorted(deadlines)
    for start in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(Answer, Deadline)
            .join(_then, col(_then.id) == col(Answer.deadline_id))
            .join(Deadline, and_(*same_matter(Deadline, _then)))
            .where(col(Deadline.id).in_(wanted[start : start + _CHUNK]))
            .order_by(col(Answer.id))
        )
        for row, deadline in rows:
            number = deadline.id or 0
            found[number] = (*found.get(number, ()), _brief(row, deadline))
    return found


def answers_to(session: Session, services: Services, deadline: Deadline) -> tuple[AnswerLine, ...]:
    """Return what was answered to one matter, whatever its date was then; the newest first."""
    firm = session.get_one(Enterprise, deadline.enterprise_id)
    rows = session.execute(
        select(Answer, Person)
        .join(Person, col(Person.id) == col(Answer.person_id))
        .where(col(Answer.matter) == matter_of(firm, deadline))
        .order_by(col(Answer.id).desc())
    )
    return tuple(_line(services, row, deadline, firm, person) for row, person in rows)


def _brief(row: Answer, deadline: Deadline) -> str:
    title = ANSWERS[AnswerKind(row.kind)] + (f" {row.receipt}" if row.receipt else "")
    state = AnswerState(row.state)
    if state not in _SHORT or deadline.state not in _ALIVE:
        return title
    return f"{title}（{_SHORT[state]}，答复编号 {row.id}）"


def _line(
    services: Services, row: Answer, deadline: Deadline, enterprise: Enterprise, person: Person
) -> AnswerLine:
    known = services.catalogue.programmes.get(deadline.programme)
    state = AnswerState(row.state)
    waiting = state is AnswerState.WAITING and deadline.state == DeadlineState.OPEN.value
    over = state is AnswerState.WAITING and not waiting
    return AnswerLine(
        id=row.id or 0,
        at=row.at,
        kind=row.kind,
        kind_title=ANSWERS[AnswerKind(row.kind)],
        state=row.state,
        state_title=_OVER if over else ANSWER_STATES[state],
        waiting=waiting,
        enterprise=enterprise.name,
        uscc=enterprise.uscc,
        programme=deadline.programme,
        programme_title=known.title if known else deadline.programme,
        title=deadline.title,
        deadline_id=deadline.id or 0,
        due_on=deadline.due_on,
        who=person.name,
        phone=person.phone,
        receipt=row.receipt,
        words=row.words,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        reason=row.reason,
    )
