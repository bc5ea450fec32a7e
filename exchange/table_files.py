"""Handing out a table: .xlsx with typed cells and a sheet that says what it is, or .csv."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from exchange.csv_file import guarded_text

Value: TypeAlias = str | int | float | bool | dt.date | dt.datetime | None
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ABOUT_SHEET = "筛选条件"
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what stands above it, and how wide it is in a workbook."""

    title: str
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A table to hand out; its rows are read once, while the file is written."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    about: Sequence[tuple[str, str]]  # what was filtered, when, by whom


def write_xlsx(table: TableFile, path: Path) -> int:
    """Write a workbook, row by row in little memory; return how many rows there were."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        day, moment = (book.add_format({"num_format": form}) for form in (_DAY, _MOMENT))
        sheet = book.add_worksheet(table.name)
        sheet.freeze_panes(1, 1)
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(0, index, column.title, head)
        number = 0
        for number, row in enumerate(table.rows, start=1):
            _write_row(sheet, number, row, (day, moment))
        sheet.autofilter(0, 0, number, len(table.columns) - 1)
        _write_about(book.add_worksheet(_ABOUT_SHEET), head, (*table.about, ("行数", f"{number}")))
    return number


def write_csv(table: TableFile, path: Path) -> int:
    """Write text that a spreadsheet opens in the right encoding; return how many rows."""
    number = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.title for column in table.columns])
        for row in table.rows:
            writer.writerow(_plain(row))
            number += 1
    return number


def _write_row(
    sheet: Worksheet, at: int, row: Sequence[Value], forms: tuple[Format, Format]
) -> None:
    day, moment = forms
    for index, value in enumerate(row):
        match value:
            case None | "":
                continue
            case bool():
                sheet.write_string(at, index, _yes_no(value=value))
            case int() | float():
                sheet.write_number(at, index, value)
            case dt.datetime():
                sheet.write_datetime(at, index, value.replace(tzinfo=None), moment)
            case dt.date():
                sheet.write_datetime(at, index, value, day)
            case str():
                sheet.write_string(at, index, value)


def _write_about(sheet: Worksheet, head: Format, about: Iterable[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 60)
    for row, (what, value) in enumerate(about):
        sheet.write_string(row, 0, what, head)
        sheet.write_string(row, 1, value)


def _plain(row: Sequence[Value]) -> Iterator[str | int | float]:
    """Yield the cells as text; a text that a spreadsheet would run gets a mark before it."""
    for value in row:
        match value:
            case None:
                yield ""
            case bool():
                yield _yes_no(value=value)
            case int() | float():
                yield value
            case dt.datetime():
                yield f"{value:%Y-%m-%d %H:%M}"
            case dt.date():
                yield value.isoformat()
            case str():
                yield guarded_text(value)


def _yes_no(*, value: bool) -> str:
    return "是" if value else "否"
