"""Worked cases (算例): the clerk's tables in ``programmes/*.toml`` as facts and findings."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from casework.gather import Batch, Gathered
from casework.obligations import NewDeadline, plan_deadlines
from config.amounts import amount
from config.calendar_files import load_calendar
from config.catalogue import CONFIG_ROOM, Catalogue, load_catalogue
from models.casebook import Casebook, OpenCase
from models.deadline import case_subject
from models.duties import Duties, Event, HeldQualification, Named
from models.span import Span
from policy.assess import assess
from policy.facts import FACTS, Given
from policy.findings import Finding, findings_of
from policy.inputs import RAW
from policy.programme import Programme

HERE = Path(__file__).parent
CALENDAR, _ = load_calendar(CONFIG_ROOM / "calendars")
OUTCOMES = {"符合": "met", "不符合": "unmet", "缺数据": "unknown", "待判断": "needs_person"}
VERDICTS = {"符合": "meets", "不符合": "fails", "缺数据": "incomplete", "待判断": "needs_person"}
CASE_KEYS = {"name", "on", "facts", "missing", "expect", "verdict", "score", "parts", "taken"} | {
    "says",
    "waived",
}
DUE_KEYS = {"name", "month", "facts", "holds", "stage", "recorded", "opens", "silent", "says"}

Table = dict[str, Any]


@cache
def catalogue() -> Catalogue:
    """Return what is shipped."""
    found, problems = load_catalogue()
    assert problems == []
    return found


@cache
def read(path: Path) -> Table:
    """Return one file of worked cases."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tables(kind: str) -> list[tuple[str, Table]]:
    """Return every (programme, table) of one kind, ``case`` or ``due``, of all files."""
    paths = sorted((HERE / "programmes").glob("*.toml"))
    return [(path.stem, table) for path in paths for table in read(path).get(kind, [])]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the program says of one worked case."""

    programme: Programme
    verdict: str
    score: list[int | None]
    findings: dict[str, Finding]


def judge(programme_key: str, table: Table) -> Judged:
    """Assess the base enterprise as the case changes it."""
    programme = catalogue().programme(programme_key)
    base = read(HERE / "programmes" / f"{programme_key}.toml")["base"]
    on: dt.date = table.get("on", base["on"])
    row = assess(programme, facts(base, table), on=on, cycle=on.year).row(0, named=True)
    findings = {each.criterion: each for each in findings_of(programme, row["findings"])}
    return Judged(
        programme=programme,
        verdict=row["verdict"],
        score=[row["score_low"], row["score_high"]],
        findings=findings,
    )


def facts(base: Table, table: Table) -> pl.DataFrame:
    """Return the one row of raw facts: the base, what differs, and what nobody told us."""
    told = {name: value for name, value in base.items() if name != "on"} | table.get("facts", {})
    row: dict[str, Any] = {"subject": 1}
    for name, value in told.items():
        row |= _columns(name, value)
    for name in table.get("missing", []):
        columns = {name, *(f"{name}_{back}" for back in (1, 2, 3))} & row.keys()
        assert columns, f"{name} is not told anyway"
        row |= dict.fromkeys(columns)
    schema = {"subject": pl.Int64()} | {name: RAW[name] for name in row if name != "subject"}
    return pl.DataFrame([row], schema=schema)


def _columns(name: str, value: Any) -> Table:
    assert name in FACTS, f"unknown fact {name}"
    if FACTS[name].given is not Given.ANNUAL:
        return {name: value}
    years = value if isinstance(value, list) else [value]
    return {f"{name}_{back}": _number(each) for back, each in enumerate(years, start=1)}


def _number(value: Any) -> int:
    return int(amount(value).value)


def openings(programme_key: str, table: Table) -> dict[str, list[NewDeadline]]:
    """Return obligation -> the deadlines that the monthly run of this month would open."""
    opened: dict[str, list[NewDeadline]] = {}
    gathered, standing = _gathered(programme_key, table)
    for each in plan_deadlines(gathered, standing).opening:
        opened.setdefault(each.obligation.key, []).append(each)
    return opened


def _gathered(
    programme_key: str, table: Table
) -> tuple[Gathered, dict[tuple[int, int, int], tuple[OpenCase, bool]]]:
    programme = catalogue().programme(programme_key)
    on = dt.date.fromisoformat(f"{table['month']}-01")
    case = _case(programme, table, on)
    base = {"on": on} | _held_flags(table, on)
    gathered = Gathered(
        batch=Batch(
            programme=programme.key, period=table["month"], number=0, span=Span(1, 2), actor="算例"
        ),
        on=on,
        programme=programme,
        versions={programme.revision: programme},
        calendar=CALENDAR,
        fence=0,
        casebook=Casebook(cases=(case,) if case else (), taken=frozenset()),
        facts={on.year: facts(base, table)},
        duties=_duties(table, on),
        windows=partial(catalogue().windows_for, programme.key),
    )
    return gathered, {case.key: (case, False)} if case else {}


def _case(programme: Programme, table: Table, on: dt.date) -> OpenCase | None:
    if "stage" not in table:
        return None
    return OpenCase(
        id=1,
        enterprise_id=1,
        cycle=on.year,
        round=1,
        revision=programme.revision,
        stage=programme.stage(table["stage"]).key,
        version=1,
        entered_on=on,
    )


def _duties(table: Table, on: dt.date) -> Duties:
    named = Named(
        id=1, uscc="91431281MAXX00015X", name="示例企业", division_code="431281", contact=None
    )
    subject = case_subject(on.year, 1) if "stage" in table else "enterprise"
    case_id = 1 if "stage" in table else None
    return Duties(
        enterprises={1: named},
        staff=(),
        deadlines={},
        qualifications=tuple(
            HeldQualification(
                id=number,
                enterprise_id=1,
                kind=held["kind"],
                number=f"示例{number}",
                valid_from=held["from"],
                valid_to=held["to"],
            )
            for number, held in enumerate(table.get("holds", []), start=1)
        ),
        events=tuple(
            Event(case_id=case_id, enterprise_id=1, subject=subject, kind=kind, on=day)
            for kind, day in table.get("recorded", {}).items()
        ),
    )


def _held_flags(table: Table, on: dt.date) -> Table:
    """Return the flags that the certificates on file amount to, as the database has them."""
    ends = [held["to"] for held in table.get("holds", []) if held["kind"] == "hnte"]
    last = max(ends, default=None)
    return {
        "hnte_expires_this_cycle": last is not None and last.year == on.year,
        "hnte_valid_beyond_cycle": last is not None and last.year > on.year,
    }
