"""The outbox: which letters wait, left or stuck, to whom, and what was never said and why."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.named import named
from casework.remembered import remembered
from casework.scope import sees_all, within
from casework.services import Services
from casework.typed import number_of
from casework.words import ITEMS, LETTERS, ROLES
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemKind, ItemState, Letter, LetterItem, LetterState

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters are asked for."""

    state: LetterState | None = None
    send_on: dt.date | None = None
    words: str = ""  # part of the recipient's or a name of the enterprise, a code, or an address
    person: int | None = None  # one recipient
    uscc: str = ""  # whoever is written to for one enterprise
    letter: str = ""  # the letter's name in notifications.letters


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One letter as the outbox shows it."""

    id: int
    send_on: dt.date
    state: str
    state_title: str
    to: str
    email: str
    role: str
    role_title: str
    enterprise: str
    subject: str
    items: int
    attempts: int
    sent_at: dt.datetime | None
    may_repeat: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many letters are in one state."""

    state: str
    title: str
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsaidLine:
    """Matters of one kind that went into no letter for one reason."""

    kind: str
    kind_title: str
    reason: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The letters that were asked for, and the counts of all."""

    counts: tuple[StateCount, ...]
    letters: tuple[LetterLine, ...]
    more: int  # letters that were asked for beyond the page
    unsaid: tuple[UnsaidLine, ...]
    following: str = ""  # where the next page starts; empty on the last


def outbox(
    services: Services, wanted: LetterFilter, *, after: str = "", limit: int = PAGE
) -> Outbox:
    """Return the newest letters first, from where another page ended."""
    counted, unsaid = remembered(services, "letters", lambda: _whole(services))
    with services.database.reading() as session:
        where = (*asked_for(session, wanted), *_seen(session, services), *_beyond(after))
        if after or wanted != LetterFilter(state=wanted.state):
            asked = _number(session, where)
        else:  # it is counted already
            asked = counted.get(wanted.state, 0) if wanted.state else sum(counted.values())
        letters = tuple(_letters(session, where, limit))
    return Outbox(
        counts=tuple(
            StateCount(state=state.value, title=title, letters=counted.get(state.value, 0))
            for state, title in LETTERS.items()
        ),
        letters=letters,
        more=asked - len(letters),
        unsaid=unsaid,
        following=_place(letters[-1]) if letters and asked > len(letters) else "",
    )


def letter_lines(services: Services, numbers: Sequence[int]) -> tuple[LetterLine, ...]:
    """Return some letters by their numbers, as far as these eyes may see."""
    where = (col(Letter.id).in_(numbers), *seen_letters(services))
    with services.database.reading() as session:
        return tuple(_letters(session, where, len(numbers)))


def seen_letters(services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that these eyes may see a letter, beside its person and enterprise."""
    place = func.coalesce(col(Enterprise.division_code), col(Person.division_code))
    return within(services, place)


def _seen(session: Session, services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the same condition; none where it holds of every letter, and need not be asked."""
    if not sees_all(session, services):
        return seen_letters(services)
    ours = within(services, col(Person.division_code))
    others = select(col(Person.id)).where(
        col(Person.enterprise_id).is_(None), *(~each for each in ours)
    )
    beside = ours and session.scalar(others.limit(1)) is not None
    return seen_letters(services) if beside else ()


def _place(line: LetterLine) -> str:
    return f"{line.send_on.isoformat()}.{line.id}"


def _beyond(place: str) -> Iterable[ColumnElement[bool]]:
    """Yield the condition that a letter comes after a place in the list, if it is one."""
    day, _, number = place.partition(".")
    try:
        on, last = dt.date.fromisoformat(day), number_of(number)
    except ValueError:
        return
    if last is None:
        return
    yield or_(col(Letter.send_on) < on, and_(col(Letter.send_on) == on, col(Letter.id) < last))


def _whole(services: Services) -> tuple[dict[str, int], tuple[UnsaidLine, ...]]:
    """Return how many letters are in each state, and what was never said.

    All letters are looked at: once, until anything changes.
    """
    with services.database.reading() as session:
        ours = _seen(session, services)
        # What was never said is counted for the whole office alone.
        return _counted(session, ours), () if ours else _unsaid(session)


def _number(session: Session, where: tuple[ColumnElement[bool], ...]) -> int:
    found = (
        select(func.count())
        .select_from(Letter)
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .where(*where)
    )
    return session.scalar(found) or 0


def _counted(session: Session, ours: tuple[ColumnElement[bool], ...]) -> dict[str, int]:
    counted = select(col(Letter.state), func.count()).group_by(col(Letter.state))
    if ours:
        counted = (
            counted.join(Person, col(Person.id) == col(Letter.person_id))
            .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
            .where(*ours)
        )
    rows = session.execute(counted)
    return {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy


def asked_for(session: Session, wanted: LetterFilter) -> Iterable[ColumnElement[bool]]:
    """Yield the conditions of a filter, beside a letter's person and enterprise."""
    if wanted.state is not None:
        yield col(Letter.state) == wanted.state.value
    if wanted.send_on is not None:
        yield col(Letter.send_on) == wanted.send_on
    if wanted.person is not None:
        yield col(Letter.person_id) == wanted.person
    if wanted.letter:
        yield col(Letter.letter) == wanted.letter
    if wanted.uscc:
        yield col(Enterprise.uscc) == wanted.uscc
    if wanted.words.strip():
        words = wanted.words.strip()
        own = (col(Person.name), col(Person.email))
        said = [column.contains(words, autoescape=True) for column in own]
        whose = named(session, words, col(Person.enterprise_id))
        # Found before any letter is: of few people the letters are looked up.
        yield col(Letter.person_id).in_(
            select(col(Person.id)).where(or_(*said)).union(select(col(Person.id)).where(whose))
        )


def _letters(
    session: Session, where: tuple[ColumnElement[bool], ...], limit: int
) -> Iterable[LetterLine]:
    items = (
        select(func.count())
        .where(
            col(LetterItem.letter_id) == col(Letter.id),
            col(LetterItem.state) == ItemState.CLAIMED.value,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Letter, Person, col(Enterprise.name), items)
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .where(*where)
        .order_by(col(Letter.send_on).desc(), col(Letter.id).desc())
        .limit(limit)
    )
    for letter, person, enterprise, number in rows:
        yield LetterLine(
            id=letter.id or 0,
            send_on=letter.send_on,
            state=letter.state,
            state_title=LETTERS[LetterState(letter.state)],
            to=person.name,
            email=person.email,
            role=person.role,
            role_title=ROLES[Role(person.role)],
            enterprise=enterprise or "",
            subject=letter.subject,
            items=number,
            attempts=letter.attempts,
            sent_at=letter.sent_at,
            may_repeat=letter.may_repeat,
            reason=letter.reason,
        )


def _unsaid(session: Session) -> tuple[UnsaidLine, ...]:
    """Return what nobody could be told, by kind and reason."""
    rows = session.execute(
        select(col(LetterItem.kind), col(LetterItem.reason), func.count())
        .where(
            col(LetterItem.state) == ItemState.SUPPRESSED.value, col(LetterItem.letter_id).is_(None)
        )
        .group_by(col(LetterItem.kind), col(LetterItem.reason))
        .order_by(col(LetterItem.kind), col(LetterItem.reason))
    )
    return tuple(
        UnsaidLine(kind=kind, kind_title=ITEMS[ItemKind(kind)], reason=reason, items=number)
        for kind, reason, number in rows
    )
