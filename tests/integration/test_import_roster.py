"""A roster goes in: compared first, then applied whole or not at all, on both engines."""

import datetime as dt
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from casework.import_roster import ImportReport, apply, preview
from casework.refusal import Refusal
from casework.services import Actor, Services
from exchange.values import EnterpriseRow, FiguresRow, Held, Problem, Roster, Severity
from models.audit import broken_at
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportBatch
from models.ledger import AuditEntry
from models.names import NAME_GRAM
from models.tables import metadata
from models.tallies import TALLIES
from models.writes import table_of
from tests.plugins.house import HouseMaker

CLERK = Actor(name="示例经办")
USCC = "91431281MAXX00015X"
OTHER = "91431281MAXX00023Q"
GR = Held(
    kind="hnte",
    number="GR202343900001",
    valid_from=dt.date(2023, 10, 16),
    valid_to=dt.date(2026, 10, 15),
    field="新材料",
)


def an_enterprise(**said: Any) -> EnterpriseRow:
    start = {"sheet": "企业名册", "row": 2, "uscc": USCC, "name": "洪江市示例青柑农业有限公司"}
    return EnterpriseRow(**start | said)


def figures(**said: Any) -> FiguresRow:
    start = {
        "sheet": "年度数据",
        "row": 2,
        "uscc": USCC,
        "name": "洪江市示例青柑农业有限公司",
        "year": 2025,
        "values": {"sales": 120_000_000_00, "staff_total": 40},
        "source": "企业报送",
    }
    return FiguresRow(**start | said)


def a_roster(
    *enterprises: EnterpriseRow,
    figures: tuple[FiguresRow, ...] = (),
    problems: tuple[Problem, ...] = (),
    name: str = "名册.xlsx",
) -> Roster:
    content = repr((name, enterprises, figures)).encode()
    return Roster(
        filename=name,
        digest=hashlib.sha256(content).hexdigest(),
        enterprises=enterprises,
        figures=figures,
        problems=problems,
    )


def full_roster(name: str = "名册.xlsx") -> Roster:
    row = an_enterprise(
        division_code="431281",
        registered_on=dt.date(2016, 5, 4),
        contact_name="示例甲",
        contact_email="a@youjia.example",
        held=(GR,),
        statements={"resident": True, "est_tech_level": 7, "last_incident_on": dt.date(2020, 1, 2)},
    )
    return a_roster(row, figures=(figures(),), name=name)


def applied(services: Services, roster: Roster) -> ImportReport:
    report = apply(services, roster, by=CLERK)
    assert isinstance(report, ImportReport), report
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.wrong


def rows(services: Services, model: type[SQLModel]) -> list[dict[str, Any]]:
    table = table_of(model)
    with services.database.reading() as session:
        found = session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        return [dict(row) for row in found]


def sizes(services: Services, *, but: tuple[type[SQLModel], ...] = ()) -> dict[str, int]:
    # What narrows a search down may stay of a name that is gone; numbers have no size.
    skipped = {NAME_GRAM, *(table.name for table in TALLIES)}
    skipped |= {table_of(model).name for model in but}
    with services.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in skipped
        }


def test_a_new_enterprise_arrives_with_all_that_hangs_on_it(house: Services) -> None:
    report = applied(house, full_roster())

    assert counts(report) == (2, 0, 0, 0)
    assert report.applied
    (enterprise,) = rows(house, Enterprise)
    assert (enterprise["uscc"], enterprise["division_code"]) == (USCC, "431281")
    (contact,) = rows(house, Person)
    assert (contact["key"], contact["email"]) == (f"contact/{USCC}", "a@youjia.example")
    assert contact["enterprise_id"] == enterprise["id"]
    (held,) = rows(house, Qualification)
    assert (held["number"], held["valid_to"]) == ("GR202343900001", dt.date(2026, 10, 15))
    said = {row["fact"]: (row["value"], row["as_of"]) for row in rows(house, Statement)}
    assert said == {
        "resident": ("true", house.today),
        "est_tech_level": ("7", house.today),
        "last_incident_on": ('"2020-01-02"', house.today),
    }


def test_every_figure_keeps_its_own_source(house: Services) -> None:
    applied(house, full_roster())
    news = figures(values={"sales": 130_000_000_00}, source="审计报告")
    applied(house, a_roster(an_enterprise(), figures=(news,), name="更正.xlsx"))

    (row,) = rows(house, AnnualFigures)
    assert (row["sales"], row["staff_total"]) == (130_000_000_00, 40)
    assert json.loads(row["sources"]) == {
        "sales": {"source": "审计报告（更正.xlsx）", "by": "示例经办", "on": "2026-03-02"},
        "staff_total": {"source": "企业报送（名册.xlsx）", "by": "示例经办", "on": "2026-03-02"},
    }


