"""What else programs can read: one due date, one letter, notes, officers."""

from typing import Annotated

from fastapi import APIRouter, Path

from casework.assign import officers
from casework.date_page import DatePage, date_page
from casework.enterprise_page import enterprise_page
from casework.letter_page import LetterPage, letter_page
from casework.letter_undo import batch_page
from casework.notes import notes_of
from casework.refusal import Refusal
from casework.typed import LARGEST
from console.api.asked_letters import LetterBatch
from console.api.case_shapes import Due
from console.api.door import Called, Caller
from console.api.more_shapes import DueWhole, LetterWhole, Notes, Officers
from console.api.problems import ProblemError, possible
from console.api.reads import Uscc

router = APIRouter(tags=["reads"])
DateNumber = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the due date.")]
LetterNumber = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the letter.")]
Batch = Annotated[str, Path(max_length=64, description="`batch`, as the decision gave it.")]
_MISSING = possible(404)


@router.get("/officers")
def list_officers(caller: Called) -> Officers:
    """List those to whom cases of this division, and of those below it, may be given."""
    return Officers.of({"officers": officers(caller.services)})


@router.get("/enterprises/{uscc}/notes", responses=_MISSING)
def list_notes(caller: Called, uscc: Uscc) -> Notes:
    """List the notes on an enterprise and its cases; struck ones can still be read."""
    page = enterprise_page(caller.services, uscc)
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    return Notes.of({"notes": notes_of(caller.services, page.uscc)})


def date_of(caller: Caller, number: int) -> DatePage:
    """Return a due date by the number of any of its projections; ProblemError 404: none."""
    page = date_page(caller.services, number)
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    return page


@router.get("/due/{number}", responses=_MISSING)
def show_due(caller: Called, number: DateNumber) -> DueWhole:
    """Show one due date whole; a number that it had before it moved finds it too."""
    page = date_of(caller, number)
    line = {name: getattr(page.line, name) for name in Due.model_fields}
    return DueWhole.of(
        line
        | {
            "snoozed_until": page.quiet_until,
            "state_title": page.state_title,
            "reason": page.reason,
            "clock": page.ledger,
            "seen": len(page.ledger),
            "acts": [act.value for act in page.acts],
            "extension": page.extension,
            "snoozed_why": page.quiet_why,
            "snooze_last": page.quiet_last,
            "answers": page.answers,
        }
    )


def letter_of(caller: Caller, number: int) -> LetterPage:
    """Return one letter whole; ProblemError 404: there is none for these eyes."""
    page = letter_page(caller.services, number)
    if isinstance(page, Refusal):
        raise ProblemError(404, page.reason)
    return page


@router.get("/letters/{number}", responses=_MISSING)
def show_letter(caller: Called, number: LetterNumber) -> LetterWhole:
    """Show one letter whole: what it speaks of, each attempt, who decided what; not its text."""
    return LetterWhole.of(letter_of(caller, number))


@router.get("/letters/acts/{batch}", responses=_MISSING)
def show_letter_act(caller: Called, batch: Batch) -> LetterBatch:
    """Show what one decision about letters did, and how much of it can go back."""
    found = batch_page(caller.services, batch)
    if isinstance(found, Refusal):
        raise ProblemError(404, found.reason)
    return LetterBatch.of(found)
