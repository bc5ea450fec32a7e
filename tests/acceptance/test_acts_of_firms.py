"""Every act on an enterprise, and on a roster of them, in a real Chromium, both ways."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from models.enterprise import Alias, Enterprise, Person
from models.figures import Qualification
from models.ledger import AuditEntry
from models.merge import Merge
from tests.acceptance.test_console_firms import two
from tests.acceptance.test_console_pages import window
from tests.plugins.acting import counted, go, press, said, unchanged, unfold
from tests.plugins.desk import Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium
NEW = "示例沅水新材料有限公司"


def a_firm(desk: Desk) -> Enterprise:
    """Return an enterprise."""
    with desk.services.database.reading() as session:
        return session.scalars(select(Enterprise).order_by(col(Enterprise.id)).limit(1)).one()


def find(page: Page, words: str) -> None:
    """Search an enterprise by its name or code, and open it."""
    go(page, "企业")
    page.get_by_label("企业名称、曾用名或信用代码").fill(words)
    press(page, "搜索")
    page.locator("tbody tr").first.get_by_role("link").click()


def name_also(page: Page) -> None:
    """Keep another name of the enterprise, with a double click."""
    unfold(page, "其他名称")
    page.get_by_label("曾用名、简称或常见写法").fill("橘子红")
    page.get_by_label("依据或理由").fill("企业来函")
    page.get_by_role("button", name="登记名称").dblclick()
    said(page, "已登记这个名称")


def rename(page: Page) -> None:
    """Give the enterprise its new name, with a double click."""
    unfold(page, "更名")
    page.get_by_label("新名称（营业执照上的全称）").fill(NEW)
    page.get_by_label("依据，例如变更通知书文号").fill("变更通知书〔2026〕1号")
    page.get_by_role("button", name="更名", exact=True).dblclick()
    said(page, "已更名，原名称记作曾用名")


def certify(page: Page) -> None:
    """Put a certificate on file, with a double click."""
    unfold(page, "登记证书")
    page.get_by_label("高企证书编号，或科小入库登记编号").fill("GR202343009999")
    page.get_by_label("发证（入库）日期").fill("2023-10-16")
    page.get_by_role("button", name="登记证书").dblclick()
    said(page, "登记")
    expect(page.get_by_text("2023-10-16 至 2026-10-15").first).to_be_visible()


@pytest.mark.presses(
    "/enterprises/{uscc}/alias",
    "/enterprises/{uscc}/alias/drop",
    "/enterprises/{uscc}/rename",
)
@BOTH_WAYS
def test_an_enterprise_gets_another_name_loses_it_and_is_renamed(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    firm = a_firm(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        find(page, firm.uscc)
        name_also(page)
        with unchanged(desk, Alias, AuditEntry):
            page.go_back()
            name_also(page)
        find(page, "橘子红")
        expect(page.get_by_role("heading", name=firm.name, level=1)).to_be_visible()
        unfold(page, "其他名称")
        page.locator("summary").filter(has_text="去掉").click()
        page.get_by_label("为什么去掉").fill("登记错了")
        press(page, "去掉“橘子红”", "已去掉这个名称")
        expect(page.get_by_role("definition").filter(has_text="橘子红")).to_have_count(0)
        rename(page)
        expect(page.get_by_role("heading", name=NEW, level=1)).to_be_visible()
        expect(page.get_by_role("definition").filter(has_text=firm.name)).to_be_visible()
        find(page, firm.name)
        expect(page.get_by_role("heading", name=NEW, level=1)).to_be_visible()
    with desk.services.database.reading() as session:
        acts = col(AuditEntry.act).startswith("enterprise.")
        done = session.scalars(select(col(AuditEntry.act)).where(acts).order_by(AuditEntry.id))
        assert list(done) == ["enterprise.alias", "enterprise.alias_back", "enterprise.rename"]


@pytest.mark.presses(
    "/enterprises/{uscc}/contact",
    "/enterprises/{uscc}/certificate",
    "/enterprises/{uscc}/notes",
    "/enterprises/{uscc}/notes/{number}/strike",
)
@BOTH_WAYS
def test_whom_to_write_to_a_certificate_and_a_remark_are_put_on_file(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    firm = a_firm(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        find(page, firm.name)
        unfold(page, "改联系人")
        page.get_by_label("姓名").fill("示例新人")
        page.get_by_label("邮箱（提醒信发到这里）").fill("new@shili.example")
        page.get_by_label("电话").fill("0745-7700000")
        page.get_by_label("理由", exact=True).first.fill("企业来电")
        page.get_by_role("button", name="改联系人").dblclick()
        said(page, "联系人已改")
        expect(page.get_by_text("new@shili.example").first).to_be_visible()
        before = counted(desk, Qualification)
        certify(page)
        with unchanged(desk, Qualification, AuditEntry):
            page.go_back()
            certify(page)
        unfold(page, "写一条备注")
        page.get_by_label("只给同事看").fill("下周上门")
        press(page, "记下", "已记下")
        unfold(page, "划去")
        page.get_by_label("为什么划去").fill("改期了")
        press(page, "划去", "已划去")
        expect(page.locator("li.struck s")).to_have_text("下周上门")
    with desk.services.database.reading() as session:
        person = session.scalars(select(Person).where(col(Person.enterprise_id) == firm.id)).one()
        assert (person.name, person.email) == ("示例新人", "new@shili.example")
        assert counted(desk, Qualification) == [before[0] + 1]


@pytest.mark.presses("/enterprises/{uscc}/merge", "/enterprises/{uscc}/unmerge")
@BOTH_WAYS
def test_a_merge_pressed_twice_is_one_and_taken_back_once(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    kept, gone = two(desk)
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        find(page, kept.uscc)
        page.get_by_role("link", name="与另一家合并…").click()
        page.get_by_label("要并入的一家的统一社会信用代码").fill(gone.uscc)
        press(page, "看会怎样")
        page.get_by_label("凭什么认定是同一家").fill("示例：换发代码")
        page.get_by_role("button", name="确认合并").dblclick()
        expect(page.get_by_role("heading", name="并入的企业")).to_be_visible()
        with unchanged(desk, Merge, AuditEntry):
            page.go_back()
            expect(page.get_by_role("button", name="确认合并")).to_have_count(0)
        find(page, gone.uscc)
        expect(page.get_by_role("heading", name=kept.name, level=1)).to_be_visible()
        unfold(page, "撤销合并")
        page.get_by_label("为什么撤销").fill("示例：认错了")
        page.get_by_role("button", name="撤销合并").dblclick()
        expect(page.get_by_role("heading", name="并入的企业")).to_have_count(0)
        find(page, gone.uscc)
        expect(page.get_by_role("heading", name=gone.name, level=1)).to_be_visible()
    with desk.services.database.reading() as session:
        acts = col(AuditEntry.act).startswith("enterprise.")
        done = session.scalars(select(col(AuditEntry.act)).where(acts).order_by(AuditEntry.id))
        assert list(done) == ["enterprise.merge", "enterprise.unmerge"]