def test_a_preview_says_the_same_and_writes_nothing(house: Services) -> None:
    before = sizes(house)

    report = preview(house, full_roster())

    assert counts(report) == (2, 0, 0, 0)
    assert not report.applied
    assert sizes(house) == before


@pytest.mark.fault("R04")
def test_the_same_file_twice_changes_nothing_and_says_so(house: Services) -> None:
    applied(house, full_roster())
    before = sizes(house)

    again = applied(house, full_roster())

    assert counts(again) == (0, 0, 2, 0)
    assert again.already
    assert not again.applied
    assert preview(house, full_roster()).already
    assert sizes(house) == before


def test_the_same_content_in_another_file_leaves_only_a_trace(house: Services) -> None:
    applied(house, full_roster())
    before = sizes(house, but=(ImportBatch, AuditEntry))
    told = rows(house, AnnualFigures)

    again = applied(house, full_roster("副本.xlsx"))

    assert counts(again) == (0, 0, 2, 0)
    assert not again.changes
    assert sizes(house, but=(ImportBatch, AuditEntry)) == before
    assert rows(house, AnnualFigures) == told
    assert [row["filename"] for row in rows(house, ImportBatch)] == ["名册.xlsx", "副本.xlsx"]


def test_a_new_name_keeps_the_old_one_as_an_alias(house: Services) -> None:
    applied(house, full_roster())
    renamed = an_enterprise(name="湖南示例青柑股份有限公司")

    report = applied(house, a_roster(renamed))

    assert counts(report) == (0, 1, 0, 0)
    assert [str(change) for change in report.changes] == [
        "湖南示例青柑股份有限公司：企业名称"
        "由“洪江市示例青柑农业有限公司”改为“湖南示例青柑股份有限公司”"
    ]
    assert [row["name"] for row in rows(house, Enterprise)] == ["湖南示例青柑股份有限公司"]
    assert [row["name"] for row in rows(house, Alias)] == ["洪江市示例青柑农业有限公司"]


def test_a_name_that_goes_and_comes_back_is_one_alias_each(house: Services) -> None:
    applied(house, full_roster())
    for number, name in enumerate(["示例乙公司", "洪江市示例青柑农业有限公司", "示例乙公司"]):
        applied(house, a_roster(an_enterprise(name=name), name=f"{number}.xlsx"))

    assert sorted(row["name"] for row in rows(house, Alias)) == sorted(
        ["洪江市示例青柑农业有限公司", "示例乙公司"]
    )


def test_what_a_file_does_not_say_stays_as_it_is(house: Services) -> None:
    applied(house, full_roster())

    report = applied(house, a_roster(an_enterprise(contact_phone="000-0000"), name="电话.xlsx"))

    assert [str(change) for change in report.changes] == [
        "洪江市示例青柑农业有限公司：联系电话由“（空）”改为“000-0000”"
    ]
    (contact,) = rows(house, Person)
    assert (contact["name"], contact["email"], contact["phone"]) == (
        "示例甲",
        "a@youjia.example",
        "000-0000",
    )
    assert rows(house, Enterprise)[0]["registered_on"] == dt.date(2016, 5, 4)


def test_what_changes_is_said_from_what_to_what(house: Services) -> None:
    applied(house, full_roster())
    longer = Held(
        kind="hnte",
        number="GR202343900001",
        valid_from=dt.date(2023, 12, 8),
        valid_to=dt.date(2026, 12, 7),
    )
    row = an_enterprise(
        registered_on=dt.date(2016, 5, 5),
        held=(longer,),
        statements={"resident": False, "core_ip": True},
    )
    told = figures(values={"sales": 123_456_789, "staff_total": 41})
    older = figures(row=3, year=2024, values={"sales": 1, "costs": 2})

    report = applied(house, a_roster(row, figures=(told, older), name="变更.xlsx"))

    assert counts(report) == (1, 2, 0, 0)
    who = "洪江市示例青柑农业有限公司："
    assert [str(change).removeprefix(who) for change in report.changes] == [
        "成立日期由“2016-05-04”改为“2016-05-05”",
        "GR202343900001 有效期起由“2023-10-16”改为“2023-12-08”",
        "GR202343900001 有效期止由“2026-10-15”改为“2026-12-07”",
        "居民企业由“是”改为“否”",
        "知识产权对主要产品核心支持由“（空）”改为“是”",
        "2025 年销售收入由“12,000 万元”改为“123.456789 万元”",
        "2025 年职工总数由“40 人”改为“41 人”",
        "2024 年年度数据由“（空）”改为“2 项数据”",
    ]
    assert rows(house, Qualification)[0]["field"] == "新材料"


