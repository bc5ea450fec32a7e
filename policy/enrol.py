"""Who is enrolled: for which enterprises a programme opens a case."""

import polars as pl

from policy.programme import Programme


def may_enrol(programme: Programme) -> pl.Expr:
    """Return whether every flag of `enrol_when` holds, and none of `enrol_unless`.

    It is asked of a frame with derived facts; what nobody told is no.
    """
    unless = [~pl.col(flag).fill_null(value=False) for flag in programme.enrol_unless]
    when = [pl.col(flag).fill_null(value=False) for flag in programme.enrol_when]
    return pl.all_horizontal(pl.lit(value=True), *when, *unless)
