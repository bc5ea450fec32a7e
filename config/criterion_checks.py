"""What cannot be right about criteria and score sheets."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from config.amounts import UNITS, Amount
from config.drafts import Draft, Placed
from config.grammar import BandTable, CriterionTable, ItemTable, PartTable, ThresholdTable
from config.problems import Fault, named
from policy.confirm import Confirm
from policy.facts import FACTS, Given, Kind, fact_named
from policy.inputs import CHECKED_BY
from policy.programme import Combine, Rule

_FLAG_RULES = {Rule.IS_TRUE, Rule.IS_FALSE, Rule.JUDGED}
_NUMBERS = {Kind.MONEY, Kind.COUNT, Kind.RATIO, Kind.AVERAGE, Kind.POINTS}
_COUNTED = {*_NUMBERS, Kind.FLAG} - {Kind.POINTS}  # what a band of a score item may look at

_KINDS = {
    Kind.MONEY: "金额",
    Kind.COUNT: "数量",
    Kind.RATIO: "比例",
    Kind.AVERAGE: "平均数",
    Kind.DATE: "日期",
    Kind.FLAG: "是否",
    Kind.TEXT: "文字",
    Kind.POINTS: "得分",
}


def criterion_faults(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of every criterion."""
    if draft.stages.keys and not draft.criteria.keys:
        yield Fault("criterion", "有环节而没有任何条件，请补上 [[criterion]]")
    for placed in draft.criteria.sound:
        yield from _source_faults(placed)
        yield from _fact_faults(draft, placed)
        yield from _threshold_faults(draft, placed)
        for other in placed.table.waives:
            if other not in draft.criteria.keys or other == placed.table.key:
                known = [key for key in draft.criteria.keys if key != placed.table.key]
                yield Fault(f"{placed.place} waives", named(known, other))


def fact_fault(draft: Draft, place: str, fact: str) -> Iterator[Fault]:
    """Yield that no such fact exists."""
    parts = [f"score.{key}" for key in draft.parts.keys]
    if fact == "score" and not parts:
        yield Fault(place, "用到得分，但没有评分表（[score] 和 [[score_part]]）")
    elif fact not in FACTS and fact not in parts:
        yield Fault(place, named([*FACTS, *parts], fact))


def _source_faults(placed: Placed[CriterionTable]) -> Iterator[Fault]:
    table = placed.table
    if not table.source.strip() and table.confirm is Confirm.CONFIRMED:
        message = '没有写依据（文号和条款）；暂无依据的请写 confirm = "needs_confirmation"'
        yield Fault(f"{placed.place} source", message)


def _fact_faults(draft: Draft, placed: Placed[CriterionTable]) -> Iterator[Fault]:
    table = placed.table
    unknown = list(fact_fault(draft, f"{placed.place} fact", table.fact))
    yield from unknown
    if not unknown and not _fits(table.rule, table.fact):
        kind = fact_named(table.fact)
        message = f"“{table.rule}”不能用于“{kind.title}”（{_KINDS[kind.kind]}）"
        yield Fault(f"{placed.place} rule", message)


def _fits(rule: Rule, fact: str) -> bool:
    kind = fact_named(fact).kind
    if rule is Rule.CLEAR_FOR_DAYS:
        return fact in CHECKED_BY
    return kind is Kind.FLAG if rule in _FLAG_RULES else kind in _NUMBERS


def _threshold_faults(draft: Draft, placed: Placed[CriterionTable]) -> Iterator[Fault]:
    table, place = placed.table, f"{placed.place} thresholds"
    if table.rule in _FLAG_RULES:
        if table.thresholds:
            yield Fault(place, f"“{table.rule}”不需要标准值，请删去")
        return
    if not table.thresholds:
        yield Fault(place, "缺少标准值，写成 [{ start = 2016-01-01, value = … }]")
    for number, each in enumerate(table.thresholds, start=1):
        yield from unit_fault(f"{place} 第 {number} 项 value", table.fact, each.value)
        if each.upto is not None and table.tier_by is not None:
            yield from unit_fault(f"{place} 第 {number} 项 upto", table.tier_by, each.upto)
    yield from _date_faults(place, table.thresholds)
    yield from _tier_faults(draft, placed)


def unit_fault(place: str, fact: str, written: Amount) -> Iterator[Fault]:
    """Yield that a number is written in a unit that does not fit its fact."""
    if fact not in FACTS and not fact.startswith("score."):
        return
    wanted = UNITS.get(fact_named(fact).kind)
    if wanted is not None and written.unit is not wanted:
        title = fact_named(fact).title
        yield Fault(place, f"写的是{written.unit}，而“{title}”应写{wanted}")


def _date_faults(place: str, thresholds: tuple[ThresholdTable, ...]) -> Iterator[Fault]:
    for number, (one, other) in enumerate(pairwise(thresholds), start=2):
        if other.start < one.start:
            yield Fault(
                f"{place} 第 {number} 项 start", f"早于前一项的 {one.start}，请按日期先后排列"
            )
        elif other.start == one.start and one.upto is None and other.upto is None:
            yield Fault(f"{place} 第 {number} 项 start", f"与前一项同为 {one.start}，请删去一个")


