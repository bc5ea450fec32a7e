"""预演 in a real Chromium, with and without scripts; the rules: `test_acts_of_rules.py`."""

import re
from time import monotonic

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


@pytest.mark.presses("/rehearsals")
@BOTH_WAYS
def test_a_head_rehearses(chromium: Browser, desk: Desk, *, scripts: bool) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="运行").click()
        page.get_by_role("link", name="预演").click()
        page.get_by_label("到", exact=True).fill("2026-03-06")
        page.get_by_role("button", name="开始预演").click()
        done = page.get_by_role("heading", name=re.compile("信函"))
        until = monotonic() + 60
        while not scripts and not done.is_visible() and monotonic() < until:
            again = page.get_by_role("link", name="看好了没有")
            if again.is_visible():  # not while the next page is on its way
                again.click()
            page.wait_for_timeout(200)
        expect(done).to_be_visible(timeout=60_000)
