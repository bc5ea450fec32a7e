"""管理: people, accounts, absences and sign-ins by administrators, within their own division."""

import re
from dataclasses import replace

import httpx
import pytest

from casework.absences import Away, go_away, list_absences
from casework.accounts import INVITED_FOR, close_account, invite
from casework.people import one_of_them, people
from casework.refusal import Refusal
from casework.sign_in import Browser as Seen
from casework.sign_in import sign_in
from casework.sign_ins import end_sign_in, lift, lockouts, signed_in
from casework.staff import NewStaff, add_staff, list_staff, remove_staff, return_staff
from models.enterprise import Role
from tests.plugins.desk import NOW, PASSWORD, Browser, Desk
from tests.plugins.hired import ELSEWHERE, hire, last_entry

HERE = Seen(address="192.0.2.7", says="示例浏览器")
LINK = re.compile(r'value="(http://[^"]+/welcome/[0-9a-f]{64})"')
NEW = {
    "login": "zhang",
    "name": "张示例",
    "role": "clerk",
    "email": "zhang@bureau.example",
    "division": "431281",
}


def fields_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of a form, as a browser sends them."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def changed(page: str, login: str, **other: str) -> dict[str, str]:
    return {**NEW, **fields_of(page, f"/admin/people/{login}"), **other}


def test_an_administrator_registers_and_invites_by_a_link_shown_once(desk: Desk) -> None:
    hire(desk, "boss", Role.ADMIN)
    boss = desk.signed_in("boss")
    boss.get("/admin/people")
    assert "已登记 张示例" in boss.post("/admin/people", NEW).text
    boss.get("/admin/people")
    again = boss.post("/admin/people", {**NEW, "email": "other@bureau.example"})
    assert again.status_code == 400
    assert "登录名“zhang”已经有人用了" in again.text
    assert 'value="other@bureau.example"' in again.text

    page = boss.get("/admin/people/zhang").text
    asked = fields_of(page, "/admin/people/zhang/invite")
    first = boss.post("/admin/people/zhang/invite", asked).text
    second = boss.post("/admin/people/zhang/invite", asked).text
    assert LINK.findall(first) == LINK.findall(second)
    assert f"{(NOW + INVITED_FOR):%Y-%m-%d %H:%M} 以前有效" in first
    assert "/welcome/" not in boss.get("/admin/people/zhang").text
    zhang = desk.browser()
    (link,) = LINK.findall(first)
    zhang.get(link)
    said = zhang.post(link, {"password": PASSWORD, "again": PASSWORD}).text
    assert "您的登录名是 zhang" in said
    assert "账号有过变化" in boss.post("/admin/people/zhang/invite", asked).text
    assert httpx.get(link).status_code == 404


def test_an_administrator_changes_lets_go_and_takes_back(desk: Desk) -> None:
    hire(desk, "boss", Role.ADMIN)
    hire(desk, "zhang", Role.CLERK)
    boss = desk.signed_in("boss")
    page = boss.get("/admin/people/zhang").text
    head = changed(page, "zhang", role="head")
    assert "已保存" in boss.post("/admin/people/zhang", head).text
    assert last_entry(desk, "staff.change") == {
        "before": {"role": "clerk", "name": "示例zhang"},
        "after": {"role": "head", "name": "张示例"},
    }
    assert "没有变化" in boss.post("/admin/people/zhang", head).text
    stale = boss.post("/admin/people/zhang", {**head, "role": "leader"}).text
    assert "别人改过张示例" in stale

    zhang = desk.signed_in("zhang")
    boss.get("/admin/people/zhang")
    gone = boss.post("/admin/people/zhang/leave", {"reason": "调离"}).text
    assert "已停用" in gone
    assert zhang.get("/me").url.path == "/sign-in"
    assert "已恢复在岗" in boss.post("/admin/people/zhang/return", {"reason": ""}).text
    assert "已收回账号" in boss.post("/admin/people/zhang/close", {}).text
    assert "没有设密码" in boss.get("/admin/people/zhang").text


