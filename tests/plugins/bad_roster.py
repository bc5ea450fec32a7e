"""A roster with every kind of slip, and what must be said of each: sheet, row, column, phrase."""

from pathlib import Path
from typing import NamedTuple

from tests.plugins.rosters import code, firm, xlsx


class Slip(NamedTuple):
    """One fault: where it stands and a phrase that its message must hold."""

    sheet: str
    row: int
    column: str
    phrase: str


_ROSTER, _FIGURES = "企业名册", "年度数据"
_COLUMNS = (
    "统一社会信用代码",
    "企业名称",
    "行政区划代码",
    "成立日期",
    "联系人",
    "联系邮箱",
    "联系电话",
    "高企证书编号",
    "高企发证日期",
    "科小入库登记编号",
    "科小入库日期",
    "规上企业",
    "自评：技术的先进程度",
)
_MONEY = ("统一社会信用代码", "企业名称", "年度", "销售收入（万元）", "总收入（万元）")
_YEARLY = (
    *_MONEY,
    "高新技术产品（服务）收入（万元）",
    "研发费用（高企口径）（万元）",
    "境内研发费用（高企口径）（万元）",
    "职工总数（人）",
    "科技人员数（人）",
    "成本费用支出总额",
)


# What the second row of each pair puts into a good row of the register, and what is said of it.
_REGISTER: tuple[tuple[str, object, str], ...] = (
    ("统一社会信用代码", 9.14312811e17, "末几位已丢失"),
    ("统一社会信用代码", "91431281MAXX0001", "应为 18 位"),
    ("统一社会信用代码", "91431281MAXXO0015X", "不允许的字符“O”"),
    ("统一社会信用代码", "", "没有填统一社会信用代码"),
    ("企业名称", "", "没有填企业名称"),
    ("行政区划代码", "43128", "应为 6 位数字"),
    ("成立日期", "2023.2.30", "不存在"),
    ("成立日期", "2023年5月", "没有写到日"),
    ("成立日期", "5/1/2023", "分不清月和日"),
    ("成立日期", "1900-01-01", "不在合理范围"),
    ("联系人", "431281199001011234", "身份证号"),
    ("联系邮箱", "office.example.cn", "不是邮箱地址"),
    ("联系电话", "12345", "不是电话号码"),
    ("高企证书编号", "GR20234390001", "应为 GR 加 12 位数字"),
    ("科小入库登记编号", "2026431281080001", "应为 18 位"),
    ("规上企业", "不清楚", "请填“是”或“否”"),
    ("自评：技术的先进程度", 9, "超出范围"),
)
_YEAR: tuple[tuple[str, object, str], ...] = (
    ("年度", "今年", "不是年度"),
    ("年度", 1999, "不在合理范围"),
    ("年度", "", "没有填年度"),
    ("销售收入（万元）", "约 500", "不是数字"),
    ("销售收入（万元）", "12.5%", "百分比"),
    ("销售收入（万元）", -3, "不能为负"),
    ("销售收入（万元）", 0.1234567, "超过两位小数"),
    ("销售收入（万元）", "12,34", "千分位逗号"),
    ("销售收入（万元）", "=#DIV/0!", "公式出错"),
    ("职工总数（人）", 12.5, "不是整数"),
    ("科技人员数（人）", 11, "大于“职工总数”"),
    ("境内研发费用（高企口径）（万元）", 31, "大于“研发费用（高企口径）”"),
    ("高新技术产品（服务）收入（万元）", 120, "大于“总收入”"),
)


def write_bad_roster(path: Path) -> list[Slip]:
    """Write the roster; return what is wrong in it, every entry an error."""
    register, slips = [list(_COLUMNS)], []
    for number, (column, value, phrase) in enumerate(_REGISTER, start=1):
        row = dict(zip(_COLUMNS, (*firm(number), *[""] * len(_COLUMNS)), strict=False))
        register.append(list((row | {column: value}).values()))
        slips.append(Slip(_ROSTER, len(register), column, phrase))

    # Two rows with one code and different names; one certificate in two hands; reversed days.
    used = len(_REGISTER)
    twice, other = firm(used + 1), firm(used + 2)
    late = ("202443128108000123", "2025-02-01")
    blank = [""] * 5
    register += [
        [*twice, *blank, "GR202343900001", "2023-10-16"],
        [twice[0], "洪江市示例另一家有限公司"],
        [*other, *blank, "GR202343900001", "2023-10-16"],
        [*firm(used + 3), *blank, "", "", *late],
    ]
    last = len(register)
    first = f"第 {last - 3} 行"
    slips += [
        Slip(_ROSTER, last - 2, "统一社会信用代码", first),
        Slip(_ROSTER, last - 1, "高企证书编号", first),
        Slip(_ROSTER, last, "科小入库登记编号", "晚于编号的有效期"),
    ]
    yearly, more = _figures()
    xlsx(path, {_ROSTER: register, _FIGURES: yearly})
    return slips + more


def _figures() -> tuple[list[list[object]], list[Slip]]:
    rows: list[list[object]] = [list(_YEARLY)]
    slips = [Slip(_FIGURES, 1, "成本费用支出总额", "没有写明金额单位")]
    for number, (column, value, phrase) in enumerate(_YEAR, start=1):
        good: tuple[object, ...] = (*firm(number + 50), 2025, 100, 100, 60, 30, 30, 10, 5, "")
        row = dict(zip(_YEARLY, good, strict=True)) | {column: value}
        rows.append(list(row.values()))
        slips.append(Slip(_FIGURES, len(rows), column, phrase))
    again = [code(52), "", 2024, 100]
    rows += [again, again, [code(53), "", 2024, 100, "", "", "", "", "", "", 88]]
    slips.append(Slip(_FIGURES, len(rows) - 1, "统一社会信用代码", f"第 {len(rows) - 2} 行重复"))
    return rows, slips
