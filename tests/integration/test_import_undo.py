"""An import is taken back: what it changed and nobody changed since, once, and the rest is told."""

import datetime as dt
from dataclasses import replace

import pytest

from casework.certificates import Granted, register_certificate
from casework.import_batches import batch_page, list_batches
from casework.import_roster import ImportReport, apply, preview
from casework.import_undo import Undoing, preview_undo, undo
from casework.pipeline import run_month
from casework.refusal import Refusal, Unknown
from casework.services import Actor, Services
from exchange.values import Held, Roster
from models.audit import broken_at
from models.enterprise import Alias, Enterprise, Person, Role
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportBatch, ImportTrace
from models.ledger import AuditEntry
from tests.integration.test_import_roster import (
    CLERK,
    OTHER,
    USCC,
    a_roster,
    an_enterprise,
    applied,
    figures,
    full_roster,
    rows,
    sizes,
)

KNOWN = (Enterprise, Alias, Person, AnnualFigures, Statement, Qualification)
TRACES = (ImportBatch, ImportTrace, AuditEntry)
LONGER = Held(
    kind="hnte",
    number="GR202343900001",
    valid_from=dt.date(2023, 12, 8),
    valid_to=dt.date(2026, 12, 7),
    field="新材料",
)


def changing() -> Roster:
    """Return a roster that changes one of everything."""
    row = an_enterprise(
        name="湖南示例青柑股份有限公司",
        registered_on=dt.date(2016, 5, 5),
        contact_email="b@youjia.example",
        held=(LONGER,),
        statements={"resident": False, "core_ip": True},
    )
    told = figures(values={"sales": 1_00, "costs": 2_00}, source="审计报告")
    older = figures(row=3, year=2024, values={"sales": 3_00})
    return a_roster(row, figures=(told, older), name="变更.xlsx")


def taken_back(services: Services, number: int) -> Undoing:
    done = undo(services, number, by=CLERK)
    assert isinstance(done, Undoing), done
    assert done.done
    return done


