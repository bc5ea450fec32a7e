"""A criterion becomes expressions: outcome, value, threshold, gap and what is missing.

Three-valued: what rests on a missing figure is unknown, never unmet. Exact: fractions are
compared by cross-multiplication in Int128. Values are written as JSON text: a whole number,
``[num,den]``, ``[low,high]`` points, ``true``, a date; null where there is none.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import assert_never

import polars as pl

from policy.derive import happened
from policy.facts import Kind, fact_named
from policy.findings import Outcome
from policy.inputs import CHECKED_BY, column_of, missing
from policy.programme import Criterion, Rule, Score, Threshold
from policy.reading import NO, Reading, integer, read
from policy.scoring import missing_for

_NO_TEXT = pl.lit(None, dtype=pl.String)
_MET, _UNMET, _UNKNOWN, _PERSON = (
    pl.lit(each.value)
    for each in (Outcome.MET, Outcome.UNMET, Outcome.UNKNOWN, Outcome.NEEDS_PERSON)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one criterion says, as expressions over a frame with derived facts and scores."""

    outcome: pl.Expr
    value: pl.Expr
    threshold: pl.Expr = _NO_TEXT
    gap: pl.Expr = _NO_TEXT
    missing: dict[str, pl.Expr]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """The threshold in force as num/den; null where the tier is unknown."""

    num: pl.Expr
    den: pl.Expr
    text: pl.Expr


def said(criterion: Criterion, score: Score | None, *, on: dt.date, cycle: int) -> Said:
    """Return what the criterion says of every row."""
    match criterion.rule:
        case Rule.IS_TRUE | Rule.IS_FALSE | Rule.JUDGED:
            return _flag(criterion, cycle)
        case Rule.CLEAR_FOR_DAYS:
            return _clear(criterion, on, cycle)
        case Rule.AT_LEAST | Rule.ABOVE | Rule.AT_MOST:
            return _number(criterion, _lacking(criterion, score, cycle), on)
        case _:
            assert_never(criterion.rule)


def in_force(thresholds: Iterable[Threshold], on: dt.date) -> tuple[Threshold, ...]:
    """Return the newest thresholds that have started: one, or one tier after the other."""
    started = [each for each in thresholds if each.start <= on]
    newest = max((each.start for each in started), default=None)
    tiers = [each for each in started if each.start == newest]
    return tuple(sorted(tiers, key=lambda each: (each.upto is None, each.upto or 0)))


def _lacking(criterion: Criterion, score: Score | None, cycle: int) -> dict[str, pl.Expr]:
    if score is not None and fact_named(criterion.fact).kind is Kind.POINTS:
        found = missing_for(score, criterion.fact, cycle)
    else:
        found = missing(criterion.fact, cycle)
    return found | (missing(criterion.tier_by, cycle) if criterion.tier_by else {})


def _flag(criterion: Criterion, cycle: int) -> Said:
    """Say what a flag says; a missing one is unknown, or waits for the only one who may set it."""
    flag = pl.col(column_of(criterion.fact))
    absent = _PERSON if criterion.rule is Rule.JUDGED else _UNKNOWN
    wanted = ~flag if criterion.rule is Rule.IS_FALSE else flag
    return Said(
        outcome=pl.when(flag.is_null()).then(absent).otherwise(_met_if(wanted)),
        value=pl.when(flag).then(pl.lit("true")).when(~flag).then(pl.lit("false")),
        missing=missing(criterion.fact, cycle),
    )


def _clear(criterion: Criterion, on: dt.date, cycle: int) -> Said:
    """Say whether nothing happened in [on - n days, on]; the gap is the days left to wait."""
    date = pl.col(criterion.fact)
    newest = in_force(criterion.thresholds, on)
    if not newest:
        return Said(outcome=_PERSON, value=_quoted(date), missing={})
    days = newest[0].value.numerator
    first = on - dt.timedelta(days=days)
    yes = happened(criterion.fact, first, on)
    left = (date - pl.lit(first)).dt.total_days() + 1
    return Said(
        outcome=pl.when(yes.is_null()).then(_UNKNOWN).otherwise(_met_if(~yes)),
        value=_quoted(date),
        threshold=pl.lit(str(days)),
        gap=pl.when(yes).then(left.cast(pl.String)),
        missing=missing(CHECKED_BY[criterion.fact], cycle),
    )


