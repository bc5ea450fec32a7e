import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import cells
from exchange.amounts import UNITS, count, money
from exchange.cells import Read
from tests.plugins.rosters import code

WAN = UNITS["万元"]


@pytest.mark.parametrize(
    "written",
    [
        "91431281MAXX00015X",
        " 91431281maxx00015x ",
        "９１４３１２８１ＭＡＸＸ０００１５Ｘ",
        "'91431281MAXX00015X",
        "91431281MAXX00015X'",
        '="91431281MAXX00015X"',
        "9143 1281 MAXX 0001 5X",
        "91431281MAXX00015X\u200b",
    ],
)
def test_a_code_is_read_however_it_was_written(written: str) -> None:
    assert cells.uscc(written) == Read("91431281MAXX00015X")


@pytest.mark.parametrize("real", ["91350100M000100Y43", "91110000101623741K", "911101066976941872"])
def test_codes_of_real_bodies_have_the_right_check_digit(real: str) -> None:
    assert cells.uscc(real) == Read(real)


@pytest.mark.parametrize("doubtful", ["91350211M0000XUF46", "91310115MA1H8R7C6D"])
def test_a_wrong_check_digit_warns_and_never_blocks(doubtful: str) -> None:
    read = cells.uscc(doubtful)

    assert read.value == doubtful
    assert not read.error
    assert "校验位不符" in read.warning


def test_a_code_may_begin_with_letters() -> None:
    assert cells.uscc("N2431281MAXX00015X").value == "N2431281MAXX00015X"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (9.14312811e17, "末几位已丢失；请把该列设为“文本”"),
        (911101066976941872, "末几位已丢失"),
        ("9.14312E+17", "末几位已丢失"),
        ("9.14312e17", "末几位已丢失"),
        (914312.0, "应为 18 位，这里是 6 位"),
        ("91431281MAXX00015XX", "这里是 19 位"),
        ("91431281MAXXI0015X", "“I”（不含字母 I、O、S、V、Z"),
        ("9143A281MAXX00015X", "第 3 至 8 位应为数字"),
        ("91431281MAXX0001-X", "“-”"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(written: cells.Cell, said: str) -> None:
    read = cells.uscc(written)

    assert read.value is None
    assert said in read.error


@given(st.integers(0, 99_999))
def test_every_invented_code_reads_back_without_a_word(number: int) -> None:
    assert cells.uscc(code(number)) == Read(code(number))


@pytest.mark.parametrize(
    "written",
    [
        dt.date(2023, 5, 1),
        dt.datetime.fromisoformat("2023-05-01T08:30"),
        "2023年5月1日",
        "2023.5.1",
        "2023/5/1",
        "2023-05-01",
        "2023-05-01 00:00:00",
        "2023-05-01T08:00",
        "２０２３－０５－０１",
        "2023 年 5 月 1 日",
        "20230501",
        20230501.0,
        45047.0,
        "45047",
        45047.25,
    ],
)
def test_a_date_is_read_however_it_was_written(written: cells.Cell) -> None:
    assert cells.day(written) == Read(dt.date(2023, 5, 1))


def test_a_serial_of_a_1904_workbook_is_the_same_day() -> None:
    assert cells.day(45047.0 - 1462, from_1904=True) == Read(dt.date(2023, 5, 1))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2023年5月", "没有写到日"),
        ("2023", "没有写到日"),
        (2023.0, "没有写到日"),
        ("5/1/2023", "分不清月和日"),
        ("2023-02-30", "不存在"),
        ("20231301", "不存在"),
        ("长期", "看不懂"),
        (dt.time(8, 0), "看不懂"),
        ("1935-01-01", "不在合理范围"),
        ("2199-01-01", "不在合理范围"),
        (10001.0, "不在合理范围"),
        (99999.0, "看不懂"),
    ],
)
def test_a_wrong_date_says_what_is_wrong(written: cells.Cell, said: str) -> None:
    assert said in cells.day(written).error


