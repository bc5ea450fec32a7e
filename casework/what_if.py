"""What if (试算): a criterion asked for another number, who would enter and who would leave.

The same rules judge the same figures twice, once with the other number; nothing is written.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl
from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.refusal import Refusal
from casework.rules_told import asks
from casework.scope import seen_by
from casework.services import Services
from casework.typed import number_of
from casework.words import VERDICTS
from config.amounts import UNITS, amount
from models.enterprise import Enterprise
from models.facts_frame import raw_facts
from models.span import Span
from policy.assess import assess_derived
from policy.criteria import in_force
from policy.derive import with_derived
from policy.enrol import may_enrol
from policy.facts import Kind, fact_named
from policy.findings import Key, Outcome, Verdict, findings_of
from policy.programme import Criterion, Programme, Rule, Threshold
from policy.sentences import spoken

_MOST = 100_000  # enterprises judged while somebody waits
LISTED = 200  # of each group
_NEAREST = 20
_LONGEST = 15  # characters of a number
_HOW = {
    "金额": "写成 5000万元",
    "百分数": "写成 5%，可以有小数",
    "整数": "写成整数，例如 365",
}
GROUPS = ("enters", "leaves", "stays", "nearest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One number that may be asked about."""

    name: str  # criterion.tier
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfLine:
    """One enterprise, before and after."""

    uscc: str
    name: str
    before: str  # the verdict of all criteria
    after: str
    text: str  # what this criterion would say


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Who would enter, leave and stay; and of those who stay outside, the nearest."""

    criterion: str
    was: str
    now: str
    judged: int
    apart: int  # for whom the programme opens no case this year
    counts: Mapping[str, int]
    unknown: int
    groups: Mapping[str, tuple[WhatIfLine, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A programme as it is, and as it would be."""

    before: Programme
    after: Programme
    key: str


def choices(services: Services, programme: Programme) -> tuple[Choice, ...]:
    """Return the numbers of a programme that are in force today."""
    return tuple(
        Choice(
            name=f"{criterion.key}.{number}",
            title=f"{criterion.code} {criterion.title}：{asks(criterion, each)}",
        )
        for criterion in programme.criteria
        for number, each in enumerate(in_force(criterion.thresholds, services.today))
    )


def what_if(services: Services, programme: Programme, name: str, written: str) -> WhatIf | Refusal:
    """Return who enters and leaves if one number were another; or why that can not be said."""
    found = _chosen(services, programme, name)
    if found is None:
        return Refusal(reason="请选一个条件")
    criterion, threshold = found
    value = _number(criterion, written)
    if isinstance(value, Refusal):
        return value
    new = replace(threshold, value=value)
    asked = _Asked(
        before=programme, after=_with(programme, criterion, threshold, new), key=criterion.key
    )
    with services.database.reading() as session:
        seen = select(func.count()).select_from(Enterprise).where(*seen_by(services))
        if (session.scalar(seen) or 0) > _MOST:
            return Refusal(reason=f"企业超过 {_MOST} 家，请由下级区划各自试算")
        judged = _judged(session, services, asked)
        return _told(session, asked, judged, (asks(criterion, threshold), asks(criterion, new)))


def _kind(criterion: Criterion) -> Kind:
    return Kind.COUNT if criterion.rule is Rule.CLEAR_FOR_DAYS else fact_named(criterion.fact).kind


def _chosen(
    services: Services, programme: Programme, name: str
) -> tuple[Criterion, Threshold] | None:
    key, _, number = name.partition(".")
    criterion = next((each for each in programme.criteria if each.key == key), None)
    at = number_of(number)
    if criterion is None or at is None:
        return None
    tiers = in_force(criterion.thresholds, services.today)
    return (criterion, tiers[at]) if at < len(tiers) else None


def _number(criterion: Criterion, written: str) -> Fraction | Refusal:
    """Return what was typed, exact, in base units; or how to type it."""
    kind = _kind(criterion)
    typed = written.strip().replace("％", "%")
    how = _HOW[UNITS[kind].value]
    wrong = Refusal(reason=f"“{written.strip() or '（空）'}”不能用在这里：请{how}")
    if len(typed) > _LONGEST:
        return wrong
    try:
        told = amount(int(typed) if typed.isascii() and typed.isdecimal() else typed)
    except PydanticCustomError:
        return wrong
    return told.value if told.unit is UNITS[kind] else wrong


