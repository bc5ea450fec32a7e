"""The rows of a table, cell by cell: values, and what is wrong with each cell."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from exchange.amounts import NO_UNIT
from exchange.cells import Read, folded, is_blank, words
from exchange.fields import reader_of
from exchange.guards import BROKEN, NOT_WORKED_OUT
from exchange.headers import Column, Table
from exchange.layouts import column_of, problem_at
from exchange.values import Problem, Severity
from policy.facts import ANNUAL

EXAMPLE = "示例："  # how the example row of our own template begins

_TOTAL = re.compile(r"(本页|全市|全县)?(合计|总计|小计|共计|累计)(\(.*\))?|.{2,6}(合计|小计)")
_NOTE = re.compile(r"(备?注|说明|填表说明|填表人|制表人?|审核人?|填报人|单位负责人)[\d一二三]*[:;]")
_FORMULAS = {
    BROKEN: "这个单元格的公式出错（如 #DIV/0!、#REF!），请改成数值",
    NOT_WORKED_OUT: "这个单元格的公式还没有算出结果，请用 Excel 或 WPS 打开并保存一次，或改成数值",
}
# What formulas leave in rows that nobody wrote yet.
_FILLED_AHEAD = {"0", *_FORMULAS}


@dataclass(slots=True)
class Row:
    """What one row says. ``index`` counts from 0."""

    table: Table
    index: int
    values: dict[str, Any] = field(default_factory=dict)
    figures: dict[int, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, column: Column | None, read: Read[Any]) -> None:
        """Write down what is wrong or doubtful with a cell of this row."""
        for message, severity in ((read.error, Severity.ERROR), (read.warning, Severity.WARNING)):
            if message:
                problem = problem_at(self.table, self.index, column, message, severity)
                self.problems.append(problem)

    def say_of(self, name: str, read: Read[Any]) -> None:
        """Write it down at the column of a field."""
        self.say(column_of(self.table, name), read)

    def is_left_blank(self, name: str) -> bool:
        """Say whether the table has the field and this row leaves it blank."""
        column = column_of(self.table, name)
        return column is not None and is_blank(self.table.sheet.rows[self.index][column.index])


def read_rows(table: Table) -> Iterator[Row]:
    """Read every row below the header that is neither blank, total nor note."""
    readers = [
        (column, reader_of(column.field, column.unit, from_1904=table.sheet.from_1904))
        for column in _first_of_each(table)
    ]
    without_unit: set[int] = set()
    for index in range(table.body, len(table.sheet.rows)):
        if _is_example(table, index):
            row = Row(table, index)
            row.say(None, Read(warning="这一行是填表示例，没有导入"))
            yield row
        elif not _is_no_data(table, index):
            yield _read(Row(table, index), readers, without_unit)


def _first_of_each(table: Table) -> list[Column]:
    first: dict[tuple[str, int | None], Column] = {}
    for column in table.columns:
        if column.field:
            first.setdefault((column.field, column.year), column)
    return list(first.values())


def _read(
    row: Row,
    readers: list[tuple[Column, Callable[..., Read[Any]]]],
    without_unit: set[int],
) -> Row:
    for column, reader in readers:
        cell = row.table.sheet.rows[row.index][column.index]
        failed = _FORMULAS.get(str(cell))
        read: Read[Any] = Read(error=failed) if failed else reader(cell)
        if NO_UNIT in read.error:
            _say_once(row, column, without_unit)
            continue
        row.say(column, read)
        if read.value is not None:
            _keep(row, column, read.value)
    _assign_year(row)
    return row


def _say_once(row: Row, column: Column, without_unit: set[int]) -> None:
    """Say at the header, once, that a column of money has no unit."""
    if column.index in without_unit:
        return
    without_unit.add(column.index)
    message = (
        f"“{column.header}”没有写明金额单位，请把表头写成“{column.header}（万元）”"
        "（或元、千元、亿元）；单位不会替您猜"
    )
    row.problems.append(problem_at(row.table, row.table.body - 1, column, message))


def _keep(row: Row, column: Column, value: Any) -> None:  # noqa: ANN401 - whatever a reader gives
    if column.field in ANNUAL:
        row.figures.setdefault(column.year or 0, {})[column.field] = value
    else:
        row.values[column.field] = value


def _assign_year(row: Row) -> None:
    """Give the figures of columns without a year the year of the row."""
    loose = row.figures.pop(0, None)
    if not loose or "year" not in row.table.fields:
        return  # columns without any year were complained of at the header
    year = row.values.get("year")
    if year is not None:
        row.figures[year] = {**row.figures.get(year, {}), **loose}
    elif row.is_left_blank("year"):
        row.say_of("year", Read(error="这一行有年度数据，却没有填年度，请填四位年份，例如 2025"))


def _is_no_data(table: Table, index: int) -> bool:
    """Say whether a row is blank, a total, a note, or the header once more."""
    cells = table.sheet.rows[index]
    code, label = (_said(table, index, name) for name in ("uscc", "name"))
    said = [cells[column.index] for column in table.columns if column.field]
    if all(is_blank(cell) or words(cell) in _FILLED_AHEAD for cell in said):
        return True
    first = next(folded(cell) for cell in cells if not is_blank(cell))
    header = column_of(table, "uscc")
    if _NOTE.match(first) or (header and code == header.header):
        return True
    if code and code == label:
        return True  # one merged cell over the whole row: a heading or a note
    return _is_total(first, code, label)


def _is_total(first: str, code: str, label: str) -> bool:
    first, code, label = (folded(said).replace(" ", "") for said in (first, code, label))
    if code and not is_blank(code) and not _TOTAL.fullmatch(code):
        return False
    return any(_TOTAL.fullmatch(said) for said in (first, code, label))


def _is_example(table: Table, index: int) -> bool:
    return _said(table, index, "uscc").startswith(EXAMPLE)


def _said(table: Table, index: int, name: str) -> str:
    column = column_of(table, name)
    return words(table.sheet.rows[index][column.index]) if column else ""
