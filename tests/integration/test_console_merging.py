"""Two enterprises that are one: what a merge would do, the merge, and taking it back exactly."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from casework.board import board
from casework.enterprise_page import enterprises
from casework.import_roster import apply
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from exchange.roster import read_roster
from models.audit import broken_at
from models.base import metadata
from models.case import Case, Record
from models.deadline import Deadline
from models.decision import Note
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification
from models.ledger import AuditEntry
from models.letter import Letter, LetterItem
from models.merge import Merge
from tests.plugins.desk import BY, NOW, Browser, Desk
from tests.plugins.rosters import xlsx

_BESIDE = {"name_gram", "case_tally", "date_tally", "merge", "audit_entry", "sign_in"}


def said(answer: httpx.Response) -> str:
    found = re.search(r'role="status">([^<]+)<', answer.text)
    return found[1] if found else ""


def all_rows(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but for what only says that a merge was."""
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in _BESIDE
        }


@pytest.fixture
def pair(desk: Desk) -> tuple[Enterprise, Enterprise]:
    """Return two enterprises, the second with some things that the first has not."""
    with desk.services.database.writing() as session:
        wanted = select(Enterprise).order_by(col(Enterprise.id)).limit(2)
        kept, gone = session.scalars(wanted).all()
        session.execute(update(Letter).values(state="sent", sent_at=NOW))
        own = session.scalars(select(Case).where(col(Case.enterprise_id) == gone.id)).first()
        assert own is not None
        session.execute(insert(Case).values(**own.model_dump(exclude={"id"}) | {"cycle": 2019}))
        case = session.scalars(select(Case).where(col(Case.cycle) == 2019)).one()
        date = session.scalars(select(Deadline).where(col(Deadline.state) == "open")).first()
        assert date is not None
        row = date.model_dump(exclude={"id"}) | {"enterprise_id": gone.id, "case_id": case.id}
        row |= {
            "programme": case.programme,
            "subject": "case/2019/1",
            "due_on": dt.date(2026, 3, 11),
            "ladder": "renewal",
        }
        session.execute(insert(Deadline).values(**row | {"qualification_id": None}))
        told = {"enterprise_id": gone.id, "year": 2019, "sales": 1, "sources": "{}"}
        session.execute(insert(AnnualFigures).values(told))
        held = {"kind": "hnte", "number": "GR202343000099", "enterprise_id": gone.id}
        days = {"valid_from": dt.date(2023, 10, 16), "valid_to": dt.date(2026, 10, 15)}
        session.execute(insert(Qualification).values(**held, **days, field="", source="示例"))
        common = {"enterprise_id": gone.id, "by": "示例经办", "at": NOW}
        session.execute(insert(Note).values(key="k", text="示例备注", **common))
        record = {"programme": case.programme, "case_id": case.id, "seq": 1, "kind": "change"}
        session.execute(insert(Record).values(**record, on=dt.date(2026, 3, 1), **common))
        session.execute(insert(Alias).values(enterprise_id=gone.id, name="示例旧称"))
    sweep(desk.services.on(dt.date(2026, 3, 4)))
    with desk.services.database.writing() as session:
        session.execute(update(Letter).values(state="sent", sent_at=NOW))
    return kept, gone


@pytest.fixture
def clerk(desk: Desk) -> Browser:
    return desk.signed_in("clerk")


def looked(clerk: Browser, kept: Enterprise, gone: Enterprise) -> tuple[str, dict[str, str]]:
    """Return what the page foresees, and the form that agrees to it."""
    page = clerk.get(f"/enterprises/{kept.uscc}/merge?with={gone.uscc}").text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    form = {"with": gone.uscc, "seen": seen[0] if seen else "", "reason": "登记机关换发代码"}
    return page, form


def merged(clerk: Browser, kept: Enterprise, gone: Enterprise) -> str:
    _, form = looked(clerk, kept, gone)
    return said(clerk.post(f"/enterprises/{kept.uscc}/merge", form))