def test_what_is_new_about_a_known_enterprise_is_said_too(house: Services) -> None:
    applied(house, a_roster(an_enterprise()))
    row = an_enterprise(contact_name="示例甲", contact_email="a@youjia.example", held=(GR,))

    report = applied(house, a_roster(row, name="补充.xlsx"))

    assert counts(report) == (0, 1, 0, 0)
    who = "洪江市示例青柑农业有限公司："
    assert [str(change).removeprefix(who) for change in report.changes] == [
        "联系人由“（空）”改为“示例甲，a@youjia.example”",
        "资格 GR202343900001由“（空）”改为“2023-10-16，2026-10-15，新材料”",
    ]


def test_a_changed_contact_is_said_by_its_title(house: Services) -> None:
    applied(house, full_roster())

    report = applied(house, a_roster(an_enterprise(contact_name="示例乙"), name="联系人.xlsx"))

    assert [change.what for change in report.changes] == ["联系人"]


def test_a_statement_of_a_later_day_does_not_hold_yet(house: Services) -> None:
    applied(house.on(dt.date(2026, 5, 1)), full_roster())

    report = preview(house, a_roster(an_enterprise(statements={"resident": True})))

    assert [change.before for change in report.changes] == ["（空）"]


def test_a_change_of_mind_is_another_statement(house: Services) -> None:
    applied(house, full_roster())
    later = house.on(dt.date(2026, 4, 1))

    applied(later, a_roster(an_enterprise(statements={"resident": False}), name="四月.xlsx"))

    told = [(row["as_of"], row["value"]) for row in rows(house, Statement)]
    assert (dt.date(2026, 3, 2), "true") in told
    assert (dt.date(2026, 4, 1), "false") in told


def test_a_slip_mended_on_the_same_day_is_one_statement_and_both_are_in_the_audit(
    house: Services,
) -> None:
    applied(house, full_roster())

    applied(house, a_roster(an_enterprise(statements={"resident": False}), name="更正.xlsx"))

    told = [row["value"] for row in rows(house, Statement) if row["fact"] == "resident"]
    assert told == ["false"]
    change = json.loads(rows(house, AuditEntry)[-1]["detail"])["changes"][0]
    assert (change["what"], change["before"], change["after"]) == ("居民企业", "是", "否")


def test_a_file_with_an_error_is_refused_whole(house: Services) -> None:
    bad = Problem(sheet="年度数据", row=7, column="销售收入", value="约三千", message="不是数字")
    roster = a_roster(an_enterprise(), figures=(figures(),), problems=(bad,))
    before = sizes(house)

    report = preview(house, roster)
    refused = apply(house, roster, by=CLERK)

    assert counts(report) == (2, 0, 0, 1)
    assert isinstance(refused, Refusal)
    assert refused.reason == (
        "名册.xlsx 有 1 处错误（例如“年度数据”第 7 行：不是数字），什么都没有导入；请改好后再导入"
    )
    assert sizes(house) == before


def test_a_wrong_row_is_counted_once_and_as_nothing_else(house: Services) -> None:
    cells = tuple(
        Problem(sheet="年度数据", row=2, column=column, value="?", message="不是数字")
        for column in ("销售收入", "成本")
    )

    report = preview(house, a_roster(an_enterprise(), figures=(figures(),), problems=cells))

    assert counts(report) == (1, 0, 0, 1)


def test_a_warning_blocks_nothing(house: Services) -> None:
    warning = Problem(
        sheet="企业名册",
        row=2,
        column="统一社会信用代码",
        value=USCC,
        message="校验码不符",
        severity=Severity.WARNING,
    )

    report = applied(house, a_roster(an_enterprise(), problems=(warning,)))

    assert counts(report) == (1, 0, 0, 0)
    assert report.problems == (warning,)


def test_figures_of_nobody_are_an_error(house: Services) -> None:
    report = preview(house, a_roster(figures=(figures(),)))

    assert counts(report) == (0, 0, 0, 1)
    (problem,) = report.problems
    assert problem.column == "统一社会信用代码"
    assert problem.message == (
        "“洪江市示例青柑农业有限公司”还没有登记，请先在“企业名册”中加上这家企业，或核对代码"
    )


def test_a_certificate_belongs_to_one_enterprise(house: Services) -> None:
    applied(house, full_roster())
    thief = an_enterprise(uscc=OTHER, name="示例乙公司", held=(GR,))

    refused = apply(house, a_roster(thief), by=CLERK)

    assert isinstance(refused, Refusal)
    assert f"编号 GR202343900001 已登记在另一家企业（{USCC}）名下" in refused.reason


def test_two_sheets_may_complete_each_other(house: Services) -> None:
    second = an_enterprise(sheet="高企名单", row=9, industry="农业", held=(GR,))

    report = applied(house, a_roster(an_enterprise(division_code="431281"), second))

    assert counts(report) == (2, 0, 0, 0)
    (row,) = rows(house, Enterprise)
    assert (row["division_code"], row["industry"]) == ("431281", "农业")


