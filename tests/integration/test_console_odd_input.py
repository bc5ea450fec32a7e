"""What nobody types by hand: odd numbers, dates and characters in addresses, forms and JSON."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import httpx
import pytest
from fastapi.routing import APIRoute

from casework.cases import CaseFilter, cases, count_cases
from casework.due import DueFilter, due
from casework.refusal import Refusal
from casework.typed import LARGEST, number_of, plain
from console.app import make_app
from tests.plugins.desk import Browser, Desk

ODD = (
    "",
    "x" * 3_000,
    "%C2%B2",  # ², a digit to Python and no number
    "-1",
    "9" * 30,
    "2147483648",
    "a%00b",
    "%ED%A0%80",  # half a character
    "0001-01-01",
    "9999-12-31",
    "a'b%22%3Cc%3E",
    "W1tbW1s",  # a mark of a page that is none of ours
)
ASKS = {
    "/board": "cycle",
    "/board/flow": "programme on figure",
    "/board/targets": "programme year",
    "/cases": "programme stage phase cycle q officer waiting over after sort",
    "/due": "days on kind programme q officer overdue skip",
    "/due/month": "month on kind programme q officer",
    "/replies": "q",
    "/enterprises": "q after",
    "/imports": "before",
    "/imports/{number}": "after",
    "/letters": "state on q person uscc after",
    "/letters/wordings/{name}": "old on",
    "/programmes/{name}/changes": "from to",
    "/programmes/{name}/what-if": "which value",
    "/programmes/{name}/confirm": "part key",
    "/calendars/preview": "day what",
    "/runs": "kind",
    "/audit": "who act subject first last words before",
    "/sign-in": "to",
}
KNOWN = {"programme": "hnte", "sort": "-days", "month": "2026-03", "what": "off"}
NAMES = {"number": "1", "name": "hnte", "uscc": "x", "token": "x", "secret": "x"}


def addresses(desk: Desk) -> Iterator[str]:
    """Every page, with odd things in each place of its address and for each thing it asks."""
    for route in make_app(desk.home).routes:
        if not isinstance(route, APIRoute) or "GET" not in route.methods:
            continue
        usual = route.path.format(**NAMES)
        asked = ASKS.get(route.path, "").split()
        if route.path != usual:
            yield from (re.sub(r"{\w+}", odd, route.path) for odd in ODD)
        beside = "".join(f"&{each}={KNOWN[each]}" for each in asked if each in KNOWN)
        for odd in ODD if asked else ():
            both = "&".join(f"{name}={odd}" for name in asked)
            yield f"{usual}?{both}"  # all of it odd; then with what is known in its place
            if beside:
                yield f"{usual}?{both}{beside}"


@pytest.mark.long
def test_no_page_breaks_of_anything_odd_in_its_address(desk: Desk) -> None:
    head = desk.signed_in("head")
    broken = [
        (answer.status_code, address[:120])
        for address in addresses(desk)
        if (answer := head.client.get(address, follow_redirects=False)).status_code >= 500
    ]
    assert broken == []


@pytest.mark.long
def test_no_act_breaks_of_anything_odd_in_its_form(desk: Desk) -> None:
    head = desk.signed_in("head")
    head.get("/cases/4")
    broken = []
    for odd in map(unquote, ODD):
        for path, fields in (
            (f"/cases/{number_of(odd) or 4}/decide", {"verb": "hold", "version": odd}),
            ("/cases/4/assign", {"assignment": odd, "officer": odd}),
            ("/cases/4/record", {"kind": odd, "on": odd, "evidence": odd}),
            ("/decide", {"verb": "hold", "case": f"{odd}.{odd}"}),
            ("/decide", {"verb": "hold", "whole": "yes", "back": f"/cases?programme={odd}"}),
            ("/undo", {"undo": f"decision.{odd}.{odd}", "sure": "yes"}),
            ("/letters/act", {"act": "hold", "letter": odd}),
            ("/dates/1/clock", {"act": "extend", "days": odd, "seen": odd}),
            ("/export", {"address": f"/cases?programme={odd}&cycle={odd}", "form": "csv"}),
            ("/enterprises/x/notes", {"key": odd, "case": odd, "text": odd}),
            ("/sign-in", {"login": odd, "password": odd, "to": odd}),
        ):
            answer = head.post(path, {"reason": odd or "示例", **fields})
            broken += [(path, odd[:20])] if answer.status_code >= 500 else []
    assert broken == []


def test_a_number_is_one_that_a_table_holds() -> None:
    assert [number_of(each) for each in ("0", "007", str(LARGEST))] == [0, 7, LARGEST]
    for odd in ("", "²", "٣", "-1", "+1", "1_0", " 1", str(LARGEST + 1), "9" * 5_000):
        assert number_of(odd) is None, odd


def test_text_is_kept_without_what_is_no_character_of_it() -> None:
    assert plain("甲\x00乙\ud800\n\t\r丙\x1b") == "甲乙\n\t\r丙"


def test_a_note_with_a_nul_in_it_is_kept_without_it(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    page = clerk.get("/cases/4").text
    uscc = re.search(r"/enterprises/(\w{18})/notes", page)
    assert uscc is not None
    clerk.post(f"/enterprises/{uscc[1]}/notes", {"key": "k1", "case": "4", "text": "示\0例备注"})
    assert "示例备注" in clerk.get("/cases/4").text


@pytest.mark.parametrize("login", ["nobody", "operator", "elsewhere"])
def test_a_large_file_is_not_read_before_it_is_known_whose_it_is(desk: Desk, login: str) -> None:
    browser: Browser = desk.browser() if login == "nobody" else desk.signed_in(login)
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 64 * 1024
            yield b"x" * 64 * 1024

    kind = {"content-type": "multipart/form-data; boundary=x", "origin": "http://elsewhere.example"}
    client = browser.client
    try:
        answer = client.post("/imports", content=pieces(), headers=kind, follow_redirects=False)
    except httpx.WriteError:  # it hung up on us
        return
    # 413 would say that it was read to its limit; a form of no shape is refused so as well.
    assert answer.status_code == (303 if login == "nobody" else 403)


def test_a_long_sentence_reaches_the_next_page_shortened(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/cases/4")
    clerk.client.follow_redirects = False
    sent = clerk.post("/cases/4/record", {"kind": "企" * 2_000, "on": "2026-03-02"})

    assert len(sent.headers["set-cookie"]) < 4_096
    assert "没有登记类型“企企" in unquote(clerk.client.cookies["peiyu_said"])
    assert "没有登记类型“企企" in clerk.get("/cases/4").text


def test_a_reason_too_long_to_be_read_is_refused_with_a_sentence(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/cases/4")
    for path, fields in (
        ("/cases/4/decide", {"verb": "hold", "version": "1"}),
        ("/dates/1/clock", {"act": "suspend", "sure": "yes"}),
    ):
        assert (
            "理由最多 500 个字，现在有 501 个"
            in clerk.post(path, {**fields, "reason": "长" * 501}).text
        )


def test_a_list_of_a_programme_that_is_gone_is_empty(desk: Desk) -> None:
    gone = CaseFilter(programme="gone")
    assert cases(desk.services, gone).lines == ()
    assert count_cases(desk.services, gone, most=9) == 0
    found = due(desk.services, DueFilter(programme="gone"))
    assert not isinstance(found, Refusal)
    assert found.lines == ()
