"""Pages on paper: what can only be pressed is left out, and no table or letter is cut off."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.test_console_pages import window
from tests.plugins.desk import Desk

pytestmark = pytest.mark.chromium
PAPER = {"width": 672, "height": 986}  # A4 less its margins, in pixels of a browser
LISTS = ("/", "/cases?waiting=1", "/enterprises", "/due", "/due/month", "/letters", "/board")
OTHERS = ("/programmes/hnte", "/runs", "/audit", "/me")
_ONLY_TO_PRESS = """[...document.querySelectorAll('.no-print, nav, button, .filter, [type=search]')]
    .filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 80))"""
_CUT_OFF = """wide => [...document.querySelectorAll('table, .plain-text')]
    .filter(each => each.checkVisibility())
    .filter(each => each.getBoundingClientRect().right > wide + 1
        || each.scrollHeight > each.clientHeight + 1
        || getComputedStyle(each.parentElement).overflowX !== 'visible')
    .map(each => each.outerHTML.slice(0, 80))"""


def amiss(page: Page, address: str) -> list[str]:
    """Return what would be wrong with a page on paper."""
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    cut: list[str] = page.evaluate(_CUT_OFF, PAPER["width"])
    return [*page.evaluate(_ONLY_TO_PRESS), *(f"cut off: {each}" for each in cut)]


def test_paper_has_what_is_to_be_read_and_nothing_to_press(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk, "head", viewport=PAPER) as page:
        page.goto("/cases?waiting=1")
        case = page.locator("tbody a").first.get_attribute("href") or ""
        page.goto("/enterprises")
        firm = page.locator("tbody a").first.get_attribute("href") or ""
        page.emulate_media(media="print")
        wrong = {each: amiss(page, each) for each in (*LISTS, case, firm, *OTHERS)}

    assert not {address: found for address, found in wrong.items() if found}


def test_a_letter_is_printed_to_its_last_word(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk, "clerk", viewport=PAPER) as page:
        page.emulate_media(media="print")
        assert amiss(page, "/letters/5") == []
        expect(page.get_by_role("region", name="信的纯文字样子")).to_contain_text("咨询")
        assert page.locator(".plain-text").evaluate("each => each.checkVisibility()")
