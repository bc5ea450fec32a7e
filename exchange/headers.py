"""Finding the header of a sheet by what it says, also over several merged rows."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from exchange.amounts import UNITS
from exchange.cells import Cell, words
from exchange.fields import field_named, is_ignored, is_private, lacks_caliber, plain
from exchange.workbook import Sheet
from policy.facts import ANNUAL

LOOKED_AT = 15  # rows in which a header may stand
DEEPEST = 3  # rows that a header may have

_MONEY_UNIT = r"(?:人民币)?(元|千元|万元|百万元|亿元)"
_BRACKETED = re.compile(rf"\((?:金额)?(?:单位)?[,]?{_MONEY_UNIT}\)")
_TRAILING = re.compile(rf"[,/_-]?(?:单位)?{_MONEY_UNIT}$")
_OTHER_UNIT = re.compile(
    r"\((人|名|项|件|个|家|次|分|是/否|是否|日期|必填|选填|文本)\)|\(0–\d+分\)"
)
_YEAR = re.compile(r"\(?((?:19|20)\d{2})(?:年度?|财年)?(?:末(?=净|总|资))?\)?")
_ABOVE = re.compile(rf"单位[(]?{_MONEY_UNIT}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. ``field`` is empty where we do not take it."""

    index: int
    header: str  # as it stands in the file
    title: str  # plain, without unit and year
    field: str = ""
    unit: Decimal | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose header was found. Rows count from 0 here."""

    sheet: Sheet
    columns: tuple[Column, ...]
    header_row: int
    body: int

    @property
    def fields(self) -> frozenset[str]:
        """Return the fields that some column gives."""
        return frozenset(column.field for column in self.columns if column.field)


def find_table(sheet: Sheet) -> Table | None:
    """Return the sheet's table: the rows whose words name the most fields are its header."""
    last = min(LOOKED_AT, len(sheet.rows))
    # Of several that say the same, the one with the fewest rows and then the first is meant.
    places = ((row, depth) for depth in range(1, DEEPEST + 1) for row in range(last + 1 - depth))
    tables = [_table(sheet, row, depth) for row, depth in places]
    best = max(tables, key=_points, default=None)
    return best if best and _points(best) else None


def _table(sheet: Sheet, row: int, depth: int) -> Table:
    columns = _columns(sheet.rows[row : row + depth])
    return _with_unit_above(Table(sheet, columns, row, row + depth))


def _points(table: Table) -> int:
    if not table.fields & {"uscc", "name"} or len(table.fields) < 2:  # noqa: PLR2004
        return 0
    known = [column for column in table.columns if column.field or is_ignored(column.title)]
    told = sum((column.year is not None) + (column.unit is not None) for column in table.columns)
    return 100 * len(known) + told


def _columns(rows: list[list[Cell]]) -> tuple[Column, ...]:
    told = [row for row in rows if not _is_title(row)]
    columns = [_column(index, parts) for index, parts in enumerate(zip(*told, strict=True))]
    return tuple(column for column in columns if column.header)


def _is_title(row: list[Cell]) -> bool:
    """Say whether a row is one text from the first cell on: what it says is of no column."""
    return words(row[0]) != "" and len({words(cell) for cell in row if words(cell)}) == 1


def _column(index: int, parts: tuple[Cell, ...]) -> Column:
    """Return a column from the words above it: all of them, or only the lowest ones."""
    said = list(dict.fromkeys(words(part) for part in parts if words(part)))
    header = " ".join(said)
    for start in range(len(said)):
        title = _Title.of("".join(said[start:]))
        if field_named(title.plain) or is_ignored(title.plain):
            break
    else:
        title = _Title.of("".join(said))
    whole = _Title.of("".join(said))
    column = Column(index, header, title.plain, field_named(title.plain) or "")
    if column.field in ANNUAL or lacks_caliber(column.title):
        column = replace(column, unit=title.unit or whole.unit, year=title.year or whole.year)
    return replace(column, field="") if is_private(column.title) else column


@dataclass(frozen=True, slots=True)
class _Title:
    plain: str
    unit: Decimal | None
    year: int | None

    @classmethod
    def of(cls, header: str) -> "_Title":
        """Take the unit and the year out of a header."""
        rest = plain(header)
        unit = _BRACKETED.search(rest) or _TRAILING.search(rest)
        if unit:
            rest = rest.replace(unit[0], "", 1)
        rest = _OTHER_UNIT.sub("", rest)
        year = _YEAR.search(rest)
        if year:
            rest = rest.replace(year[0], "", 1)
        return cls(rest, UNITS[unit[1]] if unit else None, int(year[1]) if year else None)


def _with_unit_above(table: Table) -> Table:
    """Return the table with the unit that stands once above it (单位：万元)."""
    above = (plain(cell) for row in table.sheet.rows[: table.header_row] for cell in row)
    found = next(filter(None, map(_ABOVE.search, above)), None)
    if found is None:
        return table
    unit = UNITS[found[1]]
    columns = (
        replace(column, unit=column.unit or unit) if column.field in ANNUAL else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))
