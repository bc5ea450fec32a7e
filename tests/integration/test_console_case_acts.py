"""What a clerk does about a case in the browser: each act once, and only in the own division."""

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.case_page import case_page
from casework.cases import CaseFilter, cases
from casework.refusal import Refusal
from models.answer import Answer, Snooze
from models.audit import broken_at
from models.case import Case, Record, Review, Waiver
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState
from models.decision import Assignment, Decision, Note, Undoing
from models.enterprise import Enterprise, Person
from models.figures import Qualification
from models.letter import ItemKind, LetterItem
from tests.plugins.desk import NOW, Browser, Desk

WAITS = re.compile(r'name="case" value="((\d+)\.\d+)"')


def said(answer: httpx.Response) -> str:
    found = re.search(r'role="status">([^<]+)<', answer.text)
    return found[1] if found else ""


def hidden(answer: httpx.Response, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', answer.text)


def everything(desk: Desk) -> list[int]:
    """Return how many rows there are of all that these acts write."""
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        tables = (Record, Waiver, ClockEvent, Snooze, Decision, Undoing, Assignment, Note)
        return [len(session.scalars(select(table)).all()) for table in tables]


def twice(desk: Desk, ask: Callable[[], httpx.Response]) -> str:
    """Send the same form twice; the second time nothing more is written."""
    first = said(ask())
    once = everything(desk)
    ask()
    assert everything(desk) == once
    return first


@pytest.fixture
def clerk(desk: Desk) -> Browser:
    return desk.signed_in("clerk")


def test_a_case_page_does_all_that_the_commands_do_and_each_only_once(
    desk: Desk, clerk: Browser
) -> None:
    page = clerk.get("/cases/1")
    assert all(
        word in page.text for word in ("登记发生了什么", "登记证书", "指派经办人", "写一条备注")
    )
    with desk.services.database.reading() as session:
        case = session.get_one(Case, 1)
        uscc = session.get_one(Enterprise, case.enterprise_id).uscc
    event = {"kind": "change", "on": "2026-03-02", "evidence": "变更通知书<1>"}

    assert "已登记：高新技术企业认定" in twice(desk, lambda: clerk.post("/cases/1/record", event))
    page = clerk.get("/cases/1")
    assert "变更通知书&lt;1&gt;" in page.text
    void = {"record": "change/2026-03-02/变更通知书<1>", "reason": "登记错了"}
    assert "已作废" in twice(desk, lambda: clerk.post("/cases/1/revoke", void))
    assert "（不再作数）" in clerk.get("/cases/1").text
    assert "请写明是哪一天" in said(clerk.post("/cases/1/record", event | {"on": "昨天"}))
    assert "还没有到" in said(clerk.post("/cases/1/record", event | {"on": "2026-04-01"}))

    granted = {"number": "GR202343009999", "on": "2023-10-16", "field": "", "case": "1"}
    path = f"/enterprises/{uscc}/certificate"
    assert "有效期 2023-10-16 至 2026-10-15" in said(clerk.post(path, granted))
    assert "早已登记过" in said(clerk.post(path, granted))
    with desk.services.database.reading() as session:
        number = col(Qualification.number) == "GR202343009999"
        assert len(session.scalars(select(Qualification).where(number)).all()) == 1


def test_notes_are_kept_once_shown_in_both_places_and_struck_out_but_not_erased(
    desk: Desk, clerk: Browser
) -> None:
    page = clerk.get("/cases/1")
    uscc = re.findall(r"/enterprises/(\w{18})/notes", page.text)[0]
    path, key = f"/enterprises/{uscc}/notes", hidden(page, "key")[0]
    new = {"key": key, "case": "1", "text": "说好周五交<材料>"}

    assert "已记下" in twice(desk, lambda: clerk.post(path, new))
    assert "说好周五交&lt;材料&gt;" in clerk.get(f"/enterprises/{uscc}").text
    assert "请写 1 至 2000" not in clerk.get("/cases/1").text
    assert "备注请写" in said(clerk.post(path, {"key": "x", "case": "1", "text": " "}))
    strike = {"case": "1", "reason": "写错了企业"}
    assert "已划去" in twice(desk, lambda: clerk.post(f"{path}/1/strike", strike))
    page = clerk.get("/cases/1")
    assert "<s>说好周五交&lt;材料&gt;</s>" in page.text
    assert "示例经办 2026-03-03 划去：写错了企业" in page.text


def test_a_need_is_waived_and_that_is_taken_back(desk: Desk, clerk: Browser) -> None:
    numbers = (line.id for line in cases(desk.services, CaseFilter(programme="hnte")).lines)
    number = next(each for each in numbers if waits(desk, each))
    page = clerk.get(f"/cases/{number}")
    need = re.findall(r'name="need" required><option value="([^"]+)"', page.text)[0]
    version = hidden(page, "version")[0]
    form = {"verb": "waive", "need": need, "reason": "已电话核实", "version": version}
    assert twice(desk, lambda: clerk.post(f"/cases/{number}/decide", form)) == "已免除"

    page = clerk.get(f"/cases/{number}")
    assert f"示例经办 免除：{need}" in page.text
    seen = clerk.post("/undo", {"undo": hidden(page, "undo")[0], "back": f"/cases/{number}"})
    assert "撤销“免除”" in seen.text
    sure = {"undo": hidden(seen, "undo")[0], "reason": "点错了", "sure": "yes"}
    assert "撤销 1 项。" in twice(desk, lambda: clerk.post("/undo", sure))
    assert f"免除：{need}（不再作数）" in clerk.get(f"/cases/{number}").text
    assert "没有撤销：请写明理由" in said(clerk.post("/undo", sure | {"reason": ""}))


def waits(desk: Desk, number: int) -> bool:
    page = case_page(desk.services, str(number))
    return not isinstance(page, Refusal) and bool(page.waiting)


def open_date(desk: Desk) -> int:
    with desk.services.database.reading() as session:
        found = session.scalars(
            select(col(Deadline.id)).where(
                col(Deadline.state) == DeadlineState.OPEN.value,
                col(Deadline.kind) == "planned",
                col(Deadline.due_on) > NOW.date().replace(month=4),
            )
        ).first()
    assert found is not None
    return found


def test_a_clock_is_touched_after_seeing_the_moved_date_and_taken_back(
    desk: Desk, clerk: Browser
) -> None:
    number = open_date(desk)
    page = clerk.get(f"/dates/{number}")
    before = re.findall(r"期限：<span>(\d{4}-\d\d-\d\d)", page.text)[0]
    path = f"/dates/{number}/clock"
    wish = {"act": "extend", "days": "5", "reason": "企业书面申请", "seen": "0"}
    seen = clerk.post(path, wish)

    assert f"截止日 {before} →" in seen.text
    assert everything(desk)[2] == 0
    assert "已办理（延期）" in twice(desk, lambda: clerk.post(path, wish | {"sure": "yes"}))
    now = clerk.get(f"/dates/{number}")  # the old number finds the new date
    assert "示例经办：延期 5 天" in now.text
    assert "延期…" not in now.text
    for act, title in (("suspend", "中止"), ("resume", "恢复计时"), ("waive", "免办")):
        ledger = hidden(clerk.get(f"/dates/{number}"), "seen")[0]
        wish = {"act": act, "reason": "示例", "seen": ledger, "sure": "yes"}
        assert f"已办理（{title}）" in said(clerk.post(path, wish))
    late = {"act": "undo", "reason": "点错了", "seen": "1", "sure": "yes"}
    assert "在您查看之后已有办理（示例经办：免办）" in said(clerk.post(path, late))
    back = late | {"seen": "4"}
    assert "已办理（撤销）" in twice(desk, lambda: clerk.post(path, back))
    assert "请写明理由" in said(clerk.post(path, {"act": "waive", "seen": "5"}))


def test_a_date_is_kept_quiet_and_speaks_again(desk: Desk, clerk: Browser) -> None:
    path = f"/dates/{open_date(desk)}"
    clerk.get(path)
    wish = {"until": "2026-03-20", "reason": "负责人出差"}
    assert "暂缓提醒到 2026-03-20" in twice(desk, lambda: clerk.post(f"{path}/snooze", wish))
    assert "负责人出差" in clerk.get(path).text
    assert "请写明到哪天" in said(clerk.post(f"{path}/snooze", wish | {"until": ""}))
    assert "照常提醒" in twice(desk, lambda: clerk.post(f"{path}/unsnooze", {"reason": "回来了"}))


def test_what_enterprises_answered_waits_today_and_is_settled(desk: Desk, clerk: Browser) -> None:
    with desk.services.database.writing() as session:
        item = session.scalars(
            select(LetterItem).where(col(LetterItem.kind) == ItemKind.RUNG.value)
        ).first()
        assert item is not None
        date = session.get_one(Deadline, item.deadline_id)
        firm = session.get_one(Enterprise, date.enterprise_id)
        contact = session.scalars(select(Person).where(col(Person.enterprise_id) == firm.id)).one()
        matter = "/".join((firm.uscc, date.programme, date.obligation, date.subject, date.period))
        for kind, more in (("help", {"words": "不会填"}), ("done", {"receipt": "示例123"})):
            row = {"key": kind, "matter": matter, "deadline_id": date.id, "kind": kind}
            answer = Answer(**row, person_id=contact.id, at=NOW, state="waiting", **more)
            session.add(answer)
    assert "企业答复 2 件等处理" in clerk.get("/").text
    page = clerk.get("/replies")
    assert page.text.index("不会填") < page.text.index("示例123")

    helped = {"act": "handled", "reason": "已电话说明", "back": "/replies"}
    assert "已处理" in said(clerk.post("/replies/1", helped))
    assert "示例经办 2026-03-03 09:30 处理过了" in said(clerk.post("/replies/1", helped))
    other = desk.signed_in("elsewhere")
    assert "还没有企业答复" in other.get("/replies").text
    assert "没有编号为 2 的答复" in said(other.post("/replies/2", {"act": "confirm"}))
    clerk.get(f"/dates/{date.id}")
    done = clerk.post("/replies/2", {"act": "confirm", "back": f"/dates/{date.id}"})
    assert "已销去截止事项" in said(done)
    assert "企业答复" not in re.sub(r"<title>.*", "", clerk.get("/").text.split("<h1>")[1])


def test_a_case_is_given_to_somebody_and_found_as_theirs_and_first_on_their_day(
    desk: Desk, clerk: Browser
) -> None:
    clerk.get("/cases/1")
    give = {"officer": "clerk", "assignment": "0"}
    assert "经办人：示例经办" in twice(desk, lambda: clerk.post("/cases/1/assign", give))
    late = {"officer": "head", "assignment": "0"}
    assert "经办人：示例股长" not in said(clerk.post("/cases/1/assign", late))

    assert "经办人 示例经办" in clerk.get("/cases/1").text
    mine = clerk.get("/cases?officer=me").text
    assert WAITS.findall(mine)[0][1] == "1"
    assert len(WAITS.findall(mine)) == 1
    assert "没有符合条件" in clerk.get("/cases?officer=gone").text
    today = clerk.get("/").text
    assert today.index("我的事项") < today.index("等本局审核")
    head = desk.signed_in("head")
    assert "我的事项" not in head.get("/").text
    assert "1.0" not in [pair for pair, _ in WAITS.findall(head.get("/cases?officer=nobody").text)]
    assert "只能指派给本区划" in said(clerk.post("/cases/1/assign", give | {"officer": "operator"}))


def test_nobody_of_another_division_and_no_operator_does_any_of_it(desk: Desk) -> None:
    number = open_date(desk)
    other, keeper = desk.signed_in("elsewhere"), desk.signed_in("operator")
    with desk.services.database.reading() as session:
        uscc = session.get_one(Enterprise, 1).uscc
    before = everything(desk)
    acts: tuple[tuple[str, dict[str, str]], ...] = (
        ("/cases/1/record", {"kind": "change", "on": "2026-03-02", "evidence": "示例"}),
        ("/cases/1/revoke", {"record": "change/2026-03-02/示例", "reason": "示例"}),
        ("/cases/1/assign", {"officer": "elsewhere", "assignment": "0"}),
        ("/cases/1/decide", {"verb": "hold", "reason": "示例", "version": "1"}),
        ("/decide", {"verb": "assign", "officer": "", "case": "1.0", "sure": "yes"}),
        (f"/dates/{number}/clock", {"act": "waive", "reason": "示例", "sure": "yes"}),
        (f"/dates/{number}/snooze", {"until": "2026-03-20", "reason": "示例"}),
        (f"/enterprises/{uscc}/notes", {"key": "k", "text": "示例"}),
        (f"/enterprises/{uscc}/certificate", {"number": "GR202343009999", "on": "2023-10-16"}),
        ("/undo", {"undo": "decision.1.1", "reason": "示例", "sure": "yes"}),
    )
    assert other.get(f"/dates/{number}").status_code == 404
    other.get("/cases")
    keeper.get("/cases")
    for path, fields in acts:
        other.post(path, fields)
        assert keeper.post(path, fields).status_code == 403, path
    assert everything(desk) == before


def test_many_are_decided_after_seeing_who_gets_mail_and_all_of_it_is_taken_back(
    desk: Desk, clerk: Browser
) -> None:
    page = clerk.get("/cases?waiting=1")
    pairs = [pair for pair, _ in WAITS.findall(page.text)][:3]
    back = "/cases?waiting=1"
    form = {"verb": "approve", "reason": "材料齐全", "case": pairs, "back": back}
    stood = everything(desk), reviews(desk)
    seen = clerk.post("/decide", form)

    assert "同意 3 项，会怎样" in seen.text
    assert re.search(r"将给 [1-3] 家企业发邮件", seen.text)
    assert (everything(desk), reviews(desk)) == stood
    done = clerk.post("/decide", form | {"sure": "yes"})
    assert "办成 3 项。" in said(done)
    again = clerk.post("/decide", form | {"sure": "yes"})
    assert "办成 0 项，3 项没有办" in said(again)
    undo = {"undo": hidden(done, "undo"), "back": back}
    assert "撤销 3 项，会怎样" in clerk.post("/undo", undo).text
    sure = undo | {"reason": "选错了", "sure": "yes"}
    assert "撤销 3 项。" in twice(desk, lambda: clerk.post("/undo", sure))
    assert reviews(desk) == stood[1]
    with desk.services.database.reading() as session:
        why = col(LetterItem.reason) == "示例经办撤销了“同意”"
        told = session.scalars(select(LetterItem).where(why)).all()
    assert told
    assert {each.state for each in told} == {"suppressed"}


def reviews(desk: Desk) -> set[tuple[int, str]]:
    with desk.services.database.reading() as session:
        rows = session.scalars(select(Review).where(col(Review.state) == "open")).all()
        return {(row.case_id, row.proposes) for row in rows}


def test_all_that_match_are_given_to_somebody_in_one_go_and_given_back(
    desk: Desk, clerk: Browser
) -> None:
    page = clerk.get("/cases?waiting=1&after=1")
    whole = re.findall(r"符合条件的全部 (\d+) 项", page.text)[0]
    form = {"verb": "assign", "officer": "head", "whole": "yes", "back": "/cases?waiting=1"}
    seen = clerk.post("/decide", form)
    assert f"符合条件的共 {whole} 项" in seen.text
    done = clerk.post("/decide", form | {"case": hidden(seen, "case"), "sure": "yes"})

    assert f"办成 {whole} 项。" in said(done)
    assert "没有符合条件" in clerk.get("/cases?waiting=1&officer=nobody").text
    undo = {"undo": hidden(done, "undo"), "reason": "选错了", "sure": "yes"}
    assert f"撤销 {whole} 项。" in twice(desk, lambda: clerk.post("/undo", undo))
    assert "没有符合条件" in clerk.get("/cases?officer=head").text


def test_every_order_pages_through_each_case_once_and_back(clerk: Browser) -> None:
    for column in ("enterprise", "stage", "days", "score"):
        found = {sort: paged(clerk, sort) for sort in (column, f"-{column}")}
        assert len(set(found[column])) == len(found[column]) > 50
        assert found[column] == found[f"-{column}"][::-1]
        made_up = clerk.get(f"/cases?sort={column}&after=%E7%A4%BAxx").text
        assert "没有符合条件" not in made_up


def paged(clerk: Browser, sort: str) -> list[str]:
    """Return the numbers of all pages of one programme, in this order."""
    address, numbers = f"/cases?programme=hnte&sort={sort}", []
    while address:
        page = clerk.get(address).text
        numbers += [number for _, number in WAITS.findall(page)]
        following = re.search(r'<a href="(/cases\?[^"]+)" rel="next">', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return numbers
