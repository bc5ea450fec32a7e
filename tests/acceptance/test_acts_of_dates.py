"""Every act on one date, and on what enterprises answered, in a real Chromium, both ways."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from models.answer import Answer, Snooze
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person
from models.ledger import AuditEntry
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, go, press, said, unchanged, unfold
from tests.plugins.desk import NOW, Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
OURS, LAW = "高企年报本地完成日", "高企年度发展情况报表"  # a date of our own, one of the law's


def open_date(page: Page, title: str) -> None:
    """Find a date in the calendar, and open it."""
    go(page, "截止日历")
    page.get_by_label("多少天以内").select_option(label="全部")
    page.get_by_label("项目").select_option(label="高新技术企业认定")
    press(page, "筛选")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def touch(page: Page, act: str, says: str, *, sure: str = "") -> None:
    """Press what is to be done to a date's clock, see what it does, and agree."""
    page.get_by_label("理由（必填）").fill("企业书面申请")
    press(page, f"{act}…")
    expect(page.get_by_text(says).first).to_be_visible()
    press(page, f"确认{sure or act}", f"已办理（{sure or act}）")


@pytest.mark.presses("/dates/{number}/clock")
@BOTH_WAYS
def test_a_date_is_extended_stopped_given_up_and_each_of_that_taken_back(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_date(page, OURS)
        page.get_by_label("延长几天").fill("5")
        page.get_by_label("依据的文号").fill("示例请示 1 号")
        touch(page, "延期", "截止日 2026-05-20 → 2026-05-25")
        expect(page.get_by_role("heading", name="期限：2026-05-25")).to_be_visible()
        expect(page.get_by_role("button", name="延期…")).to_have_count(0)
        touch(page, "中止", "起中止，期间不提醒")
        touch(page, "恢复计时", "截止日")
        for end, says in (("免办", "免办，不再提醒"), ("无法申报", "无法申报，不再提醒")):
            touch(page, end, says)
            expect(page.locator(".tag").filter(has_text=end)).to_be_visible()
            expect(page.get_by_role("button", name="中止…")).to_have_count(0)
            touch(page, "撤销上一次办理", f"撤销“{end}”，会怎样", sure="撤销")
        expect(page.locator(".story li")).to_have_count(7)
        expect(page.locator(".story")).to_contain_text("示例经办：延期 5 天")
    acts = ["extend", "suspend", "resume", "waive", "undo", "cannot_file", "undo"]
    with desk.services.database.reading() as session:
        done = session.scalars(select(ClockEvent).order_by(col(ClockEvent.seq))).all()
        assert [each.act for each in done] == acts


@pytest.mark.presses("/dates/{number}/clock", "/dates/{number}/snooze", "/dates/{number}/unsnooze")
@BOTH_WAYS
def test_a_date_of_the_law_is_stopped_by_a_document_only_and_kept_quiet_and_heard_again(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_date(page, LAW)
        page.get_by_label("理由（必填）").fill("企业停工")
        press(page, "中止…", "法定期限只能依据文件中止，请写明文号")
        page.get_by_label("依据的文号").fill("示例中止通知 1 号")
        touch(page, "中止", "起中止，期间不提醒")
        touch(page, "撤销上一次办理", "撤销“中止”，会怎样", sure="撤销")

        def quiet() -> None:
            unfold(page, "暂缓提醒到某天")
            page.get_by_label("到哪天再提醒").fill("2026-03-20")
            page.get_by_label("理由", exact=True).last.fill("负责人出差")
            page.get_by_role("button", name="暂缓提醒", exact=True).dblclick()
            said(page, "暂缓提醒到 2026-03-20；法定期限前最后一次提醒照常发")

        quiet()
        expect(page.locator(".tag.warn")).to_contain_text("暂缓提醒到 2026-03-20")
        with unchanged(desk, Snooze, AuditEntry):
            page.go_back()
            quiet()
        unfold(page, "照常提醒，不再暂缓")
        page.locator("#why-loud").fill("负责人回来了")
        press(page, "照常提醒", "照常提醒")
        expect(page.locator(".tag.warn").filter(has_text="暂缓提醒")).to_have_count(0)
        assert counted(desk, Snooze) == [1]


def answers(desk: Desk) -> str:
    """Let an enterprise ask for help and say twice that it is done; return its name."""
    with desk.services.database.writing() as session:
        wanted = select(Deadline).where(
            col(Deadline.title) == LAW, col(Deadline.state) == DeadlineState.OPEN.value
        )
        date = session.scalars(wanted.order_by(col(Deadline.id)).limit(1)).one()
        firm = session.get_one(Enterprise, date.enterprise_id)
        contact = session.scalars(select(Person).where(col(Person.enterprise_id) == firm.id)).one()
        matter = "/".join((firm.uscc, date.programme, date.obligation, date.subject, date.period))
        for number, (kind, more) in enumerate(
            (
                ("help", {"words": "不会填"}),
                ("done", {"receipt": "示例号错了"}),
                ("done", {"receipt": "示例123"}),
            )
        ):
            row = {"key": f"{number}", "matter": matter, "deadline_id": date.id, "kind": kind}
            row |= {"person_id": contact.id, "at": NOW, "state": "waiting"}
            session.add(Answer(**row, **more))
        return firm.name


@pytest.mark.presses("/replies/{number}")
@BOTH_WAYS
def test_what_an_enterprise_answered_is_handled_returned_and_confirmed(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    name = answers(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        go(page, "今日")
        page.get_by_role("link", name="企业答复 3 件等处理").click()
        page.get_by_label("怎么办的").fill("已电话说明")
        press(page, "已处理", f"已处理：{name}，{LAW}")
        expect(page.get_by_text("等您处理 2 件")).to_be_visible()
        wrong = page.locator("section > ul > li").filter(has_text="示例号错了")
        wrong.get_by_label("或退回，写明理由").fill("凭证号查不到")
        wrong.get_by_role("button", name="退回").click()
        said(page, "已处理")
        expect(wrong).to_contain_text("示例经办：凭证号查不到")
        right = page.locator("section > ul > li").filter(has_text="示例123")
        right.get_by_role("link", name=LAW).click()
        press(page, "凭证号无误，办结", f"已销去截止事项：{OURS}、{LAW}")
        expect(page.locator("#day .tag")).to_have_text("已办")
        go(page, "今日")
        expect(page.get_by_role("link", name="企业答复")).to_have_count(0)
    with desk.services.database.reading() as session:
        told = session.scalars(select(Answer).order_by(col(Answer.id))).all()
        assert [each.state for each in told] == ["handled", "returned", "confirmed"]
