import pytest

from exchange.amounts import UNITS
from exchange.cells import Cell
from exchange.fields import is_private, title_of
from exchange.headers import find_table
from exchange.workbook import Sheet
from policy.facts import ANNUAL, STANDING


def sheet(*rows: tuple[Cell, ...]) -> Sheet:
    width = max(map(len, rows))
    return Sheet("名册", [[*row, *[""] * (width - len(row))] for row in rows])


def columns(*rows: tuple[Cell, ...]) -> list[tuple[str, str | None, int | None]]:
    """Return field, unit and year of each column of the header that was found."""
    table = find_table(sheet(*rows))
    assert table is not None
    units = {value: name for name, value in UNITS.items()}
    return [(c.field, units[c.unit] if c.unit else None, c.year) for c in table.columns]


@pytest.mark.parametrize(
    ("header", "field", "unit", "year"),
    [
        ("*企业名称：", "name", None, None),
        ("单 位\n名 称", "name", None, None),
        ("纳税人识别号", "uscc", None, None),
        ("企业注册地", "division", None, None),
        ("2025年销售收入（万元）", "sales", "万元", 2025),
        ("2025销售收入（亿元）", "sales", "亿元", 2025),
        ("销售收入（单位：千元）", "sales", "千元", None),
        ("销售收入,万元", "sales", "万元", None),
        ("销售收入万元", "sales", "万元", None),
        ("销售收入（２０２４年度）(元)", "sales", "元", 2024),
        ("2025年末净资产（万元）", "net_assets", "万元", 2025),
        ("研发费用（高企口径）（千元）", "rd_hnte", "千元", None),
        ("高新技术产品（服务）收入（万元）", "hightech_income", "万元", None),
        ("R&D经费（千元）", "rd_statistics", "千元", None),
        ("职工总数（人）", "staff_total", None, None),
        ("Ⅱ类知识产权数（项）", "ip_class2", None, None),
        ("是否规上企业", "above_scale", None, None),
        ("企业成立日期", "registered_on", None, None),
        ("自评：技术的先进程度（0–8分）", "est_tech_level", None, None),
        ("研发费用（万元）", "", "万元", None),
        ("不认识的列", "", None, None),
    ],
)
def test_a_column_is_known_by_its_words_unit_and_year(
    header: str, field: str, unit: str | None, year: int | None
) -> None:
    found = columns(("统一社会信用代码", "企业名称", "行业", header))

    assert found[3] == (field, unit, year)


def test_every_fact_is_known_by_its_own_title() -> None:
    for name in (*ANNUAL, *STANDING):
        assert columns(("信用代码", "企业名称", title_of(name)))[2][0] == name


def test_the_header_is_found_below_a_title_and_a_blank_row() -> None:
    table = find_table(
        sheet(
            ("洪江市企业名册（示例）",),
            ("",),
            ("填报单位：示例科技局", "", "单位：万元"),
            ("序号", "企业名称", "统一社会信用代码", "2025年销售收入"),
            ("1", "示例有限公司", "91431281MAXX00015X", "5"),
        )
    )

    assert table is not None
    assert (table.header_row, table.body) == (3, 4)
    assert table.columns[3].unit == UNITS["万元"]


def test_a_header_of_two_merged_rows_gives_each_column_its_year() -> None:
    found = columns(
        ("企业名称", "信用代码", "2025年", "2025年", "2024年（千元）"),
        ("企业名称", "信用代码", "销售收入（万元）", "职工总数", "销售收入"),
        ("示例有限公司", "91431281MAXX00015X", 5.0, 8.0, 4.0),
    )

    assert found[2:] == [
        ("sales", "万元", 2025),
        ("staff_total", None, 2025),
        ("sales", "千元", 2024),
    ]


def test_a_header_of_three_rows_with_a_group_that_means_nothing_is_read() -> None:
    found = columns(
        ("基本情况", "基本情况", "财务数据"),
        ("企业名称", "信用代码", "2025年"),
        ("企业名称", "信用代码", "销售收入（万元）"),
    )

    assert found == [("name", None, None), ("uscc", None, None), ("sales", "万元", 2025)]


def test_a_sheet_without_a_header_has_no_table() -> None:
    assert find_table(sheet(("说明",), ("请各单位填报",))) is None
    assert find_table(sheet(("企业名称", "很多话"))) is None
    assert find_table(Sheet("空", [])) is None


def test_a_header_too_far_down_is_not_looked_for() -> None:
    rows: list[tuple[Cell, ...]] = [("说明", "")] * 15
    assert find_table(sheet(*rows, ("企业名称", "统一社会信用代码"))) is None


@pytest.mark.parametrize("title", ["法人身份证号", "家庭住址", "出生日期", "证件号码"])
def test_what_is_private_is_known(title: str) -> None:
    assert is_private(title)
    assert columns(("信用代码", "企业名称", title))[2][0] == ""


def test_the_year_in_a_title_is_no_year_of_the_figures() -> None:
    title = "洪江市2026年高企培育名册（示例）"
    found = columns(
        (title, title, title),
        ("企业名称", "信用代码", "销售收入（万元）"),
    )

    assert found[2] == ("sales", "万元", None)
