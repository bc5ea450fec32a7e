"""What letters are made of: plain values, already decided and worded by the rooms above."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """A date that an enterprise must keep. ``tone`` is a value of `policy.programme.Tone`."""

    title: str  # the obligation: 高企年报
    programme: str
    enterprise: str
    due_on: dt.date
    days_left: int  # calendar days; negative once it has passed
    tone: str
    explanation: str = ""  # where the date comes from, one line with its 文号
    where: str = ""
    prepare: str = ""
    flags: tuple[str, ...] = ()  # 预计, 暂估, 待核实
    key: str = ""  # names the deadline for ever, also when its date moves
    behalf: str = ""  # whose it is: they are away, and the reader stands in for them
    waited: bool = False  # it was not urgent, and the week's letters were many
    note: str = ""  # what was answered to it, and what became of that
    calm: bool = False  # the reader has done their part: nobody is urged
    answer_url: str = ""  # where the reader answers; empty: they are told whom to ask


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveItem:
    """A step that a case has taken."""

    programme: str
    enterprise: str
    from_stage: str
    to_stage: str
    on: dt.date
    reason: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A proposed move that waits for a person."""

    enterprise: str
    programme: str
    proposal: str
    waiting_since: dt.date
    summary: str = ""
    behalf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerItem:
    """What an enterprise answered to a reminder. ``kind`` is a value of `policy.answers`."""

    number: int
    kind: str
    enterprise: str
    programme: str
    title: str
    due_on: dt.date
    on: dt.date
    said: str = ""  # the receipt number, or what help is asked for
    who: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmItem:
    """Something amiss with the program itself, and what to type about it."""

    sentence: str
    hint: str
    raised: dt.datetime  # local
    cleared: bool = False  # it was well again before the letter left


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who writes: the office, the name it signs with, and how to reach it."""

    name: str
    sender: str
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How staff want a kind of letter to read: its three templates, as they wrote them."""

    version: int
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every letter begins and ends with: to whom, of which day, from whom."""

    to_name: str
    on: dt.date
    office: Office
    demo: bool = False  # the data is invented, and the letter says so
    unread: bool = False  # nobody gets it (a rehearsal): its subject is enough
    wordings: Mapping[str, Wording] = field(default_factory=dict)  # by the letter's name


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRows:
    """Which rows a line of a week tells of; where they are shown, a letter does not know."""

    of: str  # dates, stopped, case, cases, letter, enterprise
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """One matter of a week's summary."""

    what: str
    details: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # 预计, 暂估, 待核实
    rows: WeekRows | None = None

    @property
    def detail(self) -> str:
        """Return what is the matter with it, in one sentence."""
        return "，".join(self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSection:
    """Matters of one sort: how many in all, the gravest of them, and how many lines follow."""

    title: str
    tone: str
    count: int
    lines: tuple[WeekLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSummary:
    """A week at a glance, for one member of staff."""

    number: int
    first: dt.date
    last: dt.date
    sections: tuple[WeekSection, ...] = ()
    behalf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigure:
    """A number of a month, and what it was a month earlier."""

    title: str
    number: int
    before: int

    @property
    def change(self) -> str:
        """Return +3, -2, or 持平."""
        return f"{self.number - self.before:+d}" if self.number != self.before else "持平"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """The figures of one programme."""

    programme: str
    figures: tuple[MonthFigure, ...]

    @property
    def said(self) -> str:
        """Return the figures in one line."""
        return "，".join(f"{each.title} {each.number}（{each.change}）" for each in self.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSummary:
    """A month in figures, for a leader; it names no enterprise and no person."""

    year: int
    month: int
    on: dt.date  # how it stands is as on this day
    lines: tuple[MonthLine, ...]
    total: tuple[MonthFigure, ...]
    behalf: str = ""

    @property
    def table(self) -> tuple[MonthLine, ...]:
        """Return the sums, then each programme."""
        return (MonthLine(programme="合计", figures=self.total), *self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summaries:
    """What a letter sums up beside the matters of its day."""

    week: WeekSummary | None = None
    month: MonthSummary | None = None

    def __bool__(self) -> bool:
        return bool(self.week or self.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter as it will be read."""

    subject: str
    text: str
    html: str
    fault: str = ""  # why it does not read as staff want it, but as it was shipped
