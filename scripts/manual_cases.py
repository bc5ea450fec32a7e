"""The worked cases of a programme as tables that a clerk can read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from policy.facts import ANNUAL, fact_named
from policy.programme import Programme

_YEARS = {"1": "上年", "2": "前年", "3": "大前年"}


def worked_cases(programme: Programme, told: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the chapter; ``told`` is the file of cases as it was written."""
    titles = {each.key: each.title for each in programme.criteria}
    yield "## 算例"
    yield ""
    yield "每个算例是一家示例企业，只写与基准不同的地方；程序每次修改都要重新通过全部算例。"
    if base := told.get("base"):
        yield ""
        yield f"基准：{_facts(base)}。"
    if cases := told.get("case"):
        yield ""
        yield from table(
            ("情形", "与基准不同之处", "应当得出"), (_case(each, titles) for each in cases)
        )
    if dues := told.get("due"):
        duties = {each.key: each.title for each in programme.obligations}
        yield ""
        heads = ("到期情形", "月份", "应当建立的截止日")
        yield from table(heads, (_due(each, duties) for each in dues))


def _case(case: dict[str, Any], titles: dict[str, str]) -> tuple[object, ...]:
    changed = [_facts(case.get("facts", {}))]
    if "missing" in case:
        changed.append(f"没有填报：{'、'.join(_title(each) for each in case['missing'])}")
    if "on" in case:
        changed.append(f"判定日 {case['on']}")
    expected = [f"{titles[key]}：{words}" for key, words in case.get("expect", {}).items()]
    if "score" in case:
        expected.append(f"得分 {case['score'][0]}–{case['score'][1]}")
    if "verdict" in case:
        expected.append(f"总的结论：{case['verdict']}")
    expected += case.get("says", {}).values()
    return case["name"], "；".join(filter(None, changed)) or "—", "；".join(expected) or "见情形"


def _due(due: dict[str, Any], titles: dict[str, str]) -> tuple[object, ...]:
    opens = [f"{titles[key]}：{_days(days)}" for key, days in due.get("opens", {}).items()]
    opens += [f"没有：{titles[key]}" for key in due.get("silent", ())]
    return due["name"], due["month"], "；".join(opens) or "—"


def _days(days: object) -> str:
    return "、".join(map(str, days)) if isinstance(days, list) else str(days)


def _facts(facts: dict[str, Any]) -> str:
    return "；".join(f"{_title(name)} {_value(value)}" for name, value in facts.items())


def _title(name: str) -> str:
    if name == "on":
        return "判定日"
    stem, _, back = name.rpartition("_")
    if stem in ANNUAL and back in _YEARS:
        return f"{_YEARS[back]}{fact_named(stem).title}"
    return fact_named(name).title


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "／".join(map(str, value))
    return str(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '／') for cell in row)} |"
