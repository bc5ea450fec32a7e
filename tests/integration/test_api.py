"""The JSON interface: who gets in, what they see, and that its schema says so."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import delete

from casework.accounts import close_account
from casework.staff import remove_staff
from casework.tokens import MadeToken, NewToken, add_token, bearer, list_tokens, revoke_token
from console.api.app import PREFIX, make_api
from console.house import House
from models.accounts import FailedTry
from models.audit import broken_at
from tests.plugins.desk import BY, NOW, Desk
from tests.plugins.programs import program, token

HERE = "192.0.2.7"
PLACES = {"number": 4, "seq": 1, "uscc": "91431281MAXX00001X", "batch": "x"}
OPEN_TO_ALL = ("/programmes", "/runs", "/officers")
_LOGINS = ("clerk", "head", "operator", "elsewhere")


def routes(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield method and path of every route, from the application itself."""
    for route in _walked(make_api(House(desk.home))):
        for method in sorted(route.methods - {"HEAD"}):
            yield method, route.path


def _walked(api: FastAPI) -> list[APIRoute]:
    schema = api.openapi()["paths"]
    listed = {(path, method.upper()) for path, each in schema.items() for method in each}
    routers = [getattr(each, "original_router", None) for each in api.routes]
    all_routes = [*api.routes, *(route for each in routers if each for route in each.routes)]
    found = [each for each in all_routes if isinstance(each, APIRoute)]
    assert {(each.path, method) for each in found for method in each.methods} == listed
    return found


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """Ask a route, with something in its places."""
    filled = path.format_map(PLACES)
    return client.request(method, filled, json=None if method == "GET" else {})


def problem(answer: httpx.Response, status: int) -> str:
    """Return the sentence of a problem."""
    said = answer.json()
    assert answer.status_code == said["status"] == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert said["type"] == "about:blank"
    detail: str = said["detail"]
    assert any("\u4e00" <= each <= "\u9fff" for each in detail)
    return detail


def test_every_route_refuses_whoever_has_no_good_token(desk: Desk) -> None:
    read_only = token(desk, read_only=True)
    operator = token(desk, "operator")
    gone = [token(desk), token(desk, "head"), token(desk, "leader")]
    assert not isinstance(revoke_token(desk.services, gone[0].id, by=BY), str)
    close_account(desk.services, "head", by=BY)
    remove_staff(desk.services, "leader", reason="调离", by=BY)
    (cookie,) = desk.signed_in("clerk").client.cookies.jar
    asked = list(routes(desk))

    assert len(asked) >= 10
    for method, path in asked:
        desk.services.database.transact(lambda session: session.execute(delete(FailedTry)))
        signed_in = program(desk)
        signed_in.headers["cookie"] = f"{cookie.name}={cookie.value}"
        stranger = ask(signed_in, method, path)
        assert "Authorization: Bearer" in problem(stranger, 401)
        assert stranger.headers["www-authenticate"] == "Bearer"
        for each in gone:
            assert "已收回" in problem(ask(program(desk, each.secret), method, path), 401)
        if method != "GET":
            assert "只能读" in problem(ask(program(desk, read_only.secret), method, path), 403)
            assert "角色" in problem(ask(program(desk, operator.secret), method, path), 403)


def test_another_division_sees_nothing_of_ours(desk: Desk) -> None:
    ours, other = (program(desk, token(desk, login).secret) for login in ("clerk", "elsewhere"))
    uscc = ours.get("/enterprises").json()["enterprises"][0]["uscc"]

    for method, path in routes(desk):
        if method != "GET" or path in OPEN_TO_ALL:
            continue
        seen = other.get(path.format_map(PLACES | {"uscc": uscc}))
        assert uscc in str(ours.get(f"/enterprises/{uscc}").json())
        if "{" in path:
            problem(seen, 404)
            continue
        shown = seen.json()
        assert not [
            value
            for key, value in shown.items()
            if isinstance(value, list) and value and key not in ("programmes", "counts")
        ], path
        assert not any(each.get("letters") for each in shown.get("counts", ()))
        counted = ("cases", "opening", "new", "closing", "under_way", "targets")
        for each in shown.get("programmes", ()):
            assert not any(each.get(name) for name in counted), path


def test_it_reads_what_the_pages_show(desk: Desk) -> None:
    api = program(desk, token(desk).secret)

    assert api.get("/board").json()["enterprises"] == 150
    assert "hnte" in [each["key"] for each in api.get("/programmes").json()["programmes"]]
    assert api.get("/today").json()["sections"][0]["count"] > 0
    first = api.get("/cases", params={"waiting": True, "limit": 1}).json()["cases"][0]
    answer = api.get(f"/cases/{first['id']}")
    case = answer.json()
    assert first.items() <= case.items()
    assert answer.headers["etag"] == f'"{case["version"]}"'
    assert isinstance(case["judgement"]["findings"][0]["text"], str)
    firm = api.get(f"/enterprises/{case['uscc']}").json()
    assert case["id"] in [each["id"] for each in firm["cases"]]
    assert set(firm["contact"]) == {"name", "phone", "email"}
    due = api.get("/due", params={"days": 366}).json()["due"]
    assert due
    assert all(each["explanation"] for each in due)
    letters = api.get("/letters").json()
    assert letters["letters"]
    assert "/a/" not in str(letters)
    assert "股长" not in problem(api.get("/runs"), 403)
    runs = program(desk, token(desk, "head").secret).get("/runs").json()["runs"]
    assert {"monthly", "sweep"} <= {each["kind"] for each in runs}


