"""看板, 截止日历, exports, saved views and subscriptions, through the served console."""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import openpyxl
import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from sqlmodel import col

from casework.accounts import hashed
from casework.board import median
from casework.cases import CaseFilter, cases
from casework.clocks import ClockChange, ClockWish, touch_clock
from casework.feed import renew_feed
from casework.list_addresses import FILTERS, LISTS, list_address
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.sign_in import Visitor
from casework.staff import remove_staff
from casework.stock_flow import year_flows
from casework.targets import NewTarget, set_target
from models.audit import broken_at
from models.case import Case
from models.deadline import Deadline
from models.enterprise import Enterprise, Person, Role
from models.ledger import AuditEntry
from models.target import Target
from models.views import Feed, SavedView
from policy.clocks import Act
from policy.stock import Measure
from tests.plugins.desk import BY, Browser, Desk
from tests.plugins.sprout import add_staff

HEAD = Actor(name="示例股长", role=Role.HEAD)
GOAL = {"programme": "hnte", "year": "2026", "measure": "new", "document": "示例发〔2026〕1号"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows(page: str) -> int:
    return page.count("<tr data-row>")


def links(page: str) -> dict[str, int]:
    """Return the figures of a page that are links: address -> figure."""
    found = re.findall(r'<a href="([^"]+)"[^>]*>(\d+)</a>', page)
    return {address.replace("&amp;", "&"): int(figure) for address, figure in found}


def whole(browser: Browser, address: str) -> int:
    """Return how many rows a list has, over all of its pages."""
    number = 0
    while address:
        page = browser.get(address).text
        number += rows(page)
        following = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return number


def acts(desk: Desk, act: str) -> list[AuditEntry]:
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        return list(session.scalars(select(AuditEntry).where(col(AuditEntry.act) == act)))


def test_every_figure_of_the_board_opens_exactly_what_it_counts(desk: Desk) -> None:
    with desk.services.database.writing() as session:
        old = select(col(Case.id)).where(col(Case.programme) == "hnte").limit(5)
        long_ago = update(Case).where(col(Case.id).in_(old))
        there = {"stage": "precheck", "phase": "declaration"}
        session.execute(long_ago.values(entered_on=dt.date(2025, 10, 9), **there))
    clerk = desk.signed_in("clerk")
    page = clerk.get("/board").text
    figures = links(page)

    assert any("&over=1" in address for address in figures), "nothing is over its limit"
    assert any("/board/flow?" in address for address in figures)
    assert any("days=all" in address for address in figures)
    wrong = {
        address: (figure, there)
        for address, figure in figures.items()
        if (there := whole(clerk, address)) != figure
    }
    assert not wrong
    assert "0 家企业" in desk.signed_in("elsewhere").get("/board").text


def test_a_year_is_stock_and_flow_and_only_of_the_own_division(desk: Desk) -> None:
    ours = year_flows(replace(desk.services, division="431281"), 2026)
    theirs = year_flows(replace(desk.services, division="431271"), 2026)

    assert {each.programme for each in ours} == {"hnte", "tsme"}
    for each in ours:
        flow = each.flow
        before, new, lapsed, now = map(flow.count, ("opening", "new", "lapsed", "closing"))
        assert before + new == lapsed + now
        assert flow.count("opening")
        assert flow.at_least <= flow.at_most(Measure.STOCK)
    assert not any(each.flow.count("opening") for each in theirs)
    assert year_flows(desk.services, 2027) == ()


def test_a_head_enters_targets_and_the_older_word_stays(desk: Desk) -> None:
    head, clerk = desk.signed_in("head"), desk.signed_in("clerk")
    where = "/board/targets?programme=hnte&year=2026"
    head.get(where)
    first = {**GOAL, "number": "2", "after": "0"}
    assert "已定为 2" in head.post("/board/targets", first).text
    assert "已定为 2" in head.post("/board/targets", first).text  # sent twice: once
    overtaken = head.post("/board/targets", {**first, "number": "3"}).text
    assert "示例股长 刚刚改过这个目标" in overtaken
    assert "请写明下达目标的文件" in head.post("/board/targets", {**first, "document": ""}).text
    assert "目标应为整数" in head.post("/board/targets", {**first, "number": "两家"}).text
    assert "已撤回" in head.post("/board/targets", {**first, "number": "", "after": "1"}).text
    assert "已定为 5" in head.post("/board/targets", {**first, "number": "5", "after": "2"}).text

    clerk.get(where)
    assert clerk.post("/board/targets", first).status_code == 403
    page = clerk.get("/board").text
    assert "示例发〔2026〕1号" in page
    assert "年度目标由股长录入" not in clerk.get(where).text
    assert "示例发" not in desk.signed_in("elsewhere").get("/board").text
    with desk.services.database.reading() as session:
        said = session.scalars(select(Target).order_by(col(Target.seq))).all()
    assert [(each.seq, each.number, each.division_code) for each in said] == [
        (1, 2, "431281"),
        (2, None, "431281"),
        (3, 5, "431281"),
    ]
    assert len(acts(desk, "target.set")) == 3
    wish = NewTarget(programme="hnte", year=2026, measure=Measure.NEW, number=9, document="示例")
    refused = set_target(desk.services, wish, by=Actor(name="示例经办", role=Role.CLERK))
    assert refused == Refusal(reason="年度目标由股长录入")


def test_a_month_shows_days_off_and_what_is_due_and_opens_each_day(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    page = clerk.get("/due/month").text

    assert page.count('aria-current="date"') == 1
    assert "班 调休上班" in page  # 28 February 2026
    assert "休 清明节" in clerk.get("/due/month?month=2026-04").text
    assert "放假安排还没有公布" in clerk.get("/due/month?month=2028-04").text
    days = re.findall(r'href="(/due\?on=[^"]+)" aria-label="[^"]*，(\d+) 项"', page)
    assert days
    for address, number in days:
        assert whole(clerk, address.replace("&amp;", "&")) == int(number)
    assert "没有符合条件的截止事项" in clerk.get("/due/month?q=没有这样的企业").text
    assert "没有在岗的工作人员" in clerk.get("/due?officer=nobody").text
    assert clerk.get("/due/month?officer=nobody").status_code == 404
    assert "没有符合条件" in clerk.get("/due?officer=elsewhere&days=all").text
    assert whole(clerk, "/due?officer=clerk&days=all") == whole(clerk, "/due?days=all")
    assert whole(clerk, "/due?kind=planned&days=all") < whole(clerk, "/due?days=all")
    elsewhere = desk.signed_in("elsewhere").get("/due/month").text
    assert "这个月没有符合条件的截止事项" in elsewhere


def handed(browser: Browser, address: str, form: str) -> httpx.Response:
    browser.get("/cases")
    return browser.post("/export", {"address": address, "form": form})


def rename_first(desk: Desk) -> None:
    """Give an enterprise a name that a spreadsheet would run."""
    with desk.services.database.writing() as session:
        firm = session.scalars(select(Enterprise).order_by(col(Enterprise.id))).first()
        assert firm is not None
        firm.name = '=HYPERLINK("http://evil.example")示例有限公司'


def test_a_list_is_handed_out_exactly_as_it_is_filtered(desk: Desk) -> None:
    rename_first(desk)
    clerk = desk.signed_in("clerk")
    answer = handed(clerk, "/cases?programme=hnte&waiting=1&after=7", "xlsx")
    assert answer.headers["content-type"] == XLSX
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, about = book["事项"], book["筛选条件"]
    listed = cases(desk.services, CaseFilter(programme="hnte", waiting=True), limit=999).lines
    assert sheet.max_row == len(listed) + 1
    assert sheet.freeze_panes == "B2"
    head = {cell.value: cell.column for cell in sheet[1]}
    name = sheet.cell(2, head["企业"])
    assert name.data_type == "s"
    assert str(name.value).startswith("=HYPERLINK")
    assert sheet.cell(2, head["进入本环节"]).is_date
    assert isinstance(sheet.cell(2, head["本环节工作日"]).value, int)
    said = {row[0].value: row[1].value for row in about.iter_rows()}
    assert said["项目"] == "高新技术企业认定"
    assert said["待审"] == "是"
    assert said["导出人"] == "示例经办"
    assert said["导出时间"] == "2026-03-03 09:30"
    assert said["行数"] == str(len(listed))
    assert [entry.subject for entry in acts(desk, "export")] == ["/cases?programme=hnte&waiting=1"]


def test_text_opens_in_the_right_encoding_runs_nothing_and_names_no_reader(desk: Desk) -> None:
    rename_first(desk)
    clerk = desk.signed_in("clerk")
    text = handed(clerk, "/enterprises", "csv").content

    assert text.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert len(table) == 151
    assert table[1][0].startswith("'=HYPERLINK")
    assert "@" not in handed(clerk, "/letters", "csv").text
    dates = list(csv.reader(io.StringIO(handed(clerk, "/due?days=all", "csv").text)))
    assert len(dates) - 1 == whole(clerk, "/due?days=all")
    assert [entry.by for entry in acts(desk, "export")] == ["示例经办"] * 3


def test_nothing_of_another_division_and_no_other_page_is_handed_out(desk: Desk) -> None:
    other = desk.signed_in("elsewhere")
    for path in ("/cases", "/enterprises", "/due?days=all", "/letters"):
        lines = handed(other, path, "csv").text.splitlines()
        assert not any("9143" in line for line in lines), path
    for path in ("/me", "/due/month", "https://evil.example/cases", "/cases?no=1"):
        assert handed(other, path, "csv").status_code == 404, path
    assert "只能导出" in handed(other, "/cases", "exe").text


def save(browser: Browser, **fields: str) -> str:
    browser.get("/cases")
    return browser.post("/views", fields).text


def test_a_view_is_saved_shared_renamed_and_removed(desk: Desk) -> None:
    clerk, head = desk.signed_in("clerk"), desk.signed_in("head")
    other = desk.signed_in("elsewhere")
    waiting = {"name": "高企待审", "address": "/cases?programme=hnte&waiting=1", "shared": "1"}
    assert "已保存为“高企待审”" in save(clerk, **waiting)
    assert "已保存为“高企待审”" in save(clerk, **waiting)
    assert "已经有一个叫“高企待审”" in save(clerk, **{**waiting, "address": "/cases?held=1"})
    assert "请给这个筛选起个名称" in save(clerk, name=" ", address="/cases")
    assert save(clerk, name="别处", address="//evil.example/cases").count("没有这一页")
    save(clerk, name="只给自己", address="/due?days=7")

    assert "高企待审" in head.get("/cases").text
    assert "示例经办共享" in head.get("/").text
    assert "只给自己" not in head.get("/views").text
    assert "高企待审" not in other.get("/views").text
    number = re.search(r"/views/(\d+)/rename", head.get("/views").text)
    assert number
    change = f"/views/{number[1]}"
    other.get("/me")
    assert "刚刚被改名或删除" in other.post(f"{change}/remove", {"version": "1"}).text
    leader = desk.signed_in("leader")
    leader.get("/me")
    assert "由本人或股长改名" in leader.post(f"{change}/remove", {"version": "1"}).text
    renamed = head.post(f"{change}/rename", {"version": "1", "name": "待审的高企"}).text
    assert "已改名为“待审的高企”" in renamed
    stale = head.post(f"{change}/remove", {"version": "1"}).text
    assert "刚刚被改名或删除" in stale
    assert "已删除“待审的高企”" in clerk_removes(clerk, change)
    assert len(acts(desk, "view.save")) == 2
    with desk.services.database.reading() as session:
        assert [view.name for view in session.scalars(select(SavedView))] == ["只给自己"]


def clerk_removes(clerk: Browser, change: str) -> str:
    clerk.get("/views")
    return clerk.post(f"{change}/remove", {"version": "2"}).text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/cases?after=3&waiting=1", "/cases?waiting=1"),
        ("/due?skip=200&days=all", "/due?days=all"),
        ("/cases?q=%E6%A9%98", "/cases?q=%E6%A9%98"),
        ("/cases?next=//evil.example", None),
        ("http://evil.example/cases", None),
        ("//evil.example/cases", None),
        ("/sign-out", None),
        ("/cases?q=%0Aevil", None),
        ("/cases?q=" + "x" * 600, None),
    ],
)
def test_only_addresses_of_our_lists_are_kept(text: str, kept: str | None) -> None:
    found = list_address(text)
    assert (str(found) if found else None) == kept


