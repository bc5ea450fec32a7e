"""What a programme is: frozen values that the files in ``config/programmes`` become."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class Phase(StrEnum):
    """The four phases (阶段类别) that every programme's stages map onto."""

    SCREENING = "screening"
    TRAINING = "training"
    DECLARATION = "declaration"
    CERTIFICATION = "certification"


class Confirm(StrEnum):
    """How sure we are of a rule: unconfirmed rules recommend but never refuse by themselves."""

    CONFIRMED = "confirmed"
    NEEDS_CONFIRMATION = "needs_confirmation"


class Rule(StrEnum):
    """The closed vocabulary of criteria. ``floor``/``ceiling`` name what the threshold is."""

    AT_LEAST = "at_least"  # fact >= value (counts, money, ratios, score ranges)
    ABOVE = "above"  # fact > value
    AT_MOST = "at_most"  # fact <= value
    IS_TRUE = "is_true"  # flag must be true
    IS_FALSE = "is_false"  # flag must be false
    JUDGED = "judged"  # flag that only a person may set; missing means "needs a person"
    CLEAR_FOR_DAYS = "clear_for_days"  # no event date inside the last `value` days


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One dated number: in force from ``start``; with ``upto`` it is one tier of several.

    ``value`` is in the fact's base unit: 分 for money, a plain fraction for ratios (5 % is
    1/20), days or pieces for counts. ``upto`` (inclusive) bounds the criterion's ``tier_by``
    fact, in that fact's base unit; the last tier has none.
    """

    start: dt.date
    value: Fraction
    upto: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A rule with its legal source. ``waives`` names criteria that need not hold if this does."""

    key: str
    code: str
    title: str
    fact: str
    rule: Rule
    source: str
    confirm: Confirm = Confirm.CONFIRMED
    thresholds: tuple[Threshold, ...] = ()
    tier_by: str | None = None
    waives: tuple[str, ...] = ()
    required: bool = True  # False: only useful through `waives`; unmet alone refuses nothing
    advice: str = ""  # what an enterprise can do about it, one Chinese sentence


class Combine(StrEnum):
    """How the items of a score part add up."""

    SUM = "sum"
    BEST = "best"  # only the better item counts; the finding says which was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Points [low, high] when ``fact >= at_least`` (or ``> above``); the first that fits counts.

    A band with neither bound fits everything (the floor).
    """

    low: int
    high: int
    label: str = ""
    fact: str | None = None  # default: the item's fact
    at_least: Fraction | None = None
    above: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreItem:
    """One line of a score sheet. Without bands an expert gives the points: [0, maximum].

    ``estimate`` names a fact with a person's own estimate; when given it replaces the range.
    """

    key: str
    part: str
    title: str
    maximum: int
    fact: str | None = None
    estimate: str | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """A group of items with a cap; part key ``ip`` becomes the fact ``score.ip``."""

    key: str
    title: str
    maximum: int
    combine: Combine = Combine.SUM
    items: tuple[ScoreItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score sheet; its total becomes the fact ``score`` (a range of integers)."""

    maximum: int
    source: str
    parts: tuple[ScorePart, ...] = ()


class NeedKind(StrEnum):
    """What a stage can wait for before the case may leave it."""

    FIGURES = "figures"  # no finding of the named criteria is unknown
    CRITERIA = "criteria"  # the named criteria (all, when none are named) are not refused
    RECORD = "record"  # somebody recorded that it happened, with evidence
    WORKDAYS = "workdays"  # n workdays since a record, its day being day 1 (公示期)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One condition for leaving a stage."""

    kind: NeedKind
    title: str
    record: str | None = None
    workdays: int = 0
    criteria: tuple[str, ...] = ()
    source: str = ""


class Gate(StrEnum):
    """Who lets a case through once every need is satisfied."""

    AUTO = "auto"
    STAFF = "staff"


class Final(StrEnum):
    """How a case can end."""

    ACHIEVED = "achieved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of a programme. ``plain`` is its name for the enterprise."""

    key: str
    title: str
    phase: Phase
    plain: str = ""
    gate: Gate = Gate.AUTO
    needs: tuple[Need, ...] = ()
    following: str | None = None
    returns_to: str | None = None
    rejects_on: str | None = None  # a record of this kind ends the case as rejected
    lapses: bool = False  # still here when the cycle is over: the case lapses
    limit_workdays: int | None = None  # longer than this is shown as over-limit
    final: Final | None = None


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
    """A day at which a deadline speaks: ``days`` calendar days from the due date (< 0: before)."""

    key: str
    days: int
    to: tuple[To, ...]
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs (提醒梯级) of an obligation, in rising order of days."""

    key: str
    title: str
    rungs: tuple[Rung, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """Something that happens in the bureau and can be recorded against a case."""

    key: str
    title: str
    evidence: str = ""  # what evidence is asked for, in Chinese; empty: none needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One kind of recognition (培育项目): stages, criteria, score, obligations."""

    key: str
    title: str
    source: str
    aliases: tuple[str, ...] = ()
    revision: str = ""  # hash of the file's content; a case keeps the one it started with
    qualification: str | None = None  # what an achieved case becomes
    enrol_when: tuple[str, ...] = ()  # flags that must be true for a case to be opened
    enrol_unless: tuple[str, ...] = ()  # flags that must not be true
    criteria: tuple[Criterion, ...] = ()
    score: Score | None = None
    records: tuple[RecordKind, ...] = ()
    stages: tuple[Stage, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def stage(self, key: str) -> Stage:
        """Return the stage with this key; KeyError when there is none."""
        found = next((stage for stage in self.stages if stage.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def final(self, how: Final) -> Stage | None:
        """Return the stage in which cases end this way, if the programme has one."""
        return next((stage for stage in self.stages if stage.final is how), None)

    @property
    def first_stage(self) -> Stage:
        """Return the stage in which a new case starts."""
        return self.stages[0]
