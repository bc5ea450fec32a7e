"""信函 in a real Chromium: a letter shown inert, held and let go, and worded anew."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
WORDING = "/letters/wordings/enterprise_daily"


def test_a_clerk_reads_a_letter_and_stops_it_and_thinks_better_of_it(
    chromium: Browser, desk: Desk
) -> None:
    against: dict[str, list[str]] = {}
    with window(chromium, desk, "clerk") as page:
        page.goto("/letters")
        page.get_by_role("link", name=re.compile("示例")).nth(5).click()
        shown = page.frame_locator("iframe.seen")
        expect(shown.get_by_text("咨询：").first).to_be_visible()
        assert shown.locator("a[href]").count() == 0
        page.get_by_label("理由").fill("内容还要核对")
        page.get_by_role("button", name="暂停").click()
        expect(page.get_by_role("heading", name="暂停 1 封，会怎样")).to_be_visible()
        against["effect"] = faults(page)
        page.get_by_role("button", name="确认暂停 1 封").dblclick()
        expect(page.get_by_role("status")).to_contain_text("暂停：办成 1 封")
        against["done"] = faults(page)
        page.get_by_role("button", name="撤销这一次").click()
        expect(page.get_by_role("status")).to_contain_text("撤销了 1 封")

    assert not {path: found for path, found in against.items() if found}


@pytest.mark.presses(
    "/letters/wordings/{name}/page",
    "/letters/wordings/{name}/try",
    "/letters/wordings/{name}/keep",
    "/letters/wordings/{name}/restore",
)
@BOTH_WAYS
def test_a_head_words_a_letter_anew_sees_it_first_and_thinks_better_of_it(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="信函", exact=True).click()
        page.get_by_role("link", name="模板").click()
        page.locator(f"a[href='{WORDING}']").click()
        subject = page.get_by_label("标题", exact=True)
        subject.fill(subject.input_value().replace("截止提醒", "请按时办理"))
        page.get_by_role("button", name="看网页样子").click()
        shown = page.frame_locator("iframe.seen")
        expect(shown.get_by_text("示例甲科技有限公司").first).to_be_visible()
        page.get_by_role("button", name="预览并检查").click()
        expect(page.get_by_role("status")).to_contain_text("检查通过")
        assert not scripts or faults(page) == []
        page.get_by_role("button", name="保存为新的一版").click()
        expect(page.get_by_role("alert")).to_contain_text("请写明修改的理由")
        assert not scripts or faults(page) == []
        page.get_by_label("为什么改").fill("更清楚")
        page.get_by_role("button", name="保存为新的一版").click()
        expect(page.get_by_role("status")).to_contain_text("已保存为第 1 版")
        page.get_by_role("link", name="和现在比").click()
        expect(page.locator(".diff ins")).to_have_count(1)
        page.get_by_label("恢复", exact=True).select_option(label="随程序的模板")
        page.get_by_label("为什么恢复").fill("还是原来的好")
        page.get_by_role("button", name="恢复").click()
        expect(page.get_by_role("status")).to_contain_text("已恢复随程序的模板，记为第 2 版")
        expect(page.get_by_label("标题", exact=True)).to_have_value(re.compile("截止提醒"))
