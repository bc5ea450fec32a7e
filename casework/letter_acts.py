"""What a person decides of letters: send again, hold, never send, it has arrived.

One or all that match a filter, the same way: first what it would do, then, if nothing of it has
changed, it is done, noted letter by letter, and named by a batch that can be undone.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.letter_changes import CHANGES
from casework.letter_events import events_in, kept
from casework.letters_page import LetterFilter, asked_for, seen_letters
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_handle_letters
from casework.services import Actor, Services
from casework.words import LETTERS
from models.enterprise import BadAddress, Enterprise, Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from models.letter_event import LetterEvent
from models.writes import insert_all

_AT_ONCE = 5_000
_BATCH = 32  # hexadecimal digits of a batch's name


class LetterAct(StrEnum):
    """What can be decided of a letter."""

    RELEASE = "release"
    HOLD = "hold"
    SUPPRESS = "suppress"
    ARRIVED = "arrived"


TITLES = {
    LetterAct.RELEASE: "再发",
    LetterAct.HOLD: "暂停",
    LetterAct.SUPPRESS: "不再发",
    LetterAct.ARRIVED: "记为已送达",
}
AWAITED = frozenset({LetterState.HELD, LetterState.UNKNOWN})  # they wait for a person's word
_WAITING = frozenset({LetterState.QUEUED, LetterState.DEFERRED})
_TAKES = {
    LetterAct.RELEASE: AWAITED | {LetterState.FAILED},
    LetterAct.HOLD: _WAITING,
    LetterAct.SUPPRESS: AWAITED | _WAITING,
    LetterAct.ARRIVED: AWAITED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which letters: some by their numbers, else all that match a filter."""

    act: LetterAct
    numbers: tuple[int, ...] | None = None
    wanted: LetterFilter = field(default_factory=LetterFilter)
    awaited: bool = False  # without numbers: only what waits for a person's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a decision would do; ``stamp`` names exactly these letters as they are now."""

    letters: tuple[int, ...]
    people: int
    passed_over: tuple[tuple[str, int], ...]  # state -> letters for which it is not meant
    stamp: str
    disowned: int = 0  # letters to mailboxes of which a server said that they do not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The letters that a person decided about, and the name under which it can be undone."""

    letters: tuple[int, ...]
    batch: str


class _Row(NamedTuple):
    id: int
    lease: int
    state: str
    may_repeat: bool
    person_id: int
    items: int
    disowned: bool


def possible(state: LetterState, *, may_repeat: bool) -> tuple[LetterAct, ...]:
    """Return what can be decided of a letter in this state."""
    if state is LetterState.UNKNOWN and not may_repeat:
        return ()  # a second copy leaves by itself
    return tuple(act for act, takes in _TAKES.items() if state in takes)


def effect(services: Services, chosen: Chosen) -> Effect:
    """Return what a decision would do as things stand."""
    with services.database.reading() as session:
        return _effect(_rows(session, _asked(session, services, chosen)), chosen)


def carry_out(
    services: Services, chosen: Chosen, *, reason: str, by: Actor, stamp: str = ""
) -> Done | Refusal:
    """Do it to all of them, or to none; with a ``stamp`` only if nothing has changed since.

    The same stamp again changes nothing and returns what was done.
    """
    if refused := may_handle_letters(by) or no_reason(reason):
        return refused

    def attempt(session: Session) -> Done | Refusal:
        if stamp and (known := events_in(session, stamp)):
            return Done(letters=tuple(each.letter_id for each in known), batch=stamp)
        rows = _held(session, services, chosen)
        now = _effect(rows, chosen)
        if why_not := _why_not(now, chosen, stamp):
            return Refusal(reason=why_not)
        if now.letters:
            _change(session, services, chosen.act, (rows, now), (reason.strip(), by))
        return Done(letters=now.letters, batch=now.stamp)

    return services.database.transact(attempt)


def _why_not(now: Effect, chosen: Chosen, stamp: str) -> str:
    if stamp and stamp != now.stamp:
        return "这些信在您查看之后有变化，没有办理，请再看一遍"
    if chosen.numbers is None:
        return ""
    if strange := sorted(set(chosen.numbers) - set(now.letters)):
        named = "、".join(map(str, strange))
        return f"这些信不能{TITLES[chosen.act]}，可能已经发出或有人办过：{named}"
    return ""


