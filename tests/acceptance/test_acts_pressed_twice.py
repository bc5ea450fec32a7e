"""Pressed twice, or again from the page before, each act is done once: in a real Chromium."""

import pytest
from playwright.sync_api import Browser, Page, expect

from models.case import Record, Waiver
from models.decision import Assignment, Decision, Note, Undoing
from models.ledger import AuditEntry
from tests.acceptance.test_acts_of_cases import choose, open_case
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, press, said, unchanged, unfold
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
KEPT = (Record, Waiver, Decision, Undoing, Assignment, Note, AuditEntry)


def pressed_twice(page: Page, button: str, says: str) -> None:
    """Press a button with a double click."""
    page.get_by_role("button", name=button, exact=True).dblclick()
    said(page, says)


@pytest.mark.presses(
    "/cases/{number}/record",
    "/cases/{number}/revoke",
    "/cases/{number}/assign",
    "/enterprises/{uscc}/notes",
)
@BOTH_WAYS
def test_what_is_done_on_the_page_of_a_case_is_done_once(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_case(page, "高新技术企业认定")

        def recorded() -> None:
            unfold(page, "登记发生了什么")
            page.get_by_label("什么事").select_option(label="发生更名或重大变化")
            page.get_by_label("凭据：").fill("变更通知书 1 号")
            pressed_twice(page, "登记", "登记")

        def written() -> None:
            unfold(page, "写一条备注")
            page.get_by_label("只给同事看").fill("说好周五交材料")
            pressed_twice(page, "记下", "已记下")

        def given() -> None:
            unfold(page, "指派经办人")
            page.get_by_label("指派给").select_option("head")
            pressed_twice(page, "指派", "示例股长")

        for act in (recorded, given):
            act()
            with unchanged(desk, *KEPT):
                page.go_back()
                act()
        unfold(page, "登记错了，作废")
        page.locator("#why-void").fill("登记错了企业")
        pressed_twice(page, "作废", "作废")
        expect(page.locator("summary", has_text="登记错了，作废")).to_have_count(0)
        written()
        with unchanged(desk, *KEPT):
            page.go_back()
            expect(page.locator(".as-typed")).to_have_text("说好周五交材料")
        assert counted(desk, Record, Assignment, Note) == [1, 1, 1]


@pytest.mark.presses("/decide", "/undo")
@BOTH_WAYS
def test_a_decision_about_many_that_is_sent_again_is_made_once(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.goto("/cases?waiting=1")
        choose(page, reason="等上级通知")
        press(page, "暂缓…")
        pressed_twice(page, "确认暂缓 2 项", "办成")
        assert counted(desk, Decision) == [2]
        with unchanged(desk, *KEPT):
            page.reload()
            said(page, "办成 0 项，2 项没有办")
        page.goto("/cases?held=1")
        choose(page, reason="通知已到")
        press(page, "恢复…")
        press(page, "确认恢复 2 项", "办成 2 项。")
        press(page, "撤销刚办的 2 项…")
        page.get_by_label("为什么撤销").fill("选错了")
        pressed_twice(page, "确认撤销 2 项", "撤销 2 项。")
        assert counted(desk, Undoing) == [2]
        with unchanged(desk, *KEPT):
            page.reload()
            expect(page.get_by_text("早已撤销")).to_have_count(2)
        page.get_by_role("link", name="返回").click()
        expect(page.locator("tbody tr")).to_have_count(2)
