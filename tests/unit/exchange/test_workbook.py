import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from exchange import guards
from exchange.workbook import Book, book_of, read_bytes
from tests.plugins.rosters import HEADER, firm, text, xls, xlsx

ROWS = [HEADER, firm(1), firm(2)]
CELLS = [list(row) for row in ROWS]


def opened(path: Path) -> Book | str:
    data = read_bytes(path)
    return data if isinstance(data, str) else book_of(path.name, data)


def cells_of(path: Path) -> list[list[object]]:
    book = opened(path)
    assert isinstance(book, Book)
    return [list(row) for row in book.sheets[0].rows]


def changed(path: Path, parts: dict[str, bytes]) -> Path:
    """Rewrite an archive with other parts."""
    with zipfile.ZipFile(path) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (whole | parts).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        *(("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("gb18030", "\t")),
        *(("utf-8", ";"), ("utf-16", "\t")),
    ],
)
def test_a_text_file_is_read_in_every_usual_form(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = text(tmp_path / "名册.csv", ROWS, encoding=encoding, delimiter=delimiter)

    assert cells_of(path) == CELLS


def test_the_same_rows_are_read_from_every_kind_of_file(tmp_path: Path) -> None:
    assert cells_of(xlsx(tmp_path / "a.xlsx", {"名册": ROWS})) == CELLS
    assert cells_of(xls(tmp_path / "a.xls", ROWS)) == CELLS


def test_an_old_workbook_under_the_new_name_is_read(tmp_path: Path) -> None:
    assert cells_of(xls(tmp_path / "a.xls", ROWS).rename(tmp_path / "a.xlsx")) == CELLS


def test_merged_cells_are_filled_in_both_kinds_of_workbook(tmp_path: Path) -> None:
    rows = [["甲", "", "乙"], ["", "", "丙"]]
    new = xlsx(tmp_path / "a.xlsx", {"名册": rows}, merged=("A1:B2",))
    old = xls(tmp_path / "a.xls", rows, merged=(0, 1, 0, 1))

    assert cells_of(new) == cells_of(old) == [["甲", "甲", "乙"], ["甲", "甲", "丙"]]


def test_merges_beyond_the_table_are_left_alone(tmp_path: Path) -> None:
    areas = ("A1:XFD1048576", "D50:E60", "A2:B3")

    assert cells_of(xlsx(tmp_path / "a.xlsx", {"名册": [["甲"], [""]]}, merged=areas))[0] == ["甲"]


def test_dates_and_the_1904_system_are_known(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": [[dt.date(2023, 5, 1)]]})
    assert cells_of(path) == [[dt.date(2023, 5, 1)]]

    book = openpyxl.load_workbook(path)
    book.epoch = dt.datetime.fromisoformat("1904-01-01")
    book.active["A1"] = dt.date(2023, 5, 1)
    book.save(path)
    read = opened(path)

    assert isinstance(read, Book)
    assert read.sheets[0].from_1904
    assert cells_of(path) == [[dt.date(2023, 5, 1)]]


def test_a_formula_that_failed_or_was_never_worked_out_is_no_blank(tmp_path: Path) -> None:
    failed = xlsx(tmp_path / "a.xlsx", {"名册": [["甲", "=#REF!"]]})
    book = openpyxl.Workbook()
    book.active.append(["甲", "=1+1"])
    book.active.append(["乙", 2])
    book.save(tmp_path / "b.xlsx")

    assert cells_of(failed) == [["甲", guards.BROKEN]]
    assert cells_of(tmp_path / "b.xlsx") == [["甲", guards.NOT_WORKED_OUT], ["乙", 2.0]]


def test_a_worked_out_formula_is_its_value_also_an_empty_text(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": [["甲", ""], ["乙", ""]]})
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(part)
    sheet = sheet.replace(
        b"</row>", b'<c r="C1" t="str"><f>IF(1,"")</f><v></v></c><c><f>1+1</f><v>2</v></c></row>', 1
    )

    assert cells_of(changed(path, {part: sheet}))[0] == ["甲", "", "", 2.0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "不认识“.exe”文件"),
        ("a.xlsm", b"PK", "请另存为 .xlsx"),
        ("a", b"x", "没有扩展名"),
        ("a.xlsx", b"MZ\x90\x00", "程序文件"),
        ("a.xls", b"%PDF-1.7", "PDF"),
        ("a.csv", b"Rar!\x1a", "压缩包"),
        ("a.xls", "<html><table>".encode("utf-16"), "网页格式"),
        ("a.xls", b"<html><table>", "网页格式"),
        ("a.xlsx", "企业名称,代码".encode(), "内容却是文本"),
        ("a.csv", b"\x89PNG\x00\x00", "不是表格"),
        ("a.csv", b"\xff\xff\xff", "不是表格"),
        ("a.csv", b'"' + b"x" * 200_000 + b'"', "不是表格"),
        ("a.xlsx", b"PK\x03\x04 broken", "已损坏"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "已损坏"),
        ("a.csv", b"", "文件是空的"),
    ],
)
def test_what_is_no_table_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert said in str(opened(path))


def test_what_is_not_there_or_is_a_folder_gets_one_sentence(tmp_path: Path) -> None:
    assert "找不到文件" in str(opened(tmp_path / "没有.xlsx"))
    assert "读不了文件" in str(opened(tmp_path))


@pytest.mark.parametrize(
    ("stream", "said"), [("EncryptedPackage", "密码"), ("WordDocument", "Word 文档")]
)
def test_a_locked_workbook_and_a_document_are_told_apart(
    tmp_path: Path, stream: str, said: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + stream.encode("utf-16-le") * 9)

    assert said in str(opened(path))


def test_an_old_workbook_with_a_password_gets_one_sentence(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", ROWS)
    data = path.read_bytes()
    # BOF of the workbook, then FILEPASS where the next record begins.
    start = data.index(bytes.fromhex("09081000")) + 20
    path.write_bytes(data[:start] + struct.pack("<H", 0x2F) + data[start + 2 :])

    assert "密码" in str(opened(path))


def test_a_file_cut_anywhere_is_a_sentence_or_a_table(tmp_path: Path) -> None:
    for path in (xlsx(tmp_path / "a.xlsx", {"名册": ROWS}), xls(tmp_path / "b.xls", ROWS)):
        data = path.read_bytes()
        for length in range(1, len(data), max(1, len(data) // 60)):
            assert isinstance(book_of(path.name, data[:length]), str | Book)


def test_a_normal_roster_is_no_bomb(tmp_path: Path) -> None:
    rows = [HEADER, *(firm(number) for number in range(150))]

    assert len(cells_of(xlsx(tmp_path / "a.xlsx", {"名册": rows}))) == 151


def test_a_bomb_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = changed(xlsx(tmp_path / "a.xlsx", {"名册": ROWS}), {"xl/bomb.bin": b"0" * 2**24})

    assert "解压后异常庞大" in str(opened(path))


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    path = changed(xlsx(tmp_path / "a.xlsx", {"名册": ROWS}), {"xl/bomb.bin": b"0" * 2**24})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 2**24), struct.pack("<I", 9)))

    assert "解压后异常庞大" in str(opened(path))


def test_too_much_is_refused_also_when_it_hardly_shrinks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MOST_INFLATED", 1000)

    assert "解压后异常庞大" in str(opened(xlsx(tmp_path / "a.xlsx", {"名册": ROWS})))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({f"xl/{number}.bin": b"" for number in range(200)}, "结构异常"),
        ({"xl/vbaProject.bin": b"macro"}, "含有宏"),
        ({"xl/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "结构异常"),
        ({"xl/styles.xml": "<a/>".encode("utf-16")}, "结构异常"),
        ({"xl/worksheets/sheet1.xml": b"<c>" + b"x" * 2**21}, "结构异常"),
    ],
)
def test_an_archive_that_no_spreadsheet_writes_is_refused(
    tmp_path: Path, parts: dict[str, bytes], said: str
) -> None:
    path = changed(xlsx(tmp_path / "a.xlsx", {"名册": ROWS}), parts)

    assert said in str(opened(path))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("word/document.xml", "Word 文档"),
        ("ppt/presentation.xml", "演示文稿"),
        ("xl/workbook.bin", ".xlsb"),
        ("readme.txt", "不是 Excel 工作簿"),
    ],
)
def test_another_archive_is_named(tmp_path: Path, part: str, said: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "")

    assert said in str(opened(path))


