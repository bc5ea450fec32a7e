"""What a roster says of days that are still to come: rarely meant, so it is doubted."""

import datetime as dt
from collections.abc import Iterator

from exchange.values import EnterpriseRow, FiguresRow, Problem, Roster, Severity


def too_early(roster: Roster, today: dt.date) -> list[Problem]:
    """Return a warning for each date and year that can not be known yet; pure."""
    rows: tuple[EnterpriseRow | FiguresRow, ...] = (*roster.enterprises, *roster.figures)
    return [_doubt(row, *each) for row in rows for each in _found(row, today)]


def _found(row: EnterpriseRow | FiguresRow, today: dt.date) -> Iterator[tuple[str, str, str]]:
    if isinstance(row, FiguresRow):
        if row.year >= today.year:
            over = "还没有到" if row.year > today.year else "还没有结束，年度数据应是全年的"
            yield "年度", str(row.year), f"{row.year} 年{over}"
        return
    issued = [("发证日期", held.valid_from) for held in row.held]
    for column, day in (("成立日期", row.registered_on), *issued):
        if day is not None and day > today:
            yield column, day.isoformat(), f"{column} {day} 还没有到"


def _doubt(row: EnterpriseRow | FiguresRow, column: str, value: str, message: str) -> Problem:
    return Problem(
        sheet=row.sheet,
        row=row.row,
        column=column,
        value=value,
        message=f"{message}，请核对；确认无误可以照常导入",
        severity=Severity.WARNING,
    )