def _effect(rows: Sequence[_Row], chosen: Chosen) -> Effect:
    takes = [row for row in rows if _meant(chosen.act, row)]
    passed = Counter(LETTERS[LetterState(row.state)] for row in rows if row not in takes)
    words = ";".join(f"{row.id},{row.lease},{row.state},{row.items}" for row in takes)
    stamp = hashlib.sha256(f"{chosen.act.value}|{words}".encode()).hexdigest()[:_BATCH]
    return Effect(
        letters=tuple(row.id for row in takes),
        people=len({row.person_id for row in takes}),
        passed_over=tuple(sorted(passed.items())),
        stamp=stamp,
        disowned=sum(row.disowned for row in takes),
    )


def _meant(act: LetterAct, row: _Row) -> bool:
    return act in possible(LetterState(row.state), may_repeat=row.may_repeat)


def _held(session: Session, services: Services, chosen: Chosen) -> list[_Row]:
    """Return them as they are when no sender can take one until this transaction ends."""
    asked = _asked(session, services, chosen)
    ours = asked.with_only_columns(col(Letter.id)).with_for_update(of=Letter)
    held = set(session.scalars(ours))
    # Read only now: what was read before the lock may have left, or taken more up, since.
    return [row for row in _rows(session, asked) if row.id in held]


def _rows(session: Session, asked: Select[Any]) -> list[_Row]:
    return [_Row(*row) for row in session.execute(asked)]


def _asked(session: Session, services: Services, chosen: Chosen) -> Select[Any]:
    spoken = (
        select(func.count())
        .where(
            col(LetterItem.letter_id) == col(Letter.id),
            col(LetterItem.state) == ItemState.CLAIMED.value,
        )
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        *(Letter.id, Letter.lease, Letter.state, Letter.may_repeat, Letter.person_id),
        spoken,
        exists().where(col(BadAddress.email) == func.lower(col(Person.email))),
    )
    asked: Select[Any] = (
        select(*columns)
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .where(*seen_letters(services), *asked_for(session, chosen.wanted))
        .order_by(col(Letter.id))
    )
    if chosen.numbers is not None:
        return asked.where(col(Letter.id).in_(chosen.numbers))
    states = AWAITED if chosen.awaited or _asks_for_failed(chosen) else _TAKES[chosen.act]
    return asked.where(col(Letter.state).in_([each.value for each in states]))


def _asks_for_failed(chosen: Chosen) -> bool:
    """Say whether all letters that ever failed would be among them, and nobody asked for those."""
    return chosen.act is LetterAct.RELEASE and chosen.wanted.state is None


def _change(
    session: Session,
    services: Services,
    act: LetterAct,
    what: tuple[Sequence[_Row], Effect],
    why: tuple[str, Actor],
) -> None:
    (rows, now), (reason, by) = what, why
    items = {row.id: row.items for row in rows}
    events, before = [], Counter[str]()
    for letter in _each(session, now.letters):
        was = kept(letter, items[letter.id or 0])
        before[letter.state] += 1
        letter.lease, letter.leased_until = letter.lease + 1, None
        CHANGES[act.value](session, services, letter, (reason, by))
        events.append(
            {
                "letter_id": letter.id,
                "at": services.now(),
                "act": act.value,
                "by": by.name,
                "after": letter.state,
                "reason": reason,
                "batch": now.stamp,
                "lease": letter.lease,
                "before": was,
            }
        )
    session.flush()
    insert_all(session, LetterEvent, events)
    detail = {"letters": now.letters, "reason": reason, "batch": now.stamp, "before": dict(before)}
    note(session, services, by, f"letter.{act.value}", ("letters", detail))


def _each(session: Session, numbers: Sequence[int]) -> Iterator[Letter]:
    """Yield these letters, which are held; an engine takes only so many numbers at once."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = col(Letter.id).in_(numbers[start : start + _AT_ONCE])
        yield from session.scalars(select(Letter).where(some).order_by(col(Letter.id)))
