"""The tokens of a member of staff, in a real Chromium: seen, and taken back."""

import pytest
from playwright.sync_api import Browser, expect

from casework.tokens import NewToken, add_token
from tests.acceptance.test_console_pages import violations, window
from tests.plugins.desk import BY, Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def give_tokens(desk: Desk) -> None:
    """Let two programs act as the clerk."""
    for name in ("数据大屏", "示例项目管理系统每晚同步企业与事项"):
        add_token(desk.services, NewToken(login="clerk", name=name, read_only=True), by=BY)


def test_tokens_are_for_everybody_in_the_dark_and_in_a_narrow_window(
    chromium: Browser, desk: Desk
) -> None:
    give_tokens(desk)
    narrow = {"width": 360, "height": 740}
    with window(chromium, desk, "clerk", viewport=narrow, color_scheme="dark") as page:
        page.goto("/me")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.presses("/me/tokens/{number}/revoke")
@BOTH_WAYS
def test_somebody_takes_a_token_back(chromium: Browser, desk: Desk, *, scripts: bool) -> None:
    give_tokens(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="示例经办").click()
        page.get_by_role("button", name="收回令牌：数据大屏").click()
        expect(page.get_by_role("status")).to_have_text(
            "已收回令牌“数据大屏”，用它的程序马上进不来了"
        )
        expect(page.get_by_role("row", name="数据大屏")).to_contain_text("已收回")
