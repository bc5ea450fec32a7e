"""What programs can read: the same as the pages show, for the same eyes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from casework.board import board
from casework.case_acts import CaseActs, case_acts
from casework.case_page import CasePage, case_page
from casework.enterprise_page import enterprise_page, enterprises
from casework.refusal import Refusal
from casework.roles import KEEPERS
from casework.runs_page import list_runs
from casework.typed import LARGEST
from casework.week import week_of_staff
from casework.words import FINALS
from console.api.case_shapes import (
    CaseWhole,
    Enterprises,
    EnterpriseWhole,
)
from console.api.door import Called, Caller, only
from console.api.paging import After, Limit, next_of
from console.api.problems import ProblemError, possible
from console.api.shapes import Board, Programmes, Runs, Today
from models.case import ReviewState

router = APIRouter(tags=["reads"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the case.")]
Uscc = Annotated[str, Path(max_length=18, description="Its credit code.")]
_MISSING = possible(404)
_FINAL_KEYS = {words: final.value for final, words in FINALS.items()}


@router.get("/programmes")
def list_programmes(caller: Called) -> Programmes:
    """List every programme as its file says today: stages, and what can be recorded."""
    programmes = caller.services.catalogue.programmes
    return Programmes.of({"programmes": [programmes[key] for key in sorted(programmes)]})


@router.get("/board")
def show_board(
    caller: Called,
    cycle: Annotated[
        int | None, Query(le=LARGEST, ge=0, description="One year's cases only.")
    ] = None,
) -> Board:
    """Count how many cases stand where."""
    return Board.of(board(caller.services, cycle=cycle))


@router.get("/today")
def show_today(caller: Called) -> Today:
    """Tell what is overdue, due this week, waiting for staff, and what went wrong."""
    services = caller.services
    with services.database.reading() as session:
        week = week_of_staff(session, services, [services.division])
    return Today.of({"on": services.today, "sections": week.sections if week else ()})


def known(caller: Caller, programme: str | None) -> None:
    """Refuse a programme that there is not."""
    programmes = caller.services.catalogue.programmes
    if programme is not None and programme not in programmes:
        listed = "、".join(sorted(programmes))
        raise ProblemError(422, f"参数 programme：没有项目“{programme}”，可用的有：{listed}")


@router.get("/cases/{number}", responses=_MISSING)
def show_case(caller: Called, number: Number, response: Response) -> CaseWhole:
    """Show one case whole. The `ETag` is its version: send it as `If-Match` with a decision."""
    page = case_page(caller.services, str(number))
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    response.headers["ETag"] = f'"{page.version}"'
    return whole(page, case_acts(caller.services, page.id))


def whole(page: CasePage, acts: CaseActs) -> CaseWhole:
    """Return a case as programs get it."""
    history = page.history
    told = {name: getattr(page, name, None) for name in CaseWhole.model_fields}
    verdict = page.judgement
    return CaseWhole.of(
        told
        | {
            "final": _FINAL_KEYS[page.final] if page.final else None,
            "waiting": any(each.state == ReviewState.OPEN.value for each in history.reviews),
            "verdict": verdict.verdict if verdict else None,
            "score_low": verdict.score_low if verdict else None,
            "score_high": verdict.score_high if verdict else None,
            "officer": acts.officer,
            "assignment": acts.assignment,
            "undoable": acts.undoable,
            "needs": page.waiting,
            "due": page.deadlines,
            "moves": history.moves,
            "records": history.records,
        }
    )


@router.get("/enterprises")
def list_enterprises(
    caller: Called,
    after: After,
    q: Annotated[str, Query(description="A credit code, or part of a name.", max_length=200)] = "",
    limit: Limit = 50,
) -> Enterprises:
    """List enterprises, page by page."""
    found = enterprises(caller.services, q, after=after, limit=limit)
    return Enterprises.of({"enterprises": found.lines, "next": next_of(found.following)})


@router.get("/enterprises/{uscc}", responses=_MISSING)
def show_enterprise(caller: Called, uscc: Uscc) -> EnterpriseWhole:
    """Show one enterprise whole, with its contact: personal data, as the console shows it."""
    page = enterprise_page(caller.services, uscc)
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    told = {name: getattr(page, name, None) for name in EnterpriseWhole.model_fields}
    return EnterpriseWhole.of(told | {"due": page.deadlines})


@router.get("/runs", dependencies=[Depends(only(KEEPERS))])
def show_runs(
    caller: Called,
    kind: Annotated[str | None, Query(description="Of one kind.")] = None,
    limit: Limit = 20,
) -> Runs:
    """List what ran, how far it is, what failed; for heads and operators."""
    return Runs.of({"runs": list_runs(caller.services, kind=kind, limit=limit)})
