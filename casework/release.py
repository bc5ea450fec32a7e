"""What a person decides of letters that may have arrived: send, do not send, it has arrived.

And that what a restore lost is made up for.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.held import catching_up, open_restores
from casework.letter_acts import Chosen, LetterAct, carry_out
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.remind import swept_on
from casework.services import Actor, Services
from models.ledger import Run, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The letters that a person decided about."""

    letters: tuple[int, ...]


def release(
    services: Services,
    numbers: Sequence[int] | None,
    *,
    by: Actor,
    reason: str = "确认后再发",
) -> Settled | Refusal:
    """Let letters leave that wait for a word, all of them without ``numbers``.

    They go with the letters of the day: still at most one a day for a person. By its number also
    one that failed.
    """
    return _settle(services, (LetterAct.RELEASE, numbers), reason=reason, by=by)


def suppress(
    services: Services, numbers: Sequence[int] | None, *, reason: str, by: Actor
) -> Settled | Refusal:
    """Decide that letters that wait for a word, all without ``numbers``, are never sent."""
    if refusal := no_reason(reason, "请写明不再发的理由"):
        return refusal
    return _settle(services, (LetterAct.SUPPRESS, numbers), reason=reason, by=by)


def arrived(
    services: Services,
    numbers: Sequence[int] | None,
    *,
    by: Actor,
    reason: str = "核实已收到",
) -> Settled | Refusal:
    """Note that letters have arrived after all, all that wait for a word without ``numbers``."""
    return _settle(services, (LetterAct.ARRIVED, numbers), reason=reason, by=by)


def _settle(
    services: Services, what: tuple[LetterAct, Sequence[int] | None], *, reason: str, by: Actor
) -> Settled | Refusal:
    act, numbers = what
    chosen = Chosen(
        act=act, numbers=None if numbers is None else tuple(numbers), awaited=numbers is None
    )
    done = carry_out(services, chosen, reason=reason, by=by)
    return done if isinstance(done, Refusal) else Settled(letters=done.letters)


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
