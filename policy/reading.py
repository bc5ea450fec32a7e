"""Reading a fact in a frame: exact bounds, and why it may not be known."""

from dataclasses import dataclass

import polars as pl

from policy.facts import Kind, fact_named
from policy.inputs import column_of

NO = pl.lit(value=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The fact lies in [low/den, high/den]; null where it is not known at all.

    ``manual``: only a person can say. ``unsure``: low and high differ for want of figures.
    """

    low: pl.Expr
    high: pl.Expr
    den: pl.Expr
    manual: pl.Expr = NO
    unsure: pl.Expr = NO

    @property
    def unknown(self) -> pl.Expr:
        """Say whether a figure is missing."""
        return self.low.is_null() & ~self.manual


def read(name: str) -> Reading:
    """Return how to read a fact that is a number; a flag counts as 0 or 1."""
    match fact_named(name).kind:
        case Kind.RATIO | Kind.AVERAGE:
            num = pl.col(f"{name}_num")
            return Reading(
                low=num, high=num, den=pl.col(f"{name}_den"), manual=pl.col(f"{name}_manual")
            )
        case Kind.POINTS:
            return Reading(
                low=_whole(f"{name}_low"),
                high=_whole(f"{name}_high"),
                den=integer(1),
                unsure=pl.col(f"{name}_unsure"),
            )
        case _:
            value = _whole(column_of(name))
            return Reading(low=value, high=value, den=integer(1))


def integer(value: int) -> pl.Expr:
    """Return an Int128 literal."""
    return pl.lit(value, dtype=pl.Int128)


def _whole(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int128)
