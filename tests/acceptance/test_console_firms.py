"""An enterprise whole in a real Chromium: with and without scripts, light and dark, narrow."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlmodel import col

from models.enterprise import Enterprise
from models.letter import Letter
from tests.acceptance.test_console_pages import violations, window
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
NARROW = {"width": 360, "height": 740}


def two(desk: Desk) -> list[Enterprise]:
    """Return two enterprises to which no letter is on its way."""
    with desk.services.database.writing() as session:
        session.execute(update(Letter).values(state="sent"))
        return list(session.scalars(select(Enterprise).order_by(col(Enterprise.id)).limit(2)))


@pytest.mark.presses("/enterprises/{uscc}/merge", "/enterprises/{uscc}/unmerge")
@pytest.mark.long_on("with scripts")
@BOTH_WAYS
def test_two_enterprises_that_are_one_are_merged_and_taken_apart_again(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    kept, gone = two(desk)
    scheme = "light" if scripts else "dark"
    how = {"java_script_enabled": scripts, "color_scheme": scheme, "viewport": NARROW}
    against: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        if scripts:
            page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
            against[name] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, name

    with window(chromium, desk, "clerk", **how) as page:
        page.goto(f"/enterprises/{kept.uscc}")
        look(page, "whole")
        page.get_by_role("link", name="与另一家合并").click()
        page.get_by_label("要并入的一家的统一社会信用代码").fill(gone.uscc)
        page.get_by_role("button", name="看会怎样").click()
        look(page, "foreseen")
        page.get_by_label("凭什么认定是同一家").fill("示例：换发代码")
        page.get_by_role("button", name="确认合并").click()
        expect(page.get_by_text("已合并；")).to_be_visible()
        page.goto(f"/enterprises/{gone.uscc}")
        expect(page.get_by_text("这家企业已并入")).to_be_visible()
        look(page, "gone")
        page.get_by_role("link", name=kept.name).click()
        page.locator("summary", has_text="撤销合并").click()
        page.get_by_label("为什么撤销").fill("示例：认错了")
        look(page, "merged")
        page.get_by_role("button", name="撤销合并").click()
        expect(page.get_by_text("已撤销合并")).to_be_visible()
    assert not {name: found for name, found in against.items() if found}
