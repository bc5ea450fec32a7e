"""Due dates (截止日期): counted from an event, rolled off days off, able to explain themselves."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from policy.confirm import Confirm
from policy.obligation import Anchor, DeadlineKind, Obligation, Roll
from policy.workdays import ONE_DAY, Calendar, Counted, add_months, clamped, weekday_name

VALID_MONTHS = 36  # 高企资格有效期三年，国科发火〔2016〕32号 第九条（条号待核实）

_FIXED = "规定日期"
EVENTS = {
    Anchor.MONTH_DAY: _FIXED,
    Anchor.WINDOW_OPENS: "申报开始日",
    Anchor.WINDOW_CLOSES: "申报截止日",
    Anchor.ISSUED: "发证日",
    Anchor.EXPIRES: "有效期届满日",
    Anchor.RECORD: "登记事项发生日",
    Anchor.STAGE_ENTERED: "进入本阶段之日",
}
_ROLLED = {
    Roll.NONE: "",
    Roll.NEXT: "，按规定顺延至下一工作日",
    Roll.PREVIOUS: "，提前至上一工作日",
}


class Basis(NamedTuple):
    """The plain facts behind a due date, enough to explain it years later."""

    event: str
    event_on: dt.date
    offset: str  # how far from the event, with the days off that were not counted
    raw_on: dt.date  # before rolling
    roll: str  # why it rolled and whereto; empty when it did not
    unpublished: tuple[int, ...]  # years whose holiday list was not out
    source: str
    clock: tuple[str, ...] = ()  # each suspension and extension: from when, how long, who, why
    moved_on: dt.date | None = None  # where they put the date, before rolling

    @property
    def rolled_from(self) -> dt.date:
        """Return the day that the roll met."""
        return self.moved_on or self.raw_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due date with everything needed to explain it."""

    due_on: dt.date
    kind: DeadlineKind
    basis: Basis
    provisional: bool = False  # 暂估: rests on days of a year whose list is not out
    estimated: bool = False  # 预计: rests on a window carried over from last year
    needs_confirmation: bool = False  # 待核实: nobody compared the rule with its document

    def to_json(self) -> str:
        """Return the text kept beside the deadline."""
        return _text(self)

    @classmethod
    @lru_cache(maxsize=1024)
    def from_json(cls, text: str) -> "Due":
        """Return the due date that `to_json` wrote."""
        facts = json.loads(text)
        basis = facts["basis"]
        moved = basis.get("moved_on")  # what was kept before clocks could stop has no such word
        told = {
            "event_on": dt.date.fromisoformat(basis["event_on"]),
            "raw_on": dt.date.fromisoformat(basis["raw_on"]),
            "unpublished": tuple(basis["unpublished"]),
            "clock": tuple(basis.get("clock", ())),
            "moved_on": dt.date.fromisoformat(moved) if moved else None,
        }
        read = {
            "due_on": dt.date.fromisoformat(facts["due_on"]),
            "kind": DeadlineKind(facts["kind"]),
            "basis": Basis(**basis | told),
        }
        return cls(**facts | read)


def anchor_day(obligation: Obligation, year: int) -> dt.date:
    """Return the obligation's fixed day in this year. ValueError: it has none."""
    if obligation.month_day is None:
        raise ValueError(f"{obligation.key} is not anchored to a fixed day of the year")
    return clamped(year, *obligation.month_day)


@lru_cache(maxsize=1024)  # thousands of enterprises share one filing date
def _text(due: Due) -> str:
    facts = asdict(due) | {"basis": due.basis._asdict()}
    return json.dumps(facts, ensure_ascii=False, default=dt.date.isoformat)


