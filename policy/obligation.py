"""What must be done by when, who is told, and which windows the year's notices set."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from policy.confirm import Confirm
from policy.facts import OF_ONE_CYCLE, RENEWS


class DeadlineKind(StrEnum):
    """Planned (our own lead time), service (a promise), statutory (law)."""

    PLANNED = "planned"
    SERVICE = "service"
    STATUTORY = "statutory"


class Anchor(StrEnum):
    """The event that a due date is counted from."""

    MONTH_DAY = "month_day"  # a fixed day of the period's year
    WINDOW_OPENS = "window_opens"  # from the programme's notice of that year
    WINDOW_CLOSES = "window_closes"
    ISSUED = "issued"  # the qualification's first day
    EXPIRES = "expires"  # the qualification's last day
    RECORD = "record"  # a recorded event, e.g. a change of name
    STAGE_ENTERED = "stage_entered"


class Roll(StrEnum):
    """What happens to a due date that falls on a day off."""

    NONE = "none"
    NEXT = "next_workday"
    PREVIOUS = "previous_workday"


class Binds(StrEnum):
    """What an obligation hangs on; with the period it makes a deadline unique."""

    CASE = "case"
    QUALIFICATION = "qualification"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something that must be done by a date: anchor + offset (+ roll) -> due date."""

    key: str
    title: str
    kind: DeadlineKind
    binds: Binds
    anchor: Anchor
    ladder: str
    source: str
    confirm: Confirm = Confirm.CONFIRMED
    month_day: tuple[int, int] | None = None
    record: str | None = None  # the record kind that anchors it
    months: int = 0
    days: int = 0
    workdays: int = 0  # n-th workday counting the anchor day as day 1 when it is a workday
    roll: Roll = Roll.NONE
    met_by: str = ""  # the record kind that closes it
    when: tuple[str, ...] = ()  # flags that must be true for it to bind
    years_after_issue: tuple[int, int] | None = None  # qualification years it covers, inclusive
    qualification: str | None = None  # qualification kind, for Binds.QUALIFICATION
    only_renewal: bool = False
    only_last_batch: bool = False  # of a year's windows only the last one counts
    stages: tuple[str, ...] = ()  # Binds.CASE: only while the case is in one of these
    where: str = ""  # the platform or office where it is done
    prepare: str = ""  # what to prepare, one Chinese sentence
    extension_days: int | None = None  # by how much it may be extended, counted as it is itself
    extension_source: str = ""  # which document says so


def flags_wanted(when: Collection[str], *, only_renewal: bool) -> frozenset[str]:
    """Return the facts that must be true of an enterprise for an obligation to bind it."""
    return frozenset({*when, RENEWS} if only_renewal else when)


def opens_next_year(binds: Binds, anchor: Anchor, flags: Collection[str]) -> bool:
    """Say whether next year's dates exist already this year: January's speak in December.

    Not so of a case, of what happens once, or of what hangs on facts of this very cycle.
    """
    yearly = anchor in (Anchor.MONTH_DAY, Anchor.WINDOW_OPENS, Anchor.WINDOW_CLOSES)
    return yearly and binds is not Binds.CASE and OF_ONE_CYCLE.isdisjoint(flags)


class To(StrEnum):
    """Whom a rung speaks to."""

    CONTACT = "contact"  # 企业联系人
    CLERK = "clerk"  # 经办
    HEAD = "head"  # 股长
    LEADER = "leader"  # 分管领导


class Tone(StrEnum):
    """How loudly a rung speaks, in rising order."""

    NOTICE = "notice"
    REMINDER = "reminder"
    URGENT = "urgent"
    FINAL = "final"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A day at which a deadline speaks: so many days from the due date (< 0: before).

    They are calendar ``days``, or ``workdays``, of which the due date itself is none.
    """

    key: str
    to: tuple[To, ...]
    tone: Tone
    days: int = 0
    workdays: int = 0  # when it is not 0, it counts instead of days

    @property
    def number(self) -> int:
        """Return how many days of its kind it is away from the due date."""
        return self.workdays or self.days


class Lost(StrEnum):
    """What happens when a letter was handed over and the answer was lost."""

    RESEND = "resend"  # once more, with the same Message-ID: it may arrive twice
    HOLD = "hold"  # a person decides: it may not have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs (提醒梯级) of an obligation, in the order in which they speak."""

    key: str
    title: str
    rungs: tuple[Rung, ...]
    lost: Lost = Lost.RESEND

    @property
    def last_before(self) -> Rung | None:
        """Return the rung after which none speaks before the date has passed."""
        return next((rung for rung in reversed(self.rungs) if rung.number <= 0), None)


class WindowStatus(StrEnum):
    """Whether a notice's dates are printed in a document or carried over from last year."""

    CONFIRMED = "confirmed"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One filing window of a yearly notice (通知). ``batch`` counts from 1."""

    programme: str
    year: int
    batch: int
    opens: dt.date
    closes: dt.date
    status: WindowStatus
    document: str  # 文号 or the title of the notice
    source: str = ""
