"""What a person decides of letters that may have arrived: send, do not send, it has arrived.

And that what a restore lost is made up for.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.held import catching_up, open_restores
from casework.mail_names import new_names
from casework.refusal import Refusal
from casework.remind import swept_on
from casework.services import Actor, Services
from models.enterprise import Person
from models.ledger import Run, RunState
from models.letter import Letter, LetterState

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The letters that a person decided about."""

    letters: tuple[int, ...]


def release(services: Services, numbers: Sequence[int] | None, *, by: Actor) -> Settled | Refusal:
    """Let letters leave that wait for a word, all of them without ``numbers``.

    They go with the letters of the day: still at most one a day for a person.
    """

    def change(session: Session, letter: Letter) -> None:
        person = session.get_one(Person, letter.person_id)
        letter.state = LetterState.QUEUED.value
        letter.reason = f"经{by.name}确认后发出"
        letter.attempts, letter.subject, letter.may_repeat = 0, "", False
        # A Message-ID of its own: receivers drop a letter whose id they have seen.
        names = new_names(session, services, letter, person, at=services.now())
        letter.message_id, letter.return_path = names.message_id, names.return_path
        letter.next_at = _not_before(session, services, letter.person_id)

    return _settle(services, numbers, by, ("letter.release", {}, change))


def suppress(
    services: Services, numbers: Sequence[int] | None, *, reason: str, by: Actor
) -> Settled | Refusal:
    """Decide that letters that wait for a word, all without ``numbers``, are never sent."""
    if not reason.strip():
        return Refusal(reason="请写明不再发的理由")

    def change(_session: Session, letter: Letter) -> None:
        letter.state = LetterState.SUPPRESSED.value
        letter.reason = f"经{by.name}确认不再发：{reason.strip()}"

    return _settle(services, numbers, by, ("letter.suppress", {"reason": reason}, change))


def arrived(services: Services, numbers: Sequence[int] | None, *, by: Actor) -> Settled | Refusal:
    """Note that letters have arrived after all, all that wait for a word without ``numbers``."""

    def change(_session: Session, letter: Letter) -> None:
        letter.state = LetterState.SENT.value
        letter.reason = f"经{by.name}核实，对方已收到"
        letter.sent_at = letter.sent_at or services.now()

    return _settle(services, numbers, by, ("letter.arrived", {}, change))


def caught_up(services: Services, *, by: Actor) -> dt.date | Refusal:
    """Note that what was lost is made up for: news leaves as ever. Return the day of the restore.

    Refused until the reminders and the month of that day have been done again: what they say
    anew may have been said before.
    """

    def attempt(session: Session) -> dt.date | Refusal:
        restored = catching_up(session)
        if restored is None:
            return Refusal(reason="没有正在补录的恢复")
        if missing := _not_done_again(session, restored.on):
            return Refusal(reason=f"请先运行 {missing}：恢复以前可能说过的话，要先列为待确认")
        for run in open_restores(session):
            run.state, run.finished_at = RunState.FINISHED.value, services.now()
        note(session, services, by, "restore.caught_up", ("letters", {"on": restored.on}))
        return restored.on

    return services.database.transact(attempt)


Change = Callable[[Session, Letter], None]
# Held, or handed over twice without an answer: nothing more happens to it by itself.
_WAITS_FOR_A_WORD = (
    col(Letter.state) == LetterState.HELD.value,
    and_(col(Letter.state) == LetterState.UNKNOWN.value, col(Letter.may_repeat)),
)


def _settle(
    services: Services,
    numbers: Sequence[int] | None,
    by: Actor,
    how: tuple[str, dict[str, object], Change],
) -> Settled | Refusal:
    act, detail, change = how

    def attempt(session: Session) -> Settled | Refusal:
        asked = select(Letter).where(or_(*_WAITS_FOR_A_WORD))
        if numbers is not None:
            asked = asked.where(col(Letter.id).in_(numbers))
        letters = session.scalars(asked.order_by(col(Letter.id)).with_for_update()).all()
        found = tuple(letter.id or 0 for letter in letters)
        if strange := sorted(set(numbers or ()) - set(found)):
            named = "、".join(map(str, strange))
            return Refusal(reason=f"这些信不在待确认之列：{named}")
        for letter in letters:
            letter.lease, letter.leased_until = letter.lease + 1, None
            change(session, letter)
        if found:
            note(session, services, by, act, ("letters", {"letters": found, **detail}))
        return Settled(letters=found)

    return services.database.transact(attempt)


def _not_before(session: Session, services: Services, person: int) -> dt.datetime | None:
    """Return tomorrow where the person got a letter today."""
    today = dt.datetime.combine(services.today, dt.time(), tzinfo=services.zone)
    got = session.scalar(
        select(col(Letter.id))
        .where(col(Letter.person_id) == person, col(Letter.sent_at) >= today)
        .limit(1)
    )
    return None if got is None else today + ONE_DAY


def _not_done_again(session: Session, on: dt.date) -> str:
    """Return what to type before a restore of that day is made up for."""
    month = f"{on:%Y-%m}"
    judged = select(col(Run.id)).where(
        col(Run.kind) == runs.MONTHLY,
        col(Run.state) == RunState.FINISHED.value,
        col(Run.slot) == month,
    )
    if session.scalar(judged.limit(1)) is None:
        return f"peiyu run monthly --month {month}"
    swept = swept_on(session)
    return "peiyu run sweep" if swept is None or swept < on else ""
