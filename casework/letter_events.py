"""A letter's story: who did what to it, each attempt, and what undoing would bring back."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.letter import Letter
from models.letter_event import LetterEvent
from models.writes import insert_new

ATTEMPT, UNDO = "attempt", "undo"
# What a decision about a letter may change.
_KEPT = ("state", "reason", "attempts", "may_repeat", "subject", "message_id", "return_path")
_MOMENTS = ("next_at", "sent_at")


def note_attempt(session: Session, letter_id: int, values: Mapping[str, object]) -> None:
    """Note that a letter was handed over, and what came of it."""
    row = {"letter_id": letter_id, "act": ATTEMPT, "batch": None, "before": "", **values}
    insert_new(session, LetterEvent, [row])


def kept(letter: Letter, items: int) -> str:
    """Return a letter as it is, for whoever may want it back; ``items`` is what it speaks of."""
    moments = {name: getattr(letter, name) for name in _MOMENTS}
    told = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return json.dumps(
        {name: getattr(letter, name) for name in _KEPT} | told | {"items": items},
        ensure_ascii=False,
        sort_keys=True,
    )


def items_then(event: LetterEvent) -> int:
    """Return of how many matters the letter spoke."""
    found: int = json.loads(event.before)["items"]
    return found


def bring_back(letter: Letter, event: LetterEvent) -> None:
    """Make a letter what it was before."""
    before = json.loads(event.before)
    for name in _KEPT:
        setattr(letter, name, before[name])
    for name in _MOMENTS:
        setattr(letter, name, before[name] and dt.datetime.fromisoformat(before[name]))
    letter.lease, letter.leased_until = letter.lease + 1, None


def events_of(session: Session, letter_id: int) -> Sequence[LetterEvent]:
    """Return what happened to a letter, in order."""
    asked = select(LetterEvent).where(col(LetterEvent.letter_id) == letter_id)
    return session.scalars(asked.order_by(col(LetterEvent.id))).all()


def events_in(session: Session, batch: str) -> Sequence[LetterEvent]:
    """Return what one decision did, letter by letter."""
    asked = select(LetterEvent).where(col(LetterEvent.batch) == batch)
    return session.scalars(asked.order_by(col(LetterEvent.letter_id))).all()
