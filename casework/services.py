"""Services: the outside world of every use case, chosen once by ``runtime``."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from config.catalogue import Catalogue
from models.engine import Database
from models.enterprise import Role
from models.ledger import CalendarOverride
from notifications.letters import Office
from notifications.message import Address, Carrier
from notifications.values import Wording
from notifications.webhooks import Call, Called, Caller
from policy.workdays import Calendar

_DECLARED = select(col(CalendarOverride.day), col(CalendarOverride.working))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person or a run, and through which door."""

    name: str
    source: str = "cli"
    role: Role | None = None  # None: whoever may type commands on this machine may do all
    login: str = ""  # who is signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A robot in a group of staff, and whose matters it speaks of."""

    name: str
    division: str = ""  # with all below it
    roles: tuple[str, ...] = ("clerk",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A program of others that is told of moves, and of which."""

    name: str
    division: str = ""  # with all below it
    events: tuple[str, ...] = ("case.moved", "case.ended")


def nobody_called(_: Call) -> Called:
    """Call nobody: no webhook is set up."""
    return Called(taken=False, detail="设置里没有这个 webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What use cases may touch. ``now`` is the only clock; tests pass their own."""

    database: Database
    catalogue: Catalogue
    gazetted: Calendar  # the calendar files, before staff overrides
    open_carrier: Callable[[], Carrier]
    now: Callable[[], dt.datetime]
    zone: ZoneInfo
    office: Office
    sender: Address
    division: str = ""  # whose eyes look: of this division and below it; empty: all
    county: str = ""  # the office's own division
    per_minute: int = 0  # letters that may leave in any minute; 0: as they come
    per_minute_to: Mapping[str, int] = field(default_factory=dict)  # the same by domain of mailbox
    bounces_to: str = ""  # a mailbox that takes plus addresses; empty: reports go to the sender
    robots: tuple[Robot, ...] = ()
    webhooks: tuple[Hook, ...] = ()
    call_webhook: Caller = nobody_called
    day: dt.date | None = None  # a run may be told its day; stamps and leases stay real
    batch_size: int = 10_000
    lease: dt.timedelta = dt.timedelta(minutes=15)  # longer than the slowest delivery attempt
    demo: bool = False
    letters_a_week: int = 0  # to one contact, before what is not urgent waits; 0: as they come
    public_url: str = ""  # where enterprises reach the pages; empty: letters carry no links
    backup_stale_days: int = 7  # a backup older than this is told of; 0: never
    started_by: str = ""  # who began what runs now: a person, the timetable, a worker
    program: str = ""  # the version of Peiyu, of its files, and its batches
    process: str = ""  # which process of which machine this is
    supposing: Mapping[dt.date, bool | None] = field(default_factory=dict)  # for a preview
    read_facts: Callable[..., Any] | None = None  # a rehearsal reads the facts of a day once
    # A letter is only shown to staff: its links answer nothing, and these wordings are tried.
    showing: Mapping[str, Wording] | None = None

    @property
    def today(self) -> dt.date:
        """Return the local day, or the day this run was told."""
        return self.day or self.now().astimezone(self.zone).date()

    def on(self, day: dt.date | None) -> "Services":
        """Return the same services told to act on a day."""
        return replace(self, day=day)

    def calendar(self, session: Session | None = None) -> Calendar:
        """Return the calendar in force: staff overrides above the gazetted files.

        Who has a session open gives it. Whoever holds a connection and waits for a second one
        waits for ever once enough others do the same.
        """
        if session is None:
            with self.database.reading() as alone:
                return self.calendar(alone)
        declared = {day: working for day, working in session.execute(_DECLARED)}  # noqa: C416 - rows are no pairs to mypy
        for day, working in self.supposing.items():
            declared.pop(day, None)
            if working is not None:
                declared[day] = working
        return self.gazetted.with_overrides(
            off=[day for day, working in declared.items() if not working],
            work=[day for day, working in declared.items() if working],
        )