@given(st.dates(dt.date(1949, 10, 1), dt.date(2100, 12, 31)))
def test_the_ways_to_write_a_date_agree(day: dt.date) -> None:
    ways: list[cells.Cell] = [
        day,
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        float((day - dt.date(1899, 12, 30)).days),
    ]

    assert {cells.day(way).value for way in ways} == {day}


@pytest.mark.parametrize("written", [2025.0, "2025", "2025年", "2025年度", dt.date(2025, 12, 31)])
def test_a_year_is_read_however_it_was_written(written: cells.Cell) -> None:
    assert cells.year(written) == Read(2025)


@pytest.mark.parametrize("written", ["25", "2025-2026", 1999.0, 2101.0, "今年"])
def test_what_is_no_year_is_refused(written: cells.Cell) -> None:
    assert cells.year(written).error


@pytest.mark.parametrize("written", ["是", "√", "有", "Y", "yes", True, 1.0, "✔", "ＴＲＵＥ"])
def test_yes_is_read_however_it_was_written(written: cells.Cell) -> None:
    assert cells.flag(written) == Read(value=True)


@pytest.mark.parametrize("written", ["否", "×", "无", "N", "no", False, 0.0, "✗", "没有"])
def test_no_is_read_however_it_was_written(written: cells.Cell) -> None:
    assert cells.flag(written) == Read(value=False)


def test_what_is_neither_yes_nor_no_is_refused() -> None:
    assert "请填“是”或“否”" in cells.flag("可能").error


@pytest.mark.parametrize(
    "reader",
    [
        *(cells.uscc, cells.name, cells.day, cells.year, cells.flag, cells.email, cells.phone),
        *(cells.contact, cells.text, count, lambda cell: money(cell, WAN)),
    ],
)
@pytest.mark.parametrize("blank", ["", "  ", "—", "/", "N/A", "\u3000"])
def test_a_blank_cell_says_nothing(reader: Any, blank: str) -> None:
    assert reader(blank) == Read()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("示例(洪江)有限公司", "示例（洪江）有限公司"),
        (" 示例（洪江） 有限公司 ", "示例（洪江）有限公司"),
        ("ＡＢＣ示例有限公司", "ABC示例有限公司"),
        ("Example Tech Ltd", "Example Tech Ltd"),
        ("示例\n有限公司", "示例有限公司"),
    ],
)
def test_names_are_written_in_one_way(written: str, read: str) -> None:
    assert cells.name(written) == Read(read)


def test_a_name_has_an_end() -> None:
    assert cells.name("示" * 200) == Read("示" * 200)
    assert cells.name("示" * 201).error.endswith(
        "有 201 个字，企业名称最多 200 个字，请按营业执照填写全称"
    )


def test_a_number_is_no_name() -> None:
    assert "不像企业名称" in cells.name(12345.0).error


@pytest.mark.parametrize("written", ["a.b@firm.example.cn", "ａ.ｂ@firm.example.cn ", "A@b.co"])
def test_an_address_is_read(written: str) -> None:
    assert cells.email(written).value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a@b", "不是邮箱地址"),
        ("a..b@firm.cn", "不是邮箱地址"),
        ("张三@firm.cn", "不是邮箱地址"),
        ("a@b.cn;c@d.cn", "不止一个邮箱"),
        ("431281199001011234", "身份证号"),
    ],
)
@pytest.mark.fault("M21")
def test_a_wrong_address_says_what_is_wrong(written: str, said: str) -> None:
    assert said in cells.email(written).error


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (13800000000.0, "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86 13800000000", "+8613800000000"),
        ("0745-7700000", "0745-7700000"),
        ("（0745）7700000", "07457700000"),
        ("7700000", "7700000"),
        ("400-800-8000", "400-800-8000"),
    ],
)
def test_a_telephone_number_is_text(written: cells.Cell, read: str) -> None:
    assert cells.phone(written) == Read(read)


def test_a_wrong_telephone_number_says_what_is_wrong() -> None:
    assert "不是电话号码" in cells.phone("12345").error


