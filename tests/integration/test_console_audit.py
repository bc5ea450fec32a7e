"""审计: who did what, searched, carried away and proved elsewhere; each sees the own division's."""

import codecs
import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from casework.audit import note
from casework.audit_export import Export, Form, export, prove
from casework.audit_page import AuditFilter, audit_page, state_of_chain
from casework.enterprise_page import enterprises
from casework.refusal import Refusal
from casework.services import Actor, Services
from exchange.csv_file import guarded
from models.enterprise import Enterprise, Role
from models.ledger import AuditEntry
from tests.plugins.desk import BY, Desk
from tests.plugins.hired import COUNTY, ELSEWHERE, hire, last_entry
from tests.plugins.terminal import Peiyu

EVIL = '=HYPERLINK("http://示例")'


@pytest.fixture
def noted(desk: Desk) -> Desk:
    """The desk after some acts: about two enterprises, a member of staff, and nobody's."""
    first, second = (each.uscc for each in enterprises(desk.services, "").lines[:2])
    with desk.services.database.writing() as session:
        there = update(Enterprise).where(col(Enterprise.uscc) == second)
        session.execute(there.values(division_code=ELSEWHERE))
        for act, subject, detail in (
            ("record", f"hnte/{first}", {"kind": "plan", "before": "", "after": EVIL}),
            ("answer", f"{second}/hnte/annual//2026", {"words": "那边的"}),
            ("staff.change", "staff/elsewhere", {"before": {"role": "clerk"}}),
            ("calendar.declare", "calendar/2026-05-04", {"before": None, "after": None}),
        ):
            note(session, desk.services, replace(BY, name="示例甲"), act, (subject, detail))
    return desk


def acts(desk: Desk, division: str, *, county: str = "", who: str = "示例甲") -> list[str]:
    eyes = replace(desk.services, division=division, county=county)
    return [line.act for line in audit_page(eyes, AuditFilter(who=who)).lines]


def test_each_division_sees_its_own_and_the_whole_office_the_rest(noted: Desk) -> None:
    everything = ["改放假安排", "改工作人员", "企业答复", "登记发生的事"]

    assert acts(noted, "") == everything
    assert acts(noted, COUNTY) == ["登记发生的事"]
    assert acts(noted, ELSEWHERE) == ["改工作人员", "企业答复"]
    assert acts(noted, COUNTY, county=COUNTY) == ["改放假安排", "登记发生的事"]
    assert acts(noted, "431200", county=COUNTY) == everything


def test_it_is_searched_paged_and_told_in_words(noted: Desk) -> None:
    hire(noted, "auditor", Role.AUDITOR, "")
    auditor = noted.signed_in("auditor")
    one = auditor.get("/audit?words=" + "HYPERLINK").text

    assert one.count("<tr data-row>") == 1
    assert "登记发生的事" in one
    assert "无 → =HYPERLINK(" in one
    assert "示例" in one.partition("/enterprises/91")[2][:60]
    assert "没有符合条件的记录" in auditor.get("/audit?who=没有这个人").text
    assert auditor.get("/audit?act=sign_in&first=2026-03-04").text.count("data-row") == 0
    assert auditor.get("/audit?act=sign_in&last=2026-03-03").text.count("data-row") >= 1
    assert "示例auditor（auditor）" in auditor.get("/audit?subject=示例auditor").text
    found = audit_page(noted.services, AuditFilter(), limit=3)
    rest = audit_page(noted.services, AuditFilter(), before=found.following, limit=3)
    assert [each.id - 3 for each in found.lines] == [each.id for each in rest.lines]


