"""规则 and 运行 in a real Chromium, with and without scripts."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import window
from tests.plugins.desk import Desk

pytestmark = pytest.mark.chromium


@pytest.mark.long_on("without scripts")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_head_confirms_declares_and_rehearses(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.goto("/programmes/rd_subsidy")
        page.get_by_role("link", name="核实这一条").first.click()
        page.get_by_label("文号").fill("示例科发〔2024〕1号")
        page.get_by_label("条款").fill("第二条")
        page.get_by_label("文件日期").fill("2024-03-01")
        page.get_by_role("button", name="记为已核实").click()
        expect(page.get_by_role("status")).to_contain_text("已核实")
        page.goto("/calendars")
        page.get_by_label("哪一天").fill("2026-05-20")
        page.get_by_role("button", name="看哪些日期会变").click()
        page.get_by_label("理由").fill("县政府通知停工一天")
        page.get_by_role("button", name="登记：2026-05-20 放假").dblclick()
        expect(page.get_by_role("status")).to_contain_text("已登记：2026-05-20")
        page.goto("/rehearsals")
        page.get_by_label("到", exact=True).fill("2026-03-06")
        page.get_by_role("button", name="开始预演").click()
        if scripts:
            expect(page.get_by_role("heading", name=re.compile("信函"))).to_be_visible(
                timeout=60_000
            )
            return
        for _ in range(300):
            if not page.get_by_role("link", name="看好了没有").count():
                break
            page.get_by_role("link", name="看好了没有").click()
        expect(page.get_by_role("heading", name=re.compile("信函"))).to_be_visible()
