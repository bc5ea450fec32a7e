"""目标, 常用筛选 and 日历订阅 in a real Chromium: every act, with and without scripts."""

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlmodel import col

from models.target import Target
from models.views import SavedView
from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


@pytest.mark.presses("/board/targets")
@BOTH_WAYS
def test_a_head_enters_a_target_and_withdraws_it(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="看板", exact=True).click()
        page.get_by_role("link", name="录入 2026 年目标").first.click()
        form = page.get_by_role("form").first
        form.get_by_role("textbox").first.fill("2")
        form.get_by_label("下达目标的文件").fill("示例发〔2026〕1号")
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已定为 2")
        history = page.get_by_role("region", name="来历")
        expect(history).to_contain_text("现行")
        page.get_by_role("link", name="回到看板").click()
        expect(page.get_by_role("row", name="示例发〔2026〕1号")).to_be_visible()
        page.get_by_role("link", name="目标的来历和修改").click()
        form.get_by_role("textbox").first.fill("")
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已撤回")
        expect(history.get_by_role("row")).to_have_count(3)
    with desk.services.database.reading() as session:
        said = session.scalars(select(col(Target.number)).order_by(col(Target.seq))).all()
    assert said == [2, None]


@pytest.mark.presses("/views", "/views/{number}/rename", "/views/{number}/remove")
@BOTH_WAYS
def test_a_filter_is_saved_shared_renamed_and_removed(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="事项", exact=True).click()
        page.get_by_label("待审").check()
        page.get_by_role("button", name="筛选").click()
        page.get_by_text("保存这个筛选").click()
        page.get_by_label("名称", exact=True).fill("待审的")
        page.get_by_label("共享给本区划的同事").check()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已保存为“待审的”")
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="待审的").click()
        expect(page.get_by_label("待审")).to_be_checked()
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="改名或删除").click()
        page.get_by_label("“待审的”的新名称").fill("等我审的")
        page.get_by_role("button", name="改名").click()
        expect(page.get_by_role("status")).to_contain_text("已改名为“等我审的”")
        page.get_by_role("button", name="删除“等我审的”").click()
        expect(page.get_by_role("status")).to_contain_text("已删除“等我审的”")
        expect(page.get_by_role("heading", name="还没有常用筛选")).to_be_visible()
    with desk.services.database.reading() as session:
        assert session.scalars(select(SavedView)).all() == []


@pytest.mark.presses("/me/feed", "/me/feed/end")
@BOTH_WAYS
def test_somebody_subscribes_changes_the_address_and_ends_it(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="示例经办").click()
        page.get_by_role("button", name="生成订阅地址").click()
        first = page.get_by_label("请现在复制").input_value()
        assert "BEGIN:VEVENT" in httpx.get(first).text
        if scripts:
            assert faults(page) == []
        page.get_by_role("main").get_by_role("link", name="我的登录").click()
        page.get_by_role("button", name="换一个地址").click()
        second = page.get_by_label("请现在复制").input_value()
        assert [httpx.get(each).status_code for each in (first, second)] == [404, 200]
        page.get_by_role("main").get_by_role("link", name="我的登录").click()
        page.get_by_role("button", name="停止订阅").click()
        expect(page.get_by_role("status")).to_contain_text("日历订阅已停止")
        expect(page.get_by_role("button", name="生成订阅地址")).to_be_visible()
        assert httpx.get(second).status_code == 404