def test_a_merge_is_foreseen_done_once_and_taken_back_to_the_last_cell(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise]
) -> None:
    kept, gone = pair
    before, path = all_rows(desk), f"/enterprises/{kept.uscc}"
    page, form = looked(clerk, kept, gone)
    for words in ("2019 年年度数据", "GR202343000099", "示例旧称", "备注 1 条", "登记 1 条"):
        assert words in page, words
    assert "以保留的一家为准，这一项按放弃结束" in page
    assert "请写明为什么" in said(clerk.post(f"{path}/merge", form | {"reason": ""}))
    assert "请重新看一遍" in said(clerk.post(f"{path}/merge", form | {"seen": "x"}))
    assert all_rows(desk) == before

    assert "已合并" in said(clerk.post(f"{path}/merge", form))
    after = all_rows(desk)
    clerk.post(f"{path}/merge", form)
    assert all_rows(desk) == after != before
    with desk.services.database.reading() as session:
        row = session.scalars(select(Merge)).one()
        numbers = select(func.count()).select_from(Record).where(Record.enterprise_id == kept.id)
        assert session.scalar(numbers) == 1
        still = select(Case).where(col(Case.enterprise_id) == gone.id, col(Case.final).is_(None))
        assert session.scalars(still).all() == []
    assert gone.name in clerk.get(path).text

    back = {"merge": row.id, "reason": "认错了"}
    assert "请写明撤销" in said(clerk.post(f"{path}/unmerge", back | {"reason": " "}))
    assert "已撤销合并" in said(clerk.post(f"{path}/unmerge", back))
    assert all_rows(desk) == before
    clerk.post(f"{path}/unmerge", back)
    with desk.services.database.reading() as session:
        acts = select(col(AuditEntry.act)).where(col(AuditEntry.act).like("enterprise.%"))
        assert session.scalars(acts).all() == ["enterprise.merge", "enterprise.unmerge"]
    assert "已合并" in merged(clerk, kept, gone)  # and again


def test_who_was_merged_is_counted_nowhere_found_by_the_old_code_and_owes_nothing(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise]
) -> None:
    kept, gone = pair
    listed = board(desk.services).enterprises
    assert "已合并" in merged(clerk, kept, gone)
    assert board(desk.services).enterprises == listed - 1
    assert [line.uscc for line in enterprises(desk.services, gone.uscc).lines] == [kept.uscc]
    assert [line.uscc for line in enterprises(desk.services, gone.name).lines] == [kept.uscc]
    page = clerk.get(f"/enterprises/{gone.uscc}").text
    assert f'已并入 <a href="/enterprises/{kept.uscc}">' in page
    assert "改联系人" not in page
    note = {"key": "n", "text": "示例", "case": ""}
    assert "没有这个企业" in said(clerk.post(f"/enterprises/{gone.uscc}/notes", note))
    with desk.services.database.reading() as session:
        left = session.scalars(select(col(Case.id)).where(Case.enterprise_id == gone.id)).first()
    again = {"verb": "reopen", "reason": "示例", "version": "2"}
    assert "已并入另一家" in said(clerk.post(f"/cases/{left}/decide", again))
    run_month(desk.services, "2026-04", on=dt.date(2026, 4, 1))
    with desk.services.database.reading() as session:
        mine = col(Deadline.enterprise_id) == gone.id
        owed = select(Deadline).where(mine, col(Deadline.state) == "open")
        assert session.scalars(owed).all() == []
        opened = select(Case).where(col(Case.enterprise_id) == gone.id, col(Case.final).is_(None))
        assert session.scalars(opened).all() == []


def test_what_was_said_is_not_said_again_and_what_came_since_keeps_the_merge(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise]
) -> None:
    kept, gone = pair
    moved = select(LetterItem).join(Deadline).where(col(Deadline.subject) == "case/2019/1")
    with desk.services.database.reading() as session:
        once = {item.id for item in session.scalars(moved)}
    assert once
    assert "已合并" in merged(clerk, kept, gone)
    sweep(desk.services.on(dt.date(2026, 3, 4)))
    with desk.services.database.reading() as session:
        items = session.scalars(moved).all()
        assert {item.id for item in items} == once
        assert all(f"/{kept.uscc}/" in item.key for item in items)
        number = session.scalars(select(col(Merge.id))).one()
        date = session.scalars(select(Deadline).where(col(Deadline.subject) == "case/2019/1")).one()
    quiet = {"until": "2026-03-06", "reason": "负责人出差"}
    clerk.get(f"/dates/{date.id}")
    assert "暂缓提醒" in said(clerk.post(f"/dates/{date.id}/snooze", quiet))
    back = {"merge": number, "reason": "认错了"}
    refused = said(clerk.post(f"/enterprises/{kept.uscc}/unmerge", back))
    assert "已经接着办了，不能再撤销" in refused


