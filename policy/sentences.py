"""Sentences (结论说明): what a finding says, in the words and units of the office.

Made from the stored values whenever somebody looks, and never stored.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from policy.confirm import Confirm
from policy.facts import Fact, Kind, fact_named
from policy.findings import Finding, Outcome, Value
from policy.inputs import numerator_of
from policy.numbers import Number, plain
from policy.programme import Criterion, Programme, Rule, Score
from policy.showing import Numbers, amount, numbers, text_of, unit_of

_MOST_NAMED = 6  # missing figures that one sentence names
ASKS = {Rule.AT_LEAST: "要求不低于", Rule.ABOVE: "要求高于", Rule.AT_MOST: "要求不超过"}
_YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A finding for a reader: numbers in ``unit``, the rule's source, and one sentence."""

    value: str | Number | bool | None
    threshold: str | Number | bool | None
    gap: str | Number | bool | None
    unit: str
    source: str
    text: str


def shown(programme: Programme, finding: Finding) -> Shown:
    """Return the finding as numbers that go into JSON or a table, with its sentence."""
    criterion = _criterion(programme, finding)
    fact = fact_named(criterion.fact)
    value, threshold, gap = _members(criterion, fact, finding)
    clear = criterion.rule is Rule.CLEAR_FOR_DAYS
    return Shown(
        value=value,
        threshold=threshold,
        gap=gap,
        unit="天" if clear else unit_of(fact),
        source=criterion.source,
        text=spoken(programme, finding),
    )


def spoken(programme: Programme, finding: Finding) -> str:
    """Return one Chinese sentence: value, threshold, gap, and what is left to do."""
    criterion = _criterion(programme, finding)
    said = _said(programme, criterion, finding)
    if finding.waived_by:
        titles = "、".join(f"“{each}”" for each in _titles(programme, finding.waived_by))
        said += f"；已符合{titles}，本项不作要求"
    unconfirmed = criterion.confirm is Confirm.NEEDS_CONFIRMATION
    return said + ("（依据待核实）" if unconfirmed else "")


def _criterion(programme: Programme, finding: Finding) -> Criterion:
    return next(each for each in programme.criteria if each.key == finding.criterion)


def _titles(programme: Programme, keys: Iterable[str]) -> list[str]:
    return [each.title for each in programme.criteria if each.key in keys]


def _members(
    criterion: Criterion, fact: Fact, finding: Finding
) -> tuple[str | Number | bool | None, ...]:
    match finding.value, finding.threshold:
        case (low, high), limit:
            value = low if low == high else f"{low}–{high}"
            return value, _whole(limit), finding.gap
        case dt.date() as day, limit:
            return day.isoformat(), _whole(limit), finding.gap
        case value, limit if fact.kind in (Kind.FLAG, Kind.DATE):
            return _whole(value), _whole(limit), None
        case _:
            told = numbers(fact, criterion.rule, finding)
            each = (told.value, told.threshold, told.gap)
            return tuple(None if number is None else plain(number) for number in each)


def _whole(value: Value) -> int | bool | None:
    """Return a value that is a flag or a whole number."""
    return value if isinstance(value, int) else None


def _said(programme: Programme, criterion: Criterion, finding: Finding) -> str:
    fact = fact_named(criterion.fact)
    match criterion.rule:
        case Rule.IS_TRUE | Rule.IS_FALSE | Rule.JUDGED:
            return _flag(fact, finding)
        case Rule.CLEAR_FOR_DAYS:
            return _clear(fact, finding)
        case Rule.AT_LEAST | Rule.ABOVE | Rule.AT_MOST if fact.kind is Kind.POINTS:
            return _points(programme, criterion, finding)
        case Rule.AT_LEAST | Rule.ABOVE | Rule.AT_MOST:
            return _number(criterion, fact, finding)
        case _:
            assert_never(criterion.rule)


def _flag(fact: Fact, finding: Finding) -> str:
    match finding.outcome, finding.value:
        case Outcome.NEEDS_PERSON, _:
            return f"{fact.title}：须由经办或专家判断"
        case Outcome.UNKNOWN, _:
            own = finding.missing == (fact.name,)
            lacking = "尚未填报" if own else _lacking(finding, "判定日以前的记录不明")
            return f"{fact.title}：{lacking}，无法判断"
        case _:
            return f"{fact.title}：{_YES_NO[bool(finding.value)]}，{_ends(finding.outcome)}"


def _ends(outcome: Outcome) -> str:
    return "符合" if outcome is Outcome.MET else "不符合"


def _clear(fact: Fact, finding: Finding) -> str:
    what = fact.title
    known = f"{what} {finding.value}" if finding.value else f"{what}：无记录"
    asks = f"要求近 {finding.threshold} 天内没有"
    match finding.outcome:
        case Outcome.MET:
            return f"{known}，{asks}，符合"
        case Outcome.UNMET:
            return f"{known}，{asks}，不符合，还须满 {finding.gap} 天"
        case Outcome.UNKNOWN:
            lacking = _lacking(finding, "判定日以前的记录不明")
            return f"{known}，{asks}，{lacking}，无法判断"
        case Outcome.NEEDS_PERSON:
            return f"{what}：{_NOTHING_IN_FORCE}"
        case _:
            assert_never(finding.outcome)