def told(services: Services) -> dict[str, list[dict[str, object]]]:
    """Return what is known, without what a new row is numbered."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "id"}
            for row in rows(services, model)
        ]
        for model in KNOWN
    }


def test_everything_that_changed_is_as_it_was(house: Services) -> None:
    applied(house, full_roster())
    before = told(house)
    report = applied(replace(house, day=house.today + dt.timedelta(days=1)), changing())
    assert report.batch == 2

    foreseen = preview_undo(house, 2)
    assert isinstance(foreseen, Undoing)
    assert not foreseen.done
    done = taken_back(house, 2)

    assert done.seal == foreseen.seal
    assert not done.kept
    assert told(house) == before
    words = [str(each).partition("：")[2] for each in done.taken]
    assert "企业名称由“湖南示例青柑股份有限公司”改为“洪江市示例青柑农业有限公司”" in words
    assert "2025 年销售收入由“0.0001 万元”改为“12,000 万元”" in words
    assert "2024 年年度数据由“1 项数据”改为“（空）”" in words
    assert "联系邮箱由“b@youjia.example”改为“a@youjia.example”" in words
    assert "GR202343900001 有效期起由“2023-12-08”改为“2023-10-16”" in words
    assert "居民企业由“否”改为“（空）”" in words


def test_newcomers_go_whole_and_the_same_file_can_be_imported_again(house: Services) -> None:
    empty = sizes(house, but=TRACES)
    applied(house, full_roster())
    assert taken_back(house, 1).kept == ()
    assert sizes(house, but=TRACES) == empty
    assert not preview(house, full_roster()).already

    assert applied(house, full_roster()).batch == 2
    assert [line.undone_by for line in list_batches(house).lines] == ["", "示例经办"]


def test_a_file_of_the_same_name_on_the_same_day_is_taken_back_too(house: Services) -> None:
    applied(house, full_roster())
    before = told(house)
    applied(house, a_roster(an_enterprise(), figures=(figures(values={"sales": 1_00}),)))

    assert [each.what for each in taken_back(house, 2).taken] == ["2025 年销售收入"]
    assert told(house) == before


def test_twice_takes_back_once_and_all_of_it_stands_in_the_chain(house: Services) -> None:
    applied(house, full_roster())
    taken_back(house, 1)
    again = undo(house, 1, by=CLERK)

    assert again == Refusal(reason="第 1 批已由 示例经办 于 2026-03-02 09:00 撤销")
    assert undo(house, 9, by=CLERK) == Unknown(reason="没有编号为 9 的导入")
    acts = [row["act"] for row in rows(house, AuditEntry)]
    assert acts == ["import", "import_undo"]
    with house.database.reading() as session:
        assert broken_at(session) is None


def test_what_a_later_import_changed_stays_until_that_one_is_taken_back(house: Services) -> None:
    applied(house, full_roster())
    for name, sales in (("一.xlsx", 1_00), ("二.xlsx", 2_00), ("三.xlsx", 1_00)):
        said = figures(values={"sales": sales, "staff_total": 41})
        applied(house, a_roster(an_enterprise(), figures=(said,), name=name))

    first = preview_undo(house, 2)
    assert isinstance(first, Undoing)
    assert [(each.what, each.why) for each in first.kept] == [
        ("2025 年销售收入", "第 4 批导入之后又改过，请先撤销第 4 批")
    ]
    assert [each.after for each in first.taken] == ["40 人"]
    for number in (4, 3, 2):
        assert taken_back(house, number).kept == ()
    assert [row["sales"] for row in rows(house, AnnualFigures)] == [120_000_000_00]
    assert [row["staff_total"] for row in rows(house, AnnualFigures)] == [40]


def test_what_others_rest_on_stays_and_says_why(house: Services) -> None:
    applied(house, full_roster())
    run_month(house, "2026-03", on=house.today)
    done = taken_back(house, 1)

    why = {each.what: each.why for each in done.kept}
    assert why["资格 GR202343900001"] == "已有截止事项"
    assert why["企业 洪江市示例青柑农业有限公司"] == "已建立事项"
    assert len(rows(house, Enterprise)) == 1
    assert not rows(house, AnnualFigures)
    page = batch_page(house, 1)
    assert not isinstance(page, Refusal)
    assert set(page.kept) == set(done.kept)


def test_what_a_person_mended_since_stays(house: Services) -> None:
    applied(house, full_roster())
    applied(house, changing())
    mend = Granted(target=USCC, number="GR202343900001", on=dt.date(2023, 12, 9))
    assert not isinstance(register_certificate(house, mend, by=CLERK), Refusal)

    done = taken_back(house, 2)
    assert ("GR202343900001 有效期起", "之后已改为“2023-12-09”") in [
        (each.what, each.why) for each in done.kept
    ]
    assert rows(house, Qualification)[0]["valid_from"] == dt.date(2023, 12, 9)


def test_what_was_agreed_to_is_what_happens(house: Services) -> None:
    applied(house, full_roster())
    seen, foreseen = preview(house, changing()), None
    applied(house, a_roster(an_enterprise(registered_on=dt.date(2016, 5, 5)), name="先.xlsx"))

    late = apply(house, changing(), by=CLERK, seen=seen.seal)
    assert isinstance(late, ImportReport)
    assert not late.applied
    assert late.seal != seen.seal
    now = apply(house, changing(), by=CLERK, seen=late.seal)
    assert isinstance(now, ImportReport)
    assert now.batch == 3
    foreseen = preview_undo(house, 3)
    assert isinstance(foreseen, Undoing)
    applied(house, a_roster(an_enterprise(contact_email="c@youjia.example"), name="后.xlsx"))
    stopped = undo(house, 3, by=CLERK, seen=foreseen.seal)
    assert isinstance(stopped, Undoing)
    assert not stopped.done


def test_whoever_keeps_the_program_imports_nothing(house: Services) -> None:
    operator = Actor(name="示例运维", role=Role.OPERATOR)

    assert isinstance(apply(house, full_roster(), by=operator), Refusal)
    assert isinstance(undo(house, 1, by=operator), Refusal)


@pytest.fixture
def elsewhere(house: Services) -> Services:
    """The same data, as a neighbouring division sees it."""
    return replace(house, division="431271")


def test_rows_of_another_division_are_refused_and_nothing_of_them_is_told(
    house: Services, elsewhere: Services
) -> None:
    applied(house, full_roster())
    theirs = an_enterprise(name="别的名字", contact_email="x@youjia.example")
    away = an_enterprise(row=3, uscc=OTHER, name="洪江市示例青柑有限公司", division_code="431281")
    report = preview(elsewhere, a_roster(theirs, away, figures=(figures(),)))

    assert [each.message for each in report.errors] == [
        "这家企业不在您负责的行政区划，请删去这一行，由当地办理",
        "行政区划 431281 不在您负责的范围（431271），请核对代码；确实属于那里的，由当地办理",
        "这家企业不在您负责的行政区划，请删去这一行，由当地办理",
    ]
    assert not report.changes
    assert not report.fresh
    mine = an_enterprise(uscc=OTHER, name="洪江区示例青柑农业有限公司", held=(LONGER,))
    (filled, wrong) = preview(elsewhere, a_roster(mine)).problems
    assert "已登记在别的行政区划的企业名下" in wrong.message
    assert "将按您的 431271 登记" in filled.message


def test_another_division_neither_sees_nor_takes_back_ours(
    house: Services, elsewhere: Services
) -> None:
    applied(house, full_roster())
    missing = Unknown(reason="没有编号为 1 的导入")

    assert list_batches(elsewhere).lines == ()
    assert batch_page(elsewhere, 1) == missing
    assert undo(elsewhere, 1, by=CLERK) == missing
    both = a_roster(
        an_enterprise(address="示例路 2 号"),
        an_enterprise(row=3, uscc=OTHER, name="示例乙公司", division_code="431271"),
        name="两地.xlsx",
    )
    applied(house, both)
    page = batch_page(elsewhere, 2)
    assert not isinstance(page, Refusal)
    assert [change.enterprise for change in page.changes] == ["示例乙公司"]
    refused = undo(elsewhere, 2, by=CLERK)
    assert refused == Refusal(reason="这一批还涉及别的行政区划的企业，请由上级办理")