def test_nobody_locks_themselves_or_the_last_administrator_out(desk: Desk) -> None:
    boss, other = hire(desk, "boss", Role.ADMIN), hire(desk, "other", Role.ADMIN)
    ours = replace(desk.services, division="431281")
    own = NewStaff(
        login="boss", name="示例boss", role=Role.CLERK, email="b@b.example", division_code="431281"
    )
    wrong = "自己的角色、区划、停用和账号，请另一位系统管理员办理"

    assert add_staff(ours, own, by=boss) == Refusal(reason=wrong)
    assert remove_staff(ours, "boss", reason="试", by=boss) == Refusal(reason=wrong)
    assert close_account(ours, "boss", by=boss) == Refusal(reason=wrong)
    assert not isinstance(remove_staff(ours, "boss", reason="试", by=other), Refusal)
    late = remove_staff(ours, "other", reason="试", by=boss)
    assert late == Refusal(reason="您现在已经不是系统管理员了，没有办成")
    assert not isinstance(return_staff(ours, "boss", reason="", by=other), Refusal)


def test_only_administrators_manage_and_only_their_own_division(desk: Desk) -> None:
    far = hire(desk, "far", Role.ADMIN, ELSEWHERE)
    theirs = replace(desk.services, division=ELSEWHERE)
    new = NewStaff(
        login="li", name="李示例", role=Role.CLERK, email="l@b.example", division_code="431281"
    )
    nobody = Refusal(reason="没有登录名为“clerk”的工作人员")
    inside = Refusal(reason="负责的区划要在您的 431271 之内，请改好再保存")
    secret = sign_in(desk.services, "clerk", PASSWORD, HERE)
    assert isinstance(secret, str)
    (seen,) = signed_in(desk.services, "clerk")

    assert {each.login for each in people(theirs)} == {"elsewhere", "far"}
    assert one_of_them(theirs, "clerk") == nobody
    assert add_staff(theirs, new, by=far) == inside
    here = replace(new, login="clerk", division_code=ELSEWHERE)
    assert add_staff(theirs, here, by=far) == nobody
    assert remove_staff(theirs, "clerk", reason="试", by=far) == nobody
    assert invite(theirs, "clerk", by=far) == nobody
    assert close_account(theirs, "clerk", by=far) == nobody
    assert signed_in(theirs) == ()
    assert end_sign_in(theirs, seen.id, by=far) == Refusal(reason="这次登录已经结束了")
    for role in (Role.CLERK, Role.HEAD, Role.AUDITOR, Role.OPERATOR):
        by = replace(far, role=role)
        assert isinstance(add_staff(theirs, replace(new, division_code=ELSEWHERE), by=by), Refusal)
        assert isinstance(invite(theirs, "elsewhere", by=by), Refusal)
        assert isinstance(lift(theirs, "login/elsewhere", by=by), Refusal)
    assert "li" not in {each.login for each in list_staff(desk.services)}


def test_each_page_is_for_its_roles(desk: Desk) -> None:
    hire(desk, "boss", Role.ADMIN)
    hire(desk, "auditor", Role.AUDITOR)
    may = {
        "boss": {"people", "absences", "sign-ins", "audit"},
        "head": {"absences", "audit"},
        "auditor": {"audit"},
        "operator": set(),
        "clerk": set(),
    }
    paths = {
        "people": "/admin/people",
        "absences": "/admin/absences",
        "sign-ins": "/admin/sign-ins",
        "audit": "/audit",
    }
    for login, names in may.items():
        browser = desk.signed_in(login)
        assert {
            name for name, path in paths.items() if browser.get(path).status_code == 200
        } == names, login
    auditor = desk.signed_in("auditor")
    assert 'name="verb"' not in auditor.get("/cases/4").text
    tried = {"verb": "hold", "reason": "示例", "version": "1"}
    assert auditor.post("/cases/4/decide", tried).status_code == 403
    assert auditor.get("/admin").url.path == "/audit"


