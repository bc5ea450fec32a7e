"""Every act on letters in a real Chromium: one, many, taken back; a mailbox trusted again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from models.addresses import disown
from models.enterprise import BadAddress, Person
from models.ledger import AuditEntry
from models.letter import Letter
from models.letter_event import LetterEvent
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, go, press, said, unchanged
from tests.plugins.desk import NOW, Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def states(desk: Desk, *numbers: int) -> list[str]:
    """Return in which states letters are."""
    with desk.services.database.reading() as session:
        return [session.get_one(Letter, number).state for number in numbers]


def two(desk: Desk) -> list[tuple[int, str]]:
    """Return two letters to enterprises that wait, and to which mailboxes they go."""
    with desk.services.database.reading() as session:
        asked = select(col(Letter.id), col(Person.email)).join(Person)
        asked = asked.where(col(Letter.letter) == "enterprise_daily").order_by(col(Letter.id))
        return [(number, email) for number, email in session.execute(asked.limit(2))]


def open_letter(page: Page, email: str) -> None:
    """Search the letter to a mailbox, and open it."""
    go(page, "信函")
    page.get_by_label("收件人、企业或邮箱").fill(email)
    press(page, "筛选")
    page.locator("tbody tr").first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="经过")).to_be_visible()


def decide(page: Page, act: str) -> None:
    """Decide of the letter that is open, after seeing what it does; go back to it."""
    page.get_by_label("理由（必填，全部留痕）").fill("企业来电")
    press(page, act)
    expect(page.get_by_role("heading", name=f"{act} 1 封，会怎样")).to_be_visible()
    press(page, f"确认{act} 1 封", f"{act}：办成 1 封")
    page.locator("tbody tr").first.get_by_role("link").click()
    expect(page.locator(".story")).to_contain_text(f"{act} → ")


@pytest.mark.presses("/letters/act", "/letters/acts/{name}/undo")
@BOTH_WAYS
def test_a_letter_is_stopped_let_go_given_up_and_marked_as_arrived(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    (one, mailbox), (other, another) = two(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_letter(page, mailbox)
        for act, state in (("暂停", "held"), ("再发", "queued"), ("不再发", "suppressed")):
            decide(page, act)
            assert states(desk, one) == [state]
        page.locator(".story").get_by_role("link", name="不再发").click()
        page.get_by_role("button", name="撤销这一次").dblclick()
        expect(page.get_by_text("已撤销")).to_be_visible()
        assert states(desk, one) == ["queued"]
        open_letter(page, another)
        decide(page, "暂停")
        decide(page, "记为已送达")
        assert states(desk, other) == ["sent"]
        expect(page.locator(".head .tag")).to_have_text("已发")


@pytest.mark.presses("/letters/act", "/letters/acts/{name}/undo")
@BOTH_WAYS
def test_chosen_letters_and_all_that_match_are_decided_once_however_often_it_is_sent(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        go(page, "信函")
        page.get_by_label("状态").select_option(label="待发")
        press(page, "筛选")
        boxes = page.get_by_role("checkbox", name="选中给")
        boxes.nth(0).check()
        boxes.nth(1).check()
        page.get_by_label("理由（必填，全部留痕）").fill("内容还要核对")
        chosen = page.locator(".acts").filter(has_text="选中的：")
        chosen.get_by_role("button", name="暂停").click()
        page.get_by_role("button", name="确认暂停 2 封").dblclick()
        expect(page.get_by_role("heading", name="暂停 2 封")).to_be_visible()
        assert counted(desk, LetterEvent) == [2]
        go(page, "信函")
        page.get_by_role("link", name=re.compile("^2")).click()
        page.get_by_label("理由（必填，全部留痕）").fill("核对过了")
        every = page.locator(".acts").filter(has_text="符合条件的全部：")
        every.get_by_role("button", name="再发", exact=True).click()
        press(page, "确认再发 2 封", "再发：办成 2 封")
        with unchanged(desk, LetterEvent, AuditEntry):
            page.reload()
        press(page, "撤销这一次", "撤销了 2 封")
        expect(page.get_by_role("button", name="撤销这一次")).to_have_count(0)
        with unchanged(desk, LetterEvent, AuditEntry):
            page.go_back()
            expect(page.get_by_role("button", name="撤销这一次")).to_have_count(0)


@pytest.mark.presses("/letters/{number}/trust", "/letters/act")
@BOTH_WAYS
def test_a_mailbox_that_was_mended_is_written_to_again(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    number, email = two(desk)[0]
    with desk.services.database.writing() as session:
        letter = session.get_one(Letter, number)
        letter.state, letter.reason = "failed", "邮件服务器说没有这个邮箱"
        disown(session, email, NOW, status="5.1.1", said="no such user")
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        open_letter(page, email)
        expect(page.get_by_text("no such user")).to_be_visible()
        page.get_by_label("为什么可以再发（必填）").fill("对方已修好")
        page.get_by_role("button", name="恢复这个邮箱").dblclick()
        said(page, f"已恢复邮箱 {email}")
        expect(page.get_by_text("被退过信")).to_have_count(0)
        decide(page, "再发")
        assert states(desk, number) == ["queued"]
        assert counted(desk, BadAddress) == [0]
