"""Opening a table: .xlsx, .xls and .csv become sheets of plain cells, or one Chinese sentence."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from exchange import guards
from exchange.cells import Cell

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_TEXT_ENDS, _EXCEL_ENDS = (".csv", ".txt", ".tsv"), (".xlsx", ".xls")
_DELIMITERS = ",\t;"
_LOOKED_AT = 20  # lines that tell the delimiter
_HEAD = 4096
_LONGEST_FIELD = 100_000

_KINDS = {
    b"MZ": "这是程序文件，不是表格",
    b"%PDF": "这是 PDF 文件，请索取原始表格",
    b"{\\rtf": "这是 RTF 文档，请把表格另存为 .xlsx",
    b"Rar!": "这是压缩包，请先解压",
}
_LOCKED = "文件带密码，请先在 Excel 或 WPS 中取消密码再导入"
_NOT_TEXT = "文件不是表格，或内容已损坏；请用 Excel 或 WPS 另存为 .xlsx 再导入"
_WEB = "文件其实是网页格式，只是改了扩展名；请用 Excel 打开后另存为 .xlsx 再导入"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet from A1 on, merged cells filled. ``hidden`` sheets are not read on their own."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of one file."""

    kind: str  # xlsx, xls, csv
    sheets: tuple[Sheet, ...]


def read_bytes(path: Path) -> bytes | str:
    """Return the file's bytes, or why it cannot be read."""
    try:
        if path.stat().st_size > guards.MOST_BYTES:
            return guards.TOO_BIG
        data = path.read_bytes()
    except FileNotFoundError:
        return f"找不到文件“{path.name}”，请核对文件名和所在文件夹"
    except OSError as error:
        return f"读不了文件“{path.name}”（{error.strerror}），请确认它没有被占用、您有读取权限"
    return data or "文件是空的，请核对是否选对了文件"


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def book_of(name: str, data: bytes) -> Book | str:
    """Return what the bytes of a file hold; what they are goes before what the name says."""
    ending = Path(name).suffix.lower()
    if ending not in _TEXT_ENDS + _EXCEL_ENDS:
        return f"不认识“{ending or '没有扩展名'}”文件，请另存为 .xlsx（也可用 .xls 或 .csv）再导入"
    if data.startswith(_ZIP):
        return _of_xlsx(data)
    if data.startswith(_OLE):
        return _of_xls(data)
    return _of_text(data, ending)


def _of_xlsx(data: bytes) -> Book | str:
    inside = guards.inspect(data)
    if inside.refusal:
        return inside.refusal
    book = _parsed("xlsx", data, from_1904=inside.from_1904)
    if isinstance(book, Book):
        for sheet in book.sheets:
            _mark(sheet, inside.formulas.get(sheet.name, {}))
    return book


def _mark(sheet: Sheet, formulas: dict[tuple[int, int], str]) -> None:
    """Write down which formulas have no value: the parser reads them as blank."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    for (row, column), what in formulas.items():
        if row < len(sheet.rows) and column < width:
            sheet.rows[row][column] = what


def _of_xls(data: bytes) -> Book | str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _LOCKED
    if "WordDocument".encode("utf-16-le") in data:
        return "这是 Word 文档，请把表格另存为 .xlsx 再导入"
    if guards.is_locked(data):
        return _LOCKED
    return guards.too_wide_old(data) or _parsed("xls", data)


def _parsed(kind: str, data: bytes, *, from_1904: bool = False) -> Book | str:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = tuple(_sheets(book, from_1904=from_1904))
    except (calamine.CalamineError, OSError, ValueError):
        return guards.DAMAGED
    except BaseException as error:  # a panic of the parser is no Exception
        if type(error).__name__ == "PanicException":
            return guards.DAMAGED
        raise
    refusal = next((s for s in sheets if isinstance(s, str)), "")
    return refusal or Book(kind, tuple(s for s in sheets if isinstance(s, Sheet)))


def _sheets(book: calamine.CalamineWorkbook, *, from_1904: bool) -> Iterator[Sheet | str]:
    for about in book.sheets_metadata:
        if about.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        rows, columns = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
        if refusal := guards.too_wide(rows, columns, about.name):
            yield refusal
            return
        cells: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        _fill(cells, sheet.merged_cell_ranges or [])
        hidden = about.visible is not calamine.SheetVisibleEnum.Visible
        yield Sheet(about.name, cells, hidden=hidden, from_1904=from_1904)


def _fill(rows: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write what a merged cell says into every cell that it covers."""
    width = len(rows[0]) if rows else 0
    left = guards.MOST_CELLS
    for (top, first), (bottom, last) in merged:
        if top >= len(rows) or first >= width:
            continue
        value, end = rows[top][first], min(last + 1, width)
        left -= (min(bottom + 1, len(rows)) - top) * (end - first)
        if left < 0:
            return
        for row in rows[top : bottom + 1]:
            row[first:end] = [value] * (end - first)


def _of_text(data: bytes, ending: str) -> Book | str:
    for start, what in _KINDS.items():
        if data.startswith(start):
            return f"{what}；可以导入的是 .xlsx、.xls 和 .csv"
    text = _decoded(data)
    if text is None:
        return _NOT_TEXT
    if re.match(r"\s*<(!doctype|html|\?xml|table|meta)", text, re.IGNORECASE):
        return _WEB
    if ending in _EXCEL_ENDS:
        return f"扩展名是 {ending}，内容却是文本；请改名为 .csv，或用 Excel 另存为 .xlsx 再导入"
    return _of_csv(text)


def _decoded(data: bytes) -> str | None:
    encodings = ("utf-8-sig", "gb18030")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16", "utf-16")
    elif b"\x00" in data[:_HEAD]:
        return None
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _of_csv(text: str) -> Book | str:
    sample = text.splitlines()[:_LOOKED_AT]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in sample))
    rows: list[list[Cell]] = []
    widest = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row))
            widest = max(widest, len(row))
            if refusal := guards.too_wide(len(rows), widest):
                return refusal
    except csv.Error:
        return _NOT_TEXT
    for cells in rows:
        cells.extend([""] * (widest - len(cells)))
    return Book("csv", (Sheet("CSV", rows),))
