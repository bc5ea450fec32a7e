"""What cannot be right about obligations: anchors without data, rungs that can never speak."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from config.drafts import Draft, Placed
from config.grammar import ObligationTable
from config.problems import Fault, named
from config.stage_checks import flag_fault
from policy.confirm import Confirm
from policy.ladder import reach
from policy.obligation import (
    Anchor,
    Binds,
    Ladder,
    Window,
    flags_wanted,
    opens_next_year,
)

_ANCHORS: Mapping[Binds, Collection[Anchor]] = {
    Binds.CASE: (
        Anchor.MONTH_DAY,
        Anchor.WINDOW_OPENS,
        Anchor.WINDOW_CLOSES,
        Anchor.RECORD,
        Anchor.STAGE_ENTERED,
    ),
    Binds.QUALIFICATION: (
        Anchor.MONTH_DAY,
        Anchor.WINDOW_OPENS,
        Anchor.WINDOW_CLOSES,
        Anchor.ISSUED,
        Anchor.EXPIRES,
    ),
    Binds.ENTERPRISE: (Anchor.MONTH_DAY, Anchor.WINDOW_OPENS, Anchor.WINDOW_CLOSES),
}
_WINDOWS = (Anchor.WINDOW_OPENS, Anchor.WINDOW_CLOSES)
_LONGEST_MONTH = 31
_WEEKS = 2  # n workdays take fewer than 2n days and one long holiday
_LONG_HOLIDAY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the other files say."""

    ladders: Mapping[str, Ladder]
    ladder_keys: Collection[str] | None  # broken ladders too; None: their file can't be read
    windows: Mapping[str, tuple[Window, ...]]  # programme -> every window of every notice
    notices_whole: bool  # no notice is broken, so that a missing window is really missing
    qualifications: Collection[str] | None  # None: some programme's head can't be read


def obligation_faults(draft: Draft, around: Around) -> Iterator[Fault]:
    """Yield the faults of every obligation."""
    windows = around.windows.get(draft.stem, ())
    for placed in draft.obligations.sound:
        yield from _name_faults(draft, placed, around)
        yield from _anchor_faults(placed)
        if around.notices_whole and not windows:
            yield from _notice_faults(placed)
        yield from _scope_faults(draft, placed)
        yield from _held_faults(placed, around)
        yield from _extension_faults(placed)
        yield from _rung_faults(placed, around, windows)


def _name_faults(draft: Draft, placed: Placed[ObligationTable], around: Around) -> Iterator[Fault]:
    duty, place = placed.table, placed.place
    if not duty.source.strip() and duty.confirm is Confirm.CONFIRMED:
        message = '没有写依据（文号和条款）；暂无依据的请写 confirm = "needs_confirmation"'
        yield Fault(f"{place} source", message)
    if around.ladder_keys is not None and duty.ladder not in around.ladder_keys:
        yield Fault(f"{place} ladder", named(around.ladder_keys, duty.ladder))
    if duty.met_by and duty.met_by not in draft.records.keys:
        yield Fault(f"{place} met_by", named(draft.records.keys, duty.met_by))
    elif not duty.met_by and not duty.stages:
        yield Fault(f"{place} met_by", "没有写凭哪种登记办结，也没有限定环节，永远无法办结")
    for flag in duty.when:
        yield from flag_fault(f"{place} when", flag)


def _anchor_faults(placed: Placed[ObligationTable]) -> Iterator[Fault]:
    duty, place = placed.table, placed.place
    if duty.anchor not in _ANCHORS[duty.binds]:
        fitting = "、".join(_ANCHORS[duty.binds])
        yield Fault(f"{place} anchor", f"“{duty.anchor}”不能用于 {duty.binds}，可用：{fitting}")
    for key, anchor in (("month_day", Anchor.MONTH_DAY), ("record", Anchor.RECORD)):
        given = getattr(duty, key) is not None
        if duty.anchor is anchor and not given:
            yield Fault(f"{place} {key}", f"起算点是 {anchor}，缺少 {key}")
        elif given and duty.anchor is not anchor:
            yield Fault(f"{place} {key}", f"起算点是 {duty.anchor}，用不到 {key}，请删去")
    if duty.only_last_batch and duty.anchor not in _WINDOWS:
        yield Fault(f"{place} only_last_batch", "只能用于按申报时间起算的事项")


def _notice_faults(placed: Placed[ObligationTable]) -> Iterator[Fault]:
    """Yield that nothing can be counted from a window; what is unconfirmed may wait for one."""
    duty = placed.table
    if duty.anchor in _WINDOWS and duty.confirm is Confirm.CONFIRMED:
        yield Fault(f"{placed.place} anchor", "没有任何通知（notices）写过本项目的申报时间")


