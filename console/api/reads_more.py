"""What else programs can read: notes, officers."""

from fastapi import APIRouter

from casework.assign import officers
from casework.enterprise_page import enterprise_page
from casework.notes import notes_of
from casework.refusal import Refusal
from console.api.door import Called
from console.api.more_shapes import Notes, Officers
from console.api.problems import ProblemError, possible
from console.api.reads import Uscc

router = APIRouter(tags=["reads"])
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
