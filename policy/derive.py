"""Derived facts: exact figures computed from the raw ones, null where a figure is missing.

A RATIO or AVERAGE is three columns: ``<name>_num`` and ``<name>_den`` (den > 0, or both null)
and ``<name>_manual``, true where every figure is known but no ratio is to be had (a divisor
of zero, negative net assets): then a person must judge, for nothing is missing.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import lru_cache

import polars as pl

from policy.facts import YEARS_BACK
from policy.inputs import CHECKED_BY, RAW, is_held

# 100 万亿元; products of two such figures still fit into Int128. More is no figure at all.
LARGEST = 10**16
_PAIR = 2  # years that make one growth
_RATIOS = {
    "rd_intensity": ("rd_3y", "sales_3y"),
    "staff_rd_share": ("staff_rd_1", "staff_total_1"),
    "hightech_share": ("hightech_income_1", "total_income_1"),
    "rd_to_sales": ("rd_deduction_1", "sales_1"),
    "rd_to_costs": ("rd_deduction_1", "costs_1"),
}
_GROWTHS = {"net_asset_growth": "net_assets", "sales_growth": "sales"}


def with_derived(facts: pl.DataFrame, *, on: dt.date, cycle: int) -> pl.DataFrame:
    """Return the frame with every raw column (null where nobody told us) and derived fact."""
    for columns in _steps(tuple(facts.columns), on, cycle):
        facts = facts.with_columns(columns)
    return facts


@lru_cache(maxsize=8)
def _steps(told: tuple[str, ...], on: dt.date, cycle: int) -> tuple[Sequence[pl.Expr], ...]:
    """Return what is added one after the other; the programmes of a month share it."""
    registered, years = pl.col("registered_on"), pl.col("registered_on").dt.year().cast(pl.Int64)
    named = {
        "rd_3y": _over_years("rd_hnte"),
        "sales_3y": _over_years("sales"),
        "ip_owned": pl.col("ip_class1_1") + pl.col("ip_class2_1"),
        "ip_class2_effective": _class2_left(),
        "rd_increment": pl.col("rd_deduction_1") - pl.col("rd_deduction_2"),
        "incident_since_last_year": happened("last_incident_on", dt.date(cycle - 1, 1, 1), on),
    }
    return (
        [_raw_column(name, told) for name in RAW],
        [
            (pl.lit(on) - registered).dt.total_days().alias("days_since_registered"),
            (cycle - years).clip(0, YEARS_BACK).alias("years_operated"),
        ],
        [column.alias(name) for name, column in named.items()],
        _all_ratios(),
    )


def happened(name: str, first: dt.date, on: dt.date) -> pl.Expr:
    """Say whether the dated thing happened from ``first`` to ``on``; null where nobody can say.

    A date inside says yes, whoever told it. An older date or none at all says no only once
    somebody checked: what is on file may not be all. A date after ``on`` says nothing about
    the days before it.
    """
    date, checked = pl.col(name), pl.col(CHECKED_BY[name]).fill_null(value=False)
    never = checked & (date.is_null() | (date < pl.lit(first)))
    inside = date.is_between(pl.lit(first), pl.lit(on))
    return pl.when(inside).then(pl.lit(value=True)).when(never).then(pl.lit(value=False))


def _raw_column(name: str, told: Collection[str]) -> pl.Expr:
    dtype = RAW[name]
    if name not in told:
        return pl.lit(None, dtype=dtype).alias(name)
    column = pl.col(name).cast(dtype)
    if dtype != pl.Int64():
        return column
    return pl.when(column.is_between(-LARGEST, LARGEST)).then(column).alias(name)


def _over_years(raw: str) -> pl.Expr:
    """Return the sum over the operating years; all three are asked for while they are unknown."""
    years = pl.col("years_operated").fill_null(YEARS_BACK)
    each = (
        pl.when(years >= back).then(pl.col(f"{raw}_{back}")).otherwise(0)
        for back in range(1, YEARS_BACK + 1)
    )
    return pl.when(years > 0).then(pl.sum_horizontal(*each, ignore_nulls=False))


def _class2_left() -> pl.Expr:
    """Return Class II less those used before; nothing told means none unless a 高企 is held."""
    used = pl.col("ip_class2_used_1")
    used = pl.when(used.is_null() & ~is_held()).then(0).otherwise(used)
    return (pl.col("ip_class2_1") - used).clip(0)


def _all_ratios() -> list[pl.Expr]:
    years = pl.col("years_operated").fill_null(YEARS_BACK)
    columns = [
        *_ratio("rd_domestic_share", _over_years("rd_hnte_domestic"), pl.col("rd_3y")),
        *_ratio("conversions_average", _over_years("conversions"), years),
    ]
    for name, (num, den) in _RATIOS.items():
        columns += _ratio(name, pl.col(num), pl.col(den))
    for name, of in _GROWTHS.items():
        columns += _growth(name, of)
    return columns


def _ratio(name: str, num: pl.Expr, den: pl.Expr) -> list[pl.Expr]:
    return _named(name, num.cast(pl.Int128), den.cast(pl.Int128), den <= 0)


def _growth(name: str, of: str) -> list[pl.Expr]:
    """Return ½(b/a + c/b) − 1 over three years, with the exceptions of 195号 三（七）.

    b is zero, or there are fewer than two years: no growth. a is zero, or there are two
    years: c/b − 1. A negative divisor makes nonsense of the formula.
    """
    a, b, c = (pl.col(f"{of}_{back}").cast(pl.Int128) for back in (3, 2, 1))
    years = pl.col("years_operated")
    none = (years < _PAIR) | (b == 0)
    last_two = (years == _PAIR) | (a == 0)
    num = pl.when(none).then(0).when(last_two).then(c - b).otherwise(b * b + a * c - 2 * a * b)
    den = pl.when(none).then(1).when(last_two).then(b).otherwise(2 * a * b)
    odd = ~none & ((b < 0) | (~last_two & (a < 0)))
    return _named(name, num.cast(pl.Int128), den.cast(pl.Int128), odd)


def _named(name: str, num: pl.Expr, den: pl.Expr, odd: pl.Expr) -> list[pl.Expr]:
    known = num.is_not_null() & den.is_not_null()
    return [
        pl.when(known & ~odd).then(num).alias(f"{name}_num"),
        pl.when(known & ~odd).then(den).alias(f"{name}_den"),
        (known & odd).fill_null(value=False).alias(f"{name}_manual"),
    ]
