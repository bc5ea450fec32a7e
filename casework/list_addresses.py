"""The addresses of our own lists: which pages they are, and which filters they may carry.

What is saved under a name, shared or exported is such an address and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from typing_extensions import override

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """A list with its filters, in one spelling."""

    path: str
    asked: Mapping[str, str]

    @override
    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.asked)}" if self.asked else self.path

    @property
    def title(self) -> str:
        """Return which list it is."""
        return LISTS[self.path][0]


LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "/cases": (
        "事项",
        (
            *("programme", "phase", "stage", "cycle", "q", "officer", "sort"),
            *("waiting", "held", "running", "wanting", "over", "ended"),
        ),
    ),
    "/due": (
        "截止日历",
        ("programme", "officer", "kind", "title", "clock", "q", "overdue", "days", "on", "to"),
    ),
    "/due/month": ("截止月历", ("programme", "officer", "kind", "q", "overdue", "month")),
    "/enterprises": ("企业", ("q",)),
    "/letters": ("信函", ("state", "on", "q", "person", "uscc")),
}


FILTERS: Mapping[str, str] = {
    "programme": "项目",
    "phase": "阶段类别",
    "stage": "环节",
    "cycle": "年度",
    "q": "企业或收件人",
    "officer": "经办",
    "kind": "性质",
    "title": "名称",
    "clock": "期限",
    "state": "状态",
    "on": "日期",
    "to": "到哪一天",
    "month": "月份",
    "days": "多少天以内",
    "person": "收件人",
    "uscc": "企业",
    "waiting": "待审",
    "held": "暂缓",
    "running": "进行中",
    "wanting": "等补数据或登记",
    "over": "超过时限",
    "ended": "已结束",
    "overdue": "只看超期",
    "sort": "排序",
}
"""What each filter of a list is called."""


def list_address(text: str) -> ListAddress | None:
    """Return the list behind an address of ours; None for any other address.

    Where a page begins (``after``, ``skip``) is left out; a filter that the list does not know
    makes it no address of ours.
    """
    parts = urlsplit(text)
    if len(text) > _LONGEST or parts.scheme or parts.netloc or parts.path not in LISTS:
        return None
    try:
        found = dict(parse_qsl(parts.query, max_num_fields=20))
    except ValueError:
        return None
    for place in ("after", "skip"):
        found.pop(place, None)
    known = LISTS[parts.path][1]
    if not found.keys() <= set(known) or not all(map(str.isprintable, found.values())):
        return None
    return ListAddress(
        path=parts.path, asked={name: found[name] for name in known if name in found}
    )
