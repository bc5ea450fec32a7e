"""What may be opened at all: an archive is counted while it inflates, before it is parsed."""

import html
import io
import itertools
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from openpyxl.utils.cell import column_index_from_string

MOST_BYTES = 50 * 2**20
MOST_ENTRIES = 200
MOST_INFLATED = 200 * 2**20
MOST_RATIO = 100
MOST_ROWS = 200_000
MOST_CELLS = 3_000_000

_SMALL = 5 * 2**20  # below this a high ratio is just a small file full of equal rows
_BLOCK = 2**16
_LONGEST_TEXT = 2**20  # bytes between two tags; a cell holds at most 32,767 characters
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_TAG = re.compile(rb"<(?:\w+:)?(row|c|f|v)(\s[^>]*)?>")
_PLACE = re.compile(rb"\sr=[\"']([A-Za-z]{0,3})(\d{1,7})[\"']")
_TYPE = re.compile(rb"\st=[\"'](e|str)[\"']")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_INDEX_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
# .xls: the first record of a book, the one that says it is encrypted, and where it may stand.
_FIRST_RECORD, _FILE_PASS, _RECORDS = bytes.fromhex("0908100000060500"), 0x2F, 6
_EXTENT = re.compile(rb"\x00\x02\x0e\x00(.{14})", re.DOTALL)
_OLD_ROWS, _OLD_COLUMNS = 65_536, 256
_WIDE = (b"\xff\xfe", b"\xfe\xff")

# What stands in a cell whose formula failed, or was never worked out; both read as blank.
BROKEN, NOT_WORKED_OUT = "#公式出错", "#公式未计算"

DAMAGED = "文件已损坏，打不开；请用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入"
TOO_BIG = f"文件超过 {MOST_BYTES // 2**20} MB，请删去图片和无关工作表，或拆成几份再导入"
_LOCKED = "文件带密码或已加密，请先在 Excel 或 WPS 中取消密码再导入"
_BOMB = "文件解压后异常庞大，为安全起见没有打开；请另存为新的 .xlsx 再导入"
_STRANGE = "文件内部结构异常，为安全起见没有打开；请用 Excel 或 WPS 另存为新的 .xlsx 再导入"
_MACROS = "文件含有宏，为安全起见没有打开；请另存为不含宏的 .xlsx 再导入"


@dataclass(slots=True)
class Inspection:
    """What an .xlsx is like inside. ``refusal`` is empty when it may be parsed."""

    refusal: str = ""
    from_1904: bool = False
    # Sheet name -> (row, column) from 0 -> what is to stand there.
    formulas: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Part:
    """One entry of the archive, looked at while it inflates."""

    name: str
    row: int = 0
    column: int = 0
    rows: int = 0
    columns: int = 0
    rest: bytes = b""
    kept: bytearray = field(default_factory=bytearray)
    kind: bytes = b""  # of the cell that is open: e for an error, str for text of a formula
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    def look(self, chunk: bytes) -> str:
        """Return why this part may not be parsed."""
        if self.name in _INDEX_PARTS:
            self.kept += chunk
        if not self.name.endswith((".xml", ".rels", ".vml")):
            return ""
        text = self.rest + chunk
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in _WIDE:
            return _STRANGE
        if not _SHEET_PART.fullmatch(self.name):
            self.rest = text[-len(b"<!DOCTYPE") :]
            return ""
        # The last tag waits for the next chunk: what follows it may count.
        last = max(text.rfind(b"<"), 0)
        for tag in _TAG.finditer(text, 0, last):
            self._tag(tag, filled=text[tag.end() : tag.end() + 1] != b"<")
        self.rest = text[last:]
        return _STRANGE if len(self.rest) > _LONGEST_TEXT else too_wide(self.rows, self.columns)

    def _tag(self, tag: re.Match[bytes], *, filled: bool) -> None:
        name, attributes = tag[1], tag[2] or b""
        place = _PLACE.search(attributes)
        if name == b"row":
            self.row, self.column = (int(place[2]) if place else self.row + 1), 0
        elif name == b"c":
            self.column += 1
            if place and place[1]:
                self.column, self.row = column_index_from_string(place[1].decode()), int(place[2])
            if not attributes.endswith(b"/"):  # else only a format, no value
                self._open(attributes)
        elif name == b"f":
            if self.kind != b"str":
                self.formulas.setdefault((self.row - 1, self.column - 1), NOT_WORKED_OUT)
        elif name == b"v" and filled and self.kind != b"e":
            self.formulas.pop((self.row - 1, self.column - 1), None)

    def _open(self, attributes: bytes) -> None:
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        found = _TYPE.search(attributes)
        self.kind = found[1] if found else b""
        if self.kind == b"e":
            self.formulas[self.row - 1, self.column - 1] = BROKEN


