"""What a letter must say however it is worded, and what its page must not hold.

Asked of each letter that staff worded, not of its templates: a condition can hide anything from
whoever only reads them.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from markupsafe import escape
from typing_extensions import override

from notifications.values import Rendered
from notifications.words import day, one_line

_LONGEST_SUBJECT = 200
_TAGS = re.compile(
    "html|head|meta|title|style|body|div|table|thead|tbody|tr|td|th|p|span|strong|em|b|i|u|br|hr"
    "|h1|h2|h3|h4|a|ul|ol|li|small|sub|sup"
)
_ATTRIBUTES = re.compile(
    "style|class|role|width|height|cellpadding|cellspacing|border|align|valign|bgcolor|color|lang"
    "|charset|name|content|colspan|rowspan|title|href"
)
# A backslash spells any of these otherwise, and of the rules that begin with @ only one is ours.
_REMOTE = re.compile(r"url\(|image-set|expression\(|://|\\|@(?!media\b)", re.IGNORECASE)
# Readers do not agree where a comment ends: only those that we ship may stand in a letter.
_SHIPPED = re.compile(
    r"<!doctype html>"
    r'|<!--\[if mso\]><table role="presentation" width="640" cellpadding="0" cellspacing="0">'
    r"<tr><td><!\[endif\]-->"
    r"|<!--\[if mso\]></td></tr></table><!\[endif\]-->",
    re.IGNORECASE,
)
# What the law wants a reader to be told: who has their address from whom, and how it ends.
_PHRASES = {
    "enterprise_daily": ("更正", "不再接收"),
    "staff_daily": ("请勿外传",),
}


def unsaid(name: str, letter: Rendered, context: Mapping[str, Any]) -> Iterator[str]:
    """Yield what this letter lacks or must not hold, in sentences."""
    if len(letter.subject) > _LONGEST_SUBJECT:
        yield f"标题写出来有 {len(letter.subject)} 个字，最多 {_LONGEST_SUBJECT} 个"
    if context["demo"] and "演示数据" not in letter.subject:
        yield "标题里缺“演示数据”"
    for what, words in _must_say(name, context):
        said = one_line(words)
        if said not in letter.text:
            yield f"文字正文里缺{what}（{said}）"
        if str(escape(said)) not in letter.html:
            yield f"网页正文里缺{what}（{said}）"
    yield from page_faults(letter.html, links=frozenset(_links(context)))


def _must_say(name: str, context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what must be in both bodies, as (what it is, the words)."""
    office = context["office"]
    contact = {
        "单位名称": office.name,
        "咨询人": office.sender,
        "咨询电话": office.phone,
        "办公地址": office.address,
        "日历附件的说明": context["calendar_file"],
        "演示数据的说明": "演示数据" if context["demo"] else "",
    }
    said = [*contact.items(), *_of_dates(context), *_of_others(context)]
    said += [("法定的说明", phrase) for phrase in _PHRASES.get(name, ())]
    yield from ((what, words) for what, words in said if words)


def _of_dates(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for matter in _matters(context):
        item = matter.item
        yield "事项名称", item.title
        yield "截止日期", day(item.due_on, context["on"])
        yield "日期的依据", item.explanation
        yield "答复的结果", item.note
        yield "答复链接", item.answer_url
    for flag, meaning in context["flags"].items():
        yield "日期可靠程度的标记", flag
        yield "标记的含义", meaning


def _of_others(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for move in context.get("moves", ()):
        yield "进展", move.to_stage
        yield "进展的原因", move.reason
    for review in context.get("reviews", ()):
        yield "待审的企业", review.enterprise
        yield "待审的建议", review.proposal
    for answer in context.get("answers", ()):
        yield "企业的答复", answer.said
    for alarm in context.get("alarms", ()):
        yield "运行告警", alarm.sentence


def _matters(context: Mapping[str, Any]) -> Iterator[Any]:
    for section in context["sections"]:
        yield from section.matters


def _links(context: Mapping[str, Any]) -> Iterator[str]:
    return (matter.item.answer_url for matter in _matters(context))


def page_faults(html: str, *, links: frozenset[str]) -> Iterator[str]:
    """Yield what a letter's page must not hold: what runs, loads, or leads elsewhere."""
    reader = _Reader(links)
    reader.feed(html)
    reader.close()
    yield from reader.found
    if re.search("<[!?]", _SHIPPED.sub("", html)):
        yield "网页正文里不能另加注释或声明（<!… 或 <?…）"


class _Reader(HTMLParser):
    def __init__(self, links: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._links = links
        self._in_style = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if not _TAGS.fullmatch(tag):
            self.found.append(f"网页正文里不能有 <{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if not _ATTRIBUTES.fullmatch(name):
            self.found.append(f"网页正文里 <{tag}> 不能有 {name}")
        elif name == "href" and value not in self._links:
            self.found.append("网页正文里的链接只能是答复链接 item.answer_url")
        elif name == "style":
            self._style(value)

    @override
    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    @override
    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style(data)

    def _style(self, words: str) -> None:
        if _REMOTE.search(words):
            self.found.append("网页正文的样式不能从别处取东西")
