"""今日 through the served console: every line opens what it tells of."""

import datetime as dt
import io
import re
from html import unescape

import openpyxl
from sqlalchemy import Select, func, select, update
from sqlmodel import col

from casework.list_addresses import list_address
from console.cutter import CJK
from models.case import Case
from models.deadline import Deadline
from models.enterprise import Person
from models.ledger import Run
from models.letter import Letter, LetterState
from tests.integration.test_console_english import in_english
from tests.integration.test_console_views import rows, whole
from tests.plugins.desk import NOW, Desk

LATE, SOON = dt.date(2026, 2, 27), dt.date(2026, 3, 5)


def lines(page: str) -> dict[str, list[tuple[str, str]]]:
    """Return each section's lines: where it leads, and all it says."""
    found = {}
    for part in page.split('<h2 id="s')[1:]:
        title = re.findall(r'^\d+">(\S+) ', part)[0]
        said = re.findall(r"<li>(.*)</li>", part.split("</section>")[0])
        found[title] = [(link(line), re.sub("<[^>]+>", "", line)) for line in said]
    return found


def link(line: str) -> str:
    return unescape("".join(re.findall(r'^<a href="([^"]+)"', line)))


def some(number: int, programme: str, skip: int = 0) -> Select[tuple[int]]:
    ours = select(col(Deadline.id)).where(
        col(Deadline.programme) == programme, col(Deadline.state) == "open"
    )
    return ours.order_by(col(Deadline.id)).offset(skip).limit(number)


def messed_up(desk: Desk) -> None:
    """Make dates late, near and suspended, two duties of a kind on one day, and letters fail."""
    programme = with_most_dates(desk)
    changes = [
        (some(3, programme), {"due_on": LATE}),
        (some(2, programme, 3), {"due_on": LATE, "title": "示例补报"}),
        (some(1, programme, 5), {"due_on": LATE, "suspended_on": LATE}),
        (some(4, programme, 6), {"due_on": SOON}),
        (some(1, programme, 10), {"due_on": SOON, "suspended_on": LATE}),
    ]
    with desk.services.database.writing() as session:
        chosen = [(session.scalars(which).all(), change) for which, change in changes]
        for numbers, change in chosen:
            session.execute(update(Deadline).where(col(Deadline.id).in_(numbers)).values(**change))
        first = session.scalars(select(col(Letter.id)).order_by(col(Letter.id)).limit(2)).all()
        failed = {"state": LetterState.FAILED.value, "reason": "邮箱不存在"}
        session.execute(update(Letter).where(col(Letter.id).in_(first)).values(**failed))


def with_most_dates(desk: Desk) -> str:
    programme = col(Deadline.programme)
    most = select(programme).group_by(programme).order_by(func.count().desc(), programme)
    with desk.services.database.reading() as session:
        return session.scalars(most).first() or ""


def test_every_line_of_today_opens_exactly_what_it_tells_of(desk: Desk) -> None:
    messed_up(desk)
    clerk = desk.signed_in("clerk")
    page = lines(clerk.get("/").text)

    assert list(page) == [
        *("已经超期", "本周到期", "等本局审核", "等补数据或登记", "中止和无法申报", "没有办成")
    ]
    for title in ("已经超期", "本周到期", "等补数据或登记", "中止和无法申报"):
        for address, said in page[title]:
            number = re.search(r"(\d+) 家", said)
            assert whole(clerk, address) == (int(number[1]) if number else 1), (address, said)
            assert list_address(address), "a list that can be kept under a name"
    late = {whole(clerk, address) for address, _ in page["已经超期"]}
    assert late == {2, 3}, "two duties of one kind on one day are two lines"
    for title in ("等本局审核", "没有办成"):
        for address, said in page[title]:
            whose = re.split("（| 联系|，", said.removeprefix("给"))[0].split(" ")[0]
            opened = clerk.get(address)
            assert opened.status_code == 200
            assert whose in opened.text
    wrong = [address.split("/")[1] for address, _ in page["没有办成"]]
    assert wrong.count("letters") == 2
    assert "enterprises" in wrong


