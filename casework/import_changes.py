"""What an import changes, in the words of the office."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from typing_extensions import override

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


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
