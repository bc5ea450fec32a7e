"""People, absences and sign-ins in a real Chromium: every act, with and without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from casework.absences import list_absences
from casework.people import PersonLine, one_of_them
from casework.sign_in import Browser as Seen
from casework.sign_in import sign_in
from casework.sign_ins import signed_in
from models.enterprise import Role
from tests.acceptance.test_console_pages import window
from tests.acceptance.test_pages_outside_the_door import look, outside
from tests.plugins.desk import PASSWORD, Desk
from tests.plugins.hired import hire
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
ELSEWHERE = Seen(address="192.0.2.7", says="示例浏览器")


def known(desk: Desk, login: str) -> PersonLine:
    """Return what is known of somebody."""
    found = one_of_them(desk.services, login)
    assert isinstance(found, PersonLine), found
    return found


def enter(desk: Desk, login: str, password: str = PASSWORD) -> None:
    """Try to sign somebody in, in a browser that stands elsewhere."""
    sign_in(desk.services, login, password, ELSEWHERE)


def told(page: Page, words: str) -> None:
    """Wait until the page says something."""
    expect(page.get_by_role("status")).to_contain_text(words)


@pytest.mark.presses("/admin/people")
@BOTH_WAYS
def test_who_can_not_be_registered_is_said_and_what_was_typed_stays(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    hire(desk, "boss", Role.ADMIN, "")
    with outside(chromium, desk.address, scripts=scripts) as page:
        page.goto("/admin/people")
        page.get_by_label("登录名").fill("boss")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_label("登录名").fill("clerk")
        page.get_by_label("姓名").fill("张示例")
        page.get_by_label("邮箱").fill("zhang@bureau.example")
        page.get_by_role("button", name="登记").click()
        expect(page.get_by_role("alert")).to_contain_text("登录名“clerk”已经有人用了")
        expect(page.get_by_label("姓名")).to_have_value("张示例")
        look(page, scripts=scripts)
    assert known(desk, "clerk").name == "示例经办"


@pytest.mark.presses(
    "/admin/people/{name}",
    "/admin/people/{name}/leave",
    "/admin/people/{name}/return",
    "/admin/people/{name}/close",
)
@BOTH_WAYS
def test_somebody_is_given_another_role_lets_go_comes_back_and_loses_the_account(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    hire(desk, "boss", Role.ADMIN, "")
    hire(desk, "zhang", Role.CLERK)
    with window(chromium, desk, "boss", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="管理").click()
        page.get_by_role("link", name="示例zhang").click()
        page.get_by_label("姓名").fill("张示例")
        page.get_by_label("角色").select_option(label="股长")
        page.get_by_role("button", name="保存").click()
        told(page, "已保存")
        expect(page.get_by_role("heading", name="张示例")).to_be_visible()
        assert known(desk, "zhang").role == "head"
        page.get_by_label("理由").fill("调离")
        page.get_by_role("button", name="停用").click()
        told(page, "已停用")
        assert not known(desk, "zhang").active
        page.get_by_role("button", name="恢复在岗").click()
        told(page, "已恢复在岗")
        assert known(desk, "zhang").active
        page.get_by_role("button", name="收回账号").click()
        told(page, "已收回账号")
        expect(page.get_by_text("还没有设密码")).to_be_visible()
        assert not known(desk, "zhang").has_account


def plan(page: Page, deputy: str) -> None:
    """Fill in the days of an absence, and send it."""
    page.get_by_label("从哪天").fill("2026-03-10")
    page.get_by_label("到哪天").fill("2026-03-12")
    page.get_by_label("由谁代办").select_option(label=deputy)
    page.get_by_role("region", name="不在岗").get_by_role("button", name="登记").last.click()
    told(page, "2026-03-10 至 2026-03-12 不在岗")


def never_mind(page: Page, name: str) -> None:
    """Take the absence back."""
    page.get_by_role("row", name=name).get_by_role("button", name="取消").click()
    told(page, f"已取消：{name} 2026-03-10 至 2026-03-12 不在岗")


@pytest.mark.presses("/me/absences", "/me/absences/end")
@BOTH_WAYS
def test_a_clerk_will_be_away_and_then_will_not(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="示例经办").click()
        plan(page, "示例股长（股长）")
        expect(page.get_by_role("row", name="示例经办")).to_contain_text("示例股长")
        (away,) = list_absences(desk.services)
        assert (away.login, away.deputy_name) == ("clerk", "示例股长")
        never_mind(page, "示例经办")
        expect(page.get_by_text("出差、休假以前登记")).to_be_visible()
        assert list_absences(desk.services) == ()


@pytest.mark.presses("/admin/absences", "/admin/absences/end")
@BOTH_WAYS
def test_a_head_plans_for_somebody_else_and_takes_it_back(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="管理").click()
        page.get_by_label("谁", exact=True).select_option(label="示例经办（经办）")
        plan(page, "示例股长（股长）")
        assert [each.login for each in list_absences(desk.services)] == ["clerk"]
        never_mind(page, "示例经办")
        expect(page.get_by_text("没有人登记不在岗")).to_be_visible()
        assert list_absences(desk.services) == ()


@pytest.mark.presses("/admin/sign-ins/end", "/admin/sign-ins/lift")
@BOTH_WAYS
def test_an_administrator_ends_a_sign_in_and_lets_somebody_try_again(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    hire(desk, "boss", Role.ADMIN, "")
    enter(desk, "clerk")
    for _ in range(6):
        enter(desk, "leader", "不对的密码")
    with window(chromium, desk, "boss", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="管理").click()
        page.get_by_role("link", name="登录", exact=True).click()
        page.get_by_role("row", name="示例经办").get_by_role("button", name="结束").click()
        told(page, "已结束 示例经办")
        expect(page.get_by_role("row", name="示例经办")).to_have_count(0)
        page.get_by_role("row", name="示例分管领导").get_by_role("button", name="解除").click()
        told(page, "示例分管领导 现在可以再试")
    assert signed_in(desk.services, "clerk") == ()
    with window(chromium, desk, "leader", java_script_enabled=scripts) as page:
        expect(page.get_by_role("link", name="示例分管领导")).to_be_visible()


@pytest.mark.presses("/me/sign-ins/end", "/me/sign-out-everywhere", "/sign-out", "/sign-in")
@BOTH_WAYS
def test_somebody_signs_out_elsewhere_here_and_everywhere(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    enter(desk, "clerk")
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="示例经办").click()
        there = page.get_by_role("row", name="示例浏览器")
        there.get_by_role("button", name="结束").click()
        told(page, "已结束 示例经办")
        expect(there).to_have_count(0)
        page.get_by_role("button", name="退出", exact=True).click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        assert signed_in(desk.services, "clerk") == ()
        page.goto("/me")
        page.get_by_label("登录名").fill("clerk")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        enter(desk, "clerk")
        assert len(signed_in(desk.services, "clerk")) == 2
        page.get_by_role("button", name="全部退出").click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        assert signed_in(desk.services, "clerk") == ()
