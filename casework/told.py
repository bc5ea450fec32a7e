"""Who was told a date that moved, and the word that sets it right: only when staff say so."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.outbox import Claim
from models.deadline import Deadline
from models.enterprise import Enterprise, Person
from models.letter import ItemKind, ItemState, Letter, LetterItem, LetterState
from policy.obligation import Tone

CORRECTION = "moved"  # the rung of what tells somebody that a date they know has moved
_NAMING = ("enterprise_id", "programme", "obligation", "subject", "period")
_LEFT = (
    LetterState.SENT.value,
    LetterState.TRANSMITTING.value,
    LetterState.UNKNOWN.value,
    LetterState.HELD.value,  # it may have, before the data was restored
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Somebody who was told the old date, and when."""

    person: str  # the key
    name: str
    email: str
    on: dt.date


def natural_name(deadline: Deadline) -> dict[str, object]:
    """Return what names a deadline for ever, also when its date moves."""
    return {name: getattr(deadline, name) for name in _NAMING}


def same_matter(one: Any, other: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - row or table
    """Return the condition that both are projections of one deadline."""
    return [getattr(one, name) == getattr(other, name) for name in _NAMING]


def of_this_day(deadline: Any) -> Select[tuple[int | None]]:  # noqa: ANN401 - row or columns
    """Return the numbers under which a date is or was known, as long as it lay on this day."""
    same = (*same_matter(Deadline, deadline), col(Deadline.due_on) == deadline.due_on)
    return select(col(Deadline.id)).where(*same)


def told_of(
    session: Session, zone: ZoneInfo, deadlines: Collection[int]
) -> Mapping[int, tuple[Told, ...]]:
    """Return deadline -> the people to whom a letter with its date has left.

    A date may have become certain, or its clock have been touched, without moving: whoever was
    told it by an earlier projection was told it all the same.
    """
    said = aliased(Deadline)
    rows = session.execute(
        select(
            col(Deadline.id),
            *(col(each) for each in (Person.key, Person.name, Person.email)),
            func.max(col(Letter.sent_at)),
            func.max(col(Letter.send_on)),
        )
        .join(said, and_(col(Deadline.due_on) == said.due_on, *same_matter(said, Deadline)))
        .join(LetterItem, col(LetterItem.deadline_id) == said.id)
        .join(Letter, col(Letter.id) == col(LetterItem.letter_id))
        .join(Person, col(Person.id) == col(LetterItem.person_id))
        .where(
            col(Deadline.id).in_(list(deadlines)),
            said.projection <= col(Deadline.projection),
            col(LetterItem.kind) == ItemKind.RUNG.value,
            col(LetterItem.state) == ItemState.CLAIMED.value,
            col(Letter.state).in_(_LEFT),
        )
        .group_by(
            *(col(each) for each in (Deadline.id, Person.id, Person.key)),
            *(col(each) for each in (Person.name, Person.email)),
        )
        .order_by(col(Deadline.id), col(Person.id))
    )
    found: dict[int, list[Told]] = {}
    for deadline, key, name, email, sent_at, send_on in rows:
        # A letter may leave later than it was meant to; without an answer nobody knows when.
        on = sent_at.astimezone(zone).date() if sent_at else send_on
        found.setdefault(deadline, []).append(Told(person=key, name=name, email=email, on=on))
    return {deadline: tuple(people) for deadline, people in found.items()}


def correction_claims(
    session: Session, told_by: Mapping[int, Collection[Told]], today: dt.date
) -> Iterator[Claim]:
    """Yield one claim for each person who was told the date of a deadline that has moved since."""
    after = aliased(Deadline)
    one_on = col(Deadline.projection) + 1 == after.projection
    successor = and_(one_on, *same_matter(after, Deadline))
    wanted = {told.person for people in told_by.values() for told in people}
    named = select(col(Person.key), col(Person.id)).where(col(Person.key).in_(wanted))
    persons: dict[str, int | None] = {key: number for key, number in session.execute(named)}  # noqa: C416 - rows are no pairs to mypy
    rows = session.execute(
        select(col(Deadline.id), after, col(Enterprise.uscc))
        .join(after, successor)
        .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
        .where(col(Deadline.id).in_(list(told_by)))
        .order_by(col(Deadline.id))
    )
    for old, deadline, uscc in rows:
        words = (uscc, *(getattr(deadline, name) for name in _NAMING[1:]))
        for told in told_by[old]:
            yield Claim(
                key=f"moved/{'/'.join(words)}/{deadline.projection}/{told.person}",
                kind=ItemKind.RUNG,
                person_id=persons[told.person],
                speaks_on=today,
                deadline_id=deadline.id,
                rung=CORRECTION,
                tone=Tone.NOTICE.value,
            )


def correction_of(session: Session, item: LetterItem, deadline: Deadline) -> str:
    """Return what a letter says first of a date that its reader knew as another one."""
    if deadline.projection == 1:
        return ""
    asked = select(col(LetterItem.id)).where(
        col(LetterItem.letter_id) == item.letter_id,
        col(LetterItem.deadline_id).in_((item.deadline_id, deadline.id)),
        col(LetterItem.rung) == CORRECTION,
    )
    if session.scalar(asked.limit(1)) is None:
        return ""
    before = session.scalar(
        select(col(Deadline.due_on))
        .where(
            *same_matter(Deadline, deadline),
            col(Deadline.projection) < deadline.projection,
            col(Deadline.due_on) != deadline.due_on,
        )
        .order_by(col(Deadline.projection).desc())
        .limit(1)
    )
    return f"更正：此前告知的截止日 {before} 已调整；" if before else ""
