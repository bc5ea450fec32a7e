import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exchange.roster import read_roster
from exchange.values import Held, Roster, Severity
from tests.plugins.rosters import HEADER, Rows, code, firm, text, xls, xlsx


def read(tmp_path: Path, *rows: Iterable[Any], sheet: str = "企业名册") -> Roster:
    return read_roster(xlsx(tmp_path / "名册.xlsx", {sheet: rows}))


def said(roster: Roster, severity: Severity | None = None) -> str:
    return "\n".join(p.message for p in roster.problems if severity in (None, p.severity))


def test_everything_an_enterprise_row_can_say_is_read(tmp_path: Path) -> None:
    header = (*HEADER, "行政区划代码", "成立日期", "行业", "注册地址", "联系人", "联系邮箱")
    header += ("联系电话", "高企证书编号", "高企发证日期", "技术领域", "科小入库登记编号")
    header += ("科小入库日期", "异动情况", "规上企业", "最近一次重大事故或严重环境违法日期")
    header += ("自评：技术的先进程度",)
    row = (*firm(1), "洪江市", "2018.5.6", "食品业", "示例路 1 号", "示例甲", "a@b.cn")
    row += (13800000000, "gr202343900001", "2023-10-16", "新材料", "202643128108000123")
    row += ("2026年7月1日", "更名", "√", "2020-01-02", 6)

    roster = read(tmp_path, header, row)

    assert not roster.problems
    (firm_row,) = roster.enterprises
    assert (firm_row.sheet, firm_row.row) == ("企业名册", 2)
    assert (firm_row.uscc, firm_row.name) == firm(1)
    assert firm_row.division_code == "431281"
    assert firm_row.registered_on == dt.date(2018, 5, 6)
    assert (firm_row.industry, firm_row.address) == ("食品业", "示例路 1 号")
    assert (firm_row.contact_name, firm_row.contact_email) == ("示例甲", "a@b.cn")
    assert (firm_row.contact_phone, firm_row.change_note) == ("13800000000", "更名")
    assert firm_row.statements == {
        "above_scale": True,
        "last_incident_on": dt.date(2020, 1, 2),
        "est_tech_level": 6,
    }
    assert [held.number for held in firm_row.held] == ["GR202343900001", "202643128108000123"]
    assert firm_row.held[0].field == "新材料"


def test_what_a_row_does_not_say_is_none(tmp_path: Path) -> None:
    (row,) = read(tmp_path, (*HEADER, "成立日期"), (*firm(1), "")).enterprises

    assert row.registered_on is row.division_code is row.contact_email is None
    assert row.held == ()
    assert row.statements == {}


def test_figures_are_read_from_a_sheet_with_a_row_per_year(tmp_path: Path) -> None:
    header = (*HEADER, "年度", "销售收入（万元）", "职工总数（人）", "数据来源")
    roster = read_roster(
        xlsx(
            tmp_path / "名册.xlsx",
            {
                "企业名册": [(*HEADER, "行业"), (*firm(1), "食品业")],
                "年度数据": [header, (*firm(1), 2025, 12.5, 8, "审计报告"), (code(1), "", 2024, 9)],
            },
        )
    )

    assert not roster.problems
    assert len(roster.enterprises) == 1
    first, second = roster.figures
    assert (first.year, first.values) == (2025, {"sales": 12_500_000, "staff_total": 8})
    assert (first.source, second.source) == ("审计报告", "")
    assert (second.row, second.name, second.year) == (3, "", 2024)


def test_figures_are_read_from_wide_columns(tmp_path: Path) -> None:
    header = (*HEADER, "2025年销售收入（万元）", "2024年销售收入（千元）", "2024年职工总数")
    roster = read(tmp_path, header, (*firm(1), 5, 4, 8))

    assert not roster.problems
    assert len(roster.enterprises) == 1
    assert [(each.year, each.values) for each in roster.figures] == [
        (2024, {"sales": 400_000, "staff_total": 8}),
        (2025, {"sales": 5_000_000}),
    ]


def test_the_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    roster = read(tmp_path, (*HEADER, "行业"), (*firm(1), "食品业"))

    data = (tmp_path / "名册.xlsx").read_bytes()
    assert roster.filename == "名册.xlsx"
    assert roster.digest == hashlib.sha256(data).hexdigest()


def test_every_kind_of_file_says_the_same(tmp_path: Path) -> None:
    rows = [(*HEADER, "成立日期", "联系电话"), (*firm(1), "2023-05-01", "13800000000")]
    files = [
        xlsx(tmp_path / "a.xlsx", {"CSV": rows}),
        xls(tmp_path / "a.xls", rows),
        text(tmp_path / "a.csv", rows),
        text(tmp_path / "b.csv", rows, encoding="gb18030", delimiter="\t"),
    ]

    read = [read_roster(file).enterprises[0] for file in files]

    assert {(r.uscc, r.name, r.registered_on, r.contact_phone, r.row) for r in read} == {
        (*firm(1), dt.date(2023, 5, 1), "13800000000", 2)
    }


