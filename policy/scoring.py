"""Score sheets (评分表): what is known gives a range of points, what is not widens it.

`with_scores` adds, for the total ``score`` and each part ``score.<part>``, the columns _low,
_high and _unsure (the range is open for want of figures, not only because experts must judge),
and for a part of which only the best item counts _taken, the key of that item.
"""

from collections.abc import Iterator

import polars as pl

from policy.inputs import column_of, missing
from policy.programme import Band, Combine, Score, ScoreItem, ScorePart
from policy.reading import NO, integer, read


def with_scores(facts: pl.DataFrame, score: Score) -> pl.DataFrame:
    """Return the derived frame with the points of every item, every part and the whole."""
    items = [item for part in score.parts for item in part.items]
    facts = facts.with_columns(*(column for item in items for column in _item(item)))
    facts = facts.with_columns(*(column for part in score.parts for column in _part(part)))
    return facts.with_columns(
        _added([part_name(part) for part in score.parts], "score", score.maximum)
    )


def part_name(part: ScorePart) -> str:
    """Return the fact that a part becomes."""
    return f"score.{part.key}"


def missing_for(score: Score, name: str, cycle: int) -> dict[str, pl.Expr]:
    """Return what the points rest on -> whether it is missing and leaves an item open."""
    wanted = [part for part in score.parts if name in ("score", part_name(part))]
    found: dict[str, pl.Expr] = {}
    for item in [item for part in wanted for item in part.items]:
        for label, empty in _item_missing(item, cycle):
            found[label] = found.get(label, NO) | empty
    return found


def _item_missing(item: ScoreItem, cycle: int) -> Iterator[tuple[str, pl.Expr]]:
    for fact in dict.fromkeys(_fact_of(item, band) for band in item.bands if _is_bounded(band)):
        for label, empty in missing(fact, cycle).items():
            yield label, pl.col(f"{_column(item)}_unsure") & empty


def _column(item: ScoreItem) -> str:
    return f"score.{item.part}/{item.key}"


def _fact_of(item: ScoreItem, band: Band) -> str:
    return band.fact or item.fact or ""


def _is_bounded(band: Band) -> bool:
    return band.at_least is not None or band.above is not None


def _item(item: ScoreItem) -> list[pl.Expr]:
    """Return the points of one item; the first band that fits counts.

    A band that cannot be decided leaves the whole item open, even if a person estimated it:
    an estimate only says where in a range that the figures allow.
    """
    low, high, unsure = pl.lit(0), pl.lit(0 if item.bands else item.maximum), NO
    for band in reversed(item.bands):
        if not _is_bounded(band):
            low, high, unsure = pl.lit(band.low), pl.lit(band.high), NO
            continue
        reading = read(_fact_of(item, band))
        fits = _fits(band, item)
        low = pl.when(fits).then(band.low).when(reading.low.is_null()).then(0).otherwise(low)
        high = (
            pl.when(fits)
            .then(band.high)
            .when(reading.low.is_null())
            .then(item.maximum)
            .otherwise(high)
        )
        unsure = (
            pl.when(fits)
            .then(NO)
            .when(reading.low.is_null())
            .then(reading.unknown)
            .otherwise(unsure)
        )
    return _estimated(item, low, high, unsure)


def _fits(band: Band, item: ScoreItem) -> pl.Expr:
    reading = read(_fact_of(item, band))
    fits = pl.lit(value=True)
    if band.at_least is not None:
        fits &= (
            reading.low * band.at_least.denominator
            >= integer(band.at_least.numerator) * reading.den
        )
    if band.above is not None:
        fits &= reading.low * band.above.denominator > integer(band.above.numerator) * reading.den
    return fits


def _estimated(item: ScoreItem, low: pl.Expr, high: pl.Expr, unsure: pl.Expr) -> list[pl.Expr]:
    low, high = low.cast(pl.Int64), high.cast(pl.Int64)
    if item.estimate is not None:
        given = pl.col(column_of(item.estimate)).is_not_null() & ~unsure
        inside = pl.col(column_of(item.estimate)).clip(low, high)
        low, high = (pl.when(given).then(inside).otherwise(bound) for bound in (low, high))
    column = _column(item)
    return [
        low.alias(f"{column}_low"),
        high.alias(f"{column}_high"),
        unsure.alias(f"{column}_unsure"),
    ]


def _part(part: ScorePart) -> list[pl.Expr]:
    names = [_column(item) for item in part.items]
    if part.combine is Combine.SUM or not names:
        return _added(names, part_name(part), part.maximum)
    lows = [pl.col(f"{name}_low") for name in names]
    best = pl.max_horizontal(lows)
    high = pl.max_horizontal(f"{name}_high" for name in names)
    # An option whose highest points are not above the best certain ones leaves nothing open.
    unsure = [pl.col(f"{name}_unsure") & (pl.col(f"{name}_high") > best) for name in names]
    taken = pl.coalesce(
        pl.when(low == best).then(pl.lit(item.key))
        for low, item in zip(lows, part.items, strict=True)
    )
    taken = pl.when((best > 0) | (best == high)).then(taken)  # else nothing is certain yet
    return [
        *_capped(part_name(part), best, high, unsure, part.maximum),
        taken.alias(f"{part_name(part)}_taken"),
    ]


def _added(names: list[str], into: str, maximum: int) -> list[pl.Expr]:
    low = pl.sum_horizontal(pl.lit(0), *(f"{name}_low" for name in names))
    high = pl.sum_horizontal(pl.lit(0), *(f"{name}_high" for name in names))
    unsure = [pl.col(f"{name}_unsure") for name in names]
    return _capped(into, low, high, unsure, maximum)


def _capped(
    into: str, low: pl.Expr, high: pl.Expr, unsure: list[pl.Expr], maximum: int
) -> list[pl.Expr]:
    low, high = (points.cast(pl.Int64).clip(upper_bound=maximum) for points in (low, high))
    return [
        low.alias(f"{into}_low"),
        high.alias(f"{into}_high"),
        (pl.any_horizontal(NO, *unsure) & (low < high)).alias(f"{into}_unsure"),
    ]
