"""导入 in a real Chromium: the way of a file, with and without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.test_console_pages import window
from tests.plugins.desk import Desk
from tests.plugins.rosters import HEADER, firm, xlsx

pytestmark = pytest.mark.chromium
COLUMNS = (*HEADER, "行政区划代码", "联系邮箱")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A roster with one newcomer, one change and one doubt."""
    known = "91431281MAXX00015X", "洪江市青柑示例科技有限公司", "431281", ""
    doubt = (*firm(99901), "431281", "yi@shili.example")
    return xlsx(tmp_path / "名册.xlsx", {"名册": [COLUMNS, known, doubt]})


def test_the_way_of_a_file_and_back(chromium: Browser, desk: Desk, file: Path) -> None:
    with window(chromium, desk, "clerk") as page:
        page.get_by_role("link", name="导入").click()
        page.get_by_label("名册文件").set_input_files(file)
        page.get_by_role("button", name="上传并核对").click()
        expect(page.get_by_role("heading", name="核对 名册.xlsx")).to_be_visible()
        page.get_by_role("button", name="确认导入").dblclick()
        expect(page.get_by_role("status")).to_contain_text("已导入：新增 1 行，变更 1 行")
        page.get_by_role("link", name="撤销这一批…").click()
        expect(page.get_by_role("heading", name="会怎样")).to_be_visible()
        page.get_by_role("button", name="确认撤回").dblclick()
        expect(page.get_by_role("status")).to_contain_text("已撤回")


def test_without_scripts_it_goes_the_same_way(chromium: Browser, desk: Desk, file: Path) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=False) as page:
        page.goto("/imports")
        page.get_by_label("名册文件").set_input_files(file)
        page.get_by_role("button", name="上传并核对").click()
        page.get_by_role("button", name="确认导入").click()
        expect(page.get_by_text("已导入：新增 1 行")).to_be_visible()
        page.go_back()
        page.reload()
        expect(page.get_by_text("这份文件已经导入过")).to_be_visible()
        page.goto("/imports")
        page.get_by_role("link", name="名册.xlsx").click()
        page.get_by_role("link", name="撤销这一批…").click()
        page.get_by_role("button", name="确认撤回").click()
        expect(page.get_by_text("已撤回 3 项")).to_be_visible()
