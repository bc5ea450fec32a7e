"""The console in English: what is ours is said, what others wrote stays, nothing else changes."""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_confirm, may_decide, may_handle_letters, may_import, may_reword
from casework.services import Actor
from console.cutter import CJK
from console.language import english
from exchange import cells
from models.enterprise import Role
from tests.plugins.desk import Browser, Desk, copied_desk
from tests.plugins.dump import Dump, dump

MAIN = ("/", "/board", "/cases", "/enterprises", "/due/month", "/imports", "/letters", "/me")
WITH_FORMS = ("/cases/1", "/dates/1", "/letters/1", "/letters/wordings/enterprise_daily")
# All that is invented has 示例 in its name.
DATA = re.compile(r"示例|科学技术局|^中文$|^peiyu token add")
READ = {"aria-label", "placeholder", "title", "alt", "data-busy"}
BY_LOT = {"seal", "key"}  # fields that are drawn anew for each page
MARKS = {"lang", "aria-pressed"}


class Read(HTMLParser):
    """What of a page is read, and what its forms and links would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.sent: list[tuple[str, str, str]] = []
        self.inside = ""
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.seen += [value or "" for name, value in attrs if name in READ]
        if dict(attrs).get("name") not in BY_LOT:
            others = ((name, value) for name, value in attrs if name not in READ | MARKS)
            self.sent += [(tag, name, value or "") for name, value in others]

    @override
    def handle_data(self, data: str) -> None:
        if self.inside == "textarea":
            self.sent.append(("textarea", "", data))
        elif data.strip():
            self.seen.append(data.strip())


def in_english(browser: Browser) -> Browser:
    """Choose English in the footer."""
    browser.get("/sign-in")
    assert '<html lang="en">' in browser.post("/language", {"language": "en"}).text
    return browser


def test_main_pages_are_english_and_send_what_the_chinese_ones_send(desk: Desk) -> None:
    head = desk.signed_in("head")
    chinese = {path: Read(head.get(path).text) for path in MAIN + WITH_FORMS}
    in_english(head)
    pages = {path: head.get(path).text for path in MAIN + WITH_FORMS}
    english = {path: Read(page) for path, page in pages.items()}
    left = [(path, text) for path in MAIN for text in english[path].seen if CJK.search(text)]

    assert not [each for each in left if not DATA.search(each[1])]
    assert {path: page.sent for path, page in english.items()} == {
        path: page.sent for path, page in chinese.items()
    }
    for words in (
        "Criteria: meets",
        "Data and sources",
        ">Approve</button>",
        "国科发火〔2016〕32号",
    ):
        assert words in pages["/cases/1"]
    assert "您好" in pages["/letters/1"]
    assert '<html lang="zh-CN">' in head.get("/a/nothing").text


def decided(founded: Path, home: Path, language: str) -> Iterator[str | Dump]:
    """Approve a case for the first reason that is offered; yield what is said and all rows."""
    with copied_desk(founded, home) as desk:
        clerk = desk.signed_in("clerk")
        if language == "en":
            in_english(clerk)
        page = clerk.get("/cases/1").text
        version = re.search(r'name="version" value="(\d+)"', page)
        offered = re.search(r'<datalist.*?value="([^"]+)"', page)
        assert version
        assert offered
        fields = {"version": version[1], "verb": "approve", "reason": html.unescape(offered[1])}
        yield clerk.post("/cases/1/decide", fields).text
        yield dump(desk.services.database)


def test_a_decision_in_english_writes_the_same_rows(founded_desk: Path, tmp_path: Path) -> None:
    (chinese, rows), (english, same) = (
        decided(founded_desk, tmp_path / language, language) for language in ("zh-CN", "en")
    )

    assert "已同意" in str(chinese)
    assert "Done: Approve" in str(english)
    assert rows == same
    assert "材料齐全，符合条件" in str(same)


def test_chinese_is_spoken_until_somebody_chooses_and_the_choice_lasts(desk: Desk) -> None:
    browser = desk.browser()
    browser.client.headers["accept-language"] = "en-GB,en"
    assert '<html lang="zh-CN">' in browser.get("/sign-in?to=%2Fboard").text

    chosen = browser.post("/language", {"language": "en", "to": "/sign-in?to=%2Fboard"})
    cookie = next(each for each in browser.client.cookies.jar if each.name == "peiyu_language")

    assert chosen.url.query == b"to=%2Fboard"
    assert ">Sign in</button>" in chosen.text
    assert (cookie.expires or 0) > 300 * 24 * 3600
    came = desk.address + "/sign-in?to=%2Fboard"
    wrong = browser.post("/sign-in", {"login": "nobody", "password": "x"}, referer=came).text
    assert 'name="to" value="/sign-in?to=%2Fboard"' in wrong  # the page that had the form
    assert "There is no such page" in browser.get("/nowhere").text
    assert '<html lang="zh-CN">' in browser.post("/language", {"language": "zh-CN"}).text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_choosing_sends_nobody_elsewhere_and_no_other_site_chooses(desk: Desk, to: str) -> None:
    browser = desk.browser()
    forged = browser.bare_post("/language", {"language": "en"}, origin="http://evil.example")

    assert forged.status_code == 403
    assert browser.bare_post("/language", {"language": "tlh"}).status_code == 403
    assert not browser.client.cookies
    answer = browser.bare_post("/language", {"language": "en", "to": to})
    assert str(answer.url).startswith(desk.address)


def said(page: str) -> str:
    """Return what a page says of the act before it."""
    found = re.search(r'<p class="said[^"]*" role="status">(.*?)</p>', page)
    return html.unescape(found[1]) if found else ""


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_a_refusal_is_english_as_far_as_it_is_ours(desk: Desk) -> None:
    clerk, head = in_english(desk.signed_in("clerk")), in_english(desk.signed_in("head"))
    seen = version(head.get("/cases/1").text)

    def decide(verb: str, reason: str, seen: str) -> str:
        fields = {"version": seen, "verb": verb, "reason": reason}
        return said(head.post("/cases/1/decide", fields).text)

    assert decide("hold", " ", seen) == "Please give a reason"
    assert decide("hold", "长" * 501, seen).endswith("characters, now 501. Please shorten it")
    clerk.get("/cases/1")
    held = {"version": seen, "verb": "hold", "reason": "等企业补充数据"}
    assert said(clerk.post("/cases/1/decide", held).text) == "Done: Hold"
    assert decide("approve", "材料齐全", seen) == (
        "示例经办 acted 0 minutes ago (等企业补充数据). Reload the page, then decide"
    )
    now = version(head.get("/cases/1").text)
    assert decide("hold", "再等", now) == "The case is on hold already"
    assert decide("reopen", "再来", now).startswith("The case has not ended")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN, Role.AUDITOR, Role.CONTACT])
def test_what_a_role_may_not_do_is_said_in_english(role: Role) -> None:
    by = Actor(name="示例", role=role)
    acts = (may_decide, may_handle_letters, may_reword, may_import, may_confirm)
    refused = [*(act(by) for act in acts), no_reason(" ")]

    assert all(isinstance(each, Refusal) for each in refused)
    told = [str(english().shown(each.reason)) for each in refused if each]
    assert not [each for each in told if CJK.search(each)]


@pytest.mark.parametrize(
    "read",
    [
        cells.day("1850-01-01"),
        cells.year("last"),
        cells.uscc("91431281MAXX0001"),
        cells.uscc("91431281MAXX0001I5"),
        cells.contact("430102199001011234"),
        cells.email("nobody"),
        cells.phone("123"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_english(read: cells.Read[object]) -> None:
    assert read.error
    assert not CJK.search(str(english().shown(read.error)))


@pytest.mark.parametrize(
    ("said", "english_said"),
    [
        ("3月5日", "3/5"),
        ("2027年1月10日", "2027/1/10"),
        ("每月15日", "每月15日"),
        ("材料缺，延至6月30日", "材料缺，延至6月30日"),
        ("编号当年有效，至12月31日", "编号当年有效，至12月31日"),
        ("自2026年1月1日至2026年12月31日", "自2026年1月1日至2026年12月31日"),
        ("4月27日—5月3日", "4月27日—5月3日"),
    ],
)
def test_a_day_is_said_and_a_sentence_that_ends_with_one_is_left(
    said: str, english_said: str
) -> None:
    assert english().shown(said) == english_said
