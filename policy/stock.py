"""Stock and flow (存量与增减) of a qualification over a year: opening + new - lapsed = closing.

Counted in enterprises, from nothing but validity intervals: who is renewed is neither new nor
lapsed, whoever let it run out and holds it again on the day is not lapsed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Measure(StrEnum):
    """What a target of a year counts."""

    NEW = "new"  # enterprises that did not hold it when the year began
    GRANTED = "granted"  # new ones, and those that renewed it this year
    STOCK = "stock"  # enterprises that hold it at the end
    NET = "net"  # how many more at the end than at the beginning


class Stand(NamedTuple):
    """How an enterprise stands in a year, as on a day of it."""

    opening: bool  # it held it on 31 December of the year before
    begun: bool  # an interval of it began this year
    closing: bool  # it holds it on the day
    lasting: bool  # and to the end of the year
    trying: bool = False  # a case of this year is under way

    @property
    def could(self) -> bool:
        """Say whether it may come to hold it at the end of the year, and does not yet."""
        return self.trying and not self.lasting


FIGURES: Mapping[str, Callable[[Stand], bool]] = {
    "opening": lambda it: it.opening,
    "new": lambda it: it.begun and not it.opening,
    "renewed": lambda it: it.begun and it.opening,
    "lapsed": lambda it: (it.opening or it.begun) and not it.closing,
    "closing": lambda it: it.closing,
    "expiring": lambda it: it.closing and not it.lasting,  # it runs out before the year does
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How many enterprises stand how in a year, as on a day of it."""

    stands: Mapping[Stand, int]  # of those that held it at its beginning or since
    strangers: int = 0  # others with a case under way

    def count(self, figure: str) -> int:
        """Return how many enterprises are behind a figure."""
        return self._number(FIGURES[figure])

    @property
    def candidates(self) -> int:
        """Return how many may come to hold it at the end of the year, and do not yet."""
        return self.strangers + self._number(lambda it: it.could)

    @property
    def under_way(self) -> int:
        """Return how many have a case of this year."""
        return self.strangers + self._number(lambda it: it.trying)

    @property
    def at_least(self) -> int:
        """Return how many hold it at the end of the year, whatever happens."""
        return self._number(lambda it: it.lasting)

    def reached(self, measure: Measure) -> int:
        """Return how far a target is by now."""
        match measure:
            case Measure.NEW:
                return self.count("new")
            case Measure.GRANTED:
                return self._number(lambda it: it.begun)
            case Measure.STOCK:
                return self.count("closing")
            case Measure.NET:
                return self.count("closing") - self.count("opening")

    def at_most(self, measure: Measure) -> int:
        """Return how far it can get if all candidates succeed and nobody else appears."""
        match measure:
            case Measure.NEW:
                could = self._number(lambda it: (it.begun or it.could) and not it.opening)
                return self.strangers + could
            case Measure.GRANTED:
                return self.strangers + self._number(lambda it: it.begun or it.could)
            case Measure.STOCK:
                return self.at_least + self.candidates
            case Measure.NET:
                return self.at_least + self.candidates - self.count("opening")

    def _number(self, which: Callable[[Stand], bool]) -> int:
        return sum(number for stand, number in self.stands.items() if which(stand))


def stands_of(
    held: Iterable[tuple[int, dt.date, dt.date]], year: int, on: dt.date
) -> dict[int, Stand]:
    """Return how each enterprise stands in a year, as on a day of it.

    ``held`` are intervals: an enterprise, and the first and the last day on which it holds it.
    ValueError: the day is not of that year.
    """
    if on.year != year:
        raise ValueError(f"{on} is no day of {year}")
    before, last = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
    found: dict[int, Stand] = {}
    for enterprise, begins, ends in held:
        if begins > on or ends < before:
            continue
        known = found.get(enterprise, Stand(*[False] * 4))
        found[enterprise] = Stand(
            opening=known.opening or begins <= before,
            begun=known.begun or begins > before,
            closing=known.closing or ends >= on,
            lasting=known.lasting or ends >= last,
        )
    return found