def _with(programme: Programme, criterion: Criterion, old: Threshold, new: Threshold) -> Programme:
    thresholds = tuple(new if each == old else each for each in criterion.thresholds)
    changed = replace(criterion, thresholds=thresholds)
    rest = (changed if each.key == criterion.key else each for each in programme.criteria)
    return replace(programme, criteria=tuple(rest))


def _judged(session: Session, services: Services, asked: _Asked) -> Iterator[pl.DataFrame]:
    """Yield a frame for each batch: subject, apart, before, after, was, now, gap, findings."""
    on, size = services.today, services.batch_size
    last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
    for first in range(0, last + 1, size):
        span = Span(first, first + size)
        ours = select(col(Enterprise.id)).where(*span.holds(col(Enterprise.id)), *seen_by(services))
        seen = session.scalars(ours).all()
        if not seen:
            continue
        raw = raw_facts(session, span, on=on, cycle=on.year)
        yield _both(asked, raw.filter(pl.col("subject").is_in(seen)), on)


def _both(asked: _Asked, raw: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """Return what the rules say of each enterprise as they are, and as they would be."""
    derived = with_derived(raw, on=on, cycle=on.year)
    before, after = (
        assess_derived(each, derived, on=on, cycle=on.year) for each in (asked.before, asked.after)
    )
    was = before.select("subject", before="verdict", was=_member(asked.key, Key.OUTCOME))
    now = after.select(
        "subject",
        "findings",
        after="verdict",
        now=_member(asked.key, Key.OUTCOME),
        gap=_member(asked.key, Key.GAP).cast(pl.Int64()),
    )
    joins = derived.select("subject", joins=may_enrol(asked.before))
    both = joins.join(was, on="subject").join(now, on="subject")
    return both.with_columns(group=_group())


def _member(key: str, name: str) -> pl.Expr:
    return pl.col("findings").str.json_path_match(f"$.{key}.{name}")


def _group() -> pl.Expr:
    met = Outcome.MET.value
    was, now = pl.col("was") == met, pl.col("now") == met
    return (
        pl.when(~pl.col("joins"))
        .then(pl.lit("apart"))
        .when(was & now)
        .then(pl.lit("stays"))
        .when(now)
        .then(pl.lit("enters"))
        .when(was)
        .then(pl.lit("leaves"))
        .when(pl.col("now") == Outcome.UNMET.value)
        .then(pl.lit("nearest"))
        .otherwise(pl.lit("unknown"))
    )


def _told(
    session: Session,
    asked: _Asked,
    judged: Iterable[pl.DataFrame],
    words: tuple[str, str],
) -> WhatIf:
    counts: Counter[str] = Counter()
    listed: dict[str, list[pl.DataFrame]] = {group: [] for group in GROUPS}
    for frame in judged:
        for group, number in frame["group"].value_counts().iter_rows():
            counts[group] += number
        for group, kept in listed.items():
            kept.append(_first(frame.filter(pl.col("group") == group), group))
    groups = {
        group: _first(pl.concat(kept), group) if kept else None for group, kept in listed.items()
    }
    title = next(each.title for each in asked.after.criteria if each.key == asked.key)
    return WhatIf(
        criterion=title,
        was=words[0],
        now=words[1],
        judged=counts.total() - counts["apart"],
        apart=counts["apart"],
        counts=counts,
        unknown=counts["unknown"],
        groups={
            group: () if rows is None else tuple(_lines(session, asked, rows))
            for group, rows in groups.items()
        },
    )


def _first(rows: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return those that are listed: of those who stay outside the nearest, else the first."""
    if group == "nearest":
        return rows.sort("gap", "subject", nulls_last=True).head(_NEAREST)
    return rows.sort("subject").head(LISTED)


def _lines(session: Session, asked: _Asked, rows: pl.DataFrame) -> Iterator[WhatIfLine]:
    wanted = select(col(Enterprise.id), col(Enterprise.uscc), col(Enterprise.name)).where(
        col(Enterprise.id).in_(rows["subject"].to_list())
    )
    names = {number: (uscc, name) for number, uscc, name in session.execute(wanted)}
    for row in rows.iter_rows(named=True):
        uscc, name = names[row["subject"]]
        yield WhatIfLine(
            uscc=uscc,
            name=name,
            before=VERDICTS[Verdict(row["before"])],
            after=VERDICTS[Verdict(row["after"])],
            text=_says(asked, row),
        )


def _says(asked: _Asked, row: Mapping[str, Any]) -> str:
    found = findings_of(asked.after, row["findings"])
    return spoken(asked.after, next(each for each in found if each.criterion == asked.key))
