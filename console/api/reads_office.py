"""What programs can read of the office's work: a year's figures, answers, imports, the audit."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from casework.answers_page import list_answers
from casework.audit_page import AuditFilter, audit_page
from casework.import_batches import batch_page, list_batches
from casework.refusal import Refusal
from casework.roles import AUDITORS
from casework.stock_flow import YearFlow as Flow
from casework.stock_flow import year_flows
from casework.targets import targets_said
from casework.typed import LARGEST
from console.api.door import Called, only
from console.api.more_shapes import Answers
from console.api.office_shapes import (
    Audit,
    Imports,
    ImportWhole,
    Targets,
    YearFlow,
    YearFlows,
)
from console.api.paging import After, Limit, next_of
from console.api.problems import ProblemError, possible
from console.api.shapes import Day
from policy.stock import FIGURES

router = APIRouter(tags=["reads"])
Year = Annotated[int | None, Query(ge=2000, le=2100, description="The year; else this one.")]
BatchNumber = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the import.")]
_MISSING = possible(404)


@router.get("/flows")
def show_flows(caller: Called, year: Year = None) -> YearFlows:
    """Show a year's stock and flow of each qualification, beside the targets."""
    wanted = year or caller.services.today.year
    flows = [_flow(each) for each in year_flows(caller.services, wanted)]
    return YearFlows.of({"year": wanted, "programmes": flows})


def _flow(each: Flow) -> YearFlow:
    told = {name: getattr(each, name, None) for name in YearFlow.model_fields}
    counts = {figure: each.flow.count(figure) for figure in FIGURES}
    return YearFlow.of(told | counts | {"under_way": each.flow.under_way})


@router.get("/targets")
def list_targets(caller: Called, year: Year = None) -> Targets:
    """List every word on the targets of a year, of the own division."""
    wanted = year or caller.services.today.year
    said = [
        {name: getattr(line, name) for name in ("seq", "number", "document", "by", "at")}
        | {"programme": key, "measure": line.measure.value}
        for key in sorted(caller.services.catalogue.programmes)
        for line in targets_said(caller.services, key, wanted)
    ]
    return Targets.of({"year": wanted, "targets": said})


@router.get("/answers")
def list_replies(
    caller: Called,
    q: Annotated[
        str | None, Query(description="One enterprise: code or name.", max_length=200)
    ] = None,
    limit: Limit = 50,
) -> Answers:
    """List what enterprises answered to reminders, what waits for a clerk first."""
    found = list_answers(caller.services, enterprise=q, limit=limit)
    if isinstance(found, Refusal):
        raise ProblemError(422, found.reason)
    return Answers.of(found)


@router.get("/imports")
def list_imports(caller: Called, before: After, limit: Limit = 50) -> Imports:
    """List the imports of rosters."""
    found = list_batches(caller.services, before=before, limit=limit)
    return Imports.of({"imports": found.lines, "next": next_of(found.following)})


@router.get("/imports/{number}", responses=_MISSING)
def show_import(
    caller: Called, number: BatchNumber, after: After, limit: Limit = 50
) -> ImportWhole:
    """Show one import and what it changed, some enterprises at a time."""
    page = batch_page(caller.services, number, after=after, limit=limit)
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    told = {name: getattr(page, name, None) for name in ImportWhole.model_fields}
    line = {name: getattr(page.line, name) for name in type(page.line).__slots__}
    return ImportWhole.of(told | line | {"next": next_of(page.following)})


def _entries(
    who: Annotated[str, Query(description="Part of a name.", max_length=60)] = "",
    act: Annotated[str, Query(description="Key of an act.", max_length=60)] = "",
    subject: Annotated[
        str, Query(description="Part of an enterprise's or a person's name.", max_length=200)
    ] = "",
    first: Annotated[Day | None, Query(description="From this day on.")] = None,
    last: Annotated[Day | None, Query(description="Up to this day.")] = None,
) -> AuditFilter:
    return AuditFilter(who=who, act=act, subject=subject, first=first, last=last)


@router.get("/audit", dependencies=[Depends(only(AUDITORS))])
def show_audit(
    caller: Called,
    wanted: Annotated[AuditFilter, Depends(_entries)],
    before: After,
    q: Annotated[str, Query(description="Words of any entry.", max_length=200)] = "",
    limit: Limit = 50,
) -> Audit:
    """List who did what to what and when; for heads, auditors and administrators."""
    asked = replace(wanted, words=q)
    found = audit_page(caller.services, asked, before=before or None, limit=limit)
    return Audit.of({"entries": found.lines, "next": next_of(found.following)})
