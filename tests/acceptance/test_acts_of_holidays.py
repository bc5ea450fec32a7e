"""The State Council's notice, entered in a real Chromium, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import faults, window
from tests.integration.test_console_holidays import NOTICE
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


@pytest.mark.presses("/calendars/notice")
@BOTH_WAYS
def test_a_head_pastes_a_notice_mends_a_slip_and_keeps_it(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="规则").click()
        page.get_by_role("link", name="放假安排").first.click()
        page.get_by_label("通知全文").fill(NOTICE.replace("14日（周日）", "14日（周一）"))
        page.get_by_role("button", name="核对").click()
        expect(page.get_by_text("没有完全读懂，不能保存")).to_be_visible()
        assert not scripts or faults(page) == []
        page.get_by_label("通知全文").fill(NOTICE)
        page.get_by_role("button", name="改好了，再核对").click()
        expect(page.get_by_text("2027-02-05（周五） 至 2027-02-11（周四）")).to_be_visible()
        assert not scripts or faults(page) == []
        page.get_by_role("button", name="核对无误，录入 2027 年").click()
        expect(page.get_by_role("status")).to_contain_text("已录入 2027 年放假安排")
        page.goto("/calendars")
        expect(page.locator("#y2027")).to_contain_text("已公布")
        page.get_by_text("通知原文", exact=True).click()
        expect(page.get_by_text("二、春节：2月5日（周五）至11日（周四）")).to_be_visible()
