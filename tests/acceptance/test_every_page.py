"""Every page of the console, from its own table, in a real Chromium: both themes, narrow, bare.

A page with a place in its address is opened where a link of another page leads to.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from casework.sign_in import Browser as Seen
from casework.sign_in import sign_in
from console.app import make_app
from console.site import COOKIE, Entry
from models.enterprise import Role
from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import PASSWORD, Desk
from tests.plugins.hired import hire
from tests.plugins.rosters import HEADER, firm, xlsx

pytestmark = pytest.mark.chromium
HERE = Seen(address="192.0.2.7", says="示例浏览器")
LOGINS = {Role.HEAD: "head", Role.ADMIN: "boss"}  # these two may open every page
NEEDS = {
    "/board/flow": "?programme=hnte&on=2026-03-03&figure=closing",
    "/board/targets": "?programme=hnte&year=2026",
    "/calendars/preview": "?day=2026-05-20&what=off",
}  # without which such a page does not know what to show
MAIN = {
    "/",
    "/board",
    "/cases",
    "/cases/{number}",
    "/enterprises",
    "/enterprises/{uscc}",
    "/due",
    "/imports",
    "/letters",
    "/programmes",
    "/runs",
}  # the others follow in `make test-long`
OTHERS = (
    "/cases?q=没有这样的企业",
    "/cases?sort=-days",
    "/due?days=all&kind=planned",
    "/programmes/rd_subsidy/confirm?part=criterion&key=misconduct",
    "/programmes/hnte/what-if?which=staff_rd.0&value=1%25",
)  # pages that look different for what is asked of them
UNLINKED = "/programmes/rd_subsidy/changes"  # as long as no rule was ever changed
FILES = {"/imports/template", "/imports/files/{token}/remarks"}
INERT = {"/letters/{number}/page"}  # shown only inside another
LINKS = "[...document.querySelectorAll('a[href], iframe[src]')].map(each => each.href || each.src)"


@dataclass(frozen=True, slots=True)
class Table:
    """Pages of the console, and an address of each as soon as it is known."""

    entries: list[Entry]
    at: dict[str, str] = field(default_factory=dict)

    def add(self, address: str) -> None:
        """Remember the first address of a page."""
        parts = urlsplit(address)
        for entry in self.entries:
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", entry.path), parts.path):
                query = f"?{parts.query}" if parts.query else ""
                self.at.setdefault(entry.path, parts.path + NEEDS.get(entry.path, query))
                return  # those without a place in their address stand before those with one

    def of(self, role: Role) -> list[str]:
        """Return what this one opens: the head whatever a head may, the other the rest."""
        return [
            each.path
            for each in self.entries
            if (role is Role.HEAD or Role.HEAD not in each.roles) and role in each.roles
        ]

    def next(self, role: Role, seen: set[str]) -> str | None:
        """Return a page that this one has not opened, and may by now."""
        return next((path for path in self.of(role) if path in self.at and path not in seen), None)


@pytest.fixture
def table(desk: Desk) -> Table:
    hire(desk, "boss", Role.ADMIN, "")
    entries = [each for each in make_app(desk.home).state.site.entries if each.method == "GET"]
    made = Table(sorted(entries, key=lambda each: ("{" in each.path, each.path)))
    for path in (*(each.path for each in entries if "{" not in each.path), UNLINKED):
        made.add(path)
    return made


@contextmanager
def seat(chromium: Browser, desk: Desk, role: Role, *, scripts: bool = True) -> Iterator[Page]:
    """Open a window in which somebody is signed in."""
    secret = sign_in(desk.services, LOGINS[role], PASSWORD, HERE)
    assert isinstance(secret, str)
    with window(chromium, desk, java_script_enabled=scripts) as page:
        page.context.add_cookies([{"name": COOKIE, "value": secret, "url": desk.address}])
        yield page


def leave_traces(page: Page, folder: Path) -> list[str]:
    """Begin a rehearsal, save a view, hold a letter, send a file; return where they are."""
    found = []
    page.goto("/rehearsals")
    page.get_by_label("到", exact=True).fill("2026-03-04")
    page.get_by_role("button", name="开始预演").click()
    found.append(page.url)
    page.goto("/cases?waiting=1")
    page.get_by_text("保存这个筛选").click()
    page.get_by_label("名称", exact=True).fill("待审的")
    page.get_by_role("button", name="保存").click()
    page.goto("/letters/5")
    page.get_by_label("理由").fill("内容还要核对")
    page.get_by_role("button", name="暂停").click()
    page.get_by_role("button", name="确认暂停").click()
    found.append(page.url)
    page.goto("/imports")
    file = xlsx(folder / "名册.xlsx", {"名册": [(*HEADER, "联系邮箱"), (*firm(99901), "不是邮箱")]})
    page.get_by_label("名册文件").set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", name="核对 名册.xlsx")).to_be_visible()
    return [*found, page.url]


def tour(page: Page, table: Table, role: Role) -> dict[str, list[str]]:
    """Open every page of somebody; return what is wrong with which."""
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set(INERT)
    while path := table.next(role, seen):
        seen.add(path)
        if path in FILES:
            file = page.request.get(table.at[path])
            assert file.headers["content-disposition"].startswith("attachment"), path
            continue
        wrong[table.at[path]] = looked_at(page, table.at[path])
        for address in page.evaluate(LINKS):
            table.add(address)
    assert not set(table.of(role)) - seen, "no link leads there"
    return wrong


def looked_at(page: Page, address: str) -> list[str]:
    """Open a page; return what is wrong with it."""
    answer = page.goto(address)
    assert answer
    return faults(page) if answer.ok else [f"{answer.status}"]


def test_the_main_pages_are_for_everybody_break_no_policy_and_ask_nobody_else(
    chromium: Browser, desk: Desk, table: Table
) -> None:
    main = Table([each for each in table.entries if each.path in MAIN], table.at)
    with seat(chromium, desk, Role.HEAD) as page:
        wrong = tour(page, main, Role.HEAD)

    assert len(wrong) == len(MAIN)
    assert not {address: found for address, found in wrong.items() if found}


@pytest.mark.long
def test_every_page_is_for_everybody_breaks_no_policy_and_asks_nobody_else(
    chromium: Browser, desk: Desk, table: Table, tmp_path: Path
) -> None:
    wrong: dict[str, list[str]] = {}
    with seat(chromium, desk, Role.HEAD) as page:
        for address in leave_traces(page, tmp_path):
            table.add(address)
        wrong |= tour(page, table, Role.HEAD)
        wrong |= {address: looked_at(page, address) for address in OTHERS}
    with seat(chromium, desk, Role.ADMIN) as page:
        wrong |= tour(page, table, Role.ADMIN)

    assert not {address: found for address, found in wrong.items() if found}
    for role in LOGINS:
        with seat(chromium, desk, role, scripts=False) as page:
            for path in sorted(set(table.of(role)) - FILES - INERT):
                bare(page, table.at[path])


def bare(page: Page, address: str) -> None:
    """Open a page without scripts: it is there, and says what it is."""
    answer = page.goto(address)
    assert answer
    assert answer.ok, address
    expect(page.locator("h1")).to_be_visible()
