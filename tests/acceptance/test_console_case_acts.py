"""Acting on cases in a real Chromium, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def test_what_is_seen_before_and_after_acting_on_many_is_for_everybody(
    chromium: Browser, desk: Desk
) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases?waiting=1")
        page.get_by_role("checkbox", name="选中 ").first.check()
        page.locator("#reason").fill("示例")
        page.get_by_role("button", name="同意").click()
        assert faults(page) == []
        page.get_by_role("button", name="确认同意").click()
        assert faults(page) == []
        page.get_by_role("button", name="撤销刚办的").click()
        assert faults(page) == []


@pytest.mark.presses(
    "/cases/{number}/decide", "/cases/{number}/assign", "/enterprises/{uscc}/notes", "/undo"
)
@BOTH_WAYS
def test_a_clerk_decides_takes_it_back_writes_a_note_and_gives_the_case_away(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.goto("/cases?waiting=1")
        page.locator("tbody a").first.click()
        stage = page.locator(".way .now").inner_text()
        page.get_by_label("理由（必填，企业可能看到）").fill("材料齐全，符合条件")
        page.get_by_role("button", name="同意").click()
        expect(page.get_by_role("status")).to_contain_text("已同意")
        expect(page.locator(".way .now")).not_to_have_text(stage)
        page.get_by_role("button", name="撤销“同意”…").click()
        page.get_by_label("为什么撤销").fill("点错了企业")
        page.get_by_role("button", name="确认撤销 1 项").click()
        expect(page.get_by_role("status")).to_contain_text("撤销 1 项。")
        page.get_by_role("link", name="返回").click()
        expect(page.locator(".way .now")).to_have_text(stage)
        expect(page.locator(".story")).to_contain_text("撤销“同意”：点错了企业")
        page.get_by_text("写一条备注").click()
        page.get_by_label("只给同事看").fill("已电话核实\n第二行")
        page.get_by_role("button", name="记下").click()
        expect(page.locator(".as-typed")).to_have_text("已电话核实\n第二行")
        page.get_by_text("指派经办人").click()
        page.get_by_label("指派给").select_option("clerk")
        page.get_by_role("button", name="指派", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("经办人：示例经办")
        page.goto("/")
        expect(page.get_by_role("heading", name="我的事项")).to_be_visible()
