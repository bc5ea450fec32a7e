"""The door of the console: who gets in, who does not, and what nobody can do from outside."""

import datetime as dt
from dataclasses import replace

import httpx
import pytest
from fastapi.routing import APIRoute

from casework.accounts import INVITED_FOR, Invitation, choose_password, close_account, invite
from casework.refusal import Refusal
from casework.sign_in import Browser as Seen
from casework.sign_in import sign_in, visitor
from console.app import make_app
from models.accounts import Account, SignIn
from models.audit import broken_at
from tests.plugins.desk import BY, NOW, PASSWORD, Browser, Desk

HERE = Seen(address="192.0.2.7", says="示例浏览器")
OPEN = {
    "/a/{token}",
    "/feed/{secret}.ics",
    "/healthz",
    "/language",
    "/metrics",
    "/sign-in",
    "/static/{name}",
    "/welcome/{secret}",
}


def routes(desk: Desk) -> list[APIRoute]:
    return [each for each in make_app(desk.home).routes if isinstance(each, APIRoute)]


def filled(path: str) -> str:
    """Return a path with something in its places."""
    return path.format(number="1", uscc="91431281MAXX00001X", name="x", secret="x", token="x")


def test_every_page_sends_a_stranger_to_sign_in_and_back_again(desk: Desk) -> None:
    for route in routes(desk):
        if "GET" not in route.methods or route.path in OPEN:
            continue
        stranger = httpx.get(desk.address + filled(route.path))
        assert stranger.status_code == 303, route.path
        assert stranger.headers["location"].startswith("/sign-in?to=%2F"), route.path


def test_every_act_refuses_a_stranger_a_forged_form_and_a_form_from_elsewhere(desk: Desk) -> None:
    acts = [each for each in routes(desk) if "POST" in each.methods and each.path not in OPEN]
    clerk = desk.signed_in("clerk")
    clerk.get("/cases/4")
    before = desk.home.joinpath("peiyu.db").stat().st_size

    assert {each.path for each in acts} >= {"/cases/{number}/decide", "/decide", "/sign-out"}
    for act in acts:
        path = filled(act.path)
        fields = {"verb": "hold", "reason": "示例", "version": "1", "case": "4.1"}
        stranger = desk.browser().bare_post(path, fields)
        assert stranger.url.path == "/sign-in", path
        assert clerk.bare_post(path, fields).status_code == 403, path
        assert clerk.bare_post(path, {**fields, "seal": "示例"}).status_code == 403, path
        elsewhere = clerk.post(path, fields, origin="http://elsewhere.example")
        assert elsewhere.status_code == 403, path
    assert desk.home.joinpath("peiyu.db").stat().st_size == before


def test_whoever_keeps_the_program_decides_nothing(desk: Desk) -> None:
    operator = desk.signed_in("operator")
    page = operator.get("/cases/4").text

    assert 'name="verb"' not in page
    answer = operator.post("/cases/4/decide", {"verb": "hold", "reason": "示例", "version": "1"})
    assert answer.status_code == 403


def test_another_division_sees_none_of_ours(desk: Desk) -> None:
    other = desk.signed_in("elsewhere")
    ours = desk.signed_in("clerk").get("/enterprises").text

    assert "/enterprises/91" in ours
    assert "/enterprises/91" not in other.get("/enterprises").text
    assert "没有符合条件的事项" in other.get("/cases").text
    assert "0 家企业" in other.get("/board").text
    assert "没有要办的" in other.get("/").text
    assert "没有符合条件的截止事项" in other.get("/due?days=365").text
    assert "没有符合条件的信" in other.get("/letters").text
    for path in ("/cases/1", "/enterprises/" + ours.split("/enterprises/91")[1][:16]):
        assert other.get(path).status_code == 404
    other.get("/cases")
    tried = {"verb": "hold", "reason": "示例", "version": "1"}
    assert "没有编号为 4 的事项" in other.post("/cases/4/decide", tried).text or (
        other.get("/cases/4").status_code == 404
    )


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(desk: Desk) -> None:
    browser = desk.browser()
    browser.get("/sign-in")
    wrong = browser.post("/sign-in", {"login": "clerk", "password": "不是这一个密码吧"})
    nobody = browser.post("/sign-in", {"login": "nobody", "password": "不是这一个密码吧"})

    assert wrong.status_code == nobody.status_code == 400
    assert "登录名或密码不对" in wrong.text
    assert wrong.text == nobody.text.replace('value="nobody"', 'value="clerk"')
    assert "不是这一个密码吧" not in wrong.text


def test_after_five_failures_a_login_waits_and_others_do_not(desk: Desk) -> None:
    for _ in range(5):
        assert sign_in(desk.services, "clerk", "不对的密码", HERE) == Refusal(
            reason="登录名或密码不对"
        )
    waiting = sign_in(desk.services, "clerk", PASSWORD, HERE)
    assert waiting == Refusal(reason="试的次数太多，请过 一分钟 再试")
    assert isinstance(sign_in(desk.services, "head", PASSWORD, HERE), str)
    later = replace(desk.services, now=lambda: NOW + dt.timedelta(minutes=1))
    assert isinstance(sign_in(later, "clerk", PASSWORD, HERE), str)


def test_a_sign_in_ends_when_idle_after_a_long_day_and_when_told(desk: Desk) -> None:
    at = [NOW]
    services = replace(desk.services, now=lambda: at[0])
    idle, long, out = (sign_in(services, "clerk", PASSWORD, HERE) for _ in range(3))
    assert isinstance(idle, str)
    assert isinstance(long, str)
    assert isinstance(out, str)
    for _ in range(24):
        at[0] += dt.timedelta(minutes=29)
        assert visitor(services, long) is not None
    assert visitor(services, idle) is None
    at[0] = NOW + dt.timedelta(hours=12, minutes=1)
    assert visitor(services, long) is None
    assert close_account(desk.services, "clerk", by=BY) is None
    assert visitor(desk.services, out) is None