def test_totals_notes_headings_and_numbered_blanks_are_no_enterprises(tmp_path: Path) -> None:
    header = ("序号", *HEADER, "2025年销售收入（万元）")
    rows: Rows = [
        header,
        (1, *firm(1), 5),
        ("", "一、规上企业", "一、规上企业", "一、规上企业"),
        (2, *firm(2), 6),
        (3, "", "", ""),
        (4, "", "", 0),
        header,
        ("小计", "", "", 11),
        ("", "", "合 计", 11),
        ("注：本表数据为虚构", "", "", ""),
        ("审核人：示例", "制表人：", "示例", ""),
    ]

    roster = read(tmp_path, *rows)

    assert not roster.problems
    assert [row.uscc for row in roster.enterprises] == [code(1), code(2)]


def test_a_firm_whose_name_looks_like_a_total_is_an_enterprise(tmp_path: Path) -> None:
    (row,) = read(tmp_path, (*HEADER, "行业"), (code(1), "示例合计", "食品业")).enterprises

    assert row.name == "示例合计"


def test_merged_cells_of_the_body_belong_to_every_row(tmp_path: Path) -> None:
    rows = [(*HEADER, "年度", "职工总数"), (*firm(1), 2025, 8), ("", "", 2024, 7)]
    roster = read_roster(xlsx(tmp_path / "a.xlsx", {"年度数据": rows}, merged=("A2:A3", "B2:B3")))

    assert not roster.problems
    assert {(row.uscc, row.year) for row in roster.figures} == {(code(1), 2025), (code(1), 2024)}


def test_a_row_with_a_wrong_cell_is_still_known(tmp_path: Path) -> None:
    roster = read(tmp_path, (*HEADER, "成立日期"), (*firm(1), "明天"))

    assert roster.enterprises[0].registered_on is None
    (problem,) = roster.errors
    assert (problem.sheet, problem.row, problem.place) == ("企业名册", 2, "C2")
    assert (problem.column, problem.value) == ("成立日期", "明天")


def test_money_without_a_unit_is_asked_for_once_at_the_header(tmp_path: Path) -> None:
    header = (*HEADER, "2025年销售收入")
    roster = read(tmp_path, header, (*firm(1), 5), (*firm(2), 6), (*firm(3), "7 万元"))

    (problem,) = roster.errors
    assert (problem.row, problem.place) == (1, "C1")
    assert "（万元）" in problem.message
    assert [row.values for row in roster.figures] == [{"sales": 7_000_000}]


def test_the_same_enterprise_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    roster = read(tmp_path, (*HEADER, "行业"), (*firm(1), "食品业"), (*firm(1), ""))

    assert not roster.errors
    assert "与第 2 行是同一家企业" in said(roster)


def test_two_rows_that_contradict_each_other_name_both(tmp_path: Path) -> None:
    rows = [(*HEADER, "行业", "规上企业"), (*firm(1), "食品业", "是"), (*firm(1), "林业", "否")]
    roster = read(tmp_path, *rows)

    (problem,) = roster.errors
    assert problem.row == 3
    assert "与第 2 行" in problem.message
    assert "“食品业”，一处是“林业”" in problem.message
    assert "规上企业一处是“是”，一处是“否”" in problem.message


def test_sheets_may_complete_each_other_but_not_contradict(tmp_path: Path) -> None:
    held = (*HEADER, "高企证书编号", "高企发证日期")
    sheets: dict[str, Rows] = {
        "企业名册": [(*HEADER, "行业"), (*firm(1), "食品业"), (*firm(2), "食品业")],
        "高企": [held, (*firm(1), "GR202343900001", "2023-10-16"), (code(2), "示例他有限公司")],
        "再一张": [held, (*firm(1), "GR202343900001", "2023-10-17")],
    }
    roster = read_roster(xlsx(tmp_path / "a.xlsx", sheets))

    assert len(roster.errors) == 2
    assert "与工作表“企业名册”第 3 行是同一个统一社会信用代码" in said(roster)
    assert "GR202343900001 的起始日期一处是“2023-10-16”" in said(roster)


def test_one_name_beside_two_codes_and_figures_under_another_name_are_doubted(
    tmp_path: Path,
) -> None:
    sheets: dict[str, Rows] = {
        "企业名册": [(*HEADER, "行业"), firm(1), (code(2), firm(1)[1])],
        "年度数据": [(*HEADER, "年度", "职工总数"), (code(1), "示例他有限公司", 2025, 8)],
    }
    roster = read_roster(xlsx(tmp_path / "a.xlsx", sheets))

    assert not roster.errors
    assert "企业名称相同而代码不同" in said(roster)
    assert "同一个代码在名册中的名称是" in said(roster)


