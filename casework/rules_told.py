"""What a programme's criteria, score sheet and stages say, in words; the manual says the same."""

from casework.words import FINALS, PHASES
from config.amounts import as_written
from policy.facts import ANNUAL, Kind, fact_named
from policy.programme import (
    Band,
    Criterion,
    Gate,
    Need,
    NeedKind,
    Programme,
    Rule,
    ScoreItem,
    Stage,
    Threshold,
)
from policy.sentences import ASKS

_FLAGS = {Rule.IS_TRUE: "应为“是”", Rule.IS_FALSE: "应为“否”", Rule.JUDGED: "由经办或专家判断"}
_YEARS = {"1": "上年", "2": "前年", "3": "大前年"}


def title_of(name: str) -> str:
    """Return the Chinese name of a fact, or of its value in one year (``sales_2``)."""
    stem, _, back = name.rpartition("_")
    if stem in ANNUAL and back in _YEARS:
        return f"{_YEARS[back]}{fact_named(stem).title}"
    return fact_named(name).title


def points(low: int, high: int) -> str:
    """Return 8 分, or 7–8 分."""
    return f"{low} 分" if low == high else f"{low}–{high} 分"


def titled(programme: Programme, criterion: Criterion) -> str:
    """Return a criterion's title, with those that need not be looked at if it is met."""
    titles = {each.key: each.title for each in programme.criteria}
    instead = "、".join(titles[key] for key in criterion.waives)
    return criterion.title + (f"（符合的，免看：{instead}）" if instead else "")


def wanted(criterion: Criterion) -> tuple[str, ...]:
    """Return one line for each threshold: the tier, the number, since when, by which document."""
    if criterion.rule in _FLAGS:
        return (_FLAGS[criterion.rule],)
    return tuple(
        f"{asks(criterion, each)}，自 {each.start} 起"
        + (f"（{each.source}）" if each.source else "")
        for each in criterion.thresholds
    )


def asks(criterion: Criterion, threshold: Threshold) -> str:
    """Return what one threshold asks of whom: 上年销售收入不超过 5000万元的，不低于 5%."""
    return tier_of(criterion, threshold) + _number(criterion, threshold)


def tier_of(criterion: Criterion, threshold: Threshold) -> str:
    """Return to whom a threshold applies; nothing where there are no tiers."""
    if criterion.tier_by is None:
        return ""
    upto = "更高"
    if threshold.upto is not None:
        upto = f"不超过 {as_written(fact_named(criterion.tier_by).kind, threshold.upto)}"
    return f"{title_of(f'{criterion.tier_by}_1')}{upto}的，"


def _number(criterion: Criterion, threshold: Threshold) -> str:
    if criterion.rule is Rule.CLEAR_FOR_DAYS:
        return f"近 {threshold.value} 天内没有"
    fact = fact_named(criterion.fact)
    told = as_written(fact.kind, threshold.value)
    if fact.kind not in (Kind.MONEY, Kind.RATIO):
        told = f"{told} {fact.unit}"
    return f"{ASKS[criterion.rule].removeprefix('要求')} {told}"


def scored(item: ScoreItem) -> str:
    """Return how the points of a line of the score sheet are found."""
    bands = [_band(item, each) for each in item.bands]
    return "；".join(bands) or "由专家评分；没有自评的按 0 至最高分估计"


def _band(item: ScoreItem, band: Band) -> str:
    label = band.label or "其余"
    name, bound = band.fact or item.fact, band.above if band.at_least is None else band.at_least
    if not band.label and name is not None and bound is not None:
        label = as_written(fact_named(name).kind, bound)
    return f"{label}：{points(band.low, band.high)}"


def enrolled(programme: Programme) -> str:
    """Return for which enterprises a case is opened."""
    named = "、".join(f"“{title_of(name)}”" for name in programme.enrol_when)
    barred = "、".join(f"“{title_of(name)}”" for name in programme.enrol_unless)
    told = [
        f"{named}的企业，每年建立一个事项" if named else "每家企业每年建立一个事项",
        f"{barred}的除外" if barred else "",
    ]
    return "，".join(filter(None, told)) + "。"


def waits(stage: Stage) -> tuple[str, ...]:
    """Return what a case waits for in a stage, a line each."""
    if stage.final is not None:
        return (f"（结束：{FINALS[stage.final]}）",)
    return tuple(_need(need) for need in stage.needs)


def _need(need: Need) -> str:
    days = f"（{need.workdays} 个工作日，首日算第 1 天）" if need.kind is NeedKind.WORKDAYS else ""
    return f"{need.title}{days}" + (f"（{need.source}）" if need.source else "")


def gate(stage: Stage) -> str:
    """Return who lets a case through."""
    if stage.final is not None:
        return ""
    return "由人审核" if stage.gate is Gate.STAFF else "自动"


def ways(programme: Programme, stage: Stage) -> str:
    """Return where else a case may go from a stage."""
    records = {each.key: each.title for each in programme.records}
    told = []
    if stage.returns_to is not None:
        told.append(f"退回补正：{programme.stage(stage.returns_to).title}")
    if stage.rejects_on is not None:
        told.append(f"登记“{records[stage.rejects_on]}”即结束")
    if stage.lapses:
        told.append("当年没有走完的，年底结束")
    if stage.limit_workdays is not None:
        told.append(f"超过 {stage.limit_workdays} 个工作日显示超时限")
    return "；".join(told)


def phase_of(stage: Stage) -> str:
    """Return the title of a stage's phase."""
    return PHASES[stage.phase]