def test_signing_out_ends_it_in_the_tables_and_everywhere_if_wished(desk: Desk) -> None:
    one, two = desk.signed_in("clerk"), desk.signed_in("clerk")
    cookie = dict(one.client.cookies)
    one.get("/me")
    assert one.post("/sign-out", {}).url.path == "/sign-in"
    assert httpx.get(f"{desk.address}/me", cookies=cookie).status_code == 303
    two.get("/me")
    three = desk.signed_in("clerk")
    two.post("/me/sign-out-everywhere", {})
    assert three.get("/me").url.path == "/sign-in"


def test_a_link_works_once_and_for_three_days(desk: Desk) -> None:
    made = invite(desk.services, "clerk", by=BY)
    assert isinstance(made, Invitation)
    browser = desk.browser()
    path = f"/welcome/{made.secret}"

    assert "示例经办，请设密码" in browser.get(path).text
    assert "不一样" in browser.post(path, {"password": PASSWORD, "again": "x"}).text
    assert "至少 12 个字符" in browser.post(path, {"password": "短", "again": "短"}).text
    chosen = {"password": "另外想的一句长的话", "again": "另外想的一句长的话"}
    assert "密码已设好" in browser.post(path, chosen).text
    assert browser.get(path).status_code == 404
    late = invite(desk.services, "clerk", by=BY)
    assert isinstance(late, Invitation)
    then = replace(desk.services, now=lambda: NOW + INVITED_FOR + dt.timedelta(seconds=1))
    assert isinstance(choose_password(then, late.secret, PASSWORD), Refusal)


def test_nothing_that_lets_in_is_kept_as_it_is(desk: Desk) -> None:
    browser = desk.signed_in("clerk")
    secret = browser.client.cookies["peiyu"]
    made = invite(desk.services, "head", by=BY)
    assert isinstance(made, Invitation)
    held = b"".join(path.read_bytes() for path in desk.home.glob("peiyu.db*"))

    assert secret.encode() not in held
    assert made.secret.encode() not in held
    assert PASSWORD.encode() not in held
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        assert session.query(Account).count() == 5
        assert session.query(SignIn).count() == 1


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere"])
def test_nobody_is_sent_elsewhere_after_signing_in(desk: Desk, to: str) -> None:
    browser = desk.browser()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"login": "clerk", "password": PASSWORD, "to": to})

    assert str(answer.url) == f"{desk.address}/"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(desk: Desk) -> None:
    form = {"login": "clerk", "password": PASSWORD}
    answer = httpx.post(f"{desk.address}/sign-in", data=form, headers={"origin": desk.address})
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if "peiyu=" in each]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age" not in cookie


def test_a_form_that_is_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/cases")

    assert clerk.post("/decide", {"reason": "x" * 70_000}).status_code == 413


def test_the_same_form_twice_decides_once(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    number, version = _first_waiting(clerk)
    clerk.get(f"/cases/{number}")
    form = {"verb": "approve", "reason": "材料齐全", "version": version}

    assert "已同意" in clerk.post(f"/cases/{number}/decide", form).text
    again = clerk.post(f"/cases/{number}/decide", form)
    assert "示例经办 0 分钟前已处理（材料齐全），请刷新后再办理" in again.text


def test_many_at_once_need_a_reason_a_choice_and_a_second_word(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    number, version = _first_waiting(clerk)
    chosen = {"case": f"{number}.{version}", "verb": "approve", "back": "/cases?waiting=1"}

    assert "请写明理由" in clerk.post("/decide", {**chosen, "reason": " "}).text
    assert "请先选中" in clerk.post("/decide", {"verb": "approve", "reason": "示例"}).text
    clerk.get("/cases?waiting=1")
    shown = clerk.post("/decide", {**chosen, "reason": "材料齐全"})
    assert "会怎样" in shown.text
    assert _first_waiting(clerk) == (number, version)
    stale = {**chosen, "case": f"{number}.99", "reason": "材料齐全", "sure": "yes"}
    assert "办成 0 项" in clerk.post("/decide", stale).text
    done = clerk.post("/decide", {**chosen, "reason": "材料齐全", "sure": "yes"})
    assert "办成 1 项" in done.text
    assert _first_waiting(clerk) != (number, version)


def _first_waiting(browser: Browser) -> tuple[str, str]:
    """Return the number and the version of the first case that waits."""
    page = browser.get("/cases?waiting=1").text
    number, _, version = page.partition('name="case" value="')[2].partition('"')[0].partition(".")
    return number, version


def test_what_is_no_number_no_programme_and_no_place_is_not_found(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")

    for path in (
        "/cases/x",
        "/cases/" + "9" * 20,
        "/cases?programme=x",
        "/due?programme=x",
        "/nowhere",
    ):
        assert clerk.get(path).status_code == 404, path
    assert clerk.get("/decide").status_code == 405
    assert clerk.get("/due?days=99999999999&q=没有").status_code == 200
    assert clerk.get("/letters?state=x&on=x").status_code == 200


def test_a_database_that_is_away_is_said_calmly(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    desk.services.database.close()
    (desk.home / "peiyu.toml").write_text("zahl = 1", encoding="utf-8")

    answer = clerk.get("/")
    assert answer.status_code == 503
    assert "暂时打不开" in answer.text
