"""Undoing a decision about letters: each goes back to what it was, unless something came of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.letter_acts import TITLES, LetterAct
from casework.letter_events import UNDO, bring_back, events_in, items_then
from casework.letters_page import seen_letters
from casework.refusal import Refusal, Unknown
from casework.roles import may_handle_letters
from casework.services import Actor, Services
from casework.words import LETTERS
from models.enterprise import Enterprise, Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from models.letter_event import LetterEvent
from models.writes import insert_all

_UNDONE = "/undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One letter of a decision as it is now; ``too_late`` says why it can not go back."""

    letter: int
    send_on: dt.date
    to: str
    enterprise: str
    state: str
    state_title: str
    too_late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBatch:
    """What one decision did."""

    batch: str
    title: str
    by: str
    at: dt.datetime
    reason: str
    undone: bool
    lines: tuple[BatchLine, ...]

    @property
    def can_go_back(self) -> int:
        """Return how many letters an undoing would bring back."""
        return 0 if self.undone else sum(not line.too_late for line in self.lines)


def batch_page(services: Services, batch: str) -> LetterBatch | Refusal:
    """Return what one decision did, as far as these eyes may see."""
    with services.database.reading() as session:
        events = events_in(session, batch)
        letters = _letters(session, services, batch)
        if not letters or events[0].act not in {act.value for act in LetterAct}:
            return Unknown(reason="没有这一次办理")
        items = _items(session, batch)
        return LetterBatch(
            batch=batch,
            title=TITLES[LetterAct(events[0].act)],
            by=events[0].by,
            at=events[0].at,
            reason=events[0].reason,
            undone=bool(events_in(session, batch + _UNDONE)),
            lines=tuple(
                BatchLine(
                    letter=each.letter_id,
                    send_on=letter.send_on,
                    to=person,
                    enterprise=enterprise or "",
                    state=letter.state,
                    state_title=LETTERS[LetterState(letter.state)],
                    too_late=_too_late(letter, each, items.get(each.letter_id, 0)),
                )
                for each in events
                if each.letter_id in letters
                for letter, person, enterprise in [letters[each.letter_id]]
            ),
        )


def undo(services: Services, batch: str, *, by: Actor) -> int | Refusal:
    """Bring back what has not left yet; return how many letters. Twice changes nothing more."""
    if refused := may_handle_letters(by):
        return refused

    def attempt(session: Session) -> int | Refusal:
        events = events_in(session, batch)
        letters = _letters(session, services, batch, locking=True)
        if not letters:
            return Unknown(reason="没有这一次办理")
        if known := events_in(session, batch + _UNDONE):
            return Refusal(reason=f"{known[0].by}已经撤销过了")
        items = _items(session, batch)
        back = [
            (each, letters[each.letter_id][0])
            for each in events
            if each.letter_id in letters
            and not _too_late(letters[each.letter_id][0], each, items.get(each.letter_id, 0))
        ]
        if not back:
            return Refusal(reason="这些信已经发出或另有变化，撤不回来")
        _bring_back(session, services, back, (batch, by))
        return len(back)

    return services.database.transact(attempt)


def _bring_back(
    session: Session,
    services: Services,
    back: Sequence[tuple[LetterEvent, Letter]],
    what: tuple[str, Actor],
) -> None:
    batch, by = what
    rows = []
    for event, letter in back:
        bring_back(letter, event)
        rows.append(
            {
                "letter_id": letter.id,
                "at": services.now(),
                "act": UNDO,
                "by": by.name,
                "after": letter.state,
                "reason": f"撤销“{TITLES[LetterAct(event.act)]}”",
                "batch": batch + _UNDONE,
                "lease": letter.lease,
                "before": "",
            }
        )
    session.flush()
    insert_all(session, LetterEvent, rows)
    detail = {"letters": [each.letter_id for each, _ in back], "batch": batch}
    note(session, services, by, "letter.undo", ("letters", detail))


def _too_late(letter: Letter, event: LetterEvent, items: int) -> str:
    if letter.lease != event.lease or letter.state != event.after:
        return "已经发出或另有变化"
    return "" if items == items_then(event) else "已并入新的事项"


def _letters(
    session: Session, services: Services, batch: str, *, locking: bool = False
) -> Mapping[int, tuple[Letter, str, str | None]]:
    asked = (
        select(Letter, col(Person.name), col(Enterprise.name))
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .join(LetterEvent, col(LetterEvent.letter_id) == col(Letter.id))
        .where(col(LetterEvent.batch) == batch, *seen_letters(services))
    )
    asked = asked.with_for_update(of=Letter) if locking else asked
    return {row[0].id: (row[0], row[1], row[2]) for row in session.execute(asked)}


def _items(session: Session, batch: str) -> Mapping[int, int]:
    rows = session.execute(
        select(col(LetterItem.letter_id), func.count())
        .join(LetterEvent, col(LetterEvent.letter_id) == col(LetterItem.letter_id))
        .where(col(LetterEvent.batch) == batch, col(LetterItem.state) == ItemState.CLAIMED.value)
        .group_by(col(LetterItem.letter_id))
    )
    return {letter: number for letter, number in rows}  # noqa: C416 - rows are no pairs to mypy