def test_filters_that_a_line_of_today_set_stay_when_the_list_is_filtered_again(desk: Desk) -> None:
    messed_up(desk)
    clerk = desk.signed_in("clerk")
    address, _ = lines(clerk.get("/").text)["已经超期"][0]
    there = clerk.get(address).text

    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', there))
    assert hidden["clock"] == "runs"
    assert hidden["title"] in unescape(address + there)
    assert rows(clerk.get("/due?clock=stopped&days=all").text) == 2
    assert rows(clerk.get("/due?clock=nonsense&title=没有这个名称").text) == 0
    clerk.get("/due")
    given = clerk.post("/export", {"address": "/due?clock=stopped&title=x", "form": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(given.content))
    told = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {"期限", "已中止", "名称", "x"} <= set(told)


def test_in_english_only_names_and_what_others_said_stay_chinese(desk: Desk) -> None:
    messed_up(desk)
    clerk = in_english(desk.signed_in("clerk"))
    told = lines(clerk.get("/").text)

    dates = [unescape(line) for section in list(told)[:2] for _, line in told[section]]
    assert dates
    for line in dates:
        detail = line.partition(") ")[2]
        assert re.search(r", \d+/\d+, (\d+ days (overdue|left)|due today), ", detail), line
        assert not CJK.search(re.sub(r"\S*示例\S*", "", detail)), line

    assert any(
        "suspended for 2 enterprises, the first since" in line
        for lines in told.values()
        for _, line in lines
    )


def test_every_figure_of_today_is_the_length_of_the_list_that_it_opens(desk: Desk) -> None:
    messed_up(desk)
    with desk.services.database.writing() as session:
        waiting = session.scalars(select(Case).where(col(Case.final).is_(None)).limit(2)).all()
        waiting[0].held = True
    clerk = desk.signed_in("clerk")
    page = clerk.get("/").text
    cards = re.findall(r'<a class="card [^"]*" href="([^"]+)"><b>(\d+)</b>([^<]+)</a>', page)

    assert len(cards) == 6
    for address, number, title in ((unescape(to), int(n), title) for to, n, title in cards):
        if not address.startswith("/?"):
            assert whole(clerk, address) == number, title
            assert list_address(address), "a list that can be kept under a name"
            continue
        place = address.partition("#")[2]
        listed = lines(clerk.get(address).text)[title]
        assert f'id="{place}">{title}' in page
        told = [re.search(r"(\d+) 家", said) for _, said in listed]
        of_each = [int(each[1]) if each and title == "中止和无法申报" else 1 for each in told]
        assert sum(of_each) == number, title


def test_what_the_program_did_not_do_is_told_to_everybody_and_the_way_out_to_its_keepers(
    desk: Desk,
) -> None:
    clerk, operator = desk.signed_in("clerk"), desk.signed_in("operator")
    before = clerk.get("/").text
    with desk.services.database.writing() as session:
        session.execute(update(Run).values(state="failed", trouble="磁盘满了", finished_at=NOW))
    told, kept = clerk.get("/").text, operator.get("/").text

    assert "磁盘满了" not in before
    for page in (told, kept):
        assert "程序没有办的" in page
        assert "磁盘满了" in page
    assert "请告诉运维或股长" in told
    assert 'href="/runs">看怎么办' in kept
    assert 'href="/runs"' not in told


def test_a_date_and_its_case_say_whom_to_call(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    with desk.services.database.writing() as session:
        date = session.scalars(select(Deadline)).first()
        assert date
        firm = col(Case.enterprise_id) == date.enterprise_id
        case = session.scalars(select(col(Case.id)).where(firm)).first()
        whose = update(Person).where(col(Person.enterprise_id) == date.enterprise_id)
        session.execute(whose.values(name="赵示例", phone="0745-7000001"))
    pages = (f"/dates/{date.id}", f"/cases/{case}")

    for path in pages:
        assert "企业联系人：赵示例 0745-7000001" in clerk.get(path).text
    with desk.services.database.writing() as session:
        session.execute(whose.values(active=False))
    for path in pages:
        assert "企业没有登记联系人" in clerk.get(path).text


def test_a_timetable_that_can_not_be_read_keeps_nobody_from_work(desk: Desk) -> None:
    (desk.home / "config").mkdir(exist_ok=True)
    (desk.home / "config" / "timetable.toml").write_text("示例 = [", "utf-8")
    page = desk.signed_in("clerk").get("/")

    assert page.status_code == 200
    assert "程序没有办的" in page.text
    assert "timetable.toml" in page.text
    assert "等本局审核" in page.text
