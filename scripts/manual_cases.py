"""The worked cases of a programme as tables that a clerk can read."""

from collections.abc import Iterator, Mapping
from typing import Any

from casework.rules_told import points, title_of
from casework.words import OUTCOMES
from config.catalogue import Catalogue
from policy.facts import Kind, fact_named
from policy.findings import Outcome
from policy.programme import Programme
from scripts.markdown import table

_WORDS = {"待判断": OUTCOMES[Outcome.NEEDS_PERSON]}  # as the program says it

Table = Mapping[str, Any]


def worked_cases(catalogue: Catalogue, programme: Programme, told: Table) -> Iterator[str]:
    """Yield the lines of the chapter; ``told`` is the file of cases as it was written."""
    yield "## 算例"
    yield ""
    yield "每个算例是一家示例企业；程序每次修改都要重新通过全部算例。"
    if base := told.get("base"):
        yield ""
        yield f"只写与基准不同的地方。基准：{_facts(base)}。"
    if cases := told.get("case"):
        yield ""
        yield from table(
            ("情形", "与基准不同之处", "应当得出"),
            ((each["name"], _changed(each), _expected(programme, each)) for each in cases),
        )
    if dues := told.get("due"):
        yield ""
        yield from table(
            ("到期情形", "月份", "企业的情况", "应当建立的截止日"),
            (
                (
                    each["name"],
                    each["month"],
                    _state(catalogue, programme, each),
                    _opened(programme, each),
                )
                for each in dues
            ),
        )


def _changed(case: Table) -> str:
    told = [_facts(case.get("facts", {}))]
    if "missing" in case:
        told.append(f"没有填报：{'、'.join(map(title_of, case['missing']))}")
    if "on" in case:
        told.append(f"判定日 {case['on']}")
    return "；".join(filter(None, told))


def _expected(programme: Programme, case: Table) -> str:
    titles = {each.key: each.title for each in programme.criteria}
    parts = {each.key: each for each in programme.score.parts} if programme.score else {}
    items = {item.key: item.title for part in parts.values() for item in part.items}
    told = _outcomes(titles, case)
    told += [
        f"{parts[key].title}得分 {points(*bounds)}" for key, bounds in case.get("parts", {}).items()
    ]
    if "score" in case:
        told.append(f"总分 {points(*case['score'])}")
    if "taken" in case:
        told.append(f"取“{items[case['taken']]}”")
    if waived := case.get("waived"):
        told.append(f"不作要求：{'、'.join(titles[key] for key in waived)}")
    if "verdict" in case:
        told.append(f"总的结论：{_word(case['verdict'])}")
    told += [f"说明里写“{words}”" for words in case.get("says", {}).values()]
    return "；".join(told)


def _outcomes(titles: Mapping[str, str], case: Table) -> list[str]:
    """Return the outcomes, those that are the same for every criterion in one word."""
    expected = case.get("expect", {})
    if expected.keys() == titles.keys() and len(set(expected.values())) == 1:
        return [f"全部条件：{_word(*set(expected.values()))}"]
    return [f"{titles[key]}：{_word(word)}" for key, word in expected.items()]


def _word(word: str) -> str:
    return _WORDS.get(word, word)


def _state(catalogue: Catalogue, programme: Programme, due: Table) -> str:
    records = {each.key: each.title for each in programme.records}
    held = {each.qualification: each.title for each in catalogue.programmes.values()}
    told = [_facts(due.get("facts", {}))]
    if "stage" in due:
        told.append(f"事项处在{programme.stage(due['stage']).title}")
    told += [
        f"{held[each['kind']]}资格 {each['from']} 至 {each['to']}" for each in due.get("holds", ())
    ]
    told += [f"{day} 登记“{records[key]}”" for key, day in due.get("recorded", {}).items()]
    return "；".join(filter(None, told))


def _opened(programme: Programme, due: Table) -> str:
    titles = {each.key: each.title for each in programme.obligations}
    told = [f"{titles[key]}：{_days(days)}" for key, days in due.get("opens", {}).items()]
    told += [f"没有：{titles[key]}" for key in due.get("silent", ())]
    told += [f"说明里写“{words}”" for words in due.get("says", {}).values()]
    return "；".join(told)


def _days(days: object) -> str:
    return "、".join(map(str, days)) if isinstance(days, list) else str(days)


def _facts(facts: Table) -> str:
    return "；".join(f"{_title(name)} {_values(name, value)}" for name, value in facts.items())


def _title(name: str) -> str:
    return "判定日" if name == "on" else title_of(name)


def _values(name: str, value: object) -> str:
    if isinstance(value, list):  # one a year, the newest first
        return "／".join(_value(name, each) for each in value)
    return _value(name, value)


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    counted = name != "on" and fact_named(name).kind is Kind.COUNT
    return f"{value} {fact_named(name).unit}" if counted else str(value)
