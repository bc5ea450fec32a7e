"""What cannot be right about stages, what they wait for, and where they lead."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from config.drafts import Draft, Placed
from config.grammar import NeedTable, StageTable
from config.problems import Fault, named
from policy.facts import FACTS, Kind
from policy.programme import Final, NeedKind, Phase

_PHASES = list(Phase)
_ENDS = {
    Final.ACHIEVED: "通过",
    Final.REJECTED: "未通过",
    Final.WITHDRAWN: "放弃",
    Final.LAPSED: "逾期",
}


def enrol_faults(draft: Draft) -> Iterator[Fault]:
    """Yield the flags of the head that are none."""
    if draft.head is None:
        return
    for key in ("enrol_when", "enrol_unless"):
        for flag in getattr(draft.head, key):
            yield from flag_fault(key, flag)


def flag_fault(place: str, name: str) -> Iterator[Fault]:
    """Yield that a name is no flag of the vocabulary."""
    flags = [each for each, fact in FACTS.items() if fact.kind is Kind.FLAG]
    if name not in flags:
        yield Fault(place, named(flags, name))


def stage_faults(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of every stage, and of the way they form together."""
    for placed in draft.stages.sound:
        yield from _own_faults(draft, placed)
        seen: list[str] = []
        for number, need in enumerate(placed.table.needs, start=1):
            place = f"{placed.place} needs 第 {number} 项"
            yield from _need_faults(draft, need, place)
            if need.title in seen:
                yield Fault(f"{place} title", "与前面的一项同名，免除时分不清，请改成不同的")
            seen.append(need.title)
    if draft.stages.keys and draft.stages.whole:
        yield from _final_faults(draft)
        if all(_leads_on(draft, stage) for stage in draft.stages.tables):
            yield from _way_faults(draft)


def _leads_on(draft: Draft, stage: StageTable) -> bool:
    return stage.final is not None or stage.following in draft.stages.keys


def _own_faults(draft: Draft, placed: Placed[StageTable]) -> Iterator[Fault]:
    stage = placed.table
    for name in ("following", "returns_to"):
        to = getattr(stage, name)
        if to is not None and to not in draft.stages.keys:
            yield Fault(f"{placed.place} {name}", named(draft.stages.keys, to))
    if stage.rejects_on is not None and stage.rejects_on not in draft.records.keys:
        yield Fault(f"{placed.place} rejects_on", named(draft.records.keys, stage.rejects_on))
    if stage.final is None and stage.following is None:
        message = "没有下一环节（following），也不是终结环节（final），事项到这里就走不动了"
        yield Fault(f"{placed.place} following", message)
    elif stage.final is not None and (stage.following or stage.needs or stage.returns_to):
        yield Fault(f"{placed.place} final", "终结环节不应再有 following、needs 或 returns_to")


def _need_faults(draft: Draft, need: NeedTable, place: str) -> Iterator[Fault]:
    recorded = need.kind in (NeedKind.RECORD, NeedKind.WORKDAYS)
    if recorded and need.record is None:
        yield Fault(f"{place} record", "缺少，请写明等哪一种登记")
    elif need.record is not None and need.record not in draft.records.keys:
        yield Fault(f"{place} record", named(draft.records.keys, need.record))
    if need.kind is NeedKind.WORKDAYS and not need.workdays:
        yield Fault(f"{place} workdays", "缺少，请写公示几个工作日")
    for criterion in need.criteria:
        if criterion not in draft.criteria.keys:
            yield Fault(f"{place} criteria", named(draft.criteria.keys, criterion))


def _way_faults(draft: Draft) -> Iterator[Fault]:
    stages = {placed.table.key: placed for placed in draft.stages.sound}
    first = draft.stages.sound[0]
    chain, loop = _chain(stages, first)
    if loop:
        place = f"{stages[loop[0]].place} following"
        yield Fault(place, f"环节绕成了圈：{' → '.join(loop)}，永远走不到头")
        return
    for one, other in pairwise(chain):
        if _PHASES.index(other.table.phase) < _PHASES.index(one.table.phase):
            message = f"“{other.table.phase}”早于上一环节“{one.table.key}”的“{one.table.phase}”"
            yield Fault(f"{other.place} phase", message)
    reached = {placed.table.key for placed in chain}
    for placed in draft.stages.sound:
        if placed.table.key not in reached and not _is_side_end(draft, placed.table):
            yield Fault(placed.place, "从第一个环节走不到这里，请核对各环节的 following")


def _chain(
    stages: Mapping[str, Placed[StageTable]], first: Placed[StageTable]
) -> tuple[list[Placed[StageTable]], list[str]]:
    """Return the stages from the first on, and the circle they end in, if they do."""
    chain, keys = [first], [first.table.key]
    while chain[-1].table.final is None and (to := chain[-1].table.following) is not None:
        if to in keys:
            return chain, [*keys[keys.index(to) :], to]
        keys.append(to)
        chain.append(stages[to])
    return chain, []


def _is_side_end(draft: Draft, stage: StageTable) -> bool:
    """Say whether cases end here from anywhere: rejected, withdrawn, lapsed."""
    if stage.final is Final.REJECTED:
        return any(each.rejects_on for each in draft.stages.tables)
    if stage.final is Final.LAPSED:
        return any(each.lapses for each in draft.stages.tables)
    return stage.final is Final.WITHDRAWN


def _final_faults(draft: Draft) -> Iterator[Fault]:
    ends = [stage.final for stage in draft.stages.tables if stage.final is not None]
    for final, title in _ENDS.items():
        if final not in ends:
            yield Fault("stage", f'缺少“{title}”的终结环节（final = "{final}"）')
        elif ends.count(final) > 1:
            yield Fault("stage", f'“{title}”的终结环节（final = "{final}"）只能有一个')
