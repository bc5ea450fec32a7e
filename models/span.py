"""Which enterprises are gathered together: those of a run of numbers, or some by name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Span:
    """Enterprises by their numbers: from ``first`` up to but without ``end``; or ``only`` these."""

    first: int
    end: int
    only: tuple[int, ...] = ()

    @classmethod
    def of(cls, numbers: Collection[int]) -> "Span":
        """Return the span of these enterprises and of no other; there must be one."""
        return cls(min(numbers), max(numbers) + 1, tuple(sorted(numbers)))

    def holds(self, number: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - a column
        """Return the condition that the enterprise of a number is among them."""
        return (number.in_(self.only),) if self.only else (number >= self.first, number < self.end)
