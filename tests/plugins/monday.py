"""A clerk's Monday (docs/monday.md), walked in a browser: each step is done, and a picture taken.

The acceptance test walks it to see that every step can be done; `make pictures` keeps what it sees.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from casework.answers import Given, Wish, answer
from casework.links import secret_of, token
from casework.matters import matter_of
from casework.remind import sweep
from models.deadline import Deadline
from models.enterprise import Enterprise, Person, Role
from policy.answers import AnswerKind
from tests.plugins.desk import NOW, PASSWORD, Desk
from tests.plugins.house import ZONE
from tests.plugins.rosters import HEADER, xlsx

MONDAY = dt.datetime(2026, 3, 16, 9, 0, tzinfo=ZONE)
STATISTICS = "研发统计年报（107-1、107-2表）"
ANSWERED = "怀化示例雾岭电子有限公司"
MISSING = ("91431281MAXX00648C", "湖南示例初雪生物有限公司")
FIGURES = {
    "年度": 2024,
    "销售收入（万元）": 1081.5,
    "总收入（万元）": 1092.32,
    "高新技术产品（服务）收入（万元）": 954.67,
    "研发费用（高企口径）（万元）": 62.73,
    "境内研发费用（高企口径）（万元）": 62.73,
    "成本费用支出总额（万元）": 951.72,
    "年末净资产（万元）": 642.9,
    "职工总数（人）": 34,
    "科技人员数（人）": 11,
    "科技成果转化数（项）": 6,
    "Ⅰ类知识产权数（项）": 1,
    "Ⅱ类知识产权数（项）": 6,
    "数据来源": "示例：2024 年度审计报告",
}
Taken = Callable[[Page, str], None]  # keeps a picture of a page under a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A browser at the desk, and who keeps the pictures."""

    page: Page
    folder: Path  # for the roster that a clerk has at hand
    take: Taken

    def arrive(self, login: str) -> None:
        """Sign in."""
        self.page.goto("/sign-in")
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()

    def go(self, place: str) -> None:
        """Open a page from the menu."""
        self.page.get_by_role("navigation", name="主要页面").get_by_role("link", name=place).click()

    def press(self, name: str, says: str = "") -> None:
        """Press a button; the next page says so."""
        self.page.get_by_role("button", name=name).first.click()
        if says:
            expect(self.page.get_by_role("status")).to_contain_text(says)


def before_monday(desk: Desk) -> None:
    """Let two weeks pass: one enterprise answers, the morning's sweep is done."""
    with desk.services.database.reading() as session:
        firm = session.scalars(select(Enterprise).where(col(Enterprise.name) == ANSWERED)).one()
        ours = col(Deadline.enterprise_id) == firm.id
        due = session.scalars(select(Deadline).where(ours, col(Deadline.title) == STATISTICS)).one()
        contacts = select(Person).where(col(Person.enterprise_id) == firm.id)
        contact = session.scalars(contacts.where(col(Person.role) == Role.CONTACT)).one()
        matter = matter_of(firm, due)
    secret = secret_of(desk.services)
    link = token(secret, (due, contact), matter=matter, on=NOW.date())
    said = Wish(kind=AnswerKind.DONE, receipt="统计回执 2026-0310")
    given = answer(replace(desk.services, now=lambda: MONDAY - dt.timedelta(days=3)), link, said)
    assert isinstance(given, Given), given
    sweep(desk.services)


def comes_in(walk: Walk) -> None:
    """Sign in; 今日 says what is late, what waits for us, what waits for others."""
    walk.page.goto("/sign-in")
    walk.take(walk.page, "sign-in")
    walk.arrive("clerk")
    expect(walk.page.get_by_role("heading", name="今日")).to_be_visible()
    expect(walk.page.get_by_role("link", name=re.compile("企业答复 1 件"))).to_be_visible()
    walk.take(walk.page, "today")


def looks_at_what_is_late(walk: Walk) -> None:
    """Open what is overdue; one enterprise has nothing to file, which is written down."""
    page = walk.page
    page.get_by_role("link", name=re.compile("已经超期")).click()
    expect(page.get_by_text("超期 6 天").first).to_be_visible()
    walk.take(page, "overdue")
    page.get_by_role("link", name=STATISTICS).first.click()
    expect(page.get_by_role("heading", name=STATISTICS)).to_be_visible()
    page.get_by_label("理由（必填）").fill("电话核实：上年没有研发项目，不用填报")
    walk.press("无法申报…")
    expect(page.get_by_role("heading", name="无法申报，会怎样")).to_be_visible()
    walk.take(page, "date")
    walk.press("确认无法申报")
    expect(page.get_by_role("status")).to_be_visible()


def decides_several(walk: Walk) -> None:
    """Choose three, see what it would do, confirm."""
    page = walk.page
    walk.go("今日")
    page.get_by_role("link", name=re.compile("等本局审核")).first.click()
    boxes = page.get_by_role("checkbox", name="选中 ")
    for number in range(3):
        boxes.nth(number).check()
    page.get_by_label("理由").fill("材料齐全，符合条件")
    walk.press("同意")
    expect(page.get_by_role("heading", name="同意 3 项，会怎样")).to_be_visible()
    walk.take(page, "effect")
    walk.press("确认同意 3 项", "办成 3 项")


