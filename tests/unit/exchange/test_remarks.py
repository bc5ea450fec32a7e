import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from exchange.remarks import write_remarks
from exchange.roster import read_roster
from exchange.values import Problem, Severity
from tests.plugins.rosters import HEADER, Rows, firm, text, xls, xlsx

ROWS: Rows = [(*HEADER, "成立日期", "来路"), (*firm(1), "明天", "=1+1")]


def problem(place: str, message: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(
        sheet="名册",
        row=int(place[1:]),
        column="列",
        value="=cmd()",
        message=message,
        severity=severity,
        place=place,
    )


def test_the_user_gets_the_same_file_with_comments_colours_and_a_list(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "名册.xlsx", {"名册": [(*HEADER, "成立日期"), (*firm(1), "明天")]})
    problems = read_roster(path).problems
    before = path.read_bytes()

    write_remarks(path, problems, tmp_path / "批注.xlsx")

    book = openpyxl.load_workbook(tmp_path / "批注.xlsx")
    cell = book["名册"]["C2"]
    assert path.read_bytes() == before
    assert cell.value == "明天"
    assert "错误：日期“明天”看不懂" in cell.comment.text
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")
    assert book.sheetnames == ["问题清单", "名册"]
    line = [each.value for each in book["问题清单"][2]]
    assert line[:7] == [1, "错误", "名册", 2, "成立日期", "C2", "明天"]
    assert book["问题清单"]["F2"].hyperlink.location == "'名册'!C2"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("kind", ["csv", "gbk.csv", "xls"])
def test_another_kind_of_file_comes_back_as_a_workbook_with_the_same_cells(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"名册.{kind}"
    if kind == "xls":
        xls(path, [*ROWS, (*firm(2), dt.date(2023, 5, 1), 3.5)])
    else:
        text(path, ROWS, encoding="gb18030" if "gbk" in kind else "utf-8")

    write_remarks(path, read_roster(path).problems, tmp_path / "批注.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "批注.xlsx").worksheets[1]
    assert [cell.value for cell in sheet[1]] == list(next(iter(ROWS)))
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert "看不懂" in sheet["C2"].comment.text
    assert kind != "xls" or sheet["C3"].value == dt.datetime.fromisoformat("2023-05-01")


def test_no_text_of_ours_is_ever_a_formula(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": ROWS})

    write_remarks(path, [problem("A2", "＝1+1"), problem("B2", "\t=1")], tmp_path / "b.xlsx")

    listed = openpyxl.load_workbook(tmp_path / "b.xlsx")["问题清单"]
    for row in listed.iter_rows(min_row=2, min_col=7):
        assert [(cell.data_type, cell.quotePrefix) for cell in row] == [("s", True)] * 2


def test_several_problems_and_an_old_comment_share_one_remark(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": ROWS})
    book = openpyxl.load_workbook(path)
    book["名册"]["A2"].comment = Comment("用户自己的话", "示例")
    book.save(path)
    found = [problem("A2", "提醒一", Severity.WARNING), problem("A2", "错误一")]

    write_remarks(path, found, tmp_path / "b.xlsx")

    cell = openpyxl.load_workbook(tmp_path / "b.xlsx")["名册"]["A2"]
    assert cell.comment.text == "用户自己的话\n错误：错误一\n提醒：提醒一"
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")


def test_a_remark_on_a_merged_cell_stands_at_its_first_cell(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": [("甲", ""), ("", "")]}, merged=("A1:B2",))

    write_remarks(path, [problem("B2", "不对")], tmp_path / "b.xlsx")

    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["名册"]["A1"].comment.text == "错误：不对"


def test_a_file_that_could_not_be_opened_comes_back_as_the_list_alone(tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"MZ")

    for original in (path, tmp_path / "没有.xlsx"):
        write_remarks(original, read_roster(original).problems, tmp_path / "b.xlsx")
        book = openpyxl.load_workbook(tmp_path / "b.xlsx")
        assert book["问题清单"].max_row == 2


def test_handing_back_twice_keeps_one_list_and_is_read_as_before(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": [(*HEADER, "成立日期"), (*firm(1), "明天")]})
    once, twice = tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    write_remarks(path, read_roster(path).problems, once)
    write_remarks(once, read_roster(once).problems, twice)

    assert openpyxl.load_workbook(twice).sheetnames == ["问题清单", "名册"]
    assert read_roster(twice).problems == read_roster(path).problems


def test_a_workbook_with_styles_that_nobody_else_writes_comes_back_without_them(
    tmp_path: Path,
) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"名册": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"<font>", b'<font><sz val="big"/>', 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    write_remarks(path, read_roster(path).problems, tmp_path / "b.xlsx")

    cell = openpyxl.load_workbook(tmp_path / "b.xlsx")["名册"]["C2"]
    assert (cell.value, "看不懂" in cell.comment.text) == ("明天", True)