def test_everyone_enters_the_own_absence_and_heads_those_of_others(desk: Desk) -> None:
    hire(desk, "auditor", Role.AUDITOR)
    hire(desk, "far", Role.HEAD, ELSEWHERE)
    days = {"from": "2026-03-10", "to": "2026-03-12", "deputy": "head"}
    clerk = desk.signed_in("clerk")
    clerk.get("/me")
    assert "2026-03-10 至 2026-03-12 不在岗" in clerk.post("/me/absences", days).text
    own = clerk.post("/me/absences", {**days, "deputy": "clerk"}).text
    assert "代办人不能是本人，请另选一位" in own
    wrong = clerk.post("/me/absences", {**days, "from": "2026-03-11", "deputy": "leader"}).text
    assert "请先取消" in wrong
    assert "peiyu staff" not in wrong
    assert "不办理事项" in clerk.post("/me/absences", {**days, "deputy": "auditor"}).text
    assert clerk.get("/admin/absences").status_code == 403

    head = desk.signed_in("head")
    head.get("/admin/absences")
    ended = head.post("/admin/absences/end", {"login": "clerk", "from": "2026-03-10"}).text
    assert "已取消" in ended
    assert list_absences(desk.services) == ()
    other = {**days, "login": "leader", "deputy": "clerk"}
    assert "由示例经办代办" in head.post("/admin/absences", other).text
    far = desk.signed_in("far")
    assert "示例分管领导" not in far.get("/admin/absences").text
    assert "没有在岗的工作人员" in far.post("/admin/absences", {**other, "deputy": "far"}).text
    assert (
        "没有登记"
        in far.post("/admin/absences/end", {"login": "leader", "from": "2026-03-10"}).text
    )


def test_a_clerk_plans_for_nobody_else(desk: Desk) -> None:
    clerk = replace(hire(desk, "boss", Role.ADMIN), role=Role.CLERK, login="clerk")
    away = Away(login="head", first=NOW.date(), last=NOW.date(), deputy="clerk")

    assert go_away(desk.services, away, by=clerk) == Refusal(
        reason="别人的不在岗，请股长或系统管理员登记"
    )


def test_sign_ins_are_ended_one_by_one_and_lockouts_lifted(desk: Desk) -> None:
    hire(desk, "boss", Role.ADMIN)
    one, two = desk.signed_in("clerk"), desk.signed_in("clerk")
    one.get("/me")
    first = signed_in(desk.services, "clerk")[-1]
    one.post("/me/sign-ins/end", {"sign_in": first.id})
    assert sorted((_is_out(one), _is_out(two))) == [False, True]
    still = two if _is_out(one) else one
    (left,) = signed_in(desk.services, "clerk")
    head = desk.signed_in("head")
    head.get("/me")
    assert "已经结束了" in head.post("/me/sign-ins/end", {"sign_in": left.id}).text
    assert not _is_out(still)

    for _ in range(6):
        sign_in(desk.services, "clerk", "不对的密码", HERE)
        sign_in(desk.services, "一个打错地方的密码", "不对的密码", HERE)
    boss = desk.signed_in("boss")
    page = boss.get("/admin/sign-ins").text
    assert "一个打错地方的密码" not in page
    assert [each.of for each in lockouts(desk.services)] == ["login/clerk"]
    assert "示例经办 现在可以再试" in boss.post("/admin/sign-ins/lift", {"of": "login/clerk"}).text
    assert "没有被暂停" in boss.post("/admin/sign-ins/lift", {"of": "login/clerk"}).text
    assert "已结束 示例经办" in boss.post("/admin/sign-ins/end", {"sign_in": left.id}).text
    assert _is_out(still)


def _is_out(browser: Browser) -> bool:
    return browser.get("/me").url.path == "/sign-in"


@pytest.mark.parametrize("login", ["boss", "operator"])
def test_settings_are_shown_without_secrets_and_findings_in_words(desk: Desk, login: str) -> None:
    hire(desk, "boss", Role.ADMIN, "")
    hire(desk, "far", Role.ADMIN, ELSEWHERE)
    (desk.home / "peiyu.toml").write_text(
        '[smtp]\nhost = "127.0.0.1"\nport = 9\npassword = "示例的秘密"\n'
        '[office]\ndivision_code = "431281"\n',
        encoding="utf-8",
    )
    browser = desk.signed_in(login)
    page = browser.get("/admin/settings").text

    assert "smtp.password" in page
    assert "***" in page
    assert "示例的秘密" not in page
    assert "peiyu.toml" in page
    assert "要处理" in browser.get("/admin/doctor").text
    far = desk.signed_in("far")
    assert far.get("/admin/settings").status_code == 404
    assert far.get("/admin/doctor").status_code == 404
