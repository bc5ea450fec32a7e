"""Invented rosters as files: .xlsx, .xls and .csv, with valid codes that no firm holds."""

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt
from stdnum.cn import uscc

Rows = Iterable[Iterable[Any]]
HEADER = ("统一社会信用代码", "企业名称")


def code(number: int) -> str:
    """Return an invented 统一社会信用代码 of 431281 with its check digit."""
    body = f"91431281MAXX{number:05d}"
    return body + str(uscc.calc_check_digit(body))


def firm(number: int) -> tuple[str, str]:
    """Return the code and the name of an invented firm."""
    return code(number), f"洪江市示例第{number}有限公司"


def xlsx(path: Path, sheets: dict[str, Rows], merged: tuple[str, ...] = ()) -> Path:
    """Write a workbook; dates as dates. ``merged`` are areas (A1:B2) of the first sheet."""
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    _write(sheet, (r, c), value, day)
        for area in merged:
            first = book.worksheets()[0]
            first.merge.append(list(_bounds(area)))
    return path


def xls(path: Path, rows: Rows, merged: tuple[int, int, int, int] | None = None) -> Path:
    """Write an old workbook with one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名册")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write(r, c, value, day)
            elif value != "":
                sheet.write(r, c, value)
    if merged:
        sheet.merge(*merged)
    book.save(str(path))
    return path


def text(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write a .csv."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def _write(sheet: Any, place: tuple[int, int], value: Any, day: Any) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(*place, dt.datetime.combine(value, dt.time()), day)
    elif isinstance(value, str) and not value.startswith("=#"):
        sheet.write_string(*place, value)
    elif isinstance(value, str):  # "=#DIV/0!": a formula that failed so
        sheet.write_formula(*place, "=1/0", None, value.removeprefix("="))
    elif value is not None:
        sheet.write(*place, value)


def _bounds(area: str) -> tuple[int, int, int, int]:
    first, last = area.split(":")
    return (
        *xlsxwriter.utility.xl_cell_to_rowcol(first),
        *xlsxwriter.utility.xl_cell_to_rowcol(last),
    )
