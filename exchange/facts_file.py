"""The facts of one enterprise as a JSON file: a filled example, and its reading."""

import datetime as dt
import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from exchange import examples
from exchange.amounts import YUAN
from exchange.cells import Read, shown, year
from exchange.fields import reader_of
from exchange.plausible import doubts_about
from exchange.values import Problem, Severity
from policy.facts import ANNUAL, FACTS, YEARS_BACK, Fact, Given, Kind
from policy.inputs import RAW
from policy.programme import Programme

EXAMPLE_CYCLE = 2026  # the example speaks of the three years before

_ANNUAL, _NAME, _EXPLAINED = "annual", "enterprise", "说明"
_ONE_FACT = tuple(name for name in FACTS if FACTS[name].given not in (Given.ANNUAL, Given.DERIVED))
_LONGEST = 1_000_000  # characters of a file that describes one enterprise
_MOST_DIGITS = 30
_EXPECTED = {Kind.FLAG: " true 或 false", Kind.DATE: "一个日期"}
_Json = dict[str, Any]


@dataclass(slots=True)
class _Reading:
    """What was understood so far."""

    file: str
    cycle: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, where: str, value: object, read: Read[Any]) -> None:
        for message, severity in ((read.error, Severity.ERROR), (read.warning, Severity.WARNING)):
            if message:
                problem = Problem(
                    sheet=self.file,
                    row=0,
                    column=where,
                    value="" if value is None else shown(str(value)),
                    message=message,
                    severity=severity,
                )
                self.problems.append(problem)


