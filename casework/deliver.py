"""Delivery: lease a few letters, write each, mark it, hand it over once, record the answer."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.compose import Composed, Nothing, claimed_items, compose
from casework.leaving import UNCERTAIN, Leased, give_back, put, take
from casework.services import Actor, Services
from models.addresses import disown
from models.deadline import Deadline
from models.engine import StaleWorkError
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.letters import damaged_template
from notifications.message import Carrier, Fate, Receipt
from notifications.pace import Paced
from notifications.rendering import UnwritableError
from policy.obligation import Lost

FIRST_WAIT = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(hours=4)
MAY_HAVE_ARRIVED = "没有收到对方答复，可能已经送达，请核实后再决定"
SENDER = "发信"
MINUTE = dt.timedelta(minutes=1)
GIVE_UP_AFTER = 40  # attempts; with the waits above about five days


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """How many letters ended how; ``stopped`` tells why the sender stopped, if it did."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    held: int = 0
    suppressed: int = 0
    stopped: str = ""


def deliver(
    services: Services,
    *,
    today: dt.date | None = None,
    only: Sequence[int] | None = None,
    until: dt.datetime | None = None,
) -> DeliveryReport:
    """Send what is due, or ``only`` some letters of it; none is begun after ``until``.

    Each letter leaves once; a lost answer is repeated at most once.
    """
    day = today or services.today
    ended: Counter[str] = Counter()
    stopped = ""
    leased = take(services, day, only)
    if leased:  # a look at an empty outbox is no run
        begun = services.database.transact(
            lambda session: runs.begin(session, services, runs.DELIVER, day.isoformat())
        )
        with runs.failure_noted(services, begun), closing(services.open_carrier()) as carrier:
            _go_on_at_pace(services, carrier)
            if stopped := damaged_template():
                give_back(services, leased)
            while leased and not stopped:
                stopped = _some(services, carrier, leased, ended, until)
                runs.beat(services, runs.DELIVER, day.isoformat())
                leased = () if stopped or _late(services, until) else take(services, day, only)
            runs.end_delivery(services, begun, stopped)
    return DeliveryReport(
        sent=ended[LetterState.SENT],
        deferred=ended[LetterState.DEFERRED],
        failed=ended[LetterState.FAILED],
        unknown=ended[LetterState.UNKNOWN],
        held=ended[LetterState.HELD],
        suppressed=ended[LetterState.SUPPRESSED],
        stopped=stopped,
    )


def _go_on_at_pace(services: Services, carrier: Carrier) -> None:
    """Let the pace count what an earlier run sent a moment ago."""
    if isinstance(carrier, Paced):
        now = services.now()
        with services.database.reading() as session:
            just_sent = select(col(Letter.sent_at)).where(col(Letter.sent_at) > now - MINUTE)
            moments = [at for at in session.scalars(just_sent) if at is not None]
        carrier.count((now - at).total_seconds() for at in moments)


def _late(services: Services, until: dt.datetime | None) -> bool:
    return until is not None and services.now() >= until


def _some(
    services: Services,
    carrier: Carrier,
    leased: Sequence[Leased],
    ended: Counter[str],
    until: dt.datetime | None,
) -> str:
    """Send some letters; return why the whole sender must stop, or nothing."""
    stopped = ""
    for letter in leased:
        if stopped or _late(services, until):
            give_back(services, leased)
            break
        stopped = _one(services, carrier, letter, ended)
    return stopped


def _one(services: Services, carrier: Carrier, letter: Leased, ended: Counter[str]) -> str:
    """Bring one letter as far as it goes; return why the whole sender must stop, or nothing."""
    if letter.state in UNCERTAIN:
        settled = _settle(services, carrier, letter)
        if settled is not None:
            ended[settled] += 1
            return ""
    if isinstance(carrier, Paced):
        runs.beat(services, runs.DELIVER, services.today.isoformat())
        carrier.wait()
    written = _written(services, letter)
    if written is None:
        return ""  # our lease ended while we wrote it; its new holder goes on
    if isinstance(written, LetterState):
        ended[written] += 1
        return ""
    receipt = carrier.deliver(written.message)
    state = _record(services, letter, written, receipt)
    if receipt.fate is Fate.STOPPED:
        return receipt.detail
    ended[state] += 1
    return ""


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


def _written(services: Services, letter: Leased) -> Composed | LetterState | None:
    """Write a letter; return where it ended instead, or None when our lease is lost."""
    try:
        written = services.database.retrying(partial(_write, services, letter))
    except UnwritableError as error:  # the other letters are none the worse
        _end(services, letter, LetterState.FAILED, reason=str(error))
        return LetterState.FAILED
    return LetterState.SUPPRESSED if isinstance(written, Nothing) else written


def _write(services: Services, letter: Leased) -> Composed | Nothing | None:
    """Write the letter and commit that it is about to be handed over; None when the lease is lost.

    Raises ``StaleWorkError`` when something went into the letter while it was written.
    """
    repeats = letter.state in UNCERTAIN
    written = compose(services, letter.id, again=repeats)
    if isinstance(written, Nothing):
        values = _ending(services, letter, LetterState.SUPPRESSED, reason=written.reason)
    else:
        values = {
            "state": LetterState.TRANSMITTING.value,
            "attempts": col(Letter.attempts) + 1,
            "message_id": written.message.message_id,
            "subject": written.message.subject,
            "may_repeat": repeats or letter.may_repeat,
            "leased_until": services.now() + services.lease,  # those before it took their time
        }
    with services.database.writing() as session:
        if not put(session, letter, values):
            return None
        if claimed_items(session, letter.id) != written.said:
            raise StaleWorkError
        _suppress_done(session, written.done)
    return written


def _record(services: Services, letter: Leased, written: Composed, receipt: Receipt) -> LetterState:
    """Record the carrier's answer, unless somebody else holds the letter by now."""
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
    values = _ending(services, letter, state, reason=receipt.detail)

    def attempt(session: Session) -> None:
        if put(session, letter, values) and receipt.dead:
            email, said = written.message.to.email, receipt.answer
            disown(session, email, services.now(), status=str(receipt.code or ""), said=said)
            about = (email, {"letter": letter.id, "said": said})
            note(session, services, Actor(name=SENDER), "address.disowned", about)

    services.database.transact(attempt)
    return state


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
            .values(state=ItemState.SUPPRESSED.value, reason="发信前已办结")
        )