def too_wide(rows: int, columns: int, sheet: str = "") -> str:
    """Return why a table of this extent is not read; empty when it is."""
    where = f"工作表“{sheet}”" if sheet else "有张工作表"
    if rows > MOST_ROWS:
        return (
            f"{where}一直到第 {rows} 行都有内容，超过 {MOST_ROWS} 行；"
            "请删去表格下方远处的内容，或拆成几份再导入"
        )
    if rows * columns > MOST_CELLS:
        return f"{where}大到 {rows} 行、{columns} 列；请删去无关的列，或拆成几份再导入"
    return ""


def is_locked(data: bytes) -> bool:
    """Say whether an .xls is encrypted: a record at the beginning of its book says so."""
    place = data.find(_FIRST_RECORD)
    for _ in range(_RECORDS if place >= 0 else 0):
        if place + 4 > len(data):
            break
        kind, length = struct.unpack_from("<HH", data, place)
        if kind == _FILE_PASS:
            return True
        place += 4 + length
    return False


def too_wide_old(data: bytes) -> str:
    """Return why an .xls is not read: its sheets' own records of their extent say so."""
    for found in _EXTENT.finditer(data):
        _, rows, _, columns, reserved = struct.unpack_from("<IIHHH", found[1])
        if reserved == 0 and rows <= _OLD_ROWS and columns <= _OLD_COLUMNS:
            refusal = too_wide(rows, columns)
            if refusal:
                return refusal
    return ""


def inspect(data: bytes) -> Inspection:
    """Look through an .xlsx without parsing it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
        refusal = _of_entries(entries, data)
        return Inspection(refusal=refusal) if refusal else _through(entries, data)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError):
        return Inspection(refusal=DAMAGED)


def _of_entries(entries: list[zipfile.ZipInfo], data: bytes) -> str:
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES or len(set(names)) < len(names):
        return _STRANGE
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return _LOCKED
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return _MACROS
    if "xl/workbook.xml" not in names:
        return _other_document(names)
    known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    spans = sorted((entry.header_offset, _body(entry, data)[1]) for entry in entries)
    overlaps = any(a[1] > b[0] for a, b in itertools.pairwise(spans))
    strange = overlaps or any(entry.compress_type not in known for entry in entries)
    return _STRANGE if strange else ""


def _other_document(names: list[str]) -> str:
    kinds = {"word/": "Word 文档", "ppt/": "演示文稿", "xl/workbook.bin": ".xlsb 工作簿"}
    kind = next((k for start, k in kinds.items() if any(n.startswith(start) for n in names)), "")
    what = f"这是{kind}" if kind else "这个文件不是 Excel 工作簿"
    return f"{what}，请把表格另存为 .xlsx 再导入"


def _through(entries: list[zipfile.ZipInfo], data: bytes) -> Inspection:
    """Inflate every entry, counting what really comes out."""
    total, parts = 0, []
    for entry in entries:
        part, own = _Part(entry.filename), 0
        for chunk in _inflated(entry, data):
            own += len(chunk)
            total += len(chunk)
            if refusal := _too_much(own, total, entry, data) or part.look(chunk):
                return Inspection(refusal=refusal)
        parts.append(part)
    index = "".join(part.kept.decode("utf-8", "replace") for part in parts if part.kept)
    named = _sheet_names(index)
    return Inspection(
        from_1904=re.search(r"date1904=[\"'](1|true)[\"']", index) is not None,
        formulas={named[p.name]: p.formulas for p in parts if p.formulas and p.name in named},
    )


def _too_much(own: int, total: int, entry: zipfile.ZipInfo, data: bytes) -> str:
    ratio = own > _SMALL and own > entry.compress_size * MOST_RATIO
    ratio = ratio or (total > _SMALL and total > len(data) * MOST_RATIO)
    return _BOMB if ratio or total > MOST_INFLATED else ""


def _body(entry: zipfile.ZipInfo, data: bytes) -> tuple[int, int]:
    """Return where the entry's bytes begin and end, by its own header."""
    names, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
    first = entry.header_offset + _LOCAL_HEADER + names + extra
    return first, first + entry.compress_size


def _inflated(entry: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    # Not zipfile's own reader: that one stops at the declared size, a parser may not.
    first, last = _body(entry, data)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(first, last, _BLOCK):
        block = data[start : min(start + _BLOCK, last)]
        if entry.compress_type == zipfile.ZIP_STORED:
            yield block
            continue
        while block:
            yield inflate.decompress(block, _BLOCK * 16)
            block = inflate.unconsumed_tail


def _sheet_names(index: str) -> dict[str, str]:
    """Return which sheet stands in which part of the archive."""
    targets = {
        _attribute(found[0], "Id"): _attribute(found[0], "Target").removeprefix("/xl/")
        for found in _RELATION.finditer(index)
    }
    return {
        f"xl/{targets.get(_attribute(found[0], 'r:id'), '')}": _attribute(found[0], "name")
        for found in _SHEET.finditer(index)
    }


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}=[\"']([^\"']*)[\"']", tag)
    return html.unescape(found[1]) if found else ""
