"""What the columns of a table say as a whole: what is missing, doubtful or left out on purpose."""

from collections.abc import Iterator

from openpyxl.utils.cell import get_column_letter

from exchange import fields
from exchange.cells import Cell, shown
from exchange.headers import Column, Table
from exchange.values import Problem, Severity
from policy.facts import ANNUAL

_ROSTER_ONLY = {"uscc", "name", "year", "source"}


def has_figures(table: Table) -> bool:
    """Say whether the table gives annual facts."""
    return bool(table.fields & set(ANNUAL))


def year_is_of_certificate(table: Table) -> bool:
    """Say whether 年度 is the year of a certificate, as in 湖南高新技术企业名单."""
    return "hnte_number" in table.fields and not has_figures(table)


def describes_enterprises(table: Table) -> bool:
    """Say whether a row is an enterprise; a sheet with one row per year only gives figures."""
    per_year = has_figures(table) and "year" in table.fields
    return not per_year or bool(table.fields - _ROSTER_ONLY - set(ANNUAL))


def column_of(table: Table, field: str) -> Column | None:
    """Return the column that is read for a field: the first of several."""
    return next((column for column in table.columns if column.field == field), None)


def problem_at(
    table: Table,
    row: int,
    column: Column | None,
    message: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    """Return a problem of a cell (row from 0), or of a whole row without a column."""
    cell: Cell = table.sheet.rows[row][column.index] if column else ""
    letter = get_column_letter(column.index + 1) if column else ""
    return Problem(
        sheet=table.sheet.name,
        row=row + 1,
        column=(column.header or letter) if column else "",
        value=shown(cell),
        message=message,
        severity=severity,
        place=f"{letter}{row + 1}" if column else "",
    )


def doubts(table: Table) -> Iterator[Problem]:
    """Return what is to be said of the columns, each at its header."""
    row = table.body - 1
    for column in table.columns:
        if message := _error_of(column, table):
            yield problem_at(table, row, column, message)
        elif message := _warning_of(column, table):
            yield problem_at(table, row, column, message, Severity.WARNING)
    yield from _repeated(table)
    if "uscc" not in table.fields:
        yield problem_at(
            table, row, None, "这张表没有“统一社会信用代码”列，认不出是哪家企业，请补上这一列"
        )
    if "name" not in table.fields and describes_enterprises(table):
        yield problem_at(table, row, None, "这张表没有“企业名称”列，请补上这一列")


def _error_of(column: Column, table: Table) -> str:
    if fields.lacks_caliber(column.title):
        return fields.AMBIGUOUS.format(column.header)
    if column.field in ANNUAL and column.year is None and "year" not in table.fields:
        return (
            f"“{column.header}”没有写明是哪一年，请在表头写上年份"
            f"（例如“2025年{column.header}”），或加一列“年度”"
        )
    return ""


def _warning_of(column: Column, table: Table) -> str:
    if fields.is_private(column.title):
        return fields.PRIVATE.format(column.header)
    if column.title in fields.STATUS_ONLY and not table.fields & {"hnte_number", "tsme_number"}:
        return f"“{column.header}”没有对应的证书编号或入库登记编号，只作参考，没有导入"
    if column.field == "hnte_number" and "hnte_on" not in table.fields:
        return (
            "名单里没有“发证日期”列，推算不出证书有效期，证书编号没有登记；"
            "请补一列“高企发证日期”再导入"
        )
    if not column.field and not fields.is_ignored(column.title):
        return f"没有认出“{column.header}”这一列，没有导入；如需导入，请改用模板中的列名"
    return ""


def _repeated(table: Table) -> Iterator[Problem]:
    """Return columns that say the same; only the first is read, figures must not differ."""
    first: dict[tuple[str, int | None], Column] = {}
    for column in table.columns:
        before = first.setdefault((column.field, column.year), column)
        if not column.field or before is column:
            continue
        severity = Severity.ERROR if column.field in ANNUAL else Severity.WARNING
        message = f"“{column.header}”与“{before.header}”是同一项，只读前一列；请只留一列"
        yield problem_at(table, table.body - 1, column, message, severity)
