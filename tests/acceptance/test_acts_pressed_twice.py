"""Pressed twice, or again from the page before, each act is done once: in a real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from models.case import Record, Waiver
from models.clock import ClockEvent
from models.decision import Assignment, Decision, Note, Undoing
from models.enterprise import Alias
from models.ledger import AuditEntry
from tests.acceptance.test_acts_of_cases import choose, open_case
from tests.acceptance.test_acts_of_dates import OURS, open_date
from tests.acceptance.test_acts_of_firms import rename
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, press, said, unchanged, unfold
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
KEPT = (Record, Waiver, Decision, Undoing, Assignment, Note, Alias, ClockEvent, AuditEntry)


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


def from_two_tabs(desk: Desk, page: Page, act: Callable[[Page], None], says: str) -> None:
    """Do the same on a page that stands open twice; the second time says why it is not done."""
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    late = page.context.new_page()
    late.goto(page.url)
    act(page)
    expect(page.get_by_role("status")).to_be_visible()
    with unchanged(desk, *KEPT):
        act(late)
        said(late, says)
    late.close()


def hold(page: Page) -> None:
    """Stop the case."""
    page.get_by_label("理由（必填，企业可能看到）").fill("等上级通知")
    press(page, "暂缓")


def give(page: Page) -> None:
    """Give the case to the head."""
    unfold(page, "指派经办人")
    page.get_by_label("指派给").select_option("head")
    press(page, "指派")


def strike(page: Page) -> None:
    """Strike the note out."""
    unfold(page, "划去")
    page.get_by_label("为什么划去").fill("写错了企业")
    press(page, "划去")


def waive(page: Page) -> None:
    """Give a date up."""
    page.get_by_label("理由（必填）").fill("企业停产")
    press(page, "免办…")
    sure = page.get_by_role("button", name="确认免办")
    expect(sure.or_(page.get_by_role("status"))).to_be_visible()
    if sure.is_visible():
        sure.click()


@pytest.mark.presses(
    "/cases/{number}/decide",
    "/cases/{number}/assign",
    "/enterprises/{uscc}/notes/{number}/strike",
    "/enterprises/{uscc}/rename",
    "/dates/{number}/clock",
)
@BOTH_WAYS
def test_the_second_of_two_open_pages_is_told_and_changes_nothing(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_case(page, "高新技术企业认定")
        from_two_tabs(desk, page, hold, "示例经办 0 分钟前已处理（等上级通知）")
        from_two_tabs(desk, page, give, "示例股长")
        unfold(page, "写一条备注")
        page.get_by_label("只给同事看").fill("说好周五交材料")
        press(page, "记下", "已记下")
        from_two_tabs(desk, page, strike, "划去")
        page.get_by_role("heading", level=1).get_by_role("link").click()
        from_two_tabs(desk, page, rename, "已更名")
        open_date(page, OURS)
        from_two_tabs(desk, page, waive, "在您查看之后已有办理")
