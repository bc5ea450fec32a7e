"""The chapters of a programme about its rules: head, criteria, score sheet, stages, records."""

from collections.abc import Iterator
from typing import Any

from casework.words import FINALS, PHASES
from policy.facts import fact_named
from policy.programme import Criterion, Gate, Need, NeedKind, Programme, Rule, Stage
from policy.sentences import ASKS
from scripts.markdown import DOUBT, points, sourced, table, title_of

_FLAGS = {Rule.IS_TRUE: "应为“是”", Rule.IS_FALSE: "应为“否”", Rule.JUDGED: "由经办或专家判断"}


def head(programme: Programme) -> Iterator[str]:
    """Yield what the page is and what it rests on."""
    yield f"# {programme.title}"
    yield ""
    yield "本页由程序根据项目文件自动生成，与正在使用的规则一致；"
    yield f"{DOUBT}表示依据还没有与文件原文核对，只提示、不单独否决。"
    yield ""
    names = "、".join((programme.key, programme.title, *programme.aliases))
    yield f"在命令里可以写成：{names}。"
    yield ""
    yield f"依据：{programme.source}"
    if programme.notes:
        yield ""
        yield from (f"- {note}" for note in programme.notes)


def criteria(programme: Programme, written: dict[str, Any]) -> Iterator[str]:
    """Yield the table of criteria; ``written`` is the file as it was written."""
    if not programme.criteria:
        return
    raw = {each["key"]: each for each in written["criterion"]}
    yield "## 条件"
    yield ""
    yield from table(
        ("编号", "条件", "要求", "依据", "差一点时可以做什么"),
        (
            (
                each.code,
                each.title + _stands_in(programme, each),
                _wanted(each, raw[each.key]),
                sourced(each.source, each.confirm),
                each.advice,
            )
            for each in programme.criteria
        ),
    )


def _stands_in(programme: Programme, criterion: Criterion) -> str:
    titles = {each.key: each.title for each in programme.criteria}
    instead = "、".join(titles[key] for key in criterion.waives)
    return f"（符合的，免看：{instead}）" if instead else ""


def _wanted(criterion: Criterion, raw: dict[str, Any]) -> str:
    """Return one line per threshold: the tier, the number as it was written, since when."""
    if criterion.rule in _FLAGS:
        return _FLAGS[criterion.rule]
    lines = []
    for each in raw["thresholds"]:
        tier = ""
        if criterion.tier_by is not None:
            upto = f"不超过 {each['upto']}" if "upto" in each else "更高"
            tier = f"{title_of(f'{criterion.tier_by}_1')}{upto}的，"
        source = f"（{each['source']}）" if "source" in each else ""
        lines.append(f"{tier}{_asks(criterion, each['value'])}，自 {each['start']} 起{source}")
    return "<br>".join(lines)


def _asks(criterion: Criterion, value: object) -> str:
    if criterion.rule is Rule.CLEAR_FOR_DAYS:
        return f"近 {value} 天内没有"
    told = value if isinstance(value, str) else f"{value} {fact_named(criterion.fact).unit}"
    return f"{ASKS[criterion.rule].removeprefix('要求')} {told}"


def score(programme: Programme, written: dict[str, Any]) -> Iterator[str]:
    """Yield the score sheet."""
    if programme.score is None:
        return
    raw = {each["key"]: each for each in written["score_item"]}
    yield f"## 评分表（满分 {programme.score.maximum}）"
    yield ""
    yield f"依据：{programme.score.source}"
    yield ""
    rows = []
    for part in programme.score.parts:
        for item in part.items:
            bands = [_band(each) for each in raw[item.key].get("bands", ())]
            how = "；".join(bands) or "由专家评分；没有自评的按 0 至最高分估计"
            rows.append((f"{part.title}（{part.maximum}）", item.title, item.maximum, how))
    yield from table(("部分", "项目", "最高分", "怎么算"), rows)


def _band(raw: dict[str, Any]) -> str:
    label = raw.get("label") or raw.get("at_least", "其余")
    return f"{label}：{points(raw['low'], raw['high'])}"


def stages(programme: Programme) -> Iterator[str]:
    """Yield the way of a case, and what can be recorded on it."""
    if not programme.stages:
        return
    yield "## 阶段"
    yield ""
    yield _enrolled(programme)
    yield ""
    yield from table(
        ("类别", "阶段", "等什么", "谁放行", "其他去向"),
        (
            (PHASES[each.phase], each.title, _waits(each), _gate(each), _ways(programme, each))
            for each in programme.stages
        ),
    )


def records(programme: Programme) -> Iterator[str]:
    """Yield what can be recorded, with its evidence."""
    if not programme.records:
        return
    yield "## 登记和凭据"
    yield ""
    yield "用 `peiyu record 事项或企业 代码 --on 日期 --evidence 凭据` 登记。"
    yield ""
    rows = ((each.title, f"`{each.key}`", each.evidence) for each in programme.records)
    yield from table(("登记", "代码", "要写明的凭据"), rows)


def _enrolled(programme: Programme) -> str:
    wanted = "、".join(f"“{title_of(name)}”" for name in programme.enrol_when)
    barred = "、".join(f"“{title_of(name)}”" for name in programme.enrol_unless)
    told = [
        f"{wanted}的企业，每年建立一个事项" if wanted else "每家企业每年建立一个事项",
        f"{barred}的除外" if barred else "",
    ]
    return "，".join(filter(None, told)) + "。"


def _waits(stage: Stage) -> str:
    if stage.final is not None:
        return f"（结束：{FINALS[stage.final]}）"
    return "<br>".join(_need(need) for need in stage.needs)


def _need(need: Need) -> str:
    days = f"（{need.workdays} 个工作日，首日算第 1 天）" if need.kind is NeedKind.WORKDAYS else ""
    return f"{need.title}{days}" + (f"（{need.source}）" if need.source else "")


def _gate(stage: Stage) -> str:
    if stage.final is not None:
        return ""
    return "由人审核" if stage.gate is Gate.STAFF else "自动"


def _ways(programme: Programme, stage: Stage) -> str:
    records = {each.key: each.title for each in programme.records}
    ways = []
    if stage.returns_to is not None:
        ways.append(f"退回补正：{programme.stage(stage.returns_to).title}")
    if stage.rejects_on is not None:
        ways.append(f"登记“{records[stage.rejects_on]}”即结束")
    if stage.lapses:
        ways.append("当年没有走完的，年底结束")
    if stage.limit_workdays is not None:
        ways.append(f"超过 {stage.limit_workdays} 个工作日显示超时限")
    return "；".join(ways)
