"""The console, served on a county in March 2026, with people who can sign in, and a plain browser.

def test_something(desk):
    clerk = desk.signed_in("clerk")
    assert "今日" in clerk.get("/").text
"""

import datetime as dt
import re
import shutil
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from casework.accounts import Invitation, choose_password, invite
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff
from console.app import make_app
from console.serving import served
from models.enterprise import Role
from runtime.build import build, close, create, read_settings
from tests.plugins.house import ZONE

NOW = dt.datetime(2026, 3, 3, 9, 30, tzinfo=ZONE)
PASSWORD = "沅江边的橘子红了一片"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # each browser would read all authorities
_SEAL = re.compile(r'name="seal" value="([^"]+)"')
BY = Actor(name="示例管理员")


@dataclass(slots=True)
class Browser:
    """A browser without scripts: it keeps cookies, follows, sends the forms it was given."""

    client: httpx.Client
    _page: str = ""

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        answer = self.client.get(path)
        self._page = answer.text
        return answer

    def post(self, path: str, fields: Mapping[str, object], **headers: str) -> httpx.Response:
        """Send a form of the page that was opened last."""
        return self.bare_post(path, {**self.seal(), **fields}, **headers)

    def seal(self) -> dict[str, str]:
        """Return what the forms of the page that was opened last are sealed with."""
        seal = _SEAL.search(self._page)
        return {"seal": seal[1]} if seal else {}

    def bare_post(self, path: str, fields: Mapping[str, object], **headers: str) -> httpx.Response:
        """Send a form that nobody gave us."""
        origin = {"origin": str(self.client.base_url).rstrip("/")}
        return self.client.post(path, data=dict(fields), headers={**origin, **headers})


@dataclass(frozen=True, slots=True)
class Desk:
    """A served console and its data folder."""

    home: Path
    address: str
    services: Services
    stack: ExitStack

    def browser(self) -> Browser:
        """Return a new browser, in which nobody is signed in."""
        client = httpx.Client(
            base_url=self.address, follow_redirects=True, timeout=30, verify=NO_TLS
        )
        return Browser(self.stack.enter_context(client))

    def signed_in(self, login: str) -> Browser:
        """Return a browser in which somebody is signed in."""
        browser = self.browser()
        browser.get("/sign-in")
        browser.post("/sign-in", {"login": login, "password": PASSWORD, "to": "/"})
        return browser


def found_desk(home: Path, county: Path) -> None:
    """Make a data folder with a county after its monthly run, and five people with passwords."""
    create(read_settings(home))
    shutil.copyfile(county, home / "peiyu.db")
    services = build(read_settings(home), now=lambda: NOW)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    sweep(services)
    for login, role, division in (
        ("operator", Role.OPERATOR, "431281"),
        ("elsewhere", Role.CLERK, "431271"),
    ):
        email = f"{login}@bureau.example"
        new = NewStaff(
            login=login, name=f"示例{login}", role=role, email=email, division_code=division
        )
        add_staff(services, new, by=BY)
    for login in ("clerk", "head", "leader", "operator", "elsewhere"):
        made = invite(services, login, by=BY)
        assert isinstance(made, Invitation), made
        assert choose_password(services, made.secret, PASSWORD) == login
    close(services)


@contextmanager
def copied_desk(founded: Path, home: Path, at: dt.datetime = NOW) -> Iterator[Desk]:
    """Serve the console on a copy of a data folder meanwhile, at a moment that does not pass."""
    shutil.copytree(founded, home)
    services = build(read_settings(home), now=lambda: at)
    with ExitStack() as stack:
        stack.callback(close, services)
        port = stack.enter_context(served(make_app(home, now=lambda: at), "127.0.0.1", 0))
        yield Desk(home, f"http://127.0.0.1:{port}", services, stack)


@pytest.fixture(scope="session")
def founded_desk(tmp_path_factory: pytest.TempPathFactory, founded_sqlite: Path) -> Path:
    """A data folder to be copied for each desk."""
    home = tmp_path_factory.mktemp("desk") / "office"
    found_desk(home, founded_sqlite)
    return home


@pytest.fixture
def desk(tmp_path: Path, founded_desk: Path) -> Iterator[Desk]:
    """The console on a copy of that county."""
    with copied_desk(founded_desk, tmp_path / "office") as made:
        yield made
