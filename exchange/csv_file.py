"""Writing a table as .csv that Excel and WPS open as it is, and that starts no formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from exchange.remarks import FORMULA_STARTS


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table in UTF-8 with a mark, by which Excel knows that it is not GBK."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def guarded(cell: object) -> object:
    """Return a cell that a spreadsheet shows and does not work out."""
    return guarded_text(cell) if isinstance(cell, str) else cell


def guarded_text(words: str) -> str:
    """Return words that a spreadsheet shows and does not work out."""
    return f"'{words}" if words.lstrip(" ").startswith(FORMULA_STARTS) else words