def test_entries_that_lie_over_each_other_or_are_locked_are_refused(tmp_path: Path) -> None:
    data = xlsx(tmp_path / "a.xlsx", {"名册": ROWS}).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, offset = archive.start_dir, archive.infolist()[0].header_offset
    over, locked, method = bytearray(data), bytearray(data), bytearray(data)
    second = data.index(b"PK\x01\x02", start + 4)
    struct.pack_into("<I", over, second + 42, offset)
    struct.pack_into("<H", locked, start + 8, 1)
    struct.pack_into("<H", method, start + 10, 12)

    assert "结构异常" in str(book_of("a.xlsx", bytes(over)))
    assert "密码" in str(book_of("a.xlsx", bytes(locked)))
    assert "结构异常" in str(book_of("a.xlsx", bytes(method)))


def test_a_lone_cell_far_below_is_refused_with_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "甲", "乙"
    book.save(tmp_path / "a.xlsx")

    assert "第 1048576 行" in str(opened(tmp_path / "a.xlsx"))


def test_a_lone_cell_far_below_in_an_old_workbook_is_refused(tmp_path: Path) -> None:
    rows = [["甲"]] + [[]] * 65_534 + [[""] * 255 + ["乙"]]

    assert "大到 65536 行、256 列" in str(opened(xls(tmp_path / "a.xls", rows)))


def test_formats_far_below_are_no_content(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    book.active["XFD1048576"].number_format = "@"
    book.save(tmp_path / "a.xlsx")

    assert cells_of(tmp_path / "a.xlsx") == [["甲"]]


def test_a_sheet_too_wide_or_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MOST_CELLS", 5)
    monkeypatch.setattr(guards, "MOST_ROWS", 4)

    assert "3 行、2 列" in str(opened(xlsx(tmp_path / "a.xlsx", {"名册": ROWS})))
    assert "3 行、2 列" in str(opened(xls(tmp_path / "a.xls", ROWS)))
    assert "一直到第 5 行" in str(opened(text(tmp_path / "a.csv", [["甲"]] * 6)))


def test_an_old_workbook_that_hides_its_extent_is_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MOST_CELLS", 5)
    path = xls(tmp_path / "a.xls", ROWS)
    extent = struct.pack("<HHIIHHH", 0x200, 14, 0, 3, 0, 2, 0)
    path.write_bytes(path.read_bytes().replace(extent, extent[:8] + b"\x01" + extent[9:]))

    assert "工作表“名册”大到 3 行、2 列" in str(opened(path))


def test_a_file_that_is_too_big_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MOST_BYTES", 10)

    assert "文件超过" in str(opened(text(tmp_path / "a.csv", ROWS)))


def test_a_chart_has_a_sheet_of_its_own_and_holds_no_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲"])
    book.create_chartsheet("图")
    book.save(tmp_path / "a.xlsx")
    read = opened(tmp_path / "a.xlsx")

    assert isinstance(read, Book)
    assert [sheet.name for sheet in read.sheets] == [book.worksheets[0].title]