def test_where_somebody_worked_on_both_it_is_refused_by_name_and_nothing_is_changed(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise]
) -> None:
    kept, gone = pair
    with desk.services.database.writing() as session:
        open_now = (col(Case.enterprise_id) == gone.id, col(Case.cycle) == 2026)
        session.execute(update(Case).where(*open_now).values(held=True))
        theirs = select(col(Person.id)).where(col(Person.enterprise_id) == gone.id)
        session.execute(
            update(Letter).where(col(Letter.person_id).in_(theirs)).values(state="queued")
        )
    before = all_rows(desk)
    page, form = looked(clerk, kept, gone)
    assert "已经有人办理过" in page
    assert "还没有发出" in page
    assert "确认合并" not in page
    assert "没有合并：" in said(clerk.post(f"/enterprises/{kept.uscc}/merge", form))
    assert "同一个信用代码" in looked(clerk, kept, kept)[0]
    assert "没有统一社会信用代码为" in clerk.get(f"/enterprises/{kept.uscc}/merge?with=<b>").text
    assert all_rows(desk) == before


def test_a_roster_with_the_old_code_goes_to_the_one_that_stays_with_a_remark(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise], tmp_path: Path
) -> None:
    kept, gone = pair
    assert "已合并" in merged(clerk, kept, gone)
    header = ["统一社会信用代码", "企业名称", "注册地址"]
    rows = [header, [gone.uscc, gone.name, "示例新址"]]
    report = apply(desk.services, read_roster(xlsx(tmp_path / "a.xlsx", {"企业名册": rows})), by=BY)
    assert not isinstance(report, Refusal)
    assert [problem.message for problem in report.problems if "已并入" in problem.message]
    with desk.services.database.reading() as session:
        assert session.get_one(Enterprise, kept.id).address == "示例新址"
        assert session.get_one(Enterprise, kept.id).name == kept.name
        assert session.get_one(Enterprise, gone.id).address == gone.address
    both = [*rows, [kept.uscc, kept.name, "示例另一址"]]
    twice = apply(desk.services, read_roster(xlsx(tmp_path / "b.xlsx", {"企业名册": both})), by=BY)
    assert isinstance(twice, Refusal)
    assert "请只留一行" in twice.reason


def test_another_division_neither_looks_nor_merges_nor_takes_back(
    desk: Desk, clerk: Browser, pair: tuple[Enterprise, Enterprise]
) -> None:
    kept, gone = pair
    _, form = looked(clerk, kept, gone)
    other = desk.signed_in("elsewhere")
    assert other.get(f"/enterprises/{kept.uscc}/merge?with={gone.uscc}").status_code == 404
    other.get("/me")
    other.post(f"/enterprises/{kept.uscc}/merge", form)
    with desk.services.database.reading() as session:
        assert session.scalars(select(Merge)).all() == []
    assert "已合并" in merged(clerk, kept, gone)
    with desk.services.database.reading() as session:
        row = session.scalars(select(Merge)).one()
    assert json.loads(row.moved)["steps"]
    other.get("/me")
    other.post(f"/enterprises/{kept.uscc}/unmerge", {"merge": row.id, "reason": "示例"})
    operator = desk.signed_in("operator")
    operator.get("/me")
    asked = operator.post(f"/enterprises/{kept.uscc}/unmerge", {"merge": row.id, "reason": "x"})
    assert asked.status_code == 403
    with desk.services.database.reading() as session:
        assert session.scalars(select(Merge)).one().undone_at is None
