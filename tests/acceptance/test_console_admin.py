"""管理 and 审计 in a real Chromium, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect

from models.enterprise import Role
from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import PASSWORD, Desk
from tests.plugins.hired import hire
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


@pytest.mark.presses(
    "/admin/people", "/admin/people/{name}/invite", "/audit/export", "/welcome/{secret}", "/sign-in"
)
@BOTH_WAYS
def test_somebody_is_registered_invited_and_found_in_the_audit(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    hire(desk, "boss", Role.ADMIN, "")
    with window(chromium, desk, "boss", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="管理").click()
        page.get_by_label("登录名").fill("zhang")
        page.get_by_label("姓名").fill("张示例")
        page.get_by_label("角色").select_option(label="审计")
        page.get_by_label("邮箱").fill("zhang@bureau.example")
        page.get_by_role("button", name="登记").click()
        expect(page.get_by_role("status")).to_contain_text("已登记 张示例")
        page.get_by_role("button", name="给一个设密码的链接").click()
        link = page.get_by_label("设密码的链接").input_value()
        assert not scripts or faults(page) == []
        page.goto("/audit?subject=张示例")
        expect(page.locator("tbody tr")).to_have_count(2)
        expect(page.locator("tbody")).to_contain_text("角色：无 → 审计")
        with page.expect_download() as kept:
            page.get_by_role("button", name="表格").click()
        assert kept.value.suggested_filename.startswith("操作记录-")
        page.goto(link)
        expect(page.get_by_role("heading", name="张示例，请设密码")).to_be_visible()
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="设好").click()
        expect(page.get_by_role("status")).to_contain_text("您的登录名是 zhang")
    with window(chromium, desk, "zhang", java_script_enabled=scripts) as page:
        expect(page.get_by_role("link", name="张示例")).to_be_visible()