def _number(criterion: Criterion, fact: Fact, finding: Finding) -> str:
    told = numbers(fact, criterion.rule, finding)
    name, unit = fact.title.removesuffix("比例"), _spaced(unit_of(fact))
    value = "" if told.value is None else f" {text_of(told.value)}{unit}"
    asks = (
        "" if told.threshold is None else f"{ASKS[criterion.rule]} {text_of(told.threshold)}{unit}"
    )
    match finding.outcome:
        case Outcome.MET:
            return f"{name}{value}，{asks}，符合"
        case Outcome.UNMET:
            return f"{name}{value}，{asks}，{_gap(criterion, fact, finding, told)}"
        case Outcome.UNKNOWN:
            lacking = _lacking(finding)
            return f"{name}{value}：{lacking}，无法判断" + (f"（{asks}）" if asks else "")
        case Outcome.NEEDS_PERSON:
            if told.threshold is None:
                return f"{name}{value}：{_NOTHING_IN_FORCE}"
            return f"{name}：除数为零或负数，算不出比例，须由人工判断（{asks}）"
        case _:
            assert_never(finding.outcome)


_NOTHING_IN_FORCE = "判定日没有生效的标准，须由人工判断"


def _gap(criterion: Criterion, fact: Fact, finding: Finding, told: Numbers) -> str:
    word = "超出" if criterion.rule is Rule.AT_MOST else "差"
    unit = "个百分点" if fact.kind is Kind.RATIO else unit_of(fact)
    parts = [f"{word} {text_of(told.gap)} {unit}"] if told.gap else []
    if fact.kind in (Kind.RATIO, Kind.AVERAGE) and finding.gap is not None:
        parts.append(f"约 {amount(numerator_of(fact.name), finding.gap)}")
    return "，".join(parts) or "不符合"


def _points(programme: Programme, criterion: Criterion, finding: Finding) -> str:
    title = _title_of_points(programme, criterion)
    low, high = finding.value if isinstance(finding.value, tuple) else (0, 0)
    value = f"{title} {low} 分" if low == high else f"{title} {low}–{high} 分"
    taken = _taken(programme.score, finding)
    value += f"（{taken}）" if taken else ""
    if finding.threshold is None:
        return f"{value}：{_NOTHING_IN_FORCE}"
    asks = f"{ASKS[criterion.rule]} {finding.threshold} 分"
    match finding.outcome:
        case Outcome.MET:
            return f"{value}，{asks}，符合"
        case Outcome.UNMET:
            word = "超出" if criterion.rule is Rule.AT_MOST else "至少差"
            return f"{value}，{asks}，{word} {finding.gap} 分"
        case Outcome.UNKNOWN:
            return f"{value}，{asks}，{_lacking(finding)}，无法判断"
        case Outcome.NEEDS_PERSON:
            return f"{value}，{asks}，须由专家评分后确定"
        case _:
            assert_never(finding.outcome)


def _title_of_points(programme: Programme, criterion: Criterion) -> str:
    parts = programme.score.parts if programme.score else ()
    own = [f"{part.title}得分" for part in parts if f"score.{part.key}" == criterion.fact]
    return own[0] if own else fact_named(criterion.fact).title


def _taken(score: Score | None, finding: Finding) -> str:
    """Say which of several options a part of the points rests on, as far as it is known."""
    titles = {
        (part.key, item.key): f"按“{item.title}”计"
        for part in (score.parts if score else ())
        for item in part.items
    }
    return "；".join(
        ("" if each.low == each.high else "暂") + titles[each.part, each.taken]
        for each in finding.points
        if each.taken is not None
    )


def _lacking(finding: Finding, otherwise: str = "尚无完整会计年度的数据") -> str:
    """Name the missing figures: 缺 2023–2025 年销售收入、“成立日期”."""
    years: dict[str, list[str]] = {}
    for label in finding.missing:
        name, _, year = label.partition(":")
        years.setdefault(fact_named(name).title, []).extend([year] if year else [])
    names = [f" {_span(told)} 年{title}" if told else f"“{title}”" for title, told in years.items()]
    if not names:
        return otherwise
    more = f"等 {len(names)} 项" if len(names) > _MOST_NAMED else ""
    return "缺" + "、".join(names[:_MOST_NAMED]).replace("、 ", "、") + more


def _span(years: list[str]) -> str:
    """Write the years of one figure, newest first as they were found: 2024, or 2023–2025."""
    whole = int(years[0]) - int(years[-1]) == len(years) - 1
    return f"{years[-1]}–{years[0]}" if whole and len(years) > 1 else "、".join(reversed(years))


def _spaced(unit: str) -> str:
    return unit if unit == "%" else f" {unit}"
