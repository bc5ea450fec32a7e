"""What a programme is: frozen values that the files in ``config/programmes`` become."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from policy.confirm import Confirm
from policy.obligation import Obligation


class Phase(StrEnum):
    """The four phases (阶段类别) that every programme's stages map onto."""

    SCREENING = "screening"
    TRAINING = "training"
    DECLARATION = "declaration"
    CERTIFICATION = "certification"


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
