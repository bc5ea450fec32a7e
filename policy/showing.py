"""What a finding shows: value, threshold and gap as numbers in the unit of its reader."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from policy.facts import Fact, Kind
from policy.findings import Finding, Outcome, Value
from policy.numbers import MOST_DIGITS, digits_of, rounded, rounded_down, rounded_up
from policy.programme import Rule

# How many base units make one that is shown, its name, and digits after the point.
_SCALES = {
    Kind.MONEY: (Fraction(1, 10**6), "万元", 2),
    Kind.RATIO: (Fraction(100), "%", 1),
    Kind.AVERAGE: (Fraction(1), "", 2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A finding's numbers in the shown unit, where it has any."""

    value: Fraction | None
    threshold: Fraction | None
    gap: Fraction | None  # threshold less value (or the reverse for a ceiling), when unmet


def unit_of(fact: Fact) -> str:
    """Return the unit in which the fact is shown."""
    return _SCALES[fact.kind][1] if fact.kind in (Kind.MONEY, Kind.RATIO) else fact.unit


def in_unit(fact: Fact, value: Value) -> Fraction | None:
    """Return a number of base units in the shown unit, exact; None when it is no number."""
    if isinstance(value, bool | dt.date | tuple) or value is None:
        return None
    return Fraction(value) * _SCALES.get(fact.kind, (Fraction(1),))[0]


def numbers(fact: Fact, rule: Rule, finding: Finding) -> Numbers:
    """Return what to show; a value that misses its threshold never looks as if it did not."""
    exact, limit = in_unit(fact, finding.value), in_unit(fact, finding.threshold)
    digits = _SCALES.get(fact.kind, (1, "", 0))[2]
    if limit is not None:
        limit = (rounded_down if rule is Rule.AT_MOST else rounded_up)(limit, MOST_DIGITS)
    if exact is None or limit is None:
        return Numbers(
            value=None if exact is None else rounded(exact, digits), threshold=limit, gap=None
        )
    met = finding.outcome is Outcome.MET
    value = rounded(exact, digits, lambda shown: _holds(rule, shown, limit) is met)
    gap = None if met else _gap(fact, finding.gap, abs(limit - value))
    return Numbers(value=value, threshold=limit, gap=gap)


def _gap(fact: Fact, lacking: int | None, apart: Fraction) -> Fraction | None:
    """Return how far the shown numbers are apart; whole units that lack, where they are whole."""
    if fact.kind in (Kind.RATIO, Kind.AVERAGE):
        return apart
    return in_unit(fact, lacking) if fact.kind is Kind.COUNT or not apart else apart


def amount(fact: Fact, gap: int) -> str:
    """Return what is missing of a raw fact, rounded up: 21.3 万元, 3 人."""
    lacking = in_unit(fact, gap) or Fraction(0)
    digits = 1 if lacking >= 1 else 4
    return f"{text_of(rounded_up(lacking, digits))} {unit_of(fact)}"


def text_of(number: Fraction) -> str:
    """Return a rounded number as text, without trailing zeros."""
    digits = digits_of(number)
    whole, rest = divmod(abs(round(number * 10**digits)), 10**digits)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def _holds(rule: Rule, value: Fraction, limit: Fraction) -> bool:
    match rule:
        case Rule.ABOVE:
            return value > limit
        case Rule.AT_MOST:
            return value <= limit
        case _:
            return value >= limit
