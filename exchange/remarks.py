"""Handing back the user's own file: coloured cells with comments, and a list of all problems."""

import datetime as dt
import io
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from exchange.roster import PROBLEM_SHEET
from exchange.values import Problem, Severity
from exchange.workbook import Book, book_of, read_bytes

MOST_COMMENTS = 2000  # the list names all problems; a sheet full of comments opens slowly

_AUTHOR = "培育"
_SAVED_BY = "peiyu"
_OURS = b"lastModifiedBy>peiyu</"
_COLOURS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C"}
_CALLED = {Severity.ERROR: "错误", Severity.WARNING: "提醒"}
_HEADER = ("序号", "类别", "工作表", "行", "列", "单元格", "现在的值", "问题与改法")
_WIDTHS = (6, 8, 16, 8, 28, 10, 28, 90)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_remarks(original: Path, problems: Iterable[Problem], target: Path) -> None:
    """Write a copy of the file with a remark at each wrong cell; the original stays as it is.

    A file that could not be opened comes back as a workbook that holds only the list. An .xls
    or .csv comes back as .xlsx with the same content. OSError: the target cannot be written.
    """
    _save(_remarked(original.name, read_bytes(original), problems), target)


def with_remarks(name: str, data: bytes, problems: Iterable[Problem]) -> bytes:
    """Return such a copy of a file that lies in no folder."""
    copy = io.BytesIO()
    _remarked(name, data, problems).save(copy)
    return copy.getvalue()


def _remarked(name: str, data: bytes | str, problems: Iterable[Problem]) -> openpyxl.Workbook:
    listed = sorted(problems, key=lambda each: (each.severity, each.sheet, each.row))
    book = _opened(name, data)
    by_place: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in listed:
        if problem.place and problem.sheet in book.sheetnames:
            by_place[problem.sheet, problem.place].append(problem)
    for (sheet, place), here in list(by_place.items())[:MOST_COMMENTS]:
        _remark(book[sheet], place, here)
    _list(book, listed)
    book.properties.lastModifiedBy = _SAVED_BY
    return book


def is_untouched(copy: Path) -> bool:
    """Say whether nobody saved this copy since we wrote it: the one who saves leaves a name."""
    try:
        with zipfile.ZipFile(copy) as archive:
            return _OURS in archive.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def put_text(cell: Cell, text: str) -> None:
    """Write text that a spreadsheet will never take for a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    if text.startswith(FORMULA_STARTS):
        cell.data_type = "s"
        cell.quotePrefix = True


def _opened(name: str, data: bytes | str) -> openpyxl.Workbook:
    known = data if isinstance(data, str) else book_of(name, data)
    if isinstance(known, str) or isinstance(data, str):
        return openpyxl.Workbook()
    return (_own(data) if known.kind == "xlsx" else None) or _rebuilt(known)


def _own(data: bytes) -> openpyxl.Workbook | None:
    """Return the user's own workbook; None for one that only the other reader can read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # features that it does not keep, e.g. slicers
        try:
            return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        except (ValueError, TypeError, LookupError, AttributeError):
            return None


def _rebuilt(known: Book) -> openpyxl.Workbook:
    """Return a new workbook with the cells of an .xls or .csv, all text as text."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for each in known.sheets:
        sheet = book.create_sheet(each.name)
        sheet.sheet_state = "hidden" if each.hidden else "visible"
        for r, row in enumerate(each.rows, start=1):
            for c, value in enumerate(row, start=1):
                _put(sheet.cell(r, c), value)
    return book


def _put(cell: Cell, value: object) -> None:
    if value == "":
        return
    if isinstance(value, str):
        cell.number_format = "@"
        put_text(cell, value)
        return
    cell.value = value
    if isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"


def _remark(sheet: Any, place: str, here: list[Problem]) -> None:  # noqa: ANN401 - untyped library
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        area = next(each for each in sheet.merged_cells.ranges if place in each)
        cell = sheet.cell(area.min_row, area.min_col)
    severity = min(each.severity for each in here)  # error sorts before warning
    said = "\n".join(f"{_CALLED[each.severity]}：{each.message}" for each in here)
    if cell.comment and cell.comment.text:
        said = f"{cell.comment.text}\n{said}"
    lines = said.count("\n") + len(said) // 24 + 2
    cell.comment = Comment(said, _AUTHOR, width=320, height=24 * lines)
    cell.fill = PatternFill("solid", fgColor=_COLOURS[severity])


def _list(book: openpyxl.Workbook, problems: list[Problem]) -> None:
    known = set(book.sheetnames) - {PROBLEM_SHEET}
    if PROBLEM_SHEET in book.sheetnames:
        book.remove(book[PROBLEM_SHEET])
    sheet = book.create_sheet(PROBLEM_SHEET, 0)
    for index, (title, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True), start=1):
        sheet.cell(1, index, title).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, index).column_letter].width = width
    for number, problem in enumerate(problems, start=1):
        _line(sheet, number, problem, linked=problem.sheet in known)
    sheet.freeze_panes = "A2"
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = 0


def _line(
    sheet: Any,  # noqa: ANN401 - untyped library
    number: int,
    problem: Problem,
    *,
    linked: bool,
) -> None:
    row = number + 1
    sheet.cell(row, 1, number)
    sheet.cell(row, 4, problem.row or None)
    texts = {
        2: _CALLED[problem.severity],
        3: problem.sheet,
        5: problem.column,
        6: problem.place,
        7: problem.value,
        8: problem.message,
    }
    for column, text in texts.items():
        put_text(sheet.cell(row, column), text)
    sheet.cell(row, 8).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 2).fill = PatternFill("solid", fgColor=_COLOURS[problem.severity])
    if problem.place and linked:
        quoted = problem.sheet.replace("'", "''")
        link = Hyperlink(ref=f"F{row}", location=f"'{quoted}'!{problem.place}")
        sheet.cell(row, 6).hyperlink = link


def _save(book: openpyxl.Workbook, target: Path) -> None:
    # Written beside it first: a full disk leaves no half file under the target's name.
    unfinished = target.with_name(f".{target.name}.part")
    try:
        book.save(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