def due_from(
    obligation: Obligation,
    anchor_on: dt.date,
    calendar: Calendar,
    *,
    estimated: bool = False,
    event: str = "",
) -> Due:
    """Return when the obligation is due: months, then days, then workdays, then the roll.

    ``event`` names what happened on ``anchor_on`` (更名日), where the kind of anchor says too
    little. ValueError: a negative number of workdays.
    """
    start = add_months(anchor_on, obligation.months) + dt.timedelta(days=obligation.days)
    raw = Counted(date=start)
    if obligation.workdays:
        raw = calendar.nth_workday(start, obligation.workdays)
    rolled = calendar.roll(raw.date, obligation.roll)

    provisional = raw.provisional or rolled.provisional
    basis = Basis(
        event=event or EVENTS[obligation.anchor],
        event_on=anchor_on,
        offset=_offset(obligation, anchor_on, days_off(raw.skipped, calendar)),
        raw_on=raw.date,
        roll=roll_words(obligation.roll, days_off(rolled.skipped, calendar)),
        unpublished=calendar.unpublished(*sorted((start, rolled.date))) if provisional else (),
        source=obligation.source,
    )
    return Due(
        due_on=rolled.date,
        kind=obligation.kind,
        basis=basis,
        provisional=provisional,
        estimated=estimated,
        needs_confirmation=obligation.confirm is Confirm.NEEDS_CONFIRMATION,
    )


def explain(due: Due) -> str:
    """Return one Chinese line: the day, from which event, what was skipped, why, by which rule."""
    years = "、".join(map(str, due.basis.unpublished))
    doubts = (
        f"暂估：{years}年放假安排未公布，按周一至周五推算" if due.provisional else "",
        "预计：日期按往年通知或转述推算，以本年正式通知为准" if due.estimated else "",
        "待核实：依据尚未与文件原文核对" if due.needs_confirmation else "",
    )
    return "；".join(filter(None, (origin(due), *doubts)))


def origin(due: Due) -> str:
    """Return the same line without its doubts, for a letter that explains its flags once."""
    basis = due.basis
    counted = f"{basis.event} {basis.event_on}{basis.offset}"
    if basis.roll and basis.event == _FIXED and not (basis.offset or basis.clock):
        counted = ""  # the roll already names the fixed day
    parts = (counted, *basis.clock, basis.roll, f"依据：{basis.source}")
    return f"截止 {due.due_on}（{weekday_name(due.due_on)}）：" + "；".join(filter(None, parts))


def days_left(due_on: dt.date, today: dt.date) -> int:
    """Return calendar days until the due date; negative once it has passed."""
    return (due_on - today).days


def valid_to(issued_on: dt.date, months: int = VALID_MONTHS) -> dt.date:
    """Return a certificate's last day: three years on, less one day.

    From 29 February it is 27 February: the month end stands in for the missing day.
    """
    return add_months(issued_on, months) - ONE_DAY


def tax_years(issued_on: dt.date) -> tuple[int, int, int]:
    """Return the three tax years at 15 %, from the year of issue (总局公告2017年第24号 第一条)."""
    return issued_on.year, issued_on.year + 1, issued_on.year + 2


def expiry_year_end(valid_to_on: dt.date) -> dt.date:
    """Return the day by which a renewal must be certified, or the year's tax is made up."""
    return dt.date(valid_to_on.year, 12, 31)


def _offset(obligation: Obligation, anchor_on: dt.date, not_counted: str) -> str:
    steps = []
    if obligation.months:
        steps.append(f"{_direction(obligation.months)} {abs(obligation.months)} 个月")
        if add_months(anchor_on, obligation.months).day != anchor_on.day:
            steps[-1] += "（当月无对应日，取月末）"
    if obligation.days:
        steps.append(f"{_direction(obligation.days)} {abs(obligation.days)} 天")
    if obligation.workdays:
        steps.append(f"起第 {obligation.workdays} 个工作日（首日为工作日的计入）")
    if not_counted:
        steps.append(f"{not_counted}，不计")
    return " " + "，".join(steps) if steps else ""


def _direction(amount: int) -> str:
    return "后" if amount > 0 else "前"


def roll_words(how: Roll, days_off: str) -> str:
    """Return why a date rolled and whereto; nothing where it met no day off."""
    return days_off + _ROLLED[how] if days_off else ""


def days_off(days: Iterable[dt.date], calendar: Calendar) -> str:
    """Name days off, a holiday in one piece: 2026-10-01 至 2026-10-07 为国庆节."""
    # A run keeps the same reason and the same distance between its date and its place.
    placed = [(calendar.why_off(day), day.toordinal() - n, day) for n, day in enumerate(days)]
    runs = ([day for *_, day in run] for _, run in groupby(placed, key=lambda each: each[:2]))
    return "、".join(_span(run) + f" 为{calendar.why_off(run[0])}" for run in runs)


def _span(run: list[dt.date]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]} 至 {run[-1]}"
