"""Delivery: lease a few letters, write each, mark it, hand it over once, record the answer."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from casework import runs
from casework.compose import Composed, Nothing
from casework.hand_over import Answered, Crowded, record, settled, write
from casework.leaving import AT_ONCE, Leased, give_back, held_elsewhere, put_off, take
from casework.pace import MINUTE
from casework.services import Services
from models.letter import LetterState
from notifications.letters import damaged_template
from notifications.message import Carrier, Fate
from notifications.nowhere import Nowhere

UNREAD_AT_ONCE = 500  # of a rehearsal: nothing can happen while they are written


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """How many letters ended how; ``stopped`` tells why the sender stopped, if it did."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    held: int = 0
    suppressed: int = 0
    elsewhere: int = 0  # nothing was left for us, but so many are in another sender's hands
    stopped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a delivery begins no further letter: from a moment on, or when it is told to stop."""

    until: dt.datetime | None = None
    stop: Event | None = None
    pause: Callable[[float], object] = time.sleep

    def has_come(self, services: Services) -> bool:
        """Say whether it is over."""
        told = self.stop is not None and self.stop.is_set()
        return told or (self.until is not None and services.now() >= self.until)

    def wait(self, services: Services, seconds: float) -> None:
        """Wait for a turn, but not beyond the end, or until told to stop."""
        if self.until is not None:
            seconds = min(seconds, (self.until - services.now()).total_seconds())
        pause = self.stop.wait if self.stop else self.pause
        pause(max(seconds, 0.0))


_NEVER = Ending()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A delivery under way."""

    services: Services
    carrier: Carrier
    day: dt.date
    ending: Ending
    ended: Counter[str]
    # Letters whose provider takes no more just now: which domain, and when one may try again.
    crowded: dict[Leased, tuple[str, dt.datetime]] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.ending.has_come(self.services)

    def wait(self, seconds: float) -> None:
        """Wait, as somebody who is there."""
        self.beat()
        self.ending.wait(self.services, seconds)

    def beat(self) -> None:
        runs.beat(self.services, runs.DELIVER, self.day.isoformat())


def deliver(
    services: Services,
    *,
    today: dt.date | None = None,
    only: Sequence[int] | None = None,
    ending: Ending = _NEVER,
) -> DeliveryReport:
    """Send what is due, or ``only`` some letters of it; none is begun once it is to end.

    Each letter leaves once; a lost answer is repeated at most once.
    """
    day = today or services.today
    ended: Counter[str] = Counter()
    stopped = ""
    leased = take(services, day, only, most=_at_once(services))
    elsewhere = 0 if leased else held_elsewhere(services, day)
    if leased:  # a look at an empty outbox is no run
        begun = services.database.transact(
            lambda session: runs.begin(session, services, runs.DELIVER, day.isoformat())
        )
        with runs.failure_noted(services, begun), closing(services.open_carrier()) as carrier:
            under_way = _Round(
                services=services, carrier=carrier, day=day, ending=ending, ended=ended
            )
            stopped = _all(under_way, leased, only)
            runs.end_delivery(services, begun, stopped)
    return DeliveryReport(
        sent=ended[LetterState.SENT],
        deferred=ended[LetterState.DEFERRED],
        failed=ended[LetterState.FAILED],
        unknown=ended[LetterState.UNKNOWN],
        held=ended[LetterState.HELD],
        suppressed=ended[LetterState.SUPPRESSED],
        elsewhere=elsewhere,
        stopped=stopped,
    )


def _all(under_way: _Round, leased: Sequence[Leased], only: Sequence[int] | None) -> str:
    """Send these and what follows; return why the whole sender must stop, or nothing."""
    services = under_way.services
    if stopped := damaged_template():
        give_back(services, leased)
    while not stopped and (leased or under_way.crowded):
        if leased:
            stopped = _some(under_way, leased)
        else:  # only those wait whose provider takes no more just now
            _wait_for_room(under_way)
        under_way.beat()
        if stopped or under_way.over:
            break
        leased = take(services, under_way.day, only, most=_at_once(services))
    give_back(services, tuple(under_way.crowded))
    return stopped


def _wait_for_room(under_way: _Round) -> None:
    services, crowded = under_way.services, under_way.crowded
    soonest = min(until for _, until in crowded.values())
    under_way.wait(min((soonest - services.now()).total_seconds(), MINUTE.total_seconds()))
    now = services.now()
    for letter in [letter for letter, (_, until) in crowded.items() if until <= now]:
        del crowded[letter]  # it is taken again, and says so if there is no room yet


def _put_off(under_way: _Round, letter: Leased, said: Crowded) -> None:
    """Let a letter wait, behind those of its domain that wait already: each is written once."""
    services, crowded = under_way.services, under_way.crowded
    before = sum(domain == said.domain for domain, _ in crowded.values())
    until = said.until + before // services.per_minute_to[said.domain] * MINUTE
    until = min(until, services.now() + services.lease)  # whoever dies keeps it no longer than that
    put_off(services, letter, until)
    crowded[letter] = (said.domain, until)


def _at_once(services: Services) -> int:
    """Return how many letters are taken at once: at a slow pace no more than leave in a minute."""
    if services.open_carrier is Nowhere:
        return UNREAD_AT_ONCE
    return min(AT_ONCE, services.per_minute or AT_ONCE)


def _some(under_way: _Round, leased: Sequence[Leased]) -> str:
    """Send some letters; return why the whole sender must stop, or nothing."""
    stopped = ""
    # Each as true as can be, unless nobody reads them.
    at_once = len(leased) if isinstance(under_way.carrier, Nowhere) else 1
    for start in range(0, len(leased), at_once):
        if stopped or under_way.over:
            break
        stopped = _few(under_way, leased[start : start + at_once])
    if stopped or under_way.over:
        give_back(under_way.services, leased)
    return stopped


def _few(under_way: _Round, leased: Sequence[Leased]) -> str:
    """Bring letters as far as they go; return why the whole sender must stop, or nothing."""
    services, carrier, ended = under_way.services, under_way.carrier, under_way.ended
    wanted = [each for each in leased if not settled(services, carrier, each, ended)]
    while isinstance(written := write(services, wanted, carrier, ended), float):
        under_way.wait(written)
        if under_way.over:
            return ""
    for letter, said in written:
        if isinstance(said, Crowded):
            _put_off(under_way, letter, said)
    ended[LetterState.SUPPRESSED] += sum(isinstance(said, Nothing) for _, said in written)
    answered = [
        Answered(letter=letter, written=said, receipt=carrier.deliver(said.message))
        for letter, said in written
        if isinstance(said, Composed)
    ]
    stopped = ""
    for each, state in zip(answered, record(services, answered), strict=True):
        if each.receipt.fate is Fate.STOPPED:
            stopped = each.receipt.detail
        else:
            ended[state] += 1
    return stopped
