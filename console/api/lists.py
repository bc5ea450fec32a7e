"""The long lists that programs can read, with the filters and orders of the pages."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from casework.assign import officers
from casework.case_order import COLUMNS, order_of, ordered_cases
from casework.cases import CaseFilter, cases
from casework.due import DueFilter, due
from casework.letters_page import LetterFilter, outbox
from casework.refusal import Refusal
from casework.typed import LARGEST
from config.problems import named
from console.api.case_shapes import Cases, DueDates, Letters
from console.api.door import Called, Caller
from console.api.paging import Limit, Next, next_of, next_place, number_after, place_of
from console.api.problems import ProblemError
from console.api.reads import known
from console.api.shapes import Day
from console.case_asked import MINE, NOBODYS
from models.letter import LetterState
from policy.obligation import DeadlineKind
from policy.programme import Phase

router = APIRouter(tags=["reads"])
_LETTERS = "letters"


def _wanted(
    caller: Called,
    programme: Annotated[str | None, Query(description="Key of a programme.")] = None,
    stage: Annotated[str | None, Query(description="Key of a stage, or part of its name.")] = None,
    phase: Annotated[Phase | None, Query(description="Key of a phase.")] = None,
    cycle: Annotated[
        int | None, Query(le=LARGEST, ge=0, description="The year it applies in.")
    ] = None,
) -> CaseFilter:
    """Return which cases are asked for by where they stand."""
    known(caller, programme)
    place = phase.value if phase else None
    return CaseFilter(programme=programme, stage=stage, phase=place, cycle=cycle)


class Ticks:
    """Which cases are asked for by what is the matter with them."""

    def __init__(
        self,
        *,
        waiting: Annotated[bool, Query(description="Those that wait for a person.")] = False,
        held: Annotated[bool, Query(description="Those on hold.")] = False,
        running: Annotated[bool, Query(description="Those neither waiting nor held.")] = False,
        over: Annotated[
            bool, Query(description="Those longer in their stage than it allows.")
        ] = False,
        ended: Annotated[bool, Query(description="Ended ones alone.")] = False,
    ) -> None:
        self.waiting, self.held, self.running = waiting, held, running
        self.over, self.ended = over, ended


class Listed:
    """Whose cases are asked for, of whom, and in which order."""

    def __init__(
        self,
        q: Annotated[
            str, Query(description="A credit code, a name, or part of a name.", max_length=200)
        ] = "",
        officer: Annotated[
            str, Query(description="Login of an officer, `me` or `nobody`.", max_length=60)
        ] = "",
        sort: Annotated[
            str,
            Query(
                description="`enterprise`, `stage`, `score` or `days`; `-score` the other way "
                "round; else by number."
            ),
        ] = "",
        next_: Next = "",
    ) -> None:
        self.words, self.officer, self.sort, self.next = q, officer, sort, next_


@router.get("/cases")
def list_cases(
    caller: Called,
    wanted: Annotated[CaseFilter, Depends(_wanted)],
    ticks: Annotated[Ticks, Depends()],
    listed: Annotated[Listed, Depends()],
    limit: Limit = 50,
) -> Cases:
    """List cases; what changes between two pages is neither skipped nor repeated."""
    asked = replace(
        wanted, words=listed.words, officer=_officer(caller, listed.officer), **vars(ticks)
    )
    if not listed.sort:
        after = number_after(listed.next)
        found = cases(caller.services, asked, after=after, limit=limit)
        return Cases.of({"cases": found.lines, "next": next_of(found.following)})
    order = order_of(listed.sort)
    if order is None:
        raise ProblemError(422, f"参数 sort：{named(COLUMNS, listed.sort)}")
    place = place_of(listed.next, listed.sort)
    page = ordered_cases(caller.services, asked, order, after=place, limit=limit)
    return Cases.of({"cases": page.lines, "next": next_place(page.following, listed.sort)})


def _officer(caller: Caller, login: str) -> int | None:
    """Return whose cases are asked for: a person, 0 for nobody's, None for anybody's."""
    if not login:
        return None
    if login == NOBODYS:
        return 0
    wanted = caller.bearer.login if login == MINE else login
    found = next((each.id for each in officers(caller.services) if each.login == wanted), None)
    if found is None:
        raise ProblemError(422, f"参数 officer：没有经办人“{login}”，有哪些人请看 /officers")
    return found


class Dates:
    """Which due dates are asked for beside those of some days ahead."""

    def __init__(
        self,
        programme: Annotated[str | None, Query(description="Key of a programme.")] = None,
        q: Annotated[str | None, Query(description="One enterprise: code or name.")] = None,
        kind: Annotated[DeadlineKind | None, Query(description="Of one kind.")] = None,
        officer: Annotated[
            str | None, Query(description="Login of a clerk who is told of them.", max_length=60)
        ] = None,
        *,
        stopped: Annotated[
            bool | None, Query(description="Only those whose clock stands still, or runs.")
        ] = None,
    ) -> None:
        self.programme, self.enterprise, self.officer = programme, q, officer
        self.kind, self.stopped = kind.value if kind else None, stopped


@router.get("/due")
def list_due(
    caller: Called,
    dates: Annotated[Dates, Depends()],
    days: Annotated[int, Query(ge=0, le=366, description="Up to so many days ahead.")] = 30,
    *,
    overdue: Annotated[bool, Query(description="Only those that have passed.")] = False,
) -> DueDates:
    """List open due dates, overdue ones always among them; each explains how it came about."""
    known(caller, dates.programme)
    found = due(caller.services, DueFilter(days=days, overdue=overdue, **vars(dates)))
    if isinstance(found, Refusal):
        raise ProblemError(422, found.reason)
    return DueDates.of({"on": found.on, "until": found.until, "due": found.lines})


def _letters(
    state: Annotated[LetterState | None, Query(description="Key of a state.")] = None,
    on: Annotated[Day | None, Query(description="Those of one day.")] = None,
    q: Annotated[str, Query(description="Part of a name or an address.", max_length=200)] = "",
    uscc: Annotated[
        str, Query(description="Those to one enterprise: its credit code.", max_length=18)
    ] = "",
) -> LetterFilter:
    return LetterFilter(state=state, send_on=on, words=q, uscc=uscc)


@router.get("/letters")
def list_letters(
    caller: Called,
    wanted: Annotated[LetterFilter, Depends(_letters)],
    next_: Next = "",
    limit: Limit = 50,
) -> Letters:
    """List which letters wait, left or stuck, and why. It names people: personal data."""
    found = outbox(caller.services, wanted, after=place_of(next_, _LETTERS), limit=limit)
    following = next_place(found.following, _LETTERS)
    return Letters.of(
        {
            "counts": found.counts,
            "letters": found.letters,
            "more": found.more,
            "next": following,
        }
    )