def example(programme: Programme) -> str:
    """Return a filled facts file of an invented enterprise, every field named and explained."""
    years = [str(EXAMPLE_CYCLE - back) for back in range(1, YEARS_BACK + 1)]
    annual = {
        year: {name: examples.ANNUAL_VALUES[name][index] for name in ANNUAL}
        for index, year in enumerate(years)
    }
    held = {name: False for name in _ONE_FACT if FACTS[name].given is Given.QUALIFICATION}
    whole = {
        _NAME: examples.NAME,
        "registered_on": examples.REGISTERED_ON,
        _ANNUAL: annual,
        **examples.STANDING_VALUES,
        **held,
        _EXPLAINED: _explained(programme),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def read_facts(
    text: str, programme: Programme, *, cycle: int
) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the facts as a frame of one row, and everything that was not understood.

    What the file leaves out or gives as null is unknown.
    """
    reading = _Reading(f"{programme.title}数据文件", cycle)
    whole = _parsed(text, reading)
    for key, value in whole.items():
        if key == _ANNUAL:
            _read_annual(value, reading)
        elif key == _NAME:
            wrong = "" if isinstance(value, str | None) else "企业名称应是文字，用引号括起来"
            reading.say(key, value, Read(error=wrong))
        elif key != _EXPLAINED:
            _read_one(key, value, reading)
    row = {"subject": [1]} | {name: [reading.values.get(name)] for name in RAW}
    return pl.DataFrame(row, schema={"subject": pl.Int64(), **RAW}), reading.problems


def _explained(programme: Programme) -> dict[str, str]:
    """Return what each field means, with its unit."""
    years = f"{EXAMPLE_CYCLE - YEARS_BACK}–{EXAMPLE_CYCLE - 1}"
    return {
        "怎么填": f"{programme.title}的数据文件；数值是虚构的示例，请换成真实数据。"
        "不知道的写 null 或删去这一项，没有的写 0；多余的字段会被指出。“说明”这一段不读。",
        _NAME: "企业名称，只用于辨认",
        _ANNUAL: f"会计年度 → 当年数据；示例是 {EXAMPLE_CYCLE} 年申报所看的 {years} 年，金额单位元",
        **{f"{_ANNUAL}.年份.{name}": _meaning(FACTS[name]) for name in ANNUAL},
        **{name: _meaning(FACTS[name]) for name in _ONE_FACT},
    }


def _meaning(fact: Fact) -> str:
    forms = {Kind.FLAG: "true 或 false", Kind.DATE: "日期，形如 2020-03-01"}
    unit = forms.get(fact.kind) or f"单位{fact.unit}" + (
        "，整数" if fact.kind is Kind.COUNT else ""
    )
    return f"{fact.title}；{unit}；{fact.meaning}"


def _parsed(text: str, reading: _Reading) -> _Json:
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> _Json:
        names = [name for name, _ in found]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(found)

    if len(text) > _LONGEST:
        reading.say("", None, Read(error="文件太大，一份数据文件只写一家企业，请核对"))
        return {}
    try:
        whole = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=Decimal,
            parse_constant=str,
            object_pairs_hook=pairs,
        )
    except json.JSONDecodeError as error:
        told = (
            f"第 {error.lineno} 行第 {error.colno} 个字符附近不合 JSON 格式，请检查逗号、引号和括号"
        )
        reading.say(f"第 {error.lineno} 行", None, Read(error=told))
        return {}
    except (ValueError, RecursionError):
        reading.say("", None, Read(error="文件读不懂（数字过长或层次过深），请对照模板检查"))
        return {}
    for name in repeated:
        reading.say(name, None, Read(error=f"“{name}”写了两次，请只留一个"))
    if isinstance(whole, dict):
        return whole
    reading.say("", None, Read(error="文件最外层应是一对花括号 { }，请对照模板检查"))
    return {}


def _read_annual(years: object, reading: _Reading) -> None:
    if years is None:
        return
    if not isinstance(years, dict):
        told = '“annual”应是“年份: 当年数据”的对照，例如 {"2025": {"sales": 50000000}}'
        reading.say(_ANNUAL, None, Read(error=told))
        return
    for key, told in years.items():
        where = f"{_ANNUAL}.{key}"
        read = year(key)
        if read.value is None or not isinstance(told, dict):
            wrong = read.error or "年份下面应是当年各项数据，用花括号括起来"
            reading.say(where, key, Read(error=wrong))
            continue
        back = reading.cycle - read.value
        if not 1 <= back <= YEARS_BACK:
            first, last = reading.cycle - YEARS_BACK, reading.cycle - 1
            unused = f"{key} 年的数据用不到：{reading.cycle} 年只看 {first} 至 {last} 年"
            reading.say(where, None, Read(warning=unused))
        _read_year(where, told, back, reading)


def _read_year(where: str, told: _Json, back: int, reading: _Reading) -> None:
    values = {}
    for name, value in told.items():
        if name in ANNUAL:
            values[name] = _value(f"{where}.{name}", FACTS[name], value, reading)
        else:
            reading.say(f"{where}.{name}", value, Read(error=_unknown(name, ANNUAL)))
    known = {name: value for name, value in values.items() if value is not None}
    for name, read in doubts_about(known, reading.cycle - back):
        reading.say(f"{where}.{name}", told[name], read)
    if 1 <= back <= YEARS_BACK:
        reading.values |= {f"{name}_{back}": value for name, value in known.items()}


def _read_one(name: str, value: object, reading: _Reading) -> None:
    if name in _ONE_FACT:
        reading.values[name] = _value(name, FACTS[name], value, reading)
    elif name in ANNUAL:
        told = f"“{name}”是年度数据，请写到“annual”里对应的年份下面"
        reading.say(name, value, Read(error=told))
    else:
        reading.say(name, value, Read(error=_unknown(name, (_NAME, _ANNUAL, *_ONE_FACT))))


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if name in FACTS and FACTS[name].given is Given.DERIVED:
        return f"“{name}”（{FACTS[name].title}）由程序算出，不用填，请删去"
    alike = difflib.get_close_matches(name, known, n=1)
    hint = f"，是不是“{alike[0]}”" if alike else ""
    return f"没有“{name}”这个字段{hint}；请对照模板更正或删去"


def _value(where: str, fact: Fact, value: object, reading: _Reading) -> Any:  # noqa: ANN401
    """Return the value in the fact's base unit; None when it is unknown or wrong."""
    if value is None:
        return None
    cell = next(_cells(value), None)
    if cell is None or (fact.kind is Kind.FLAG) != isinstance(value, bool):
        expected = _EXPECTED.get(fact.kind, "一个数字")
        told = f"“{fact.title}”应写{expected}，不知道就写 null"
        reading.say(where, json.dumps(value, ensure_ascii=False, default=str), Read(error=told))
        return None
    read = reader_of(fact.name, YUAN)(cell)
    reading.say(where, value, read)
    if isinstance(read.value, dt.date) and read.value.year > reading.cycle:
        late = f"{read.value} 在 {reading.cycle} 年以后，请核对年份"
        reading.say(where, value, Read(warning=late))
    return read.value


def _cells(value: object) -> Iterator[Any]:
    """Return the value as a cell holds it; nothing for lists and tables."""
    if isinstance(value, Decimal):
        # 1e5 is fine; 1e999999 written out would fill the memory.
        whole = (
            abs(value.adjusted()) <= _MOST_DIGITS
            and len(value.as_tuple().digits) <= 2 * _MOST_DIGITS
        )
        yield format(value, "f") if whole else str(value)
    elif isinstance(value, str | int):
        yield value
