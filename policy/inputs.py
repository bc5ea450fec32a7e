"""Which raw columns there are, which of them a fact rests on, and which of those are missing."""

import polars as pl

from policy.facts import FACTS, YEARS_BACK, Fact, Given, Kind, fact_named

# A date of this kind, or its absence, counts once somebody checked that nothing newer is known.
CHECKED_BY = {"last_incident_on": "incident_checked"}

_DTYPES: dict[Kind, pl.DataType] = {
    Kind.MONEY: pl.Int64(),
    Kind.COUNT: pl.Int64(),
    Kind.DATE: pl.Date(),
    Kind.FLAG: pl.Boolean(),
    Kind.TEXT: pl.String(),
}
# What a derived fact is computed from; the numerator of a ratio comes first.
_OVER_YEARS = {
    "rd_3y": ("rd_hnte",),
    "sales_3y": ("sales",),
    "rd_intensity": ("rd_hnte", "sales"),
    "rd_domestic_share": ("rd_hnte_domestic", "rd_hnte"),
    "conversions_average": ("conversions",),
    "net_asset_growth": ("net_assets",),
    "sales_growth": ("sales",),
}
_FROM_COLUMNS = {
    "days_since_registered": ("registered_on",),
    "years_operated": ("registered_on",),
    "staff_rd_share": ("staff_rd_1", "staff_total_1"),
    "hightech_share": ("hightech_income_1", "total_income_1"),
    "ip_owned": ("ip_class1_1", "ip_class2_1"),
    "ip_class2_effective": ("ip_class2_1", "ip_class2_used_1"),
    "rd_to_sales": ("rd_deduction_1", "sales_1"),
    "rd_to_costs": ("rd_deduction_1", "costs_1"),
    "rd_increment": ("rd_deduction_1", "rd_deduction_2"),
    "incident_since_last_year": ("incident_checked",),
}


def _raw() -> dict[str, pl.DataType]:
    columns: dict[str, pl.DataType] = {}
    for name, fact in FACTS.items():
        if fact.given is Given.ANNUAL:
            columns |= {f"{name}_{back}": _DTYPES[fact.kind] for back in _YEARS}
        elif fact.given is not Given.DERIVED:
            columns[name] = _DTYPES[fact.kind]
    return columns


_YEARS = range(1, YEARS_BACK + 1)
RAW: dict[str, pl.DataType] = _raw()


def column_of(name: str) -> str:
    """Return a fact's column; an annual fact by itself means the year before the cycle."""
    return f"{name}_1" if fact_named(name).given is Given.ANNUAL else name


def numerator_of(name: str) -> Fact:
    """Return the raw fact that is divided in a ratio or an average."""
    inputs = _OVER_YEARS.get(name) or _FROM_COLUMNS[name]
    return FACTS[inputs[0].removesuffix("_1")]


def is_held() -> pl.Expr:
    """Say whether a 高企 certificate is on file, valid now or ending this year or later."""
    flags = ("hnte_valid", "hnte_expires_this_cycle", "hnte_valid_beyond_cycle")
    return pl.any_horizontal(pl.col(flag).fill_null(value=False) for flag in flags)


def missing(name: str, cycle: int) -> dict[str, pl.Expr]:
    """Return what the fact rests on, as ``fact:year`` or ``fact`` -> whether it is missing."""
    if name in _OVER_YEARS:
        years = pl.col("years_operated").fill_null(YEARS_BACK)
        spread = {
            f"{raw}:{cycle - back}": (years >= back) & pl.col(f"{raw}_{back}").is_null()
            for raw in _OVER_YEARS[name]
            for back in _YEARS
        }
        return spread | {"registered_on": pl.col("registered_on").is_null()}
    columns = _FROM_COLUMNS.get(name) or (column_of(name),)
    return {_label(column, cycle): _is_missing(column) for column in columns}


def _is_missing(column: str) -> pl.Expr:
    empty = pl.col(column).is_null()
    if column in CHECKED_BY.values():
        return empty | ~pl.col(column)
    return empty & is_held() if column == "ip_class2_used_1" else empty


def _label(column: str, cycle: int) -> str:
    stem, _, back = column.rpartition("_")
    return f"{stem}:{cycle - int(back)}" if back.isdecimal() else column
