"""What each decision makes of a letter; its lease has grown before, so no sender holds it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.mail_names import new_names
from casework.services import Actor, Services
from models.enterprise import Person
from models.letter import Letter, LetterState

ONE_DAY = dt.timedelta(days=1)
Change: TypeAlias = Callable[[Session, Services, Letter, tuple[str, Actor]], None]


def _release(session: Session, services: Services, letter: Letter, why: tuple[str, Actor]) -> None:
    """Let it leave with the letters of the day: still at most one a day for a person."""
    letter.state = LetterState.QUEUED.value
    letter.reason = f"经{why[1].name}确认后发出"
    letter.attempts, letter.subject, letter.may_repeat = 0, "", False
    if letter.message_id:
        # A Message-ID of its own: receivers drop a letter whose id they have seen.
        person = session.get_one(Person, letter.person_id)
        names = new_names(session, services, letter, person, at=services.now())
        letter.message_id, letter.return_path = names.message_id, names.return_path
    letter.next_at = _not_before(session, services, letter.person_id)


def _hold(_session: Session, _services: Services, letter: Letter, why: tuple[str, Actor]) -> None:
    letter.state = LetterState.HELD.value
    letter.reason, letter.next_at = f"经{why[1].name}暂停：{why[0]}", None


def _suppress(
    _session: Session, _services: Services, letter: Letter, why: tuple[str, Actor]
) -> None:
    letter.state = LetterState.SUPPRESSED.value
    letter.reason = f"经{why[1].name}确认不再发：{why[0]}"


def _arrived(_session: Session, services: Services, letter: Letter, why: tuple[str, Actor]) -> None:
    letter.state = LetterState.SENT.value
    letter.reason = f"经{why[1].name}核实，对方已收到"
    letter.sent_at = letter.sent_at or services.now()


def _not_before(session: Session, services: Services, person: int) -> dt.datetime | None:
    """Return tomorrow where the person got a letter today."""
    today = dt.datetime.combine(services.today, dt.time(), tzinfo=services.zone)
    got = session.scalar(
        select(col(Letter.id))
        .where(col(Letter.person_id) == person, col(Letter.sent_at) >= today)
        .limit(1)
    )
    return None if got is None else today + ONE_DAY


CHANGES: Mapping[str, Change] = {
    "release": _release,
    "hold": _hold,
    "suppress": _suppress,
    "arrived": _arrived,
}
