"""Gathering: one query per table, one frame with a row per enterprise."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.enterprise import Enterprise
from models.figures import AnnualFigures, Qualification, Statement
from models.merge import stands
from models.span import Span
from policy.facts import ANNUAL, FACTS, STANDING, YEARS_BACK, Kind

_FROM_JSON = {
    Kind.FLAG: lambda column: pl.col(column).eq("true"),
    Kind.DATE: lambda column: pl.col(column).str.strip_chars('"').str.to_date("%Y-%m-%d"),
}


def raw_facts(session: Session, span: Span, *, on: dt.date, cycle: int) -> pl.DataFrame:
    """Return the raw facts of the enterprises in the span, as known on a day.

    Columns: subject (Int64, the enterprise's id) and the raw columns of ``policy.facts``;
    annual facts end in _1 (fiscal year cycle-1), _2 and _3. What nobody told us is null.
    """
    frame = _enterprises(session, span)
    for back, figures in _figures(session, span, cycle):
        frame = frame.join(figures.rename(_suffixed(back)), on="subject", how="left")
    frame = frame.join(_statements(session, span, on), on="subject", how="left")
    frame = frame.join(_held(session, span, on=on, cycle=cycle), on="subject", how="left")
    flags = ("hnte_valid", "hnte_expires_this_cycle", "hnte_valid_beyond_cycle", "tsme_valid")
    # No certificate on file is an answer, not missing data.
    return frame.with_columns(pl.col(name).fill_null(value=False) for name in flags)


def _enterprises(session: Session, span: Span) -> pl.DataFrame:
    wanted = select(col(Enterprise.id), col(Enterprise.registered_on))
    ours = wanted.where(*span.holds(col(Enterprise.id))).where(stands())
    rows = session.execute(ours.order_by(col(Enterprise.id)))
    return _frame(rows.all(), {"subject": pl.Int64(), "registered_on": pl.Date()})


def _figures(session: Session, span: Span, cycle: int) -> list[tuple[int, pl.DataFrame]]:
    columns = [getattr(AnnualFigures, name) for name in ANNUAL]
    wanted = select(AnnualFigures.enterprise_id, AnnualFigures.year, *columns).where(  # type: ignore[call-overload]
        col(AnnualFigures.year).between(cycle - YEARS_BACK, cycle - 1)
    )
    rows = _fetched(session, wanted.where(*span.holds(col(AnnualFigures.enterprise_id))))
    whole: dict[str, pl.DataType] = {"subject": pl.Int64(), "year": pl.Int64()}
    frame = _frame(rows, whole | {name: pl.Int64() for name in ANNUAL})
    return [
        (back, frame.filter(pl.col("year") == cycle - back).drop("year"))
        for back in range(1, YEARS_BACK + 1)
    ]


def _suffixed(back: int) -> dict[str, str]:
    return {name: f"{name}_{back}" for name in ANNUAL}


def _statements(session: Session, span: Span, on: dt.date) -> pl.DataFrame:
    wanted = select(col(Statement.enterprise_id), col(Statement.fact), col(Statement.value)).where(
        col(Statement.as_of) <= on
    )
    within = wanted.where(*span.holds(col(Statement.enterprise_id)))
    rows = _fetched(session, within.order_by(col(Statement.as_of)))
    told = _frame(rows, {"subject": pl.Int64(), "fact": pl.String(), "value": pl.String()})
    newest = told.group_by("subject", "fact", maintain_order=True).last()
    wide = newest.pivot("fact", index="subject", values="value")
    known = [name for name in STANDING if name in wide.columns]
    return wide.select("subject", *(_decoded(name).alias(name) for name in known))


def _decoded(name: str) -> pl.Expr:
    decode = _FROM_JSON.get(FACTS[name].kind)
    return decode(name) if decode else pl.col(name).cast(pl.Int64)


def _held(session: Session, span: Span, *, on: dt.date, cycle: int) -> pl.DataFrame:
    wanted = select(
        col(Qualification.enterprise_id),
        col(Qualification.kind),
        col(Qualification.valid_from),
        col(Qualification.valid_to),
    )
    rows = session.execute(wanted.where(*span.holds(col(Qualification.enterprise_id)))).all()
    frame = _frame(
        rows, {"subject": pl.Int64(), "kind": pl.String(), "from": pl.Date(), "to": pl.Date()}
    )
    hnte = pl.col("kind") == "hnte"
    now = pl.lit(on).is_between(pl.col("from"), pl.col("to"))
    last_year = pl.col("to").filter(hnte).max().dt.year()
    return frame.group_by("subject").agg(
        hnte_valid=(hnte & now).any(),
        hnte_expires_this_cycle=(last_year == cycle).fill_null(value=False),
        hnte_valid_beyond_cycle=(last_year > cycle).fill_null(value=False),
        tsme_valid=((pl.col("kind") == "tsme") & now).any(),
    )


def _fetched(session: Session, statement: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """Return rows as the driver gives them; only of numbers and texts, which need no reading.

    There are dozens per enterprise: making objects of them took a third of a month.
    """
    result = session.connection().execute(statement)
    assert result.cursor is not None  # noqa: S101 - a SELECT has rows
    return result.cursor.fetchall()


def _frame(rows: Iterable[Sequence[Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