@pytest.mark.parametrize("reader", [cells.contact, cells.phone, cells.email])
def test_an_identity_number_is_refused_and_never_repeated(reader: Any) -> None:
    read = reader("43128119900101123x")

    assert "身份证号" in read.error
    assert "19900101" not in read.error
    assert cells.shown("43128119900101123x") == "4312**********123x"


def test_a_long_cell_is_shown_short() -> None:
    assert cells.shown("长" * 100) == "长" * 59 + "…"


@pytest.mark.parametrize(
    ("written", "unit", "cents"),
    [
        (12.5, "万元", 12_500_000),
        ("1,234.5", "万元", 1_234_500_000),
        ("１２３４．５", "千元", 123_450_000),
        ("¥1,000", "元", 100_000),
        ("(12.5)", "万元", -12_500_000),
        ("-12.5", "万元", -12_500_000),
        ("5000元", "万元", 500_000),
        ("1.2亿", "万元", 12_000_000_000),
        ("3万元整", "元", 3_000_000),
        ("12.50 万元", None, 12_500_000),
        (0.0, None, 0),
        (0.1 + 0.2, "元", 30),
        (1234.5678 * 3, "万元", 3_703_703_400),
        ("0.07", "元", 7),
        (1.5, "亿元", 15_000_000_000),
    ],
)
def test_an_amount_is_exact_to_the_cent(written: cells.Cell, unit: str | None, cents: int) -> None:
    assert money(written, UNITS[unit] if unit else None, may_be_negative=True) == Read(cents)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12%", "百分比"),
        ("约50", "不是数字"),
        ("无", "没有就填 0，不知道就留空"),
        ("12,34", "千分位逗号"),
        ("1.2E+06", "科学计数法"),
        (1 / 3, "超过两位小数"),
        (-1.0, "不能为负"),
        (1e12, "大得不合情理"),
        (float("inf"), "不是数字"),
        (True, "不是数字"),
        (dt.date(2023, 5, 1), "不是数字"),
        ("", ""),
    ],
)
def test_a_wrong_amount_says_what_is_wrong(written: cells.Cell, said: str) -> None:
    assert said in money(written, WAN).error


def test_an_amount_without_a_unit_is_never_guessed() -> None:
    read = money(500.0, None)

    assert read.value is None
    assert "没有写明单位" in read.error


@given(
    st.integers(0, 10**13),
    st.sampled_from(sorted(UNITS)),
)
def test_an_amount_written_with_all_its_digits_reads_back(cents: int, unit: str) -> None:
    written = format(Decimal(cents) / 100 / UNITS[unit], "f")

    assert money(written, UNITS[unit]) == Read(cents)


@given(st.integers(0, 10**11), st.sampled_from(sorted(UNITS)))
def test_an_amount_that_a_spreadsheet_holds_as_a_float_reads_back(cents: int, unit: str) -> None:
    assert money(cents / 100 / float(UNITS[unit]), UNITS[unit]) == Read(cents)


@pytest.mark.parametrize(
    ("written", "read"), [(12.0, 12), ("１２人", 12), ("1,200", 1200), ("3 项", 3), (0, 0)]
)
def test_what_can_be_counted_is_a_whole_number(written: cells.Cell, read: int) -> None:
    assert count(written) == Read(read)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (12.5, "不是整数"),
        ("约50人", "不是数字"),
        (-1.0, "超出范围"),
        ("16%", "百分比"),
        (1e9, "超出范围"),
    ],
)
def test_a_wrong_count_says_what_is_wrong(written: cells.Cell, said: str) -> None:
    assert said in count(written).error


@given(
    st.one_of(
        st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times()
    )
)
def test_no_cell_is_a_surprise(cell: cells.Cell) -> None:
    readers: list[Any] = [cells.uscc, cells.name, cells.day, cells.year, cells.flag, cells.email]
    readers += [cells.phone, cells.contact, cells.text, count, lambda it: money(it, WAN)]
    for reader in readers:
        read = reader(cell)
        assert read.value is None or not read.error
