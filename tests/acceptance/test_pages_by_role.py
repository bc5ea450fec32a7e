"""Pages that look different for each role, in a real Chromium: for everybody, in both themes.

What a head and an administrator see of every page: `test_every_page.py`.
"""

import pytest
from playwright.sync_api import Browser

from models.enterprise import Role
from tests.acceptance.test_console_pages import faults, window
from tests.plugins.desk import Desk
from tests.plugins.hired import hire

pytestmark = [pytest.mark.chromium, pytest.mark.long]
HIRED = {"auditor": Role.AUDITOR, "keeper": Role.OPERATOR}  # of everything
PAGES = {
    "clerk": ("/", "/cases/1", "/letters/wordings/enterprise_daily", "/programmes/rd_subsidy"),
    "leader": ("/", "/cases?waiting=1", "/cases/1", "/board/targets?programme=hnte&year=2026"),
    "auditor": ("/", "/audit", "/audit/chain", "/cases/1", "/letters/5"),
    "keeper": ("/", "/runs", "/rehearsals", "/admin/settings", "/calendars"),
}


@pytest.mark.parametrize("login", PAGES)
def test_what_each_role_sees_is_for_everybody(chromium: Browser, desk: Desk, login: str) -> None:
    if role := HIRED.get(login):
        hire(desk, login, role, "")
    wrong: dict[str, list[str]] = {}
    with window(chromium, desk, login) as page:
        for address in PAGES[login]:
            answer = page.goto(address)
            assert answer is not None
            wrong[address] = faults(page) if answer.ok else [f"{answer.status}"]

    assert not {address: found for address, found in wrong.items() if found}
