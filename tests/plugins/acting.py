"""Acting in a window as a person does: unfold, press, read what the page says, count what is kept.

with unchanged(desk, Note):
    press(page, "记下")
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlmodel import SQLModel

from models.audit import broken_at
from tests.plugins.desk import Desk


def go(page: Page, place: str) -> None:
    """Open a page from the menu."""
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name=place).click()


def unfold(page: Page, title: str) -> None:
    """Unfold what is folded away under a title."""
    page.locator("summary").filter(has_text=title).first.click()


def press(page: Page, button: str, says: str = "") -> None:
    """Press a button; the page that follows says so."""
    page.get_by_role("button", name=button, exact=True).click()
    if says:
        said(page, says)


def said(page: Page, words: str) -> None:
    """Read what the page says of what was just done."""
    expect(page.get_by_role("status")).to_contain_text(words)


def counted(desk: Desk, *tables: type[SQLModel]) -> list[int]:
    """Return how many rows there are of each table; the chain of the audit log is whole."""
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@contextmanager
def unchanged(desk: Desk, *tables: type[SQLModel]) -> Iterator[None]:
    """Hold that what is done meanwhile writes no row of these tables."""
    before = counted(desk, *tables)
    yield
    assert counted(desk, *tables) == before
