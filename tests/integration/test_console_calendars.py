"""放假安排: the years with their documents; a day is declared after seeing what moves."""

from sqlalchemy import func, select
from sqlmodel import col

from casework.calendar_days import declare_day
from casework.refusal import Refusal
from casework.services import Actor
from models.deadline import Deadline, DeadlineState
from models.enterprise import Role
from models.ledger import AuditEntry, CalendarOverride
from tests.plugins.desk import Desk

DAY = "2026-05-20"  # a Wednesday, and a date that rolls back to the last workday


def test_each_year_names_its_document_and_a_guessed_one_is_marked(desk: Desk) -> None:
    page = desk.signed_in("clerk").get("/calendars").text

    assert "国务院办公厅关于2026年部分节假日安排的通知" in page
    assert "国办发明电〔2025〕7号" in page
    assert "推算，用到的日期都标“暂估”" in page
    assert 'name="day"' not in page


def test_a_day_is_declared_after_seeing_which_dates_move_and_then_they_move(desk: Desk) -> None:
    head = desk.signed_in("head")
    seen = head.get(f"/calendars/preview?day={DAY}&what=off").text
    with desk.services.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(CalendarOverride))
    fields = {"day": DAY, "what": "off"}
    silent = head.post("/calendars", {**fields, "reason": " "}).text
    head.get(f"/calendars/preview?day={DAY}&what=off")
    said = head.post("/calendars", {**fields, "reason": "县政府通知停工一天"}).text
    moved = head.post("/calendars/move", {"tell": "1"}).text
    again = head.get("/calendars/preview").text

    assert "会变" in seen
    assert "<b>2026-05-19</b>" in seen
    assert before == 0
    assert "请写明理由" in silent
    assert "已登记：2026-05-20（周三）放假" in said
    assert "现在要调整" in said
    assert "县政府通知停工一天" in moved
    assert "没有截止日会变" in again
    with desk.services.database.reading() as session:
        due = select(col(Deadline.due_on)).where(
            col(Deadline.state) == DeadlineState.OPEN.value,
            col(Deadline.title) == "高企年报本地完成日",
        )
        assert {f"{each:%m-%d}" for each in session.scalars(due)} == {"05-19"}
        acts = session.scalars(select(col(AuditEntry.act)).where(col(AuditEntry.act).like("cal%")))
        assert acts.all() == ["calendar.declare", "calendar.move"]
    back = head.get(f"/calendars/preview?day={DAY}&what=none")
    assert "恢复按放假安排" in back.text
    assert "已登记" in head.post("/calendars", {**fields, "what": "none", "reason": "撤销"}).text


def test_whoever_may_not_declares_nothing(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/calendars")
    by = Actor(name="示例", source="console", role=Role.CLERK)

    assert clerk.post("/calendars", {"day": DAY, "what": "off", "reason": "x"}).status_code == 403
    assert clerk.get("/calendars/preview").status_code == 403
    day = desk.services.today
    assert isinstance(declare_day(desk.services, day, working=False, reason="x", by=by), Refusal)
    head = desk.signed_in("head")
    assert "请写明哪一天" in head.get("/calendars/preview?day=昨天&what=off").text
