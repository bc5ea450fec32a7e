"""The figures a verdict rests on: value, and who gave it, from what, when."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.import_changes import shown, told
from models.enterprise import Enterprise
from models.figures import AnnualFigures, Qualification, Statement
from policy.facts import FACTS, Given
from policy.inputs import missing
from policy.programme import Criterion, Programme

REGISTER = "企业登记信息"
ON_FILE = "证书或登记编号"

Input = tuple[str, int | None]  # a raw fact, and its fiscal year if it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """One figure or statement; ``value`` is as staff read it, empty when nobody gave it."""

    fact: str
    title: str
    year: int | None
    value: str
    source: str = ""
    by: str = ""
    on: dt.date | None = None


def inputs_of(programme: Programme, criterion: Criterion, cycle: int) -> tuple[Input, ...]:
    """Return the raw facts a criterion is judged by; those of the whole sheet for a score."""
    facts = [criterion.fact, *([criterion.tier_by] if criterion.tier_by else [])]
    if criterion.fact.startswith("score"):
        facts = list(_scored(programme, criterion.fact.removeprefix("score").strip(".")))
    found: dict[Input, None] = {}
    for fact in facts:
        for label in missing(fact, cycle):
            name, _, year = label.partition(":")
            found[name, int(year) if year else None] = None
    return tuple(found)


def _scored(programme: Programme, part: str) -> Iterator[str]:
    for each in programme.score.parts if programme.score else ():
        for item in each.items if part in ("", each.key) else ():
            named = (item.fact, item.estimate, *(band.fact for band in item.bands))
            yield from (fact for fact in named if fact)


def figures(
    session: Session, enterprise: Enterprise, programme: Programme, *, cycle: int, on: dt.date
) -> tuple[FigureLine, ...]:
    """Return every figure that the criteria of a programme look at, as known on a day."""
    wanted = {
        each: None
        for criterion in programme.criteria
        for each in inputs_of(programme, criterion, cycle)
    }
    known = annual(session, enterprise) | statements(session, enterprise, on)
    known |= _registered(enterprise) | _held(session, enterprise, on)
    return tuple(known.get(each) or _nobody_said(each) for each in sorted(wanted, key=_by_year))


def _by_year(each: Input) -> tuple[int, int]:
    name, year = each
    return -(year or 0), tuple(FACTS).index(name)


def _nobody_said(each: Input) -> FigureLine:
    name, year = each
    return FigureLine(fact=name, title=FACTS[name].title, year=year, value="")


def annual(session: Session, enterprise: Enterprise) -> dict[Input, FigureLine]:
    """Return what is known of an enterprise's fiscal years."""
    rows = session.scalars(
        select(AnnualFigures).where(col(AnnualFigures.enterprise_id) == enterprise.id)
    )
    found: dict[Input, FigureLine] = {}
    for row in rows:
        sources: Mapping[str, Mapping[str, str]] = json.loads(row.sources)
        for name, fact in FACTS.items():
            value = getattr(row, name) if fact.given is Given.ANNUAL else None
            if value is not None:
                given = sources.get(name, {})
                found[name, row.year] = FigureLine(
                    fact=name,
                    title=fact.title,
                    year=row.year,
                    value=shown(name, value),
                    source=given.get("source", ""),
                    by=given.get("by", ""),
                    on=dt.date.fromisoformat(given["on"]) if given.get("on") else None,
                )
    return found


def statements(session: Session, enterprise: Enterprise, on: dt.date) -> dict[Input, FigureLine]:
    """Return what was told of an enterprise, as it holds on a day."""
    rows = session.scalars(
        select(Statement)
        .where(col(Statement.enterprise_id) == enterprise.id, col(Statement.as_of) <= on)
        .order_by(col(Statement.as_of))
    )
    return {
        (row.fact, None): FigureLine(
            fact=row.fact,
            title=FACTS[row.fact].title,
            year=None,
            value=told(row.fact, row.value),
            source=row.source,
            by=row.by,
            on=row.as_of,
        )
        for row in rows
    }


def _registered(enterprise: Enterprise) -> dict[Input, FigureLine]:
    day = enterprise.registered_on
    title = FACTS["registered_on"].title
    line = FigureLine(
        fact="registered_on",
        title=title,
        year=None,
        value=day.isoformat() if day else "",
        source=REGISTER if day else "",
    )
    return {("registered_on", None): line}


def _held(session: Session, enterprise: Enterprise, on: dt.date) -> dict[Input, FigureLine]:
    rows = session.scalars(
        select(Qualification)
        .where(col(Qualification.enterprise_id) == enterprise.id)
        .order_by(col(Qualification.valid_to))
    ).all()
    lines: dict[Input, FigureLine] = {}
    for name, fact in FACTS.items():
        if fact.given is not Given.QUALIFICATION:
            continue
        kind = name.partition("_")[0]
        newest = next((row for row in reversed(rows) if row.kind == kind), None)
        words = f"{newest.number}，{newest.valid_from} 至 {newest.valid_to}" if newest else "没有"
        lines[name, None] = FigureLine(
            fact=name, title=fact.title, year=None, value=words, source=ON_FILE, on=on
        )
    return lines
