"""The tokens of a member of staff, in a real Chromium: seen, and taken back."""

import httpx
import pytest
from playwright.sync_api import Browser, expect

from casework.tokens import NewToken, add_token
from tests.acceptance.test_console_pages import faults, violations, window
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


@pytest.mark.presses("/me/tokens")
@BOTH_WAYS
def test_somebody_makes_a_token_and_sees_it_once(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="示例经办").click()
        page.get_by_label("用途（哪个程序）").fill("数据大屏")
        page.get_by_label("权限").select_option("只读")
        page.get_by_label("有效天数").fill("30")
        page.get_by_role("button", name="做一个令牌").click()
        expect(page.get_by_role("heading", name="令牌“数据大屏”")).to_be_visible()
        assert not scripts or faults(page) == []
        secret = page.get_by_label("现在复制到那个程序里").input_value()
        page.get_by_role("link", name="抄好了，回到我的登录").click()
        expect(page.get_by_role("row", name="数据大屏")).to_contain_text("只读")
        expect(page.get_by_text(secret)).to_have_count(0)

    asked = {"authorization": f"Bearer {secret}"}
    read = httpx.get(f"{desk.address}/api/v1/board", headers=asked)
    assert read.status_code == 200
    wish = {"verb": "hold", "reason": "示例", "version": 1}
    tried = httpx.post(f"{desk.address}/api/v1/cases/1/decisions", headers=asked, json=wish)
    assert tried.status_code == 403