def reads_an_answer(walk: Walk) -> None:
    """An enterprise says that it is done: its receipt is looked at, the date closed."""
    page = walk.page
    walk.go("今日")
    page.get_by_role("link", name=re.compile("企业答复")).click()
    expect(page.get_by_text("统计回执 2026-0310")).to_be_visible()
    walk.take(page, "answer")
    walk.press("凭证号无误，办结")
    expect(page.get_by_role("status")).to_be_visible()


def finds_what_is_missing(walk: Walk) -> None:
    """Search a case by two characters; its criteria say which figure is missing."""
    page = walk.page
    walk.go("事项")
    page.get_by_label("企业名称或信用代码").fill("初雪")
    page.get_by_label("项目").select_option(label="高新技术企业认定")
    walk.press("筛选")
    page.get_by_role("link", name=MISSING[1]).click()
    lacking = page.get_by_text("缺 2024 年研发费用").first
    lacking.evaluate("each => each.scrollIntoView({block: 'center'})")
    expect(lacking).to_be_visible()
    walk.take(page, "missing")


def brings_it_in(walk: Walk) -> None:
    """Import the figures: the first file has a slip, the mended one is seen before it counts."""
    page = walk.page
    slip = {**FIGURES, "研发费用（高企口径）（万元）": "六十多"}
    for name, figures in (("初雪2024.xlsx", slip), ("初雪2024-改.xlsx", FIGURES)):
        row = (*MISSING, *figures.values())
        file = xlsx(walk.folder / name, {"年度数据": [(*HEADER, *figures), row]})
        walk.go("导入")
        page.get_by_label("名册文件").set_input_files(file)
        walk.press("上传并核对")
        expect(page.get_by_role("heading", name=f"核对 {name}")).to_be_visible()
        walk.take(page, "import-slip" if figures is slip else "import-seen")
    walk.press("确认导入", "已导入")
    walk.go("企业")
    page.get_by_role("searchbox").fill("初雪生物")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=MISSING[1]).first.click()
    page.get_by_role("link", name="高新技术企业认定 2026").click()
    expect(page.get_by_text("示例：2024 年度审计报告").first).to_be_visible()


def looks_ahead(walk: Walk) -> None:
    """See the month, and a letter as its reader gets it."""
    page = walk.page
    walk.go("截止日历")
    page.get_by_role("link", name="月历").click()
    expect(page.get_by_role("heading", name="截止日历")).to_be_visible()
    walk.take(page, "month")
    walk.go("信函")
    page.get_by_role("link", name=re.compile("示例")).nth(1).click()
    shown = page.frame_locator("iframe.seen")
    expect(shown.get_by_text("咨询：").first).to_be_visible()
    walk.take(page, "letter")


def takes_a_slip_back(walk: Walk) -> None:
    """Approve the wrong case, and take it back before its letter leaves."""
    page = walk.page
    walk.go("今日")
    page.get_by_role("link", name=re.compile("等本局审核")).first.click()
    page.locator("tbody a").first.click()
    page.get_by_label("理由（必填，企业可能看到）").fill("材料齐全")
    walk.press("同意", "已同意")
    walk.press("撤销“同意”…")
    page.get_by_label("为什么撤销").fill("点错了企业")
    walk.take(page, "undo")
    walk.press("确认撤销 1 项", "撤销 1 项")


def is_done(walk: Walk) -> None:
    """At ten, the waiting ones are fewer; sign out."""
    walk.go("今日")
    expect(walk.page.get_by_role("link", name=re.compile("企业答复"))).to_have_count(0)
    walk.take(walk.page, "done")
    walk.press("退出")


def a_head_sets_up(walk: Walk) -> None:
    """Enter a target, declare a day off after seeing what moves, word a letter anew."""
    page = walk.page
    walk.arrive("head")
    walk.go("看板")
    page.get_by_role("link", name="录入 2026 年目标").first.click()
    target = page.get_by_role("form").first
    target.get_by_label("下达目标的文件").fill("示例科发〔2026〕3号")
    target.get_by_role("textbox").first.fill("2")
    target.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="来历")).to_be_visible()
    walk.take(page, "target")
    walk.go("规则")
    page.get_by_role("link", name="放假安排").first.click()
    page.get_by_label("哪一天").fill("2026-03-31")
    walk.press("看哪些日期会变")
    walk.take(page, "day-off")
    page.get_by_label("理由").fill("县政府通知停工一天")
    walk.press("登记：2026-03-31", "已登记")
    walk.go("信函")
    page.get_by_role("link", name="信函模板").click()
    page.get_by_role("link", name="给企业联系人的信").click()
    subject = page.get_by_label("标题", exact=True)
    subject.fill(subject.input_value().replace("截止提醒", "请按时办理"))
    walk.press("预览并检查", "检查通过")
    walk.take(page, "wording")
    page.get_by_label("为什么改").fill("更清楚")
    walk.press("保存为新的一版", "已保存为第 1 版")


STEPS = (
    comes_in,
    looks_at_what_is_late,
    decides_several,
    reads_an_answer,
    finds_what_is_missing,
    brings_it_in,
    looks_ahead,
    takes_a_slip_back,
    is_done,
    a_head_sets_up,
)