def test_pages_follow_each_other_without_a_gap(desk: Desk) -> None:
    api = program(desk, token(desk).secret)
    seen, asked = [], {"limit": 70, "programme": "hnte"}
    for _ in range(20):
        page = api.get("/cases", params=asked).json()
        seen += [each["id"] for each in page["cases"]]
        if page["next"] is None:
            break
        asked["next"] = page["next"]
    cases = {each["programme"]: each["cases"] for each in api.get("/board").json()["programmes"]}

    assert len(seen) == len(set(seen)) == cases.get("hnte", len(seen))
    assert seen == sorted(seen)
    assert "第一页" in problem(api.get("/cases", params={"next": "x"}), 422)
    assert api.get("/enterprises", params={"limit": 1}).json()["next"]


def test_what_is_not_as_it_should_be_is_said_in_a_sentence(desk: Desk) -> None:
    api = program(desk, token(desk).secret)

    assert "没有项目“x”" in problem(api.get("/cases", params={"programme": "x"}), 422)
    assert "参数 phase：不认识“x”" in problem(api.get("/cases", params={"phase": "x"}), 422)
    assert "不能大于 200" in problem(api.get("/cases", params={"limit": 201}), 422)
    assert "没有编号为 99999 的事项" in problem(api.get("/cases/99999"), 404)
    assert "没有找到企业" in problem(api.get("/due", params={"q": "没有这家"}), 422)
    problem(api.get("/nowhere"), 404)
    problem(api.delete("/board"), 405)
    assert "应为日期" in problem(api.get("/letters", params={"on": "x"}), 422)
    (desk.home / "peiyu.toml").write_text("zahl = 1", encoding="utf-8")
    assert "暂时打不开" in problem(api.get("/board"), 503)


def test_a_token_is_kept_as_a_hash_ends_and_is_used_in_sight(desk: Desk) -> None:
    made = token(desk, days=2)
    at = [NOW]
    services = replace(desk.services, now=lambda: at[0])

    held = b"".join(path.read_bytes() for path in desk.home.glob("peiyu.db*"))
    assert made.secret.encode() not in held
    used = []
    for seconds in (0, 30, 61):
        at[0] = NOW + dt.timedelta(seconds=seconds)
        bearer(services, made.secret, HERE)
        used.append(list_tokens(services)[0].used_at)
    assert [each and (each - NOW).total_seconds() for each in used] == [0, 0, 61]
    at[0] = NOW + dt.timedelta(days=2)
    assert not hasattr(bearer(services, made.secret, HERE), "role")
    assert list_tokens(services)[0].state == "expired"
    with desk.services.database.reading() as session:
        assert broken_at(session) is None


@pytest.mark.parametrize(
    ("new", "words"),
    [
        pytest.param(NewToken(login="nobody", name="示例"), "没有账号", id="login"),
        pytest.param(NewToken(login="clerk", name=" "), "用途", id="name"),
        pytest.param(NewToken(login="clerk", name="示例", days=367), "天数", id="days"),
    ],
)
def test_no_token_without_an_account_a_purpose_and_an_end(
    desk: Desk, new: NewToken, words: str
) -> None:
    refused = add_token(desk.services, new, by=BY)

    assert not isinstance(refused, MadeToken)
    assert words in refused.reason


def test_guessers_wait_and_a_good_token_does_not(desk: Desk) -> None:
    good, guesser = token(desk), program(desk, "peiyu_wrong")
    problem(guesser.get("/board"), 401)
    for _ in range(29):
        bearer(desk.services, "peiyu_wrong", "127.0.0.1")
    waiting = guesser.get("/board")

    assert "试的次数太多" in problem(waiting, 429)
    assert int(waiting.headers["retry-after"]) == 31
    assert program(desk, good.secret).get("/board").status_code == 200


def test_somebody_sees_and_takes_back_the_own_tokens_alone(desk: Desk) -> None:
    mine, others = token(desk), token(desk, "head")
    clerk = desk.signed_in("clerk")

    page = clerk.get("/me").text
    assert f"/me/tokens/{mine.id}/revoke" in page
    assert f"/me/tokens/{others.id}/revoke" not in page
    assert mine.secret not in page
    assert clerk.post(f"/me/tokens/{others.id}/revoke", {}).status_code == 404
    clerk.get("/me")
    assert "已收回令牌“示例”" in clerk.post(f"/me/tokens/{mine.id}/revoke", {}).text
    problem(program(desk, mine.secret).get("/board"), 401)
    assert program(desk, others.secret).get("/board").status_code == 200


def test_the_schema_is_open_and_says_what_is_true(desk: Desk) -> None:
    schema = httpx.get(f"{desk.address}{PREFIX}/openapi.json").json()

    assert schema["openapi"].startswith("3.1")
    assert schema["servers"] == [{"url": PREFIX}]
    names = [each["operationId"] for path in schema["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))
    for name, shape in schema["components"]["schemas"].items():
        for field, said in shape.get("properties", {}).items():
            assert said.get("description"), f"{name}.{field} says nothing of itself"
    for path in schema["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"HTTPBearer": []}]
            assert operation["description"]
            assert "application/problem+json" in operation["responses"]["401"]["content"]
