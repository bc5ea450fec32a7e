"""Handing letters over: settle what was lost, write, mark as on its way, record the answer."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, assert_never

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.alarms import note as note_trouble
from casework.audit import note
from casework.compose import Composed, Nothing, compose_all
from casework.leaving import UNCERTAIN, Leased, put, put_all
from casework.letter_events import note_attempt
from casework.letter_reading import claimed_items
from casework.pace import seconds_until_turn, seconds_until_turn_of
from casework.services import Actor, Services
from casework.wordings import trouble_of
from models.addresses import disown
from models.deadline import Deadline
from models.engine import StaleWorkError
from models.letter import ItemState, LetterItem, LetterState
from notifications.message import Carrier, Fate, Receipt
from notifications.nowhere import Nowhere
from notifications.rendering import UnwritableError
from policy.obligation import Lost

FIRST_WAIT = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(hours=4)
MAY_HAVE_ARRIVED = "没有收到对方答复，可能已经送达，请核实后再决定"
SENDER = "发信"
GIVE_UP_AFTER = 40  # attempts; with the waits above about five days


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """The provider of this mailbox takes no more before then; nobody else need wait."""

    domain: str
    until: dt.datetime


Written: TypeAlias = list[tuple[Leased, Composed | Nothing | Crowded]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A letter that was handed over, and the answer."""

    letter: Leased
    written: Composed
    receipt: Receipt


def settled(services: Services, carrier: Carrier, letter: Leased, ended: Counter[str]) -> bool:
    """Say whether it need not go out: what became of it is known, or is for a person to say."""
    state = _settle(services, carrier, letter) if letter.state in UNCERTAIN else None
    if state is None:
        return False
    ended[state] += 1
    return True


def _settle(services: Services, carrier: Carrier, letter: Leased) -> LetterState | None:
    """Find out what became of a letter whose answer was lost; None when it must go out again."""
    found = carrier.find(letter.message_id)
    if found is None and not letter.may_repeat and _must_ask(services, letter):
        _end(services, letter, LetterState.HELD, reason=MAY_HAVE_ARRIVED)
        return LetterState.HELD
    if found:
        _end(services, letter, LetterState.SENT, reason="核对后确认已发出")
        return LetterState.SENT
    if found is None and letter.may_repeat:
        _end(services, letter, LetterState.UNKNOWN, reason="两次均未收到对方答复，请人工核实")
        return LetterState.UNKNOWN
    return None


def _must_ask(services: Services, letter: Leased) -> bool:
    """Say whether it speaks of something of which a second copy must not arrive unasked."""
    with services.database.reading() as session:
        ladders = session.scalars(
            select(col(Deadline.ladder))
            .join(LetterItem, col(LetterItem.deadline_id) == col(Deadline.id))
            .where(
                col(LetterItem.letter_id) == letter.id,
                col(LetterItem.state) == ItemState.CLAIMED.value,
            )
            .distinct()
        ).all()
    known = (services.catalogue.ladders.get(each) for each in ladders)
    return any(each is not None and each.lost is Lost.HOLD for each in known)


def write(
    services: Services, leased: Sequence[Leased], carrier: Carrier, ended: Counter[str]
) -> Written | float:
    """Write letters and commit that they are about to be handed over.

    Return how many seconds to wait instead when the pace wants it. What we do not hold any more
    is left out: its new holder goes on. One that can not be written fails alone.
    """
    unread = isinstance(carrier, Nowhere)
    try:
        return services.database.retrying(partial(_write, services, leased, unread=unread))
    except UnwritableError as error:
        if len(leased) == 1:
            _end(services, leased[0], LetterState.FAILED, reason=str(error))
            ended[LetterState.FAILED] += 1
            return []
    held: Written = []
    for letter in leased:
        one = write(services, [letter], carrier, ended)
        held += one if isinstance(one, list) else []
    return held


def _write(services: Services, leased: Sequence[Leased], *, unread: bool) -> Written | float:
    """Raise ``StaleWorkError`` when something went into a letter while it was written."""
    if not leased:
        return []
    again = {letter.id: letter.state in UNCERTAIN for letter in leased}
    written = compose_all(services, again, unread=unread)
    with services.database.writing() as session:
        if seconds := seconds_until_turn(session, services):
            return seconds
        crowded = _crowded(session, services, written)
        begun = [(each, written[each.id]) for each in leased if each.id not in crowded]
        ours = put_all(session, [(each, _begun(services, each, said)) for each, said in begun])
        held = [(letter, said) for letter, said in begun if letter.id in ours]
        claimed = claimed_items(session, [letter.id for letter, _ in held])
        if any(claimed[letter.id] != said.said for letter, said in held):
            raise StaleWorkError
        _suppress_done(session, [item for _, said in held for item in said.done])
    return [*held, *((each, crowded[each.id]) for each in leased if each.id in crowded)]