def _number(criterion: Criterion, lacking: dict[str, pl.Expr], on: dt.date) -> Said:
    reading, limit = read(criterion.fact), _limit(criterion, on)
    if limit is None:  # no figure is missing, but there is nothing to compare it with
        return Said(outcome=_PERSON, value=_value(criterion, reading), missing={})
    floor = criterion.rule is not Rule.AT_MOST
    sure, possible = (
        _holds(criterion.rule, points, reading.den, limit)
        for points in ((reading.low, reading.high) if floor else (reading.high, reading.low))
    )
    outcome = (
        pl.when(reading.manual)
        .then(_PERSON)
        .when(sure.is_null())
        .then(_UNKNOWN)
        .when(sure)
        .then(_MET)
        .when(~possible)
        .then(_UNMET)
        .when(reading.unsure)
        .then(_UNKNOWN)
        .otherwise(_PERSON)
    )
    return Said(
        outcome=outcome,
        value=_value(criterion, reading),
        threshold=limit.text,
        gap=pl.when(~possible).then(_gap(criterion, reading, limit)),
        missing=lacking,
    )


def _limit(criterion: Criterion, on: dt.date) -> _Limit | None:
    tiers = in_force(criterion.thresholds, on)
    if not tiers:
        return None
    tier_by = criterion.tier_by
    return _Limit(
        num=_tiered(tiers, tier_by, lambda tier: integer(tier.value.numerator)),
        den=_tiered(tiers, tier_by, lambda tier: integer(tier.value.denominator)),
        text=_tiered(tiers, tier_by, _written),
    )


def _tiered(
    tiers: Sequence[Threshold], tier_by: str | None, of: Callable[[Threshold], pl.Expr]
) -> pl.Expr:
    """Return what the tier says that the row falls into; ``upto`` is inclusive."""
    if tier_by is None:
        return of(tiers[-1])
    reading = read(tier_by)
    # A tier without a bound takes what is larger than all others, but not what is unknown.
    beyond = reading.low.is_not_null() if tiers[-1].upto is None else NO
    last: pl.Expr = pl.when(beyond).then(of(tiers[-1]))

    def before(rest: pl.Expr, tier: Threshold) -> pl.Expr:
        within = reading.low <= integer(tier.upto or 0) * reading.den
        return pl.when(within).then(of(tier)).otherwise(rest)

    bounded = [tier for tier in tiers if tier.upto is not None]
    return reduce(before, reversed(bounded), last)


def _written(tier: Threshold) -> pl.Expr:
    num, den = tier.value.as_integer_ratio()
    return pl.lit(str(num) if den == 1 else f"[{num},{den}]")


def _holds(rule: Rule, num: pl.Expr, den: pl.Expr, limit: _Limit) -> pl.Expr:
    ours, theirs = num * limit.den, limit.num * den
    match rule:
        case Rule.AT_LEAST:
            return ours >= theirs
        case Rule.ABOVE:
            return ours > theirs
        case _:
            return ours <= theirs


def _gap(criterion: Criterion, reading: Reading, limit: _Limit) -> pl.Expr:
    """Return what the numerator lacks (or has too much) at the present denominator, whole.

    A growth is no quotient of two things that can be changed, so it has none.
    """
    fact = fact_named(criterion.fact)
    if fact.kind is Kind.RATIO and fact.parts is None:
        return _NO_TEXT
    wanted = limit.num * reading.den
    match criterion.rule:
        case Rule.AT_LEAST:
            gap = (wanted + limit.den - 1) // limit.den - reading.high
        case Rule.ABOVE:
            gap = wanted // limit.den + 1 - reading.high
        case _:
            gap = reading.low - wanted // limit.den
    return gap.cast(pl.String)


def _value(criterion: Criterion, reading: Reading) -> pl.Expr:
    match fact_named(criterion.fact).kind:
        case Kind.RATIO | Kind.AVERAGE:
            return pl.format("[{},{}]", reading.low, reading.den)
        case Kind.POINTS:
            return pl.format("[{},{}]", reading.low, reading.high)
        case _:
            return reading.low.cast(pl.String)


def _quoted(date: pl.Expr) -> pl.Expr:
    return pl.format('"{}"', date.dt.to_string("%Y-%m-%d"))


def _met_if(wanted: pl.Expr) -> pl.Expr:
    return pl.when(wanted).then(_MET).otherwise(_UNMET)