def subscribed(browser: Browser, seen: str = "") -> str:
    browser.get("/me")
    page = browser.post("/me/feed", {"seen": seen}).text
    found = re.search(r'value="(http://[^"]+\.ics)"', page)
    assert found, page
    return found[1]


def events(address: str) -> Mapping[str, object]:
    calendar = Calendar.from_ical(httpx.get(address).content)
    return {str(each["uid"]): each for each in calendar.walk("VEVENT")}


def test_every_filter_of_every_list_has_a_name_to_be_told_by(desk: Desk) -> None:
    assert {name for _, names in LISTS.values() for name in names} <= FILTERS.keys()
    clerk = desk.signed_in("clerk")
    with desk.services.database.reading() as session:
        firm = session.scalars(select(Enterprise).order_by(col(Enterprise.id))).first()
    assert firm is not None
    clerk.get(f"/letters?uscc={firm.uscc}")
    wish = {"address": f"/letters?uscc={firm.uscc}&person=1", "form": "csv"}
    assert clerk.post("/export", wish).headers["content-disposition"].startswith("attachment")


def test_a_subscription_shows_what_its_owner_may_see_until_it_ends(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    address = subscribed(clerk)
    answer = httpx.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "set-cookie" not in answer.headers
    tag = {"If-None-Match": f'W/{answer.headers["etag"]}, "another"'}
    assert httpx.get(address, headers=tag).status_code == 304
    assert answer.text.count("BEGIN:VEVENT") > 100
    for word in ("示例联系人", "@bureau.example", "示例经办，"):
        assert word not in answer.text.replace("\r\n ", "")
    assert "VEVENT" not in httpx.get(subscribed(desk.signed_in("elsewhere"))).text

    assert "刚刚已经生成过" in clerk.post("/me/feed", {"seen": ""}).text
    mark = re.search(r'name="seen" value="([^"]+)"', clerk.get("/me").text)
    assert mark
    newer = subscribed(clerk, mark[1])
    assert httpx.get(address).status_code == 404
    with desk.services.database.writing() as session:
        person = col(Person.key) == "staff/clerk"
        session.execute(update(Person).where(person).values(division_code="431271"))
    assert "VEVENT" not in httpx.get(newer).text
    clerk.post("/me/feed/end", {})
    assert httpx.get(newer).status_code == 404
    leaving = subscribed(desk.signed_in("leader"))
    remove_staff(desk.services, "leader", reason="示例调离", by=BY)
    assert httpx.get(leaving).status_code == 404
    assert len(acts(desk, "feed.renew")) == 4


def test_two_first_clicks_at_once_make_one_address(house: Services) -> None:
    add_staff(house)
    with house.database.reading() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        who = Visitor(
            person_id=person.id or 0,
            login="clerk",
            name="示例经办",
            role=Role.CLERK,
            division="431281",
            sign_in="x",
            seal="x",
        )
    with ThreadPoolExecutor(4) as clicks:
        begun = [clicks.submit(renew_feed, house, who, "") for _ in range(4)]
        made = [each.result() for each in begun]
    with house.database.reading() as session:
        kept = session.scalars(select(col(Feed.secret))).all()

    assert [hashed(each) for each in made if isinstance(each, str)] == kept


def test_a_date_that_moved_moves_in_the_calendar_and_says_not_who_moved_it(desk: Desk) -> None:
    address = subscribed(desk.signed_in("clerk"))
    before = events(address)
    with desk.services.database.reading() as session:
        ours = select(Deadline).where(col(Deadline.kind) == "planned")
        number = session.scalars(ours.order_by(col(Deadline.due_on).desc())).first()
    assert number is not None
    wish = ClockWish(deadline=number.id or 0, act=Act.EXTEND, days=7, reason="示例理由")
    changed = touch_clock(desk.services, wish, by=HEAD)
    assert isinstance(changed, ClockChange), changed
    after = events(address)
    assert before.keys() == after.keys()
    moved = [uid for uid in after if after[uid] != before[uid]]
    assert len(moved) == 1
    event = after[moved[0]]
    assert int(event["sequence"]) == int(before[moved[0]]["sequence"]) + 1  # type: ignore[index]
    assert event["dtstart"].dt > before[moved[0]]["dtstart"].dt  # type: ignore[index]
    assert "示例股长" not in str(event["description"])  # type: ignore[index]


def test_the_median_is_of_all_cases() -> None:
    assert median({}) is None
    assert median({3: 1}) == 3
    assert median({1: 2, 5: 2}) == 3
    assert median({1: 1, 4: 3}) == 4