def _crowded(
    session: Session, services: Services, written: Mapping[int, Composed | Nothing]
) -> dict[int, Crowded]:
    """Return the letters whose provider takes no more just now."""
    found: dict[int, Crowded] = {}
    for number, said in written.items():
        domain = said.message.to.domain.lower() if isinstance(said, Composed) else ""
        if domain in services.per_minute_to and (
            seconds := seconds_until_turn_of(session, services, domain)
        ):
            until = services.now() + dt.timedelta(seconds=seconds)
            found[number] = Crowded(domain=domain, until=until)
    return found


def _begun(services: Services, letter: Leased, written: Composed | Nothing) -> dict[str, object]:
    """Return what a letter is to say of itself before it is handed over."""
    if isinstance(written, Nothing):
        return _ending(services, letter, LetterState.SUPPRESSED, reason=written.reason)
    return {
        "state": LetterState.TRANSMITTING.value,
        "attempts": letter.attempts + 1,
        "message_id": written.message.message_id,
        "return_path": written.message.return_path,
        "subject": written.message.subject,
        "may_repeat": letter.state in UNCERTAIN or letter.may_repeat,
        "handed_at": services.now(),
        "leased_until": services.now() + services.lease,  # those before it took their time
    }


def record(services: Services, answered: Sequence[Answered]) -> list[LetterState]:
    """Record the carrier's answers, unless somebody else holds a letter by now."""
    if not answered:
        return []
    states = [_state_after(each.letter, each.receipt) for each in answered]

    def attempt(session: Session) -> None:
        endings = [
            (each.letter, _ending(services, each.letter, state, reason=each.receipt.detail))
            for each, state in zip(answered, states, strict=True)
        ]
        ours = put_all(session, endings)
        for each, state in zip(answered, states, strict=True):
            if each.letter.id in ours:
                _note_answer(session, services, each, state)

    services.database.transact(attempt)
    for each in answered:
        if each.written.fault:
            note_trouble(services, trouble_of(services, each.letter.id, each.written.fault))
    return states


def _state_after(letter: Leased, receipt: Receipt) -> LetterState:
    match receipt.fate:
        case Fate.SENT:
            state = LetterState.SENT
        case Fate.DEFERRED:
            tired = letter.attempts + 1 >= GIVE_UP_AFTER
            state = LetterState.FAILED if tired else LetterState.DEFERRED
        case Fate.FAILED:
            state = LetterState.FAILED
        case Fate.UNKNOWN:
            state = LetterState.UNKNOWN
        case Fate.STOPPED:
            # The sender as a whole was refused: this is nobody's failed attempt.
            state = LetterState.QUEUED
        case _:
            assert_never(receipt.fate)
    return state


def _note_answer(
    session: Session, services: Services, answered: Answered, state: LetterState
) -> None:
    letter, receipt = answered.letter, answered.receipt
    if services.open_carrier is not Nowhere:  # a rehearsal tries nothing
        _note_attempt(session, services, answered, state)
    if receipt.dead:
        email, said = answered.written.message.to.email, receipt.answer
        disown(session, email, services.now(), status=str(receipt.code or ""), said=said)
        about = (email, {"letter": letter.id, "said": said})
        note(session, services, Actor(name=SENDER), "address.disowned", about)


def _note_attempt(
    session: Session, services: Services, answered: Answered, state: LetterState
) -> None:
    receipt = answered.receipt
    told = {
        "at": services.now(),
        "by": SENDER,
        "after": state.value,
        "reason": receipt.detail,
        "said": " ".join(filter(None, (str(receipt.code or ""), receipt.answer))),
        "lease": answered.letter.lease,
    }
    note_attempt(session, answered.letter.id, told)


def _end(services: Services, letter: Leased, state: LetterState, *, reason: str) -> None:
    values = _ending(services, letter, state, reason=reason)
    services.database.transact(lambda session: put(session, letter, values))


def _ending(
    services: Services, letter: Leased, state: LetterState, *, reason: str
) -> dict[str, object]:
    now = services.now()
    values: dict[str, object] = {"state": state.value, "reason": reason, "leased_until": None}
    if state is LetterState.SENT:
        values["sent_at"] = now
    if state is LetterState.DEFERRED:
        values["next_at"] = now + _wait(letter.attempts)
    if state is LetterState.UNKNOWN:
        values["leased_until"] = now + FIRST_WAIT  # the answer may only be late
    if state is LetterState.QUEUED:
        values["attempts"] = letter.attempts
    return values


def _wait(attempts: int) -> dt.timedelta:
    """Return how long to wait: 5 minutes, then twice as long each time, at most 4 hours."""
    doubled: int = 2 ** min(attempts, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _suppress_done(session: Session, items: Sequence[int]) -> None:
    """Close the items whose matter was done before the letter left."""
    if items:
        session.execute(
            update(LetterItem)
            .where(col(LetterItem.id).in_(items))
            .values(state=ItemState.SUPPRESSED.value, reason="发信前已办结、改期或中止")
        )