def _scope_faults(draft: Draft, placed: Placed[ObligationTable]) -> Iterator[Fault]:
    duty, place = placed.table, placed.place
    if duty.record is not None and duty.record not in draft.records.keys:
        yield Fault(f"{place} record", named(draft.records.keys, duty.record))
    for key in ("qualification", "years_after_issue"):
        if getattr(duty, key) is not None and duty.binds is not Binds.QUALIFICATION:
            yield Fault(f"{place} {key}", '只能用于 binds = "qualification" 的事项')
    if duty.stages and duty.binds is not Binds.CASE:
        yield Fault(f"{place} stages", '只能用于 binds = "case" 的事项')
    for stage in duty.stages:
        if stage not in draft.stages.keys:
            yield Fault(f"{place} stages", named(draft.stages.keys, stage))


def _held_faults(placed: Placed[ObligationTable], around: Around) -> Iterator[Fault]:
    """Yield what is wrong about the qualification it hangs on."""
    duty, place = placed.table, placed.place
    if duty.binds is Binds.QUALIFICATION and duty.qualification is None:
        yield Fault(f"{place} qualification", "缺少，请写明是哪种资格")
    known = around.qualifications
    if duty.qualification is not None and known is not None and duty.qualification not in known:
        yield Fault(f"{place} qualification", named(known, duty.qualification))
    if duty.years_after_issue and duty.years_after_issue[0] > duty.years_after_issue[1]:
        yield Fault(f"{place} years_after_issue", "前一个数应不大于后一个数")
    if duty.years_after_issue and duty.anchor in (Anchor.ISSUED, Anchor.EXPIRES):
        message = "只发生一次的事项不按年度，请删去"
        yield Fault(f"{place} years_after_issue", message)
    if duty.only_renewal and duty.anchor is Anchor.EXPIRES and min(duty.months, duty.days) < 0:
        message = "到期日之前的日子可能在上一年，那时还不算本年到期，会漏掉；请去掉 only_renewal"
        yield Fault(f"{place} only_renewal", message)


def _extension_faults(placed: Placed[ObligationTable]) -> Iterator[Fault]:
    """Yield a longer date that no document allows, and a document that allows nothing."""
    duty, place = placed.table, placed.place
    if duty.extension_days and not duty.extension_source.strip():
        yield Fault(f"{place} extension_source", "写了可以延期几天，没有写依据（文号和条款）")
    if duty.extension_source.strip() and duty.extension_days is None:
        yield Fault(f"{place} extension_days", "写了延期的依据，没有写可以延期几天")


def _rung_faults(
    placed: Placed[ObligationTable], around: Around, windows: tuple[Window, ...]
) -> Iterator[Fault]:
    """Yield the rungs that would have to speak before their deadline can exist."""
    duty = placed.table
    ladder = around.ladders.get(duty.ladder)
    lead = _lead(duty, windows)
    if ladder is None or lead is None:
        return
    for rung in ladder.rungs:
        if reach(rung)[1] < -lead:
            before = f"{-rung.number} {'个工作日' if rung.workdays else '天'}"
            message = f"梯级“{rung.key}”在截止前 {before}，而最早 {lead} 天前才有此事项"
            yield Fault(f"{placed.place} ladder", f"{message}，永远不会发出")


def _lead(duty: ObligationTable, windows: tuple[Window, ...]) -> int | None:
    """Return how many days before its due date the deadline exists at the earliest, if known."""
    offset = duty.months * _LONGEST_MONTH + duty.days
    if duty.workdays:
        offset += duty.workdays * _WEEKS + _LONG_HOLIDAY
    if duty.anchor in (Anchor.RECORD, Anchor.STAGE_ENTERED, Anchor.ISSUED):
        return max(offset, 0)
    flags = flags_wanted(duty.when, only_renewal=duty.only_renewal)
    if opens_next_year(duty.binds, duty.anchor, flags):
        return None
    if duty.anchor is Anchor.MONTH_DAY and duty.month_day is not None:
        return _into_year(dt.date(2024, *duty.month_day)) + offset
    if duty.anchor in _WINDOWS and windows:
        opens = duty.anchor is Anchor.WINDOW_OPENS
        days = [window.opens if opens else window.closes for window in windows]
        return max(map(_into_year, days)) + offset
    return None


def _into_year(day: dt.date) -> int:
    return (day - day.replace(month=1, day=1)).days
