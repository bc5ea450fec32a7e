"""The pages for whoever is nobody here yet, in a real Chromium: the door, first words, answers.

Their acts with and without scripts; axe on each as it stands and with what it says is wrong.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from casework.accounts import Invitation, invite
from casework.deliver import deliver
from casework.people import people
from console.app import make_app
from console.house import FirstStart
from console.serving import served
from models.answer import Answer
from models.enterprise import Role
from models.letter import Letter
from notifications.memory import MemoryCarrier
from runtime import clock
from runtime.build import build, close, create, read_settings
from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import BY, NOW, PASSWORD, Desk
from tests.plugins.hired import hire
from tests.plugins.pressed import BOTH_WAYS, watch

pytestmark = pytest.mark.chromium
REFUSED = "the server responded with a status of 4"  # so says Chromium of a page we mean


@contextmanager
def outside(chromium: Browser, address: str, *, scripts: bool = True) -> Iterator[Page]:
    """Open a window of a stranger, who may be told that something is wrong or not there."""
    context = chromium.new_context(
        base_url=address, locale="zh-CN", java_script_enabled=scripts, reduced_motion="reduce"
    )
    watch(context)
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not [each for each in broken if REFUSED not in each]


def look(page: Page, *, scripts: bool) -> None:
    """Ask axe about the page as it stands, where it can be asked."""
    assert not scripts or faults(page) == []


def link_of_a_letter(desk: Desk) -> str:
    """Send the first letter to an enterprise; return where its first matter is answered."""
    with desk.services.database.reading() as session:
        waits = select(col(Letter.id)).where(
            col(Letter.letter) == "enterprise_daily", col(Letter.state) == "queued"
        )
        number = session.scalar(waits.order_by(col(Letter.id)).limit(1)) or 0
    carrier = MemoryCarrier()
    here = replace(desk.services, public_url=desk.address, open_carrier=lambda: carrier)
    deliver(here, only=[number])
    found = re.search(rf"{re.escape(desk.address)}/a/[\w-]+", carrier.messages[0].text)
    assert found, carrier.messages[0].text
    return found[0]


@pytest.mark.presses("/a/{token}")
@BOTH_WAYS
def test_an_enterprise_answers_through_the_link_of_its_letter(
    chromium: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, scripts: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with outside(chromium, desk.address, scripts=scripts) as page:
        page.goto(link_of_a_letter(desk))
        look(page, scripts=scripts)
        page.get_by_role("button", name="已知悉").click()
        expect(page.get_by_role("status")).to_contain_text("收到了，谢谢")
        page.get_by_label("凭证号").fill("已经报了")
        page.get_by_role("button", name="已办理").click()
        expect(page.get_by_role("alert")).to_contain_text("没有提交：请填写凭证号")
        expect(page.get_by_label("凭证号")).to_have_value("已经报了")
        look(page, scripts=scripts)
        page.get_by_label("凭证号").fill("统计回执 2026-0310")
        page.get_by_role("button", name="已办理").click()
        expect(page.get_by_role("status")).to_contain_text("凭证号由本局核对")
        expect(page.get_by_role("list")).to_contain_text("凭证号 统计回执 2026-0310")
        page.get_by_label("遇到什么困难").fill("不会填 107-2 表")
        page.get_by_role("button", name="需要帮助").click()
        expect(page.get_by_role("list")).to_contain_text("不会填 107-2 表")
        look(page, scripts=scripts)
    with desk.services.database.reading() as session:
        said = session.scalars(select(col(Answer.kind)).order_by(col(Answer.id))).all()
    assert said == ["seen", "done", "help"]


@pytest.mark.presses("/welcome/{secret}", "/sign-in")
@BOTH_WAYS
def test_somebody_new_chooses_a_password_and_enters(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    hire(desk, "zhang", Role.CLERK)
    made = invite(desk.services, "zhang", by=BY)
    assert isinstance(made, Invitation)
    with outside(chromium, desk.address, scripts=scripts) as page:
        page.goto(f"/welcome/{made.secret}")
        look(page, scripts=scripts)
        for again, said in (("不一样的一句话呀", "两次输入的密码不一样"), (PASSWORD, "")):
            page.get_by_label("新密码").fill(PASSWORD)
            page.get_by_label("再输入一次").fill(again)
            page.get_by_role("button", name="设好").click()
            if said:
                expect(page.get_by_role("alert")).to_contain_text(said)
                look(page, scripts=scripts)
        expect(page.get_by_role("status")).to_contain_text("您的登录名是 zhang")
        look(page, scripts=scripts)
        for password in ("不对的密码", PASSWORD):
            page.get_by_label("登录名").fill("zhang")
            page.get_by_label("密码").fill(password)
            page.get_by_role("button", name="登录").click()
            if password != PASSWORD:
                expect(page.get_by_role("alert")).to_be_visible()
                look(page, scripts=scripts)
        expect(page.get_by_role("heading", name="今日")).to_be_visible()


@contextmanager
def first_start(home: Path, empty: Path) -> Iterator[str]:
    """Serve an empty office for the first time; yield its address with the secret."""
    home.mkdir()
    shutil.copyfile(empty, home / "peiyu.db")
    create(read_settings(home))
    first = FirstStart(lambda: NOW)
    with served(make_app(home, now=lambda: NOW, first=first), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/welcome/{first.secret}"


@pytest.mark.presses("/welcome/{secret}", "/sign-in", "/language", "/sign-out")
@BOTH_WAYS
def test_whoever_started_the_program_becomes_the_first_administrator(
    chromium: Browser, tmp_path: Path, empty_sqlite: Path, *, scripts: bool
) -> None:
    home = tmp_path / "office"
    with (
        first_start(home, empty_sqlite) as link,
        outside(chromium, link, scripts=scripts) as page,
    ):
        page.goto("/sign-in")
        expect(page.get_by_role("status")).to_contain_text("还没有人能登录")
        look(page, scripts=scripts)
        page.goto(link)
        look(page, scripts=scripts)
        page.get_by_label("登录名").fill("boss")
        page.get_by_label("姓名").fill("示例管理员")
        page.get_by_label("邮箱").fill("boss@bureau.example")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_label("再输入一次").fill("不一样的一句话呀")
        page.get_by_role("button", name="建立").click()
        expect(page.get_by_role("alert")).to_contain_text("两次输入的密码不一样")
        look(page, scripts=scripts)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="建立").click()
        expect(page.get_by_role("status")).to_contain_text("您的登录名是 boss")
        page.get_by_role("button", name="English").click()
        page.get_by_label("Login").fill("boss")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="示例管理员")).to_be_visible()
        page.get_by_role("button", name="中文").click()
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
    services = build(read_settings(home), now=lambda: NOW)
    assert [each.login for each in people(services)] == ["boss"]
    close(services)


def test_what_is_not_there_or_not_for_somebody_is_said_on_a_page_for_everybody(
    chromium: Browser, desk: Desk
) -> None:
    wrong: dict[str, list[str]] = {}
    with outside(chromium, desk.address) as page:
        for path in ("/a/x", "/welcome/x", "/nothing/here", "/sign-in?to=%2Fcases"):
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
            wrong[path] = faults(page)
        page.get_by_label("登录名").fill("clerk")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="事项")).to_be_visible()
        for path, status in (("/runs", 403), ("/cases/999999", 404), ("/nothing/here", 404)):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == status
            wrong[f"{path} signed in"] = faults(page)
            page.get_by_role("link", name="回到首页").click()
            expect(page.get_by_role("heading", name="今日")).to_be_visible()

    assert not {path: found for path, found in wrong.items() if found}


@pytest.mark.presses("/language", "/sign-out")
@BOTH_WAYS
def test_a_language_is_chosen_at_the_door_and_stays_until_another_is(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, java_script_enabled=scripts) as page:
        page.goto("/sign-in?to=%2Fcases%3Fwaiting%3D1")
        page.get_by_role("button", name="English").click()
        look(page, scripts=scripts)
        page.get_by_label("Login").fill("clerk")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Cases")).to_be_visible()
        assert page.url.endswith("/cases?waiting=1")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("heading", name="事项", exact=True)).to_be_visible()
        assert page.url.endswith("/cases?waiting=1")
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
