"""Every act on one case and on many, pressed in a real Chromium, with and without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from models.case import Case, Record
from models.decision import Assignment, Decision, Note
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, go, press, said, unfold
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def open_case(page: Page, programme: str, stage: str = "") -> None:
    """Find a case of a programme in a stage, and open it."""
    go(page, "事项")
    page.get_by_label("项目").select_option(label=programme)
    press(page, "筛选")
    page.locator("tbody tr").filter(has_text=stage).first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="现在：")).to_contain_text(stage)


def decide(page: Page, verb: str, reason: str) -> None:
    """Write a reason and press the button of a decision."""
    page.get_by_label("理由（必填，企业可能看到）").fill(reason)
    press(page, verb, f"已{verb}")


def stands_at(page: Page, stage: str) -> None:
    """See where the case stands now."""
    expect(page.locator(".way .now")).to_have_text(stage)


def record(page: Page, what: str, evidence: str) -> None:
    """Record that something happened today."""
    unfold(page, "登记发生了什么")
    page.get_by_label("什么事").select_option(label=what)
    page.get_by_label("凭据：文号、受理编号、签到表等").fill(evidence)
    press(page, "登记")


@pytest.mark.presses("/cases/{number}/decide", "/cases/{number}/record")
@BOTH_WAYS
def test_a_case_is_sent_back_stopped_excused_given_up_and_begun_anew(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_case(page, "科技型中小企业评价", "填报辅导")
        record(page, "参加填报培训或一对一辅导", "签到表 3 号")
        said(page, "事项推进了 1 步")
        stands_at(page, "平台填报")
        decide(page, "退回补正", "企业要重新准备")
        stands_at(page, "填报辅导")
        decide(page, "暂缓", "等上级通知")
        expect(page.locator(".head .tag.warn")).to_have_text("暂缓")
        decide(page, "恢复", "通知已到")
        expect(page.locator(".head .tag.warn")).to_have_count(0)
        unfold(page, "免除一项等待")
        page.get_by_label("哪一项").select_option(label="参加填报培训或辅导")
        page.get_by_label("理由", exact=True).fill("去年培训过")
        press(page, "免除", "已免除")
        stands_at(page, "平台填报")
        expect(page.locator(".story")).to_contain_text("免除：参加填报培训或辅导")
        decide(page, "放弃", "企业不再参评")
        expect(page.get_by_role("button", name="放弃", exact=True)).to_have_count(0)
        first = page.url
        decide(page, "重新开始", "企业改了主意")
        expect(page).not_to_have_url(first)
        expect(page.locator(".head")).to_contain_text("第 2 次")

    verbs = ["return", "hold", "resume", "waive", "withdraw", "reopen"]
    with desk.services.database.reading() as session:
        made = select(col(Decision.verb)).order_by(col(Decision.id))
        assert session.scalars(made).all() == verbs
        number = int(first.rpartition("/")[2])
        assert session.get_one(Case, number).final == "withdrawn"


@pytest.mark.presses(
    "/cases/{number}/record",
    "/cases/{number}/revoke",
    "/cases/{number}/assign",
    "/enterprises/{uscc}/notes",
    "/enterprises/{uscc}/notes/{number}/strike",
)
@BOTH_WAYS
def test_what_was_recorded_or_written_by_mistake_is_struck_and_still_told(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_case(page, "高新技术企业认定")
        record(page, "发生更名或重大变化", "变更通知书 1 号")
        said(page, "已登记：高新技术企业认定")
        expect(page.locator(".story")).to_contain_text("变更通知书 1 号")
        unfold(page, "登记错了，作废")
        page.get_by_label("哪一条").select_option(index=0)
        page.locator("#why-void").fill("登记错了企业")
        press(page, "作废", "已作废：")
        expect(page.locator(".story")).to_contain_text("（不再作数）")
        unfold(page, "写一条备注")
        page.get_by_label("只给同事看").fill("说好周五交材料")
        press(page, "记下", "已记下")
        unfold(page, "划去")
        page.get_by_label("为什么划去").fill("写错了企业")
        press(page, "划去", "已划去")
        expect(page.locator("li.struck s")).to_have_text("说好周五交材料")
        expect(page.locator("li.struck")).to_contain_text("划去：写错了企业")
        unfold(page, "指派经办人")
        page.get_by_label("指派给").select_option("head")
        press(page, "指派", "经办人：示例股长")
        expect(page.locator(".head")).to_contain_text("经办人 示例股长")
        unfold(page, "指派经办人")
        page.get_by_label("指派给").select_option(label="（无人）")
        press(page, "指派", "经办人：（无人）")
    with desk.services.database.reading() as session:
        assert [row.revoked for row in session.scalars(select(Record))] == [True]
        assert [row.struck_reason for row in session.scalars(select(Note))] == ["写错了企业"]


def choose(page: Page, *, reason: str = "") -> None:
    """Choose the first two cases of the list."""
    boxes = page.get_by_role("checkbox", name="选中 ")
    boxes.nth(0).check()
    boxes.nth(1).check()
    if reason:
        page.get_by_label("理由").fill(reason)


def confirm(page: Page, title: str, number: int) -> None:
    """See what it would do; agree; go back to the list."""
    expect(page.get_by_role("heading", name=f"{title} {number} 项，会怎样")).to_be_visible()
    press(page, f"确认{title} {number} 项", f"办成 {number} 项。")
    page.get_by_role("link", name="回到列表").click()


@pytest.mark.presses("/decide", "/undo")
@BOTH_WAYS
def test_many_are_stopped_let_go_and_given_to_somebody_and_all_of_that_taken_back(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        go(page, "事项")
        page.get_by_label("待审").check()
        press(page, "筛选")
        choose(page, reason="等上级通知")
        press(page, "暂缓…")
        confirm(page, "暂缓", 2)
        page.goto("/cases?held=1")
        expect(page.locator("tbody tr")).to_have_count(2)
        choose(page, reason="通知已到")
        press(page, "恢复…")
        confirm(page, "恢复", 2)
        expect(page.get_by_role("heading", name="没有符合条件的事项")).to_be_visible()
        page.goto("/cases?waiting=1")
        choose(page)
        page.get_by_label("指派给").select_option(label="示例经办")
        press(page, "指派…")
        confirm(page, "指派给 示例经办", 2)
        go(page, "今日")
        page.get_by_role("link", name="我的事项全部列出").click()
        expect(page.locator("tbody tr")).to_have_count(2)
        choose(page)
        press(page, "指派…")
        press(page, "确认不指派给谁 2 项", "办成 2 项。")
        press(page, "撤销刚办的 2 项…")
        expect(page.get_by_text("改回原来的经办人")).to_have_count(2)
        page.get_by_label("为什么撤销").fill("选错了")
        press(page, "确认撤销 2 项", "撤销 2 项。")
        page.get_by_role("link", name="返回").click()
        expect(page.locator("tbody tr")).to_have_count(2)


@pytest.mark.presses("/decide")
@BOTH_WAYS
def test_all_that_match_are_given_to_somebody_at_once(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        go(page, "事项")
        page.get_by_label("项目").select_option(label="科技型中小企业评价")
        press(page, "筛选")
        page.get_by_label(re.compile("不只这一页：符合条件的全部 150 项")).check()
        page.get_by_label("指派给").select_option(label="示例股长")
        press(page, "指派…")
        expect(page.get_by_text("符合条件的共 150 项，都在下面。")).to_be_visible()
        expect(page.get_by_text("不发信。")).to_be_visible()
        confirm(page, "指派给 示例股长", 150)
        expect(page.locator("tbody tr").first).to_contain_text("示例股长")
        assert counted(desk, Assignment) == [150]
        page.goto("/cases?officer=nobody&programme=tsme")
        expect(page.get_by_role("heading", name="没有符合条件的事项")).to_be_visible()


@pytest.mark.presses("/decide")
@BOTH_WAYS
def test_from_the_list_one_is_sent_back_after_nothing_was_chosen_and_it_was_thought_over(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_case(page, "科技型中小企业评价", "填报辅导")
        name = page.get_by_role("heading", level=1).inner_text()
        record(page, "参加填报培训或一对一辅导", "签到表 3 号")
        said(page, "事项推进了 1 步")
        go(page, "事项")
        page.get_by_label("企业名称或信用代码").fill(name)
        page.get_by_label("项目").select_option(label="科技型中小企业评价")
        press(page, "筛选")
        page.get_by_label("理由").fill("企业要重新准备")
        press(page, "退回补正…", "请先选中要办理的事项")
        for sure in (False, True):
            page.get_by_role("checkbox", name=f"选中 {name} ").check()
            page.get_by_label("理由").fill("企业要重新准备")
            press(page, "退回补正…")
            expect(page.get_by_text("平台填报 → 填报辅导")).to_be_visible()
            if not sure:
                page.get_by_role("link", name="不办了").click()
                expect(page.locator("tbody tr")).to_contain_text("平台填报")
                assert counted(desk, Decision) == [0]
        confirm(page, "退回补正", 1)
        expect(page.locator("tbody tr")).to_contain_text("填报辅导")
    assert counted(desk, Decision) == [1]


def test_keys_walk_back_and_lead_to_approve_hold_and_return(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases?waiting=1")
        for key in "jjk":
            page.keyboard.press(key)
        expect(page.locator("tbody tr").first).to_have_class("here")
        for key, button in (("a", "同意…"), ("h", "暂缓…"), ("r", "退回补正…")):
            page.keyboard.press(key)
            expect(page.get_by_role("button", name=button)).to_be_focused()
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="现在：")).to_be_visible()
        for key, button in (("a", "同意"), ("h", "暂缓"), ("r", "退回补正")):
            page.keyboard.press(key)
            expect(page.get_by_role("button", name=button, exact=True)).to_be_focused()
        page.get_by_label("理由（必填，企业可能看到）").fill("等上级通知")
        page.get_by_label("理由（必填，企业可能看到）").press("Escape")
        page.keyboard.press("h")
        page.keyboard.press("Enter")
        said(page, "已暂缓")