def _tier_faults(draft: Draft, placed: Placed[CriterionTable]) -> Iterator[Fault]:
    table, place = placed.table, f"{placed.place} thresholds"
    tiered = any(each.upto is not None for each in table.thresholds)
    if tiered and table.tier_by is None:
        yield Fault(f"{placed.place} tier_by", "分档的标准值要写明按哪个事实分档")
    if table.tier_by is not None:
        yield from fact_fault(draft, f"{placed.place} tier_by", table.tier_by)
        if not tiered:
            yield Fault(f"{placed.place} tier_by", "标准值没有分档（upto），请删去 tier_by")
    for _, group in groupby(table.thresholds, key=lambda each: each.start):
        tiers = list(group)
        edges = [each.upto.value for each in tiers if each.upto is not None]
        if edges and edges != sorted(set(edges)):
            yield Fault(f"{place} upto", "各档上限应由小到大，且不重复")
        if edges and (tiers[-1].upto is not None or len(edges) != len(tiers) - 1):
            yield Fault(f"{place} upto", "只有最后一档不写上限，其余各档都要写")


def score_faults(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of the score sheet."""
    if draft.parts.keys and not draft.scored:
        yield Fault("score", "有评分项而没有 [score]，请补上满分和依据")
    if (
        draft.score
        and draft.parts.whole
        and sum(part.maximum for part in draft.parts.tables) < draft.score.maximum
    ):
        yield Fault("score maximum", f"满分 {draft.score.maximum} 高于各部分满分之和，永远达不到")
    for part in draft.parts.sound:
        yield from _part_faults(draft, part)
    for item in draft.items.sound:
        if item.table.part not in draft.parts.keys:
            yield Fault(f"{item.place} part", named(draft.parts.keys, item.table.part))
        yield from _item_faults(item)


def _part_faults(draft: Draft, placed: Placed[PartTable]) -> Iterator[Fault]:
    part = placed.table
    points = [item.maximum for item in draft.items.tables if item.part == part.key]
    if not draft.items.whole or any(
        each.part not in draft.parts.keys for each in draft.items.tables
    ):
        return
    if not points:
        yield Fault(placed.place, "没有任何评分项，请补上 [[score_item]]")
        return
    reachable = max(points) if part.combine is Combine.BEST else sum(points)
    if reachable < part.maximum:
        message = f"满分 {part.maximum} 高于评分项能得到的 {reachable} 分，永远达不到"
        yield Fault(f"{placed.place} maximum", message)


def _item_faults(placed: Placed[ItemTable]) -> Iterator[Fault]:
    item = placed.table
    if item.fact is not None:
        yield from _counted_faults(f"{placed.place} fact", item.fact)
    if item.estimate is not None and not _is_estimate(item.estimate):
        known = [name for name in FACTS if _is_estimate(name)]
        yield Fault(f"{placed.place} estimate", named(known, item.estimate))
    for number, band in enumerate(item.bands, start=1):
        place = f"{placed.place} bands 第 {number} 项"
        yield from _band_faults(item, band, place)
        if band.at_least is None and band.above is None and number < len(item.bands):
            yield Fault(place, "没有下限的一档应放在最后，否则后面各档永远轮不到")
    bounded = [band for band in item.bands if band.at_least or band.above]
    if item.fact is None and any(band.fact is None for band in bounded):
        yield Fault(f"{placed.place} fact", "没有写按哪个事实分档")
    yield from _order_faults(placed)


def _is_estimate(name: str) -> bool:
    fact = FACTS.get(name)
    return fact is not None and fact.given is Given.STANDING and fact.unit == "分"


def _counted_faults(place: str, fact: str) -> Iterator[Fault]:
    if fact not in FACTS:
        yield Fault(place, named(FACTS, fact))
    elif FACTS[fact].kind not in _COUNTED:
        yield Fault(place, f"“{FACTS[fact].title}”（{_KINDS[FACTS[fact].kind]}）不能用来分档")


def _band_faults(item: ItemTable, band: BandTable, place: str) -> Iterator[Fault]:
    if band.low > band.high or band.high > item.maximum:
        message = f"{band.low}–{band.high} 分不对：应由低到高，且不超过满分 {item.maximum}"
        yield Fault(place, message)
    bound = band.at_least or band.above
    if band.at_least is not None and band.above is not None:
        yield Fault(place, "at_least 和 above 只能写一个")
    if bound is None:
        return
    fact = band.fact or item.fact
    if band.fact is not None:
        yield from _counted_faults(f"{place} fact", band.fact)
    if fact is not None:
        yield from unit_fault(f"{place} {'at_least' if band.at_least else 'above'}", fact, bound)


def _order_faults(placed: Placed[ItemTable]) -> Iterator[Fault]:
    """Yield the bands that never count, because an earlier and lower one fits first."""
    lowest: dict[str | None, Amount] = {}
    for number, band in enumerate(placed.table.bands, start=1):
        fact, bound = band.fact or placed.table.fact, band.at_least or band.above
        if bound is None:
            continue
        before = lowest.get(fact)
        if before and before.unit is bound.unit and bound.value >= before.value:
            place = f"{placed.place} bands 第 {number} 项"
            yield Fault(place, "下限不低于前面的一档，永远轮不到；请由高到低排列")
        lowest[fact] = bound
