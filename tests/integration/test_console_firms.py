"""The page of an enterprise: everything of it in one place, its names and its contact."""

import re

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.firm_story import firm_story
from models.audit import broken_at
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures
from models.ledger import AuditEntry
from tests.plugins.desk import Browser, Desk


def said(answer: httpx.Response) -> str:
    found = re.search(r'role="status">([^<]+)<', answer.text)
    return found[1] if found else ""


def hidden(answer: httpx.Response, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', answer.text)[0]


@pytest.fixture
def clerk(desk: Desk) -> Browser:
    return desk.signed_in("clerk")


@pytest.fixture
def firm(desk: Desk) -> Enterprise:
    """An enterprise that was written to."""
    with desk.services.database.reading() as session:
        return session.scalars(select(Enterprise).order_by(col(Enterprise.id)).limit(1)).one()


def entries(desk: Desk) -> list[str]:
    """Return the acts on enterprises themselves, in order."""
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        own = col(AuditEntry.act).startswith("enterprise.")
        return list(session.scalars(select(col(AuditEntry.act)).where(own).order_by(AuditEntry.id)))


def test_an_enterprise_is_told_whole_on_one_page(
    desk: Desk, clerk: Browser, firm: Enterprise
) -> None:
    page = clerk.get(f"/enterprises/{firm.uscc}").text
    for words in ("办理环节", "依据，谁提供的数据", "年度数据", "看全部条件", "登记信息", "经过"):
        assert words in page, words
    assert re.search(r'<li class="now" aria-current="step">', page)
    with desk.services.database.reading() as session:
        known = col(AnnualFigures.enterprise_id) == firm.id
        years = session.scalars(select(col(AnnualFigures.year)).where(known)).all()
    columns = re.findall(r'<th scope="col" class="number">(\d{4}) 年</th>', page)
    assert columns == [str(year) for year in sorted(years, reverse=True)]
    assert "195号 三（四）" in page  # the caliber of sales
    assert "示例经办" in page  # who gave it
    assert re.search(r'href="/dates/\d+"', page)


def test_its_story_is_told_page_by_page_with_nothing_twice_and_nothing_left_out(
    desk: Desk, clerk: Browser, firm: Enterprise
) -> None:
    whole = firm_story(desk.services, firm.uscc, limit=500).lines
    assert {"日期", "规则", "导入"} <= {line.kind for line in whole}
    assert list(whole) == sorted(whole, key=lambda line: line.at, reverse=True)
    told, place = list(firm_story(desk.services, firm.uscc, limit=2).lines), ""
    place = firm_story(desk.services, firm.uscc, limit=2).following
    while place:
        page = firm_story(desk.services, firm.uscc, before=place, limit=2)
        told += page.lines
        place = page.following
    assert told == list(whole)
    page = clerk.get(f"/enterprises/{firm.uscc}?before=nonsense").text
    assert "回到最新" in page
