"""The tokens of a member of staff, in a real Chromium: seen, and taken back."""

import pytest
from playwright.sync_api import Browser, expect

from casework.tokens import NewToken, add_token
from tests.acceptance.test_console_pages import violations, window
from tests.plugins.desk import BY, Desk

pytestmark = pytest.mark.chromium


def test_somebody_takes_a_token_back_without_scripts(chromium: Browser, desk: Desk) -> None:
    for name in ("数据大屏", "示例项目管理系统每晚同步企业与事项"):
        add_token(desk.services, NewToken(login="clerk", name=name, read_only=True), by=BY)
    narrow = {"width": 360, "height": 740}
    with window(chromium, desk, "clerk", viewport=narrow, color_scheme="dark") as page:
        page.goto("/me")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    with window(chromium, desk, "clerk", java_script_enabled=False) as page:
        page.goto("/me")
        page.get_by_role("button", name="收回令牌：数据大屏").click()
        expect(page.get_by_role("status")).to_have_text(
            "已收回令牌“数据大屏”，用它的程序马上进不来了"
        )
        expect(page.get_by_role("row", name="数据大屏")).to_contain_text("已收回")