def test_enterprises_with_like_names_are_two_and_somebody_is_warned(house: Services) -> None:
    applied(house, full_roster())
    alike = an_enterprise(uscc=OTHER, name="湖南（示例）青柑农业有限责任公司")

    report = applied(house, a_roster(alike))

    (warning,) = report.problems
    assert warning.severity is Severity.WARNING
    assert warning.message == (
        f"与“洪江市示例青柑农业有限公司”（{USCC}，已登记）名称相近而代码不同，"
        "将按两家企业登记；如为同一家企业，请核对统一社会信用代码"
    )
    assert len(rows(house, Enterprise)) == 2


def test_like_names_inside_one_file_are_pointed_out_on_both_rows(house: Services) -> None:
    alike = an_enterprise(row=3, uscc=OTHER, name="湖南示例青柑農业（有限公司）")

    report = preview(house, a_roster(an_enterprise(), alike))

    assert [(each.row, each.severity) for each in report.problems] == [
        (2, Severity.WARNING),
        (3, Severity.WARNING),
    ]
    assert "本文件“企业名册”第 2 行" in report.problems[1].message


def test_a_former_name_counts_as_a_name(house: Services) -> None:
    applied(house, full_roster())
    applied(house, a_roster(an_enterprise(name="示例乙公司"), name="更名.xlsx"))
    alike = an_enterprise(uscc=OTHER, name="洪江市示例青柑农业有限公司")

    (warning,) = preview(house, a_roster(alike, name="新的.xlsx")).problems

    assert warning.message.startswith(f"与“洪江市示例青柑农业有限公司”（{USCC}，已登记）")


def test_places_alone_do_not_make_names_alike(house: Services) -> None:
    one = an_enterprise(name="洪江市示例甲竹业有限公司")
    other = an_enterprise(row=3, uscc=OTHER, name="洪江市示例乙竹业有限公司")

    assert not preview(house, a_roster(one, other)).problems


def test_a_statistical_figure_that_changes_is_recorded_as_told_and_pointed_out(
    house: Services,
) -> None:
    told = figures(values={"rd_statistics": 5_000_000_00})
    applied(house, a_roster(an_enterprise(), figures=(told,)))
    again = figures(values={"rd_statistics": 5_100_000_00}, source="107-2表")

    report = applied(house, a_roster(an_enterprise(), figures=(again,), name="更正.xlsx"))

    assert counts(report) == (0, 1, 1, 0)
    (warning,) = report.problems
    assert warning.message == (
        "2025 年统计口径数据原记为 500 万元，只能由企业自行更正后如实记录，请确认数据来自企业"
    )
    assert rows(house, AnnualFigures)[0]["rd_statistics"] == 5_100_000_00


def test_an_import_stands_in_the_audit_chain(house: Services) -> None:
    applied(house, full_roster())
    applied(house, a_roster(an_enterprise(industry="农业"), name="行业.xlsx"))

    first, second = rows(house, AuditEntry)
    assert (first["act"], first["by"], first["source"]) == ("import", "示例经办", "cli")
    assert json.loads(first["detail"])["new"] == 2
    assert json.loads(second["detail"])["file"] == "行业.xlsx"
    with house.database.reading() as session:
        assert broken_at(session) is None


def test_the_same_file_twice_at_once_is_applied_once(house: Services) -> None:
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: applied(house, full_roster()), range(2)))

    assert sorted(report.applied for report in reports) == [False, True]
    assert sorted(report.already for report in reports) == [False, True]
    assert len(rows(house, Enterprise)) == len(rows(house, ImportBatch)) == 1


def test_two_files_at_once_lose_nothing_of_each_other(house: Services) -> None:
    applied(house, full_roster())
    news: list[dict[str, Any]] = [
        {"industry": "农业", "contact_phone": "000-1"},
        {"address": "示例路1号", "change_note": "迁址"},
    ]
    files = [a_roster(an_enterprise(**each), name=f"{n}.xlsx") for n, each in enumerate(news)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda file: applied(house, file), files))

    (row,) = rows(house, Enterprise)
    assert (row["industry"], row["address"], row["change_note"]) == ("农业", "示例路1号", "迁址")
    with house.database.reading() as session:
        assert broken_at(session) is None


@pytest.mark.postgres
def test_both_engines_hold_the_same_rows(a_house: HouseMaker) -> None:
    houses = [a_house("sqlite"), a_house("postgresql")]
    for each in houses:
        applied(each, full_roster())
        applied(each, a_roster(an_enterprise(name="示例乙公司"), name="改名.xlsx"))

    one, other = ({model: rows(each, model) for model in WRITTEN} for each in houses)
    assert one == other


WRITTEN = (Enterprise, Alias, Person, AnnualFigures, Statement, Qualification, ImportBatch)
