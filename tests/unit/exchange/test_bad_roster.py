from pathlib import Path

import openpyxl

from exchange.remarks import write_remarks
from exchange.roster import read_roster
from tests.plugins.bad_roster import write_bad_roster


def test_every_slip_is_named_by_sheet_row_column_and_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "坏名册.xlsx"
    slips = write_bad_roster(path)
    errors = read_roster(path).errors

    unnamed = [
        slip
        for slip in slips
        if not any(
            (error.sheet, error.row, error.column) == slip[:3] and slip.phrase in error.message
            for error in errors
        )
    ]
    assert not unnamed
    assert len({slip.phrase for slip in slips}) >= 30


def test_nothing_else_is_complained_of(tmp_path: Path) -> None:
    path = tmp_path / "坏名册.xlsx"
    slips = {slip[:3] for slip in write_bad_roster(path)}

    found = {(error.sheet, error.row, error.column) for error in read_roster(path).errors}

    assert found == slips


def test_the_file_handed_back_has_a_remark_at_every_wrong_cell(tmp_path: Path) -> None:
    path, back = tmp_path / "坏名册.xlsx", tmp_path / "批注.xlsx"
    slips = write_bad_roster(path)
    problems = read_roster(path).problems

    write_remarks(path, problems, back)

    book = openpyxl.load_workbook(back)
    unmarked = [each for each in problems if book[each.sheet][each.place].comment is None]
    assert not unmarked
    assert len(slips) <= len(problems)
    assert book.sheetnames == ["问题清单", "企业名册", "年度数据"]
    assert book["问题清单"].max_row == len(problems) + 1


def test_the_file_handed_back_is_wrong_in_the_same_places(tmp_path: Path) -> None:
    path, back = tmp_path / "坏名册.xlsx", tmp_path / "批注.xlsx"
    write_bad_roster(path)
    before = read_roster(path)

    write_remarks(path, before.problems, back)

    places = [(each.sheet, each.place) for each in before.errors]
    assert [(each.sheet, each.place) for each in read_roster(back).errors] == places