@pytest.mark.parametrize(
    ("column", "value", "severity", "phrase"),
    [
        ("法定代表人身份证号", "4312", Severity.WARNING, "有意不收集"),
        ("来路不明", "x", Severity.WARNING, "没有认出“来路不明”这一列"),
        ("研发费用（万元）", 5, Severity.ERROR, "没有写明口径"),
        ("销售收入（万元）", 5, Severity.ERROR, "没有写明是哪一年"),
        ("单位名称", "示例", Severity.WARNING, "与“企业名称”是同一项，只读前一列"),
        ("是否高企", "是", Severity.WARNING, "没有对应的证书编号"),
    ],
)
def test_a_column_is_never_left_out_in_silence(
    tmp_path: Path, column: str, value: Any, severity: Severity, phrase: str
) -> None:
    roster = read(tmp_path, (*HEADER, column), (*firm(1), value))

    (problem,) = roster.problems
    assert (problem.severity, problem.row, problem.place) == (severity, 1, "C1")
    assert phrase in problem.message


def test_two_columns_of_the_same_figure_are_an_error(tmp_path: Path) -> None:
    twice = "2025年销售收入（万元）"
    roster = read(tmp_path, (*HEADER, twice, twice), (*firm(1), 5, 6))

    assert "是同一项" in roster.errors[0].message
    assert roster.figures[0].values == {"sales": 5_000_000}


def test_a_table_without_codes_or_names_says_so(tmp_path: Path) -> None:
    assert "没有“统一社会信用代码”列" in said(
        read(tmp_path, ("企业名称", "行业"), ("示例", "林业"))
    )
    assert "没有“企业名称”列" in said(read(tmp_path, (HEADER[0], "行业"), (code(1), "林业")))


@pytest.mark.parametrize(
    ("columns", "values", "phrase"),
    [
        (("高企证书编号", "高企发证日期"), ("GR202343900001", ""), "没有填发证日期"),
        (("高企证书编号", "高企发证日期"), ("", "2023-10-16"), "没有证书编号"),
        (("高企证书编号", "高企发证日期"), ("GR202243900001", "2023-10-16"), "不是同一年"),
        (("入库登记编号", "入库日期"), ("", "2026-07-01"), "没有入库登记编号"),
        (("入库登记编号", "行政区划"), ("202643120208000123", "洪江市"), "与本行的 431281 不同"),
    ],
)
def test_what_a_certificate_lacks_is_a_warning(
    tmp_path: Path, columns: tuple[str, ...], values: tuple[str, ...], phrase: str
) -> None:
    roster = read(tmp_path, (*HEADER, *columns), (*firm(1), *values))

    assert not roster.errors
    assert phrase in said(roster)


def test_rare_figures_warn_at_their_own_column(tmp_path: Path) -> None:
    header = (*HEADER, "2025年销售收入（万元）", "2025年研发费用（高企口径）（万元）")
    roster = read(tmp_path, header, (*firm(1), 5, 6))

    (problem,) = roster.problems
    assert (problem.severity, problem.place) == (Severity.WARNING, "D2")
    assert "大于“销售收入”" in problem.message


def test_the_help_and_problem_sheets_are_not_data_and_others_are_named(tmp_path: Path) -> None:
    rows: Rows = [(*HEADER, "行业"), firm(1)]
    sheets = {"名册": rows, "填表说明": rows, "问题清单": rows, "空": [], "杂记": [("一", "二")]}
    roster = read_roster(xlsx(tmp_path / "a.xlsx", sheets))

    (problem,) = roster.problems
    assert "工作表“杂记”里没有找到表头" in problem.message
    assert len(roster.enterprises) == 1


def test_a_hidden_sheet_with_a_table_is_named_and_other_hidden_ones_are_not(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        {"名册": [(*HEADER, "行业"), firm(1)], "旧": [HEADER], "列表": [("是",)]},
    )
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = book["列表"].sheet_state = "hidden"
    book.save(path)

    (problem,) = read_roster(path).problems
    assert "“旧”是隐藏的" in problem.message


def test_a_file_without_a_header_and_one_that_is_not_there_are_errors(tmp_path: Path) -> None:
    nothing = read(tmp_path, ("请填写",))
    missing = read_roster(tmp_path / "没有.xlsx")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"MZ")

    assert "没有找到表头" in nothing.errors[0].message
    assert (missing.digest, missing.errors[0].row) == ("", 0)
    assert "找不到文件" in missing.errors[0].message
    assert read_roster(broken).digest
    assert "程序文件" in read_roster(broken).errors[0].message


def test_a_table_without_rows_says_so_and_changes_nothing(tmp_path: Path) -> None:
    roster = read(tmp_path, HEADER)

    assert not roster.errors
    assert "没有读到任何企业" in said(roster, Severity.WARNING)


def test_held_certificates_carry_their_validity(tmp_path: Path) -> None:
    header = (*HEADER, "证书编号", "发证日期")
    (row,) = read(tmp_path, header, (*firm(1), "GR202343900001", dt.date(2023, 10, 16))).enterprises

    assert row.held == (
        Held(
            kind="hnte",
            number="GR202343900001",
            valid_from=dt.date(2023, 10, 16),
            valid_to=dt.date(2026, 10, 15),
        ),
    )