def test_exactly_what_is_filtered_is_exported_guarded_proved_and_noted(
    noted: Desk, tmp_path: Path, peiyu: Peiyu
) -> None:
    hire(noted, "auditor", Role.AUDITOR, "")
    auditor = noted.signed_in("auditor")
    auditor.get("/audit?who=示例甲")
    table = auditor.post("/audit/export", {"who": "示例甲", "form": "csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))

    assert table.content.startswith(codecs.BOM_UTF8)
    assert [row[4] for row in rows[1:]] == ["登记发生的事", "企业答复", "改工作人员", "改放假安排"]
    assert last_entry(noted, "audit.export")["filter"] == {"who": "示例甲"}
    assert [guarded(each) for each in ("=1", " +1", "-1", "@a", "a=1", 7)] == [
        *("'=1", "' +1", "'-1", "'@a"),
        "a=1",
        7,
    ]

    lines = auditor.post("/audit/export", {"form": "jsonl"}).text.splitlines()
    assert len(lines) > 4
    file = tmp_path / "记录.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "首尾相连" in peiyu("audit", "verify", str(file)).out
    assert prove([*lines[:2], *lines[3:]]).gaps == 1
    forged = json.loads(lines[3]) | {"by": "别人"}
    file.write_text("\n".join([*lines[:3], json.dumps(forged), *lines[4:]]), encoding="utf-8")
    proof = peiyu("audit", "verify", str(file), "--json")
    assert proof.code == 1
    assert proof.json == {"entries": len(lines), "gaps": 0, "wrong": [4]}
    assert prove([lines[1], lines[0]]).wrong == (2,)
    assert prove(["这不是记录"]).wrong == (1,)


def test_whoever_may_not_read_it_carries_nothing_away(noted: Desk) -> None:
    clerk = noted.signed_in("clerk")
    clerk.get("/")
    assert clerk.get("/audit").status_code == 403
    assert clerk.post("/audit/export", {"form": "csv"}).status_code == 403
    by = Actor(name="示例经办", role=Role.CLERK, login="clerk")
    assert isinstance(export(noted.services, AuditFilter(), Form.TABLE, by=by), Refusal)
    eyes = replace(noted.services, division=ELSEWHERE)
    by = replace(by, role=Role.HEAD)
    made = export(eyes, AuditFilter(who="示例甲"), Form.LINES, by=by)
    assert isinstance(made, Export)
    assert made.entries == 2


def test_the_state_of_the_chain_is_told_and_where_it_is_broken(noted: Desk) -> None:
    hire(noted, "auditor", Role.AUDITOR)
    auditor = noted.signed_in("auditor")
    chain = state_of_chain(noted.services)
    assert f"全部 {chain.entries} 条连续完整" in auditor.get("/audit/chain").text
    assert chain.last_seal in auditor.get("/audit/chain").text
    with noted.services.database.writing() as session:
        changed = update(AuditEntry).where(col(AuditEntry.id) == 3).values(by="别人")
        session.execute(changed)
    page = auditor.get("/audit/chain").text
    assert "第 3 条被改动过" in page
    assert "前面的 2 条连续完整" in page


def test_both_engines_know_whose_an_entry_is(house: Services) -> None:
    ours, theirs = "91431281MAXX00001X", "91431271MAXX00002X"
    with house.database.writing() as session:
        for uscc in (ours, theirs):
            division = uscc[2:8]
            session.add(
                Enterprise(
                    uscc=uscc, name=f"示例{division}", division_code=division, added_at=house.now()
                )
            )
        session.flush()
        for subject in (f"{ours}/hnte/a//2026", f"hnte/{theirs}/2026", f"x{ours}", "letters"):
            note(session, house, BY, "record", (subject, {}))
    seen = {
        division: [
            line.uscc
            for line in audit_page(
                replace(house, division=division, county=COUNTY), AuditFilter()
            ).lines
        ]
        for division in (COUNTY, ELSEWHERE)
    }

    assert seen == {COUNTY: ["", "", ours], ELSEWHERE: [theirs]}
    assert len(audit_page(house, AuditFilter(subject="示例431281")).lines) == 1
    assert state_of_chain(house).entries == 4
