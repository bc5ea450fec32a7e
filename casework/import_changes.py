"""What an import changes, in the words of the office."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel
from typing_extensions import override

from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from policy.facts import FACTS, Kind

NOTHING = "（空）"
_FEN_PER_WAN = Decimal(1_000_000)
_FIELDS = {
    "name": "企业名称",
    "division_code": "行政区划代码",
    "registered_on": "成立日期",
    "industry": "行业",
    "address": "注册地址",
    "change_note": "异动情况",
    "email": "联系邮箱",
    "phone": "联系电话",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    "field": "技术领域",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that an import changes about an enterprise we know."""

    uscc: str
    enterprise: str
    what: str
    before: str
    after: str

    @override
    def __str__(self) -> str:
        return f"{self.enterprise}：{self.what}由“{self.before}”改为“{self.after}”"


def field_title(field: str) -> str:
    """Return a field's name as staff know it; facts have theirs from the vocabulary."""
    if field in FACTS:
        return FACTS[field].title
    return _FIELDS[field]


def shown(field: str, value: Any) -> str:  # noqa: ANN401 - a cell of any column
    """Return a stored value as staff write it: money in 万元, flags as 是 or 否."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    fact = FACTS.get(field)
    if fact is None or fact.kind is Kind.DATE:
        return str(value)
    if fact.kind is Kind.MONEY:
        return f"{_plain(Decimal(value) / _FEN_PER_WAN)} 万元"
    return f"{value} {fact.unit}"


def told(fact: str, value: str) -> str:
    """Return a statement's stored value (JSON) as staff write it."""
    return shown(fact, json.loads(value))


def thing(model: type[SQLModel], key: Sequence[Any]) -> str:
    """Return what a whole row is called, by its natural key."""
    if model is Statement:
        return field_title(key[1])
    named = {
        Enterprise: "企业",
        Person: "联系人",
        Alias: f"曾用名 {key[-1]}",
        AnnualFigures: f"{key[-1]} 年年度数据",
        Qualification: f"资格 {key[-1]}",
    }
    return named[model]


def field_of(model: type[SQLModel], key: Sequence[Any], name: str) -> str:
    """Return what one column of a row is called."""
    if model is Person and name == "name":
        return "联系人"
    if model is Statement:
        return field_title(key[1])
    if model in (AnnualFigures, Qualification):
        return f"{key[1]} {'年' if model is AnnualFigures else ''}{field_title(name)}"
    return field_title(name)


def summary(model: type[SQLModel], said: Mapping[str, Any]) -> str:
    """Return in one line what a whole row says."""
    if model is AnnualFigures:
        return f"{len(said)} 项数据"
    return "，".join(shown(name, value) for name, value in said.items() if name != "of")


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
