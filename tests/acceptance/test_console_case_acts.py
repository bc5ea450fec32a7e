"""Acting on cases in a real Chromium: with and without scripts, both themes, a narrow screen."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.test_console_pages import violations, window
from tests.plugins.desk import Desk

pytestmark = pytest.mark.chromium
NARROW = {"width": 360, "height": 740}


def unfolded(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def date_of(page: Page) -> str:
    page.goto("/due?days=90")
    return page.locator("a[href^='/dates/']").first.get_attribute("href") or ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_done_about_cases_is_accessible_and_fits_a_narrow_screen(
    chromium: Browser, desk: Desk, scheme: str
) -> None:
    against: dict[str, list[str]] = {}
    wide: dict[str, int] = {}

    def look(page: Page, name: str) -> None:
        unfolded(page)
        against[name] = violations(page)
        wide[name] = page.evaluate("document.documentElement.scrollWidth")

    with window(chromium, desk, "clerk", color_scheme=scheme, viewport=NARROW) as page:
        for path in (date_of(page), "/cases/1", "/replies", "/cases?sort=-days"):
            page.goto(path)
            look(page, path)
        page.goto("/cases?waiting=1")
        page.get_by_role("checkbox", name="选中 ").first.check()
        page.locator("#reason").fill("示例")
        page.get_by_role("button", name="同意").click()
        look(page, "preview of many")
        page.get_by_role("button", name="确认同意").click()
        look(page, "result of many")
        page.get_by_role("button", name="撤销刚办的").click()
        look(page, "preview of undoing")
    assert not {path: found for path, found in against.items() if found}
    assert not {path: pixels for path, pixels in wide.items() if pixels > 360}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
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
