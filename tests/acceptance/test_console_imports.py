"""导入 in a real Chromium: the way of a file, with and without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from models.enterprise import Enterprise
from models.imports import ImportBatch
from models.ledger import AuditEntry
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import go, press, said, unchanged
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS
from tests.plugins.rosters import HEADER, firm, xlsx

pytestmark = pytest.mark.chromium
COLUMNS = (*HEADER, "行政区划代码", "联系邮箱")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A roster with one newcomer, one change and one doubt."""
    known = "91431281MAXX00015X", "洪江市青柑示例科技有限公司", "431281", ""
    doubt = (*firm(99901), "431281", "yi@shili.example")
    return xlsx(tmp_path / "名册.xlsx", {"名册": [COLUMNS, known, doubt]})


@pytest.mark.presses("/imports", "/imports/files/{token}/apply", "/imports/{number}/undo")
@BOTH_WAYS
def test_the_way_of_a_file_and_back(
    chromium: Browser, desk: Desk, file: Path, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        go(page, "导入")
        page.get_by_label("名册文件").set_input_files(file)
        press(page, "上传并核对")
        expect(page.get_by_role("heading", name="核对 名册.xlsx")).to_be_visible()
        page.get_by_role("button", name="确认导入").dblclick()
        expect(page.get_by_role("heading", name="名册.xlsx")).to_be_visible()
        expect(page.get_by_text("新增 1，变更 1，不变 0")).to_be_visible()
        with unchanged(desk, ImportBatch, AuditEntry, Enterprise):
            page.go_back()
            page.reload()
            expect(page.get_by_text("这份文件已经导入过")).to_be_visible()
            expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
        go(page, "导入")
        page.get_by_role("link", name="名册.xlsx").click()
        page.get_by_role("link", name="撤销这一批…").click()
        expect(page.get_by_role("heading", name="会怎样")).to_be_visible()
        page.get_by_role("button", name="确认撤回 3 项").dblclick()
        expect(page.get_by_text("，撤回 3 项")).to_be_visible()
        expect(page.get_by_role("link", name="撤销这一批…")).to_have_count(0)
        with unchanged(desk, ImportBatch, AuditEntry, Enterprise):
            page.go_back()
            said(page, "已由 示例经办 于 2026-03-03 09:30 撤销")
