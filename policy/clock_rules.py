"""What may be done to a clock: what the law and the office allow, and the sentence that says no."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policy.clocks import ENDS, Act, Clock, Entry
from policy.obligation import DeadlineKind, Obligation

# Our own lead times and promises: nobody's right hangs on them, but a date that may move by more
# than a month is no date. What needs longer is suspended, which says why and until when.
OWN_EXTENSION = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A deadline as somebody wants to act on it."""

    obligation: Obligation
    clock: Clock
    due_on: dt.date
    earliest: dt.date  # before it the clock did not run

    @property
    def is_statutory(self) -> bool:
        """Say whether the law sets the date."""
        return self.obligation.kind is DeadlineKind.STATUTORY


def extension_limit(obligation: Obligation) -> int:
    """Return by how many days a date may be extended, counted as the obligation itself is."""
    if obligation.extension_days is not None:
        return obligation.extension_days
    return 0 if obligation.kind is DeadlineKind.STATUTORY else OWN_EXTENSION


def why_not(wanted: Entry, now: Standing) -> str:
    """Return why the act may not happen; nothing when it may."""
    if not wanted.reason.strip():
        return "请写明理由"
    if now.clock.ended is not None and wanted.act is not Act.UNDO:
        return "这一截止事项已经了结，要改请先撤销"
    return _RULES[wanted.act](wanted, now)


def why_not_back(act: Act, after: Standing, today: dt.date) -> str:
    """Return why an act can not be taken back: nothing may come back as overdue."""
    if after.clock.suspended_on is not None or today <= after.due_on:
        return ""
    if act is Act.SUSPEND:
        return f"撤销中止后截止日是 {after.due_on}，已经过了；请改为恢复计时"
    return f"撤销后截止日是 {after.due_on}，已经过了，不能撤销"


def _suspend(wanted: Entry, now: Standing) -> str:
    since = now.clock.suspended_on
    if since is not None:
        return f"{since} 起已经中止，无须再中止"
    if now.is_statutory and not wanted.document.strip():
        return "法定期限只能依据文件中止，请写明文号"
    if wanted.on < now.earliest:
        return f"中止日不能早于 {now.earliest}"
    return _not_past(wanted, now, "中止")


def _resume(wanted: Entry, now: Standing) -> str:
    since = now.clock.suspended_on
    if since is None:
        return "没有中止，无须恢复"
    return f"恢复日不能早于中止日 {since}" if wanted.on < since else ""


def _extend(wanted: Entry, now: Standing) -> str:
    limit, granted = extension_limit(now.obligation), now.clock.extension
    if now.clock.suspended_on is not None:
        return "期限正在中止，请先恢复计时，再延期"
    if granted is not None:
        return f"{granted.on} 已由{granted.by}延期 {granted.days} 天，只能延期一次"
    if not limit:
        return "规则文件没有写这一期限可以延期，不能延期"
    if not 1 <= wanted.days <= limit:
        source = now.obligation.extension_source or "本局自定的期限"
        unit = "个工作日" if now.obligation.workdays else "天"
        return f"天数请写 1 至 {limit}：最多可以延期 {limit} {unit}（{source}）"
    return _not_past(wanted, now, "延期")


def _end(_wanted: Entry, _now: Standing) -> str:
    return ""


def _undo(wanted: Entry, now: Standing) -> str:
    if now.clock.last is None:
        return "没有可以撤销的办理"
    past = now.clock.suspended_on is None and wanted.on > now.due_on
    return f"截止日 {now.due_on} 已过，不能撤销" if past else ""


def _not_past(wanted: Entry, now: Standing, verb: str) -> str:
    return f"截止日 {now.due_on} 已过，不能再{verb}" if wanted.on > now.due_on else ""


_RULES: Mapping[Act, Callable[[Entry, Standing], str]] = {
    Act.SUSPEND: _suspend,
    Act.RESUME: _resume,
    Act.EXTEND: _extend,
    Act.UNDO: _undo,
    **dict.fromkeys(ENDS, _end),
}
