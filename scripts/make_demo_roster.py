"""Write the rosters of the demo: the file as it came, with bad cells, and as it was mended.

    python -m scripts.make_demo_roster

The same code always writes the same files; a test compares them with those in `cli/demo`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from exchange.fields import title_of
from exchange.roster import HELP_SHEET
from exchange.templates import FIGURES_SHEET, ROSTER_SHEET
from policy.facts import ANNUAL, FACTS, STANDING, Kind
from scripts.demo_firms import Cell, figures_rows, register_row
from scripts.demo_kinds import firms

FOLDER = Path(__file__).parent.parent / "cli" / "demo"
MENDED, AS_IT_CAME = "roster.xlsx", "roster-with-errors.xlsx"

_WRITTEN_ON = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
_REGISTER_FIELDS = (
    *("uscc", "name", "division", "registered_on", "industry", "address"),
    *("contact_name", "contact_email", "contact_phone"),
    *("hnte_number", "hnte_on", "tech_field", "tsme_number", "tsme_on", "change_note"),
    *STANDING,
)
_FIGURES_FIELDS = ("uscc", "name", "year", *ANNUAL, "source")
_WARNING = (
    "本文件供演示使用：企业、代码、人员、邮箱、电话和全部数字都是虚构的，与任何真实企业无关。",
    "由 scripts/make_demo_roster.py 生成；每一类企业为什么在这里，见 scripts/demo_kinds.py。",
)
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A bad cell of the file as it came: what stands where something else belongs."""

    kind: str  # the first enterprise of this kind
    field: str
    instead: Cell
    year: int | None = None  # a cell of 年度数据; None: of 企业名册


SLIPS = (
    Slip(kind="known_by_name", field="uscc", instead=9.1431281e17),
    Slip(kind="known_by_name", field="contact_phone", instead="10000000001、10000000002"),
    Slip(kind="cooperative", field="registered_on", instead="2018年13月5日"),
    Slip(kind="tsme_sound", field="contact_email", instead="lianxi@"),
    Slip(kind="restricted", field="restricted_industry", instead="可能是"),
    Slip(kind="expires_2028", field="hnte_number", instead="GR20254390"),
    Slip(kind="abnormal", field="tsme_number", instead="2025431281"),
    Slip(kind="ready", field="sales", instead="约3200", year=2025),
    Slip(kind="income_58", field="costs", instead="3,2000", year=2024),
    Slip(kind="to_be_judged", field="staff_rd", instead=400, year=2025),
    Slip(kind="no_ip", field="conversions", instead="2.5", year=2025),
    Slip(kind="rd_below_5", field="hightech_income", instead="62%", year=2025),
    Slip(kind="without_email", field="year", instead=None, year=2023),
)
_TWICE = "misconduct"  # this enterprise stands in the file a second time, born on another day


def write_all(folder: Path) -> None:
    """Write both files into a folder."""
    _write(folder / MENDED, *_mended())
    _write(folder / AS_IT_CAME, *_as_it_came())


def titles(fields: Iterable[str]) -> list[str]:
    """Return the headers of our own template for these fields."""
    return [_title(name) for name in fields]


def _title(name: str) -> str:
    if name not in ANNUAL:
        return title_of(name)
    fact = FACTS[name]
    return f"{fact.title}（{'万元' if fact.kind is Kind.MONEY else fact.unit}）"


def _mended() -> tuple[list[Row], list[Row]]:
    everyone = list(firms())
    figures = [row for firm in everyone for row in figures_rows(firm)]
    return [register_row(firm) for firm in everyone], figures


def _as_it_came() -> tuple[list[Row], list[Row]]:
    register, figures = _mended()
    first = {firm.kind: firm.uscc for firm in reversed(list(firms()))}
    twice = next(row for row in register if row["uscc"] == first[_TWICE])
    register.append(twice | {"registered_on": dt.date(2001, 1, 1)})
    damaged = [(slip, _row_of(slip, first[slip.kind], register, figures)) for slip in SLIPS]
    for slip, row in damaged:
        row[slip.field] = slip.instead
    return register, figures


def _row_of(slip: Slip, uscc: str, register: list[Row], figures: list[Row]) -> Row:
    rows = register if slip.year is None else figures
    return next(row for row in rows if row["uscc"] == uscc and row.get("year") == slip.year)


def _write(path: Path, register: list[Row], figures: list[Row]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _WRITTEN_ON.replace(tzinfo=None), "author": "培育"})
        _write_table(book, ROSTER_SHEET, _REGISTER_FIELDS, register)
        _write_table(book, FIGURES_SHEET, _FIGURES_FIELDS, figures)
        sheet = book.add_worksheet(HELP_SHEET)
        sheet.set_column(0, 0, 100)
        for number, words in enumerate(_WARNING):
            sheet.write_string(number, 0, words)


def _write_table(
    book: xlsxwriter.Workbook, name: str, fields: tuple[str, ...], rows: list[Row]
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#DDEBF7", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, len(fields), 14)
    sheet.set_column(0, 1, 30)
    sheet.write_row(0, 0, titles(fields), bold)
    for number, row in enumerate(rows, start=1):
        for index, field in enumerate(fields):
            _put(sheet, (number, index), row.get(field), day)
    sheet.freeze_panes(1, 2)


def _put(
    sheet: xlsxwriter.worksheet.Worksheet,
    place: tuple[int, int],
    cell: Cell,
    day: xlsxwriter.format.Format,
) -> None:
    if isinstance(cell, dt.date):
        sheet.write_datetime(*place, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
    elif cell is not None:
        sheet.write(*place, cell)


def slips_by_place() -> Mapping[tuple[str, int, str], Slip]:
    """Return where each slip stands in the file as it came: sheet, row and header."""
    register, figures = _mended()
    first = {firm.kind: firm.uscc for firm in reversed(list(firms()))}
    found = {}
    for slip in SLIPS:
        rows = register if slip.year is None else figures
        row = rows.index(_row_of(slip, first[slip.kind], register, figures)) + 2
        sheet = ROSTER_SHEET if slip.year is None else FIGURES_SHEET
        found[sheet, row, _title(slip.field)] = slip
    return found


if __name__ == "__main__":
    write_all(FOLDER)
