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
    for words in ("办理环节", "年度数据", "看全部条件", "登记信息", "经过"):
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


def test_other_names_are_kept_once_found_by_search_and_taken_back_with_a_reason(
    desk: Desk, clerk: Browser, firm: Enterprise
) -> None:
    path = f"/enterprises/{firm.uscc}"
    new = {"name": "橘<子>红", "reason": "企业来函"}
    clerk.get(path)
    assert "已登记" in said(clerk.post(f"{path}/alias", new))
    clerk.post(f"{path}/alias", new)
    assert entries(desk) == ["enterprise.alias"]
    assert "橘&lt;子&gt;红" in clerk.get(path).text
    assert firm.uscc in clerk.get("/enterprises?q=橘<子").text
    assert "请写明理由" in said(clerk.post(f"{path}/alias", {"name": "甲", "reason": " "}))
    assert "就是现在的名称" in said(clerk.post(f"{path}/alias", new | {"name": firm.name}))
    with desk.services.database.reading() as session:
        other = session.scalars(select(Enterprise).where(col(Enterprise.id) != firm.id)).first()
    assert other is not None
    taken = said(clerk.post(f"{path}/alias", new | {"name": other.name}))
    assert other.uscc in taken
    assert "名称" in taken
    drop = {"name": "橘<子>红", "reason": "登记错了"}
    clerk.post(f"{path}/alias/drop", drop)
    assert "已去掉" in said(clerk.post(f"{path}/alias/drop", drop))
    assert entries(desk) == ["enterprise.alias", "enterprise.alias_back"]
    assert "去掉其他名称" in clerk.get(path).text  # its story keeps both


def test_a_change_of_name_keeps_the_old_one_and_the_second_to_change_it_is_told(
    desk: Desk, clerk: Browser, firm: Enterprise
) -> None:
    path = f"/enterprises/{firm.uscc}"
    seen = hidden(clerk.get(path), "seen")
    wish = {"seen": seen, "name": "示例沅水新材料有限公司", "reason": "变更通知书〔2026〕1号"}
    assert "已更名" in said(clerk.post(f"{path}/rename", wish))
    clerk.post(f"{path}/rename", wish)
    late = said(clerk.post(f"{path}/rename", wish | {"name": "示例另一名称有限公司"}))
    assert "已改名为" in late
    assert entries(desk) == ["enterprise.rename"]
    with desk.services.database.reading() as session:
        names = session.scalars(select(col(Alias.name)).where(Alias.enterprise_id == firm.id)).all()
        assert session.get_one(Enterprise, firm.id).name == wish["name"]
    assert firm.name in names


def test_a_contact_is_changed_with_a_reason_on_the_version_that_was_seen(
    desk: Desk, clerk: Browser, firm: Enterprise
) -> None:
    path = f"/enterprises/{firm.uscc}"
    version = hidden(clerk.get(path), "version")
    wish = {"version": version, "name": "示例新人", "email": "new@shili.example", "phone": ""}
    assert "请写明理由" in said(clerk.post(f"{path}/contact", wish | {"reason": ""}))
    wish |= {"reason": "企业来电"}
    assert "不是邮箱地址" in said(clerk.post(f"{path}/contact", wish | {"email": "new"}))
    assert "联系人已改" in said(clerk.post(f"{path}/contact", wish))
    clerk.post(f"{path}/contact", wish)
    assert entries(desk) == ["enterprise.contact"]
    assert "有改动" in said(clerk.post(f"{path}/contact", wish | {"name": "示例别人"}))
    with desk.services.database.reading() as session:
        person = session.scalars(select(Person).where(Person.enterprise_id == firm.id)).one()
    assert (person.name, person.email, person.phone) == ("示例新人", "new@shili.example", "")
    assert "new@shili.example" in clerk.get(path).text


def test_whoever_answers_for_another_division_or_decides_nothing_changes_nothing(
    desk: Desk, firm: Enterprise
) -> None:
    path, asked = f"/enterprises/{firm.uscc}", {"name": "甲乙丙", "reason": "试", "seen": firm.name}
    acts = ("alias", "alias/drop", "rename", "contact")
    other = desk.signed_in("elsewhere")
    assert other.get(path).status_code == 404
    other.get("/me")
    for act in acts:
        other.post(f"{path}/{act}", asked)
    operator = desk.signed_in("operator")
    assert "改联系人" not in operator.get(path).text
    assert {operator.post(f"{path}/{act}", asked).status_code for act in acts} == {403}
    assert entries(desk) == []
