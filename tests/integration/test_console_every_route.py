"""Every route of the console, from its own table: who is let through its door, and who is not."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select
from starlette.routing import BaseRoute, Mount

from casework.roles import STAFF
from console.app import make_app
from console.site import Entry
from models.enterprise import Role
from models.ledger import AuditEntry
from tests.plugins.desk import Browser, Desk, copied_desk
from tests.plugins.hired import hire

OPEN = {
    ("GET", "/a/{token}"),
    ("HEAD", "/a/{token}"),
    ("POST", "/a/{token}"),
    ("GET", "/feed/{secret}.ics"),
    ("GET", "/healthz"),
    ("POST", "/language"),
    ("GET", "/metrics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/static/{name}"),
    ("GET", "/welcome/{secret}"),
    ("POST", "/welcome/{secret}"),
}  # what has a door of its own, each with tests of its own
FIELDS = {"verb": "hold", "reason": "示例", "version": "1", "case": "4.1"}
SEALS = {"no seal": {}, "another seal": {"seal": "示例"}}


def entries(desk: Desk) -> list[Entry]:
    return list(make_app(desk.home).state.site.entries)


def filled(path: str) -> str:
    """Return a path with something in its places."""
    return path.format(number="1", uscc="91431281MAXX00001X", name="x", token="x")


def sent(browser: Browser, entry: Entry, fields: dict[str, str], origin: str) -> httpx.Response:
    """Send a form as its page would, with a file where it takes one."""
    files = {"file": ("名册.csv", b"x")} if entry.takes_files else None
    return browser.client.post(
        filled(entry.path),
        data=fields,
        files=files,
        headers={"origin": origin},
        follow_redirects=False,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, founded_desk: Path) -> Iterator[Desk]:
    """One for the whole file: nothing here may change anything."""
    with copied_desk(founded_desk, tmp_path_factory.mktemp("routes") / "office") as made:
        yield made


@pytest.fixture(scope="module")
def people(desk: Desk) -> dict[Role, Browser]:
    """A browser for each role, in which a page with a form was opened."""
    hire(desk, "boss", Role.ADMIN, "")
    hire(desk, "reader", Role.AUDITOR)
    logins = {
        Role.CLERK: "clerk",
        Role.HEAD: "head",
        Role.LEADER: "leader",
        Role.OPERATOR: "operator",
        Role.ADMIN: "boss",
        Role.AUDITOR: "reader",
    }
    found = {role: desk.signed_in(login) for role, login in logins.items()}
    for browser in found.values():
        browser.get("/me")
    assert found.keys() == STAFF
    return found


def written(desk: Desk) -> int:
    """Return how much was done."""
    with desk.services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def ways(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Return each way in that a web application has."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in route.methods)
        else:
            assert isinstance(route, Mount), route
            yield "*", route.path


def test_no_route_stands_beside_the_doors(desk: Desk) -> None:
    app = make_app(desk.home)
    ours = {(each.method, each.path) for each in app.state.site.entries}

    assert len(ours) == len(app.state.site.entries)
    assert not ours & OPEN
    assert set(ways(app.routes)) == ours | OPEN | {("*", "/api/v1")}


def test_no_route_hides_another(desk: Desk) -> None:
    seen: list[Entry] = []
    for entry in entries(desk):
        hides = [
            each.path
            for each in seen
            if each.method == entry.method
            and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each.path), filled(entry.path))
        ]
        assert not hides, entry
        seen.append(entry)


def test_every_page_sends_a_stranger_to_sign_in_and_back_again(desk: Desk) -> None:
    pages = [each for each in entries(desk) if each.method == "GET"]
    assert {each.path for each in pages} >= {"/", "/cases/{number}", "/admin/people"}
    with httpx.Client(base_url=desk.address) as stranger:
        for page in pages:
            answer = stranger.get(filled(page.path))
            assert answer.status_code == 303, page
            assert answer.headers["location"].startswith("/sign-in?to=%2F"), page


def test_every_act_refuses_a_stranger_a_forged_form_and_a_form_from_elsewhere(
    desk: Desk, people: dict[Role, Browser]
) -> None:
    acts = [each for each in entries(desk) if each.method == "POST"]
    before, stranger = written(desk), desk.browser()

    assert {each.path for each in acts} >= {"/cases/{number}/decide", "/decide", "/sign-out"}
    assert any(each.takes_files for each in acts)
    for act in acts:
        answer = sent(stranger, act, {**FIELDS, **people[Role.CLERK].seal()}, desk.address)
        assert answer.headers["location"].startswith("/sign-in"), act
        someone = people[min(act.roles)]
        for what, seal in SEALS.items():
            answer = sent(someone, act, {**FIELDS, **seal}, desk.address)
            assert answer.status_code == 403, (what, act)
        for origin in ("http://elsewhere.example", ""):
            answer = sent(someone, act, {**FIELDS, **someone.seal()}, origin)
            assert answer.status_code == 403, (origin, act)
    assert written(desk) == before


def test_every_route_refuses_each_role_that_is_not_among_its_own(
    desk: Desk, people: dict[Role, Browser]
) -> None:
    before, refused = written(desk), set()
    for entry in entries(desk):
        assert entry.roles <= STAFF, entry
        for role in STAFF - entry.roles:
            browser = people[role]
            answer = (
                browser.client.get(filled(entry.path))
                if entry.method == "GET"
                else sent(browser, entry, {**FIELDS, **browser.seal()}, desk.address)
            )
            assert answer.status_code == 403, (role, entry)
            refused.add((role, entry.method))

    assert {role for role, _ in refused} == STAFF
    assert written(desk) == before
