"""Our own roster template: an empty workbook that explains itself and refuses slips early."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from exchange import examples
from exchange.fields import most_points, title_of
from exchange.roster import HELP_SHEET
from exchange.rows import EXAMPLE
from policy.facts import ANNUAL, FACTS, STANDING, Kind

ROSTER_SHEET, FIGURES_SHEET = "企业名册", "年度数据"
TABLE_ROWS = 2000  # rows below the header that are formatted and checked

_UNIT, _YUAN_OF_UNIT = "万元", 10_000
_YES_NO = ["是", "否"]
_DOMAINS = [
    *("电子信息", "生物与新医药", "航空航天", "新材料"),
    *("高技术服务", "新能源与节能", "资源与环境", "先进制造与自动化"),
]
_TEXT, _DAY, _MONEY, _WHOLE = "@", "yyyy-mm-dd", "#,##0.00####", "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column of the template: what stands above it, what may stand in it, what it means."""

    title: str
    meaning: str
    example: str | int | float = ""
    form: str = _TEXT
    rule: dict[str, Any] | None = None
    width: int = 14
    needed: bool = False


def write_roster_template(target: Path | BytesIO) -> None:
    """Write the template. Imported as it is, it changes nothing and says so."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        _write_table(book, ROSTER_SHEET, _roster_columns())
        _write_table(book, FIGURES_SHEET, _figures_columns())
        _write_help(book)


def _roster_columns() -> list[_Column]:
    return [
        _uscc(),
        _Column(
            title=title_of("name"),
            meaning="营业执照上的全称，括号用全角（）",
            example=examples.NAME,
            width=30,
            needed=True,
        ),
        _plain("division", "6 位代码，例如洪江市 431281；洪江区（洪江管理区）是 431271", "431281"),
        _day("registered_on", "营业执照上的成立日期", examples.REGISTERED_ON),
        _plain("industry", "所属国民经济行业", "农副食品加工业"),
        _plain("address", "营业执照上的住所", "洪江市示例路 1 号"),
        _plain("contact_name", "负责申报的联系人姓名；不要填身份证号", "示例联系人"),
        _plain("contact_email", "一个工作邮箱，提醒信发到这里", "contact@example.cn"),
        _plain("contact_phone", "一个工作电话", "0745-7700000"),
        _plain("hnte_number", "GR 加 12 位数字；没有证书就留空", "GR202343900001"),
        _day("hnte_on", "证书上的发证日期，有效期由此推算", "2023-10-16"),
        _listed("tech_field", "八大技术领域之一", "生物与新医药", _DOMAINS),
        _plain("tsme_number", "18 位；没有就留空", "202643128108000123"),
        _day("tsme_on", "入库登记日期；不清楚就留空，按编号年份推算", "2026-07-01"),
        _plain("change_note", "更名、迁址、注销等", ""),
        *(_standing(name) for name in STANDING),
    ]


def _figures_columns() -> list[_Column]:
    year = {"validate": "integer", "criteria": "between", "minimum": 2000, "maximum": 2100}
    return [
        _uscc(),
        _Column(
            title=title_of("name"),
            meaning="与企业名册一致",
            example=examples.NAME,
            width=30,
        ),
        _Column(
            title=title_of("year"),
            meaning="会计年度，四位数字；每家企业每年一行",
            example=2025,
            form=_WHOLE,
            rule=year | {"error_message": "请填四位年份，例如 2025"},
            needed=True,
        ),
        *(_annual(name) for name in ANNUAL),
        _plain("source", "这一行数据出自哪里", "示例：2025 年度审计报告"),
    ]


def _uscc() -> _Column:
    rule = {"validate": "length", "criteria": "==", "value": 18}
    return _Column(
        title=title_of("uscc"),
        meaning="营业执照上的 18 位代码，该列为文本格式；企业靠它识别",
        example=f"{EXAMPLE}{examples.USCC}",
        rule=rule | {"error_message": "统一社会信用代码应为 18 位"},
        width=28,
        needed=True,
    )


def _plain(field: str, meaning: str, example: str) -> _Column:
    return _Column(title=title_of(field), meaning=meaning, example=example, width=18)


def _listed(field: str, meaning: str, example: str, allowed: list[str]) -> _Column:
    rule = {"validate": "list", "source": allowed, "error_message": "请从下拉列表中选择"}
    return _Column(title=title_of(field), meaning=meaning, example=example, rule=rule)


def _day(field: str, meaning: str, example: str) -> _Column:
    # No rule: dates as text (2023年5月1日) are understood as well.
    return _Column(
        title=title_of(field), meaning=f"{meaning}，形如 2023-05-01", example=example, form=_DAY
    )


def _standing(name: str) -> _Column:
    fact, value = FACTS[name], examples.STANDING_VALUES[name]
    if fact.kind is Kind.FLAG:
        return _listed(name, f"是/否；{fact.meaning}", "是" if value else "否", _YES_NO)
    if fact.kind is Kind.DATE:
        return _day(name, fact.meaning, "")
    most = most_points(fact)
    rule = _number_rule("integer", 0) | {"criteria": "between", "minimum": 0, "maximum": most}
    rule["error_message"] = f"请填 0 至 {most} 的整数"
    return _Column(
        title=fact.title,
        meaning=f"分；{fact.meaning}",
        example=value or 0,
        form=_WHOLE,
        rule=rule,
    )


def _annual(name: str) -> _Column:
    fact, value = FACTS[name], examples.ANNUAL_VALUES[name][0]
    if fact.kind is not Kind.MONEY:
        rule = _number_rule("integer", 0)
        return _Column(
            title=f"{fact.title}（{fact.unit}）",
            meaning=f"{fact.unit}，整数；{fact.meaning}",
            example=value,
            form=_WHOLE,
            rule=rule | {"error_message": "请填不小于 0 的整数"},
            width=16,
        )
    least = -(10**10) if name == "net_assets" else 0
    rule = _number_rule("decimal", least) | {"error_message": "请填数字，单位万元；不知道就留空"}
    return _Column(
        title=f"{fact.title}（{_UNIT}）",
        meaning=f"{_UNIT}，可有小数；{fact.meaning}",
        example=value / _YUAN_OF_UNIT,
        form=_MONEY,
        rule=rule,
        width=20,
    )


def _number_rule(kind: str, least: int) -> dict[str, Any]:
    return {"validate": kind, "criteria": ">=", "value": least}


def _write_table(book: xlsxwriter.Workbook, name: str, columns: list[_Column]) -> None:
    sheet = book.add_worksheet(name)
    needed, optional = (
        book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": colour})
        for colour in ("#F8CBAD", "#DDEBF7")
    )
    sample = book.add_format({"italic": True, "font_color": "#7F7F7F", "num_format": _TEXT})
    for index, column in enumerate(columns):
        form = book.add_format({"num_format": column.form})
        sheet.set_column(index, index, column.width, form)
        sheet.write_string(0, index, column.title, needed if column.needed else optional)
        sheet.write_comment(0, index, column.meaning)
        sheet.write(1, index, column.example, sample)
        if column.rule:
            rule = {"error_title": "请核对", "ignore_blank": True} | column.rule
            sheet.data_validation(2, index, TABLE_ROWS, index, rule)
    sheet.set_row(0, 45)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, TABLE_ROWS, len(columns) - 1)


def _write_help(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet(HELP_SHEET)
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 2, 90, wrap)
    for row, words in enumerate(_RULES):
        sheet.write_string(row, 0, words)
    first = len(_RULES) + 1
    for index, words in enumerate(("工作表", "列", "单位与含义")):
        sheet.write_string(first, index, words, bold)
    for row, (name, column) in enumerate(_everything(), start=first + 1):
        must = "必填；" if column.needed else ""
        for index, words in enumerate((name, column.title, must + column.meaning)):
            sheet.write_string(row, index, words)


def _everything() -> Iterable[tuple[str, _Column]]:
    yield from ((ROSTER_SHEET, column) for column in _roster_columns())
    yield from ((FIGURES_SHEET, column) for column in _figures_columns())


_RULES = (
    "一、“企业名册”每家企业一行；“年度数据”每家企业每个会计年度一行。橙色列必填，其余不知道就留空。",
    f"二、每张表第 2 行是虚构的示例，代码以“{EXAMPLE}”开头，导入时自动跳过，可以删去。",
    "三、金额单位写在表头括号里（元、千元、万元、亿元均可），改单位就改表头；没有填 0，不详留空。",
    "四、统一社会信用代码、证书编号、电话请保持“文本”格式，否则末几位会丢失。",
    "五、不要填写身份证号、家庭住址等个人隐私；本系统不收集。",
    "六、研发费用有三个口径（高企、加计扣除、统计），各填各的，不互相推算。",
)
