"""Writes the manual of the programmes (docs/programmes) from the files that are really used.

    python -m scripts.make_manual

A test holds the committed pages to what this writes, so the manual can not go out of date.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from casework.words import FINALS, KINDS, PHASES, RECIPIENTS, TONES
from config.catalogue import CONFIG_ROOM, Catalogue, load_catalogue
from policy.confirm import Confirm
from policy.facts import FACTS, Given, fact_named
from policy.obligation import Anchor, Ladder, Obligation, Roll, WindowStatus
from policy.programme import Criterion, Gate, Need, NeedKind, Programme, Rule, Stage
from scripts.manual_cases import table, worked_cases

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "programmes"
CASES = ROOT / "tests" / "spec" / "programmes"
_RULES = {
    Rule.AT_LEAST: "不低于",
    Rule.ABOVE: "大于",
    Rule.AT_MOST: "不超过",
    Rule.IS_TRUE: "应为“是”",
    Rule.IS_FALSE: "应为“否”",
    Rule.JUDGED: "由人判断",
    Rule.CLEAR_FOR_DAYS: "此前没有发生的天数",
}
_ANCHORS = {
    Anchor.MONTH_DAY: "每年",
    Anchor.WINDOW_OPENS: "申报开始日",
    Anchor.WINDOW_CLOSES: "申报截止日",
    Anchor.ISSUED: "发证日",
    Anchor.EXPIRES: "有效期届满日",
    Anchor.RECORD: "登记事项发生日",
    Anchor.STAGE_ENTERED: "进入环节之日",
}
_ROLLS = {Roll.NONE: "", Roll.NEXT: "，遇休息日顺延", Roll.PREVIOUS: "，遇休息日提前"}
_GIVEN = {
    Given.ANNUAL: "年度数据",
    Given.STANDING: "情况说明",
    Given.REGISTER: "登记信息",
    Given.QUALIFICATION: "持有的资格",
    Given.DERIVED: "推算",
}
_DOUBT = "【待核实】"


def pages() -> dict[str, str]:
    """Return the file name and text of every page."""
    catalogue, problems = load_catalogue()
    if problems:
        raise ValueError("；".join(map(str, problems)))
    written = {f"{key}.md": _page(catalogue, key) for key in sorted(catalogue.programmes)}
    return written | {"facts.md": "\n".join(_facts()) + "\n"}


def main() -> None:
    """Write the pages."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")


def _page(catalogue: Catalogue, key: str) -> str:
    programme = catalogue.programmes[key]
    written = tomllib.loads((CONFIG_ROOM / "programmes" / f"{key}.toml").read_text("utf-8"))
    cases = tomllib.loads((CASES / f"{key}.toml").read_text("utf-8"))
    parts = (
        _head(programme),
        _criteria(programme, written),
        _score(programme, written),
        _stages(programme),
        _duties(programme, catalogue.ladders),
        _windows(catalogue, key),
        worked_cases(programme, cases),
    )
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _facts() -> Iterator[str]:
    yield "# 数据一览"
    yield ""
    yield "项目文件和 `peiyu assess` 的数据文件可以用的全部数据。年度数据写在 `annual` 的年份下面；"
    yield "推算的数据由程序计算，不用填写。金额在数据文件里以元为单位，精确到分。"
    yield ""
    rows = (
        (f"`{fact.name}`", fact.title, _GIVEN[fact.given], fact.unit, fact.meaning)
        for fact in FACTS.values()
    )
    yield from table(("名称", "数据", "从哪里来", "单位", "含义"), rows)


def _head(programme: Programme) -> Iterator[str]:
    yield f"# {programme.title}"
    yield ""
    yield "本页由程序根据项目文件自动生成，与正在使用的规则一致；"
    yield f"{_DOUBT}表示依据还没有与文件原文核对，只提示、不单独否决。"
    yield ""
    yield f"依据：{programme.source}"
    if programme.notes:
        yield ""
        yield from (f"- {note}" for note in programme.notes)


def _criteria(programme: Programme, written: dict[str, Any]) -> Iterator[str]:
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
                each.title + _stand_in(programme, each),
                _wanted(each, raw[each.key]),
                _sourced(each.source, each.confirm),
                each.advice,
            )
            for each in programme.criteria
        ),
    )


def _stand_in(programme: Programme, criterion: Criterion) -> str:
    titles = {each.key: each.title for each in programme.criteria}
    instead = "、".join(titles[key] for key in criterion.waives)
    return f"（满足即可免看：{instead}）" if instead else ""


def _wanted(criterion: Criterion, raw: dict[str, Any]) -> str:
    rule, tier = _RULES[criterion.rule], criterion.tier_by
    unit = fact_named(criterion.fact).unit
    told = [
        f"{rule} {_amount(each['value'], unit)}"
        + (f"（{fact_named(tier).title}至 {each['upto']}）" if tier and "upto" in each else "")
        + f"，自 {each['start']} 起"
        for each in raw.get("thresholds", ())
    ]
    return "<br>".join(told) or rule


