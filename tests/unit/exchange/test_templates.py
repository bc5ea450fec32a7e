from pathlib import Path

import openpyxl
import pytest

from exchange import examples
from exchange.roster import HELP_SHEET, read_roster
from exchange.rows import EXAMPLE
from exchange.templates import FIGURES_SHEET, ROSTER_SHEET, write_roster_template
from exchange.values import Severity
from policy.facts import ANNUAL, FACTS, STANDING
from tests.plugins.rosters import firm


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "模板.xlsx"
    write_roster_template(path)
    return path


def test_the_untouched_template_changes_nothing_and_says_so(template: Path) -> None:
    roster = read_roster(template)

    assert (roster.enterprises, roster.figures) == ((), ())
    assert {problem.severity for problem in roster.problems} == {Severity.WARNING}
    assert "填表示例，没有导入" in roster.problems[0].message
    assert "没有读到任何企业" in roster.problems[-1].message


def test_a_filled_template_is_read_without_a_doubt(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[ROSTER_SHEET].delete_rows(2)
    book[FIGURES_SHEET].delete_rows(2)
    for column, value in enumerate(firm(1), start=1):
        book[ROSTER_SHEET].cell(2, column, value)
        book[FIGURES_SHEET].cell(2, column, value)
    book[FIGURES_SHEET].cell(2, 3, 2025)
    book[FIGURES_SHEET].cell(2, 4, 12.5)
    book.save(template)

    roster = read_roster(template)

    assert not roster.problems
    assert roster.enterprises[0].uscc == firm(1)[0]
    assert roster.figures[0].values == {"sales": 12_500_000}


def test_the_example_becomes_a_whole_enterprise_once_its_mark_is_removed(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for name in (ROSTER_SHEET, FIGURES_SHEET):
        cell = book[name]["A2"]
        cell.value = cell.value.removeprefix(EXAMPLE)
    book.save(template)

    roster = read_roster(template)

    assert not roster.problems
    (row,), (figures,) = roster.enterprises, roster.figures
    assert (row.uscc, row.name) == (examples.USCC, examples.NAME)
    assert len(row.held) == 2
    assert set(figures.values) == set(ANNUAL)
    assert set(row.statements) == set(STANDING) - {"last_incident_on"}


def test_every_column_is_explained_with_unit_and_meaning(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    explained = {(row[0], row[1]): row[2] for row in book[HELP_SHEET].values if row[2]}

    for name in (ROSTER_SHEET, FIGURES_SHEET):
        headers = [cell.value for cell in book[name][1]]
        assert all(explained[name, header] for header in headers)
    for fact in map(FACTS.__getitem__, (*ANNUAL, *STANDING)):
        assert any(fact.meaning in meaning for meaning in explained.values())


def test_codes_are_text_panes_are_frozen_and_slips_are_refused_early(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for name in (ROSTER_SHEET, FIGURES_SHEET):
        sheet = book[name]
        rules = [rule.formula1 for rule in sheet.data_validations.dataValidation]
        assert sheet.column_dimensions["A"].number_format == "@"
        assert sheet.freeze_panes == "C2"
        assert "18" in rules
    assert '"是,否"' in [
        rule.formula1 for rule in book[ROSTER_SHEET].data_validations.dataValidation
    ]
