"""Divisions in queries: staff see their own and those below it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from policy.divisions import below


def within(divisions: Sequence[str], column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return the condition that something lies in one of these divisions or below it."""
    return or_(*(column.startswith(below(each), autoescape=True) for each in divisions))
