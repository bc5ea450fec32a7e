"""看板, 截止日历, saved views and exports in a real Chromium, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def test_a_saved_view_is_at_hand_and_a_narrow_month_is_a_list(
    chromium: Browser, desk: Desk
) -> None:
    with window(chromium, desk, "head") as page:
        page.goto("/cases?waiting=1")
        page.get_by_text("保存这个筛选").click()
        page.get_by_label("名称", exact=True).fill("待审的")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("navigation", name="常用筛选")).to_contain_text("待审的")
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto("/due/month?month=2026-05")
        expect(page.locator(".month")).to_be_hidden()
        expect(page.get_by_role("heading", name="逐日")).to_be_visible()


@pytest.mark.presses("/export")
@BOTH_WAYS
def test_a_clerk_goes_from_a_month_to_a_day_and_takes_the_list_along(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.goto("/due")
        page.get_by_role("link", name="月历").click()
        expect(page.get_by_text("今天")).to_be_visible()
        page.get_by_role("link", name="3 月 10 日，").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="截止日历")).to_be_visible()
        expect(page.locator(".head")).to_contain_text("2026-03-10 星期二")
        for _ in range(2):  # a file leaves the page as it is, to be asked again
            with page.expect_download() as waiting:
                page.get_by_role("button", name="导出 Excel").click()
            assert waiting.value.suggested_filename == "截止日历-2026-03-03.xlsx"
