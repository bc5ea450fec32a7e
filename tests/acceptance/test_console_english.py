"""The English console in a real Chromium: chosen in the footer, accessible, and narrow enough."""

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import violations, window
from tests.plugins.desk import Desk

pytestmark = pytest.mark.chromium


def test_english_is_chosen_in_the_footer_and_pages_stay_accessible(
    chromium: Browser, desk: Desk
) -> None:
    against: dict[str, list[str]] = {}
    wide: dict[str, int] = {}
    small = {"width": 360, "height": 740}
    with window(chromium, desk, "clerk", java_script_enabled=True, viewport=small) as page:
        page.goto("/cases?waiting=1")
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", name="Cases")).to_be_visible()
        assert page.url.endswith("/cases?waiting=1")
        for path in ("/", "/cases?q=青柑", "/cases/1"):
            page.goto(path)
            against[path] = violations(page)
            wide[path] = page.evaluate("document.documentElement.scrollWidth")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("heading", name="截止事项")).to_be_visible()

    assert not {path: found for path, found in against.items() if found}
    assert not {path: pixels for path, pixels in wide.items() if pixels > 360}
