"""Stock and flow (存量与增减) of a qualification over a year: opening + new - lapsed = closing.

Counted in enterprises, from nothing but validity intervals: who is renewed is neither new nor
lapsed, whoever let it run out and holds it again on the day is not lapsed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What a target of a year counts."""

    NEW = "new"  # enterprises that did not hold it when the year began
    GRANTED = "granted"  # new ones, and those that renewed it this year
    STOCK = "stock"  # enterprises that hold it at the end
    NET = "net"  # how many more at the end than at the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The enterprises behind each figure, as they stand on a day of the year."""

    opening: frozenset[int]  # in force on 31 December of the year before
    new: frozenset[int]
    renewed: frozenset[int]  # of the opening ones, with an interval that began this year
    lapsed: frozenset[int]
    closing: frozenset[int]
    expiring: frozenset[int]  # of the closing ones: it runs out before the year does

    def reached(self, measure: Measure) -> int:
        """Return how far a target is by now."""
        match measure:
            case Measure.NEW:
                return len(self.new)
            case Measure.GRANTED:
                return len(self.new | self.renewed)
            case Measure.STOCK:
                return len(self.closing)
            case Measure.NET:
                return len(self.closing) - len(self.opening)

    def at_most(self, measure: Measure, candidates: frozenset[int], strangers: int = 0) -> int:
        """Return how far it can get if all these enterprises succeed and nobody else appears.

        ``strangers`` are so many more candidates that stand behind no figure of the year.
        """
        last = (self.closing - self.expiring) | candidates
        match measure:
            case Measure.NEW:
                return strangers + len(self.new | (candidates - self.opening))
            case Measure.GRANTED:
                return strangers + len(self.new | self.renewed | candidates)
            case Measure.STOCK:
                return strangers + len(last)
            case Measure.NET:
                return strangers + len(last) - len(self.opening)


def flow_of(held: Iterable[tuple[int, dt.date, dt.date]], year: int, on: dt.date) -> Flow:
    """Return who stands behind the figures of a year, as on a day of it.

    ``held`` are intervals: an enterprise, and the first and the last day on which it holds it.
    ValueError: the day is not of that year.
    """
    if on.year != year:
        raise ValueError(f"{on} is no day of {year}")
    before, first, last = dt.date(year - 1, 12, 31), dt.date(year, 1, 1), dt.date(year, 12, 31)
    opening, begun, closing, lasting = set[int](), set[int](), set[int](), set[int]()
    for enterprise, begins, ends in held:  # so many that each is looked at once
        if begins <= before <= ends:
            opening.add(enterprise)
        if begins > on:
            continue
        if begins >= first:
            begun.add(enterprise)
        if ends >= on:
            closing.add(enterprise)
        if ends >= last:
            lasting.add(enterprise)
    new = begun - opening
    return Flow(
        opening=frozenset(opening),
        new=frozenset(new),
        renewed=frozenset(begun & opening),
        lapsed=frozenset((opening | new) - closing),
        closing=frozenset(closing),
        expiring=frozenset(closing - lasting),
    )
