"""运行: what ran, what failed and why, what comes next; beginning a run by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.accounts import Invitation, choose_password, invite
from casework.by_hand import Errand, Wish, take_errand
from casework.pipeline import run_batch, start_month
from casework.staff import NewStaff, add_staff
from console.app import make_app
from console.serving import served
from flows import by_hand
from models.enterprise import Role
from models.ledger import AuditEntry
from runtime import clock
from runtime.timetable import timetable_of
from tests.plugins.desk import BY, NOW, PASSWORD, Browser, Desk


@contextmanager
def opened_by_up(desk: Desk, *, works: bool = True) -> Iterator[tuple[Desk, list[Thread | Errand]]]:
    """Serve the pages as `peiyu up` does; yield also what was begun."""
    begun: list[Thread | Errand] = []

    def start(home: object, errand: Errand) -> None:
        begun.append(by_hand.begin(desk.home, errand) if works else errand)

    app = make_app(desk.home, now=lambda: NOW, start=start)
    with served(app, "127.0.0.1", 0) as port:
        yield replace(desk, address=f"http://127.0.0.1:{port}"), begun


def finished(begun: list[Thread | Errand]) -> None:
    for each in begun:
        assert isinstance(each, Thread)
        each.join(30)
        assert not each.is_alive()


def begin(browser: Browser, kind: str, month: str = "") -> str:
    browser.get("/runs")
    return browser.post("/runs", {"kind": kind, "month": month}).text


def test_it_shows_what_ran_what_comes_next_and_only_to_those_who_keep_it(desk: Desk) -> None:
    with opened_by_up(desk) as (served_desk, _):
        page = served_desk.signed_in("operator").get("/runs").text
        refused = served_desk.signed_in("clerk").get("/runs").status_code
    shut = desk.signed_in("operator").get("/runs?kind=sweep").text

    assert all(words in page for words in ("月度流程", "2026-03", "已办完", "新建事项"))
    assert "2026-04-01 08:30" in page
    assert "工作日 09:00–18:00" in page
    assert refused == 403
    assert "不能开始运行" in shut
    assert "新建事项" not in shut


def test_a_month_on_its_way_shows_how_far_it_is(desk: Desk) -> None:
    first, *rest = start_month(desk.services, "2026-04")
    run_batch(desk.services, first, on=desk.services.today)
    page = desk.signed_in("head").get("/runs").text

    assert f"1/{1 + len(rest)} 批" in page
    assert 'data-again="3"' in page
    assert "看现在办到哪里" in page


def test_a_run_begins_once_however_often_it_is_clicked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with opened_by_up(desk, works=False) as (still, begun):
        head = still.signed_in("head")
        first, second = begin(head, "monthly", "2026-03"), begin(head, "monthly", "2026-03")
        future, wrong = begin(head, "monthly", "2026-04"), begin(head, "monthly", "三月")
        none = begin(head, "restore")
    assert "2026-03 的月度流程已经开始" in first
    assert "月度流程正在办：示例股长 03-03 09:30 开始的。没有再开始一次" in second
    assert "还没有到" in future
    assert "请写明月份" in wrong
    assert "没有这种可以手动办的运行" in none
    assert len(begun) == 1

    with desk.services.database.reading() as session:
        acts = session.scalars(select(AuditEntry).where(col(AuditEntry.act) == "run.begin")).all()
    assert [(each.by, each.source, each.subject) for each in acts] == [
        ("示例股长", "console", "run/monthly/2026-03")
    ]


def test_what_was_begun_by_hand_is_done_and_said_and_can_begin_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with opened_by_up(desk) as (served_desk, begun):
        head = served_desk.signed_in("head")
        begin(head, "deliver")
        begin(head, "backup")
        finished(begun)
        page = head.get("/runs").text
        again = begin(head, "backup")
        finished(begun)

    assert page.count("示例股长</span>") == 2
    assert "已发" in page
    assert list((desk.home / "backups").iterdir())
    assert "备份已经开始" in again


def test_letters_sent_by_hand_end_with_the_hours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr(by_hand, "run_plainly", lambda *_, **when: told.append(when))
    late = replace(desk.services, now=lambda: NOW.replace(hour=17, minute=55))
    for kind in ("deliver", "backup"):
        errand = take_errand(late, Wish(kind=kind), timetable_of(desk.home), by=BY)
        assert isinstance(errand, Errand)
        by_hand.begin(desk.home, errand).join(30)

    delivered, backed_up = told
    assert delivered["until"] == "2026-03-03T18:00:00+08:00"
    assert "until" not in backed_up


def test_why_a_run_failed_stands_beside_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("示例原因")

    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("flows.work.run_batch", broken)
    with opened_by_up(desk) as (served_desk, begun):
        head = served_desk.signed_in("head")
        begin(head, "monthly", "2026-03")
        finished(begun)
        page = head.get("/runs").text

    assert ">没办成</span>" in page
    assert "示例原因" in page


def test_whoever_sees_only_a_part_begins_nothing_that_concerns_all(desk: Desk) -> None:
    new = NewStaff(
        login="far", name="示例远", role=Role.HEAD, email="far@b.example", division_code="431271"
    )
    add_staff(desk.services, new, by=BY)
    made = invite(desk.services, "far", by=BY)
    assert isinstance(made, Invitation)
    choose_password(desk.services, made.secret, PASSWORD)
    with opened_by_up(desk, works=False) as (served_desk, begun):
        said = begin(served_desk.signed_in("far"), "sweep")

    assert "负责范围以外" in said
    assert not begun