def _amount(value: object, unit: str) -> str:
    return value if isinstance(value, str) else f"{value} {unit}"


def _score(programme: Programme, written: dict[str, Any]) -> Iterator[str]:
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
            how = "；".join(bands) or "由专家评分；自评分只作参考"
            rows.append((f"{part.title}（{part.maximum}）", item.title, item.maximum, how))
    yield from table(("部分", "项目", "最高分", "怎么算"), rows)


def _band(raw: dict[str, Any]) -> str:
    points = str(raw["low"]) if raw["low"] == raw["high"] else f"{raw['low']}–{raw['high']}"
    return f"{raw.get('label') or raw.get('at_least', '其余')}：{points} 分"


def _stages(programme: Programme) -> Iterator[str]:
    if not programme.stages:
        return
    yield "## 环节"
    yield ""
    stages = programme.stages
    rows = ((PHASES[each.phase], each.title, _waits(each), _gate(each)) for each in stages)
    yield from table(("阶段类别", "环节", "等什么", "谁放行"), rows)
    yield ""
    yield "登记时要写明的凭据："
    yield ""
    yield from table(
        ("登记", "代码", "凭据"),
        ((each.title, f"`{each.key}`", each.evidence or "—") for each in programme.records),
    )


def _waits(stage: Stage) -> str:
    if stage.final is not None:
        return f"（终结：{FINALS[stage.final]}）"
    return "<br>".join(_need(need) for need in stage.needs) or "—"


def _need(need: Need) -> str:
    days = f"（{need.workdays} 个工作日，首日算第 1 天）" if need.kind is NeedKind.WORKDAYS else ""
    return f"{need.title}{days}" + (f"（{need.source}）" if need.source else "")


def _gate(stage: Stage) -> str:
    if stage.final is not None:
        return "—"
    return "由人审核" if stage.gate is Gate.STAFF else "自动"


def _duties(programme: Programme, ladders: Mapping[str, Ladder]) -> Iterator[str]:
    if not programme.obligations:
        return
    yield "## 到期要办的事"
    yield ""
    yield from table(
        ("事项", "性质", "什么时候", "依据", "在哪里办", "办理要点"),
        (
            (
                each.title,
                KINDS[each.kind],
                _when(each),
                _sourced(each.source, each.confirm),
                each.where or "—",
                each.prepare or "—",
            )
            for each in programme.obligations
        ),
    )
    yield ""
    yield "## 您会在什么时候收到什么提醒"
    yield ""
    yield "截止前的提醒遇休息日提前，逾期后的遇休息日推后；一个人一天最多一封信。"
    for ladder in dict.fromkeys(each.ladder for each in programme.obligations):
        titles = "、".join(each.title for each in programme.obligations if each.ladder == ladder)
        yield ""
        yield f"**{titles}**"
        yield ""
        yield from _rungs(ladders[ladder])


def _when(duty: Obligation) -> str:
    start = _ANCHORS[duty.anchor]
    if duty.month_day is not None:
        start += f" {duty.month_day[0]} 月 {duty.month_day[1]} 日"
    steps = [
        f"{'后' if amount > 0 else '前'} {abs(amount)} {unit}"
        for amount, unit in ((duty.months, "个月"), (duty.days, "天"))
        if amount
    ]
    if duty.workdays:
        steps.append(f"起第 {duty.workdays} 个工作日")
    return start + "".join(steps) + _ROLLS[duty.roll]


def _rungs(ladder: Ladder) -> Iterator[str]:
    yield from table(
        ("哪一天", "语气", "发给谁"),
        (
            (_day(rung.days), TONES[rung.tone], "、".join(RECIPIENTS[to] for to in rung.to))
            for rung in ladder.rungs
        ),
    )


def _day(days: int) -> str:
    if days == 0:
        return "截止当天"
    return f"截止前 {-days} 天" if days < 0 else f"逾期第 {days} 天"


def _windows(catalogue: Catalogue, key: str) -> Iterator[str]:
    windows = catalogue.windows.get(key, ())
    if not windows:
        return
    yield "## 申报时间"
    yield ""
    yield "没有当年通知的年份，按最近一年的日期推算，处处标明“预计”。"
    yield ""
    sure = {WindowStatus.CONFIRMED: "已确认", WindowStatus.ESTIMATED: "预计"}
    yield from table(
        ("年度", "批次", "开始", "截止", "把握", "通知"),
        (
            (each.year, each.batch, each.opens, each.closes, sure[each.status], each.document)
            for each in windows
        ),
    )


def _sourced(source: str, confirm: Confirm) -> str:
    return source + (_DOUBT if confirm is Confirm.NEEDS_CONFIRMATION else "")


if __name__ == "__main__":
    main()
