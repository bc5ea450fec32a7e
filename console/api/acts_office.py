"""What programs can do beside cases: settle answers, set targets, take an import back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from casework.import_undo import preview_undo, undo
from casework.refusal import Refusal
from casework.settle import confirm, give_back, handled
from casework.targets import SETTERS, set_target
from casework.targets import NewTarget as Target
from casework.typed import LARGEST
from console.api.acting import Acting, shaped
from console.api.asked_office import (
    ImportUndone,
    NewTarget,
    Settle,
    Settled,
    Settlement,
    TargetSet,
    UndoImport,
)
from console.api.door import only
from console.api.problems import possible
from console.api.reads import known
from console.api.reads_office import BatchNumber
from console.api.shapes import Shape

router = APIRouter(tags=["acts"], responses=possible(404, 409))
AnswerNumber = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the answer.")]
_NOTHING_SEEN = "nothing"


@router.post("/answers/{number}/settle", response_model=Settled)
def settle(acting: Acting, number: AnswerNumber, asked: Settlement) -> Response:
    """Confirm a receipt, which meets the due date; return it; or note that help was given."""
    services, by, reason = acting.services, acting.by, asked.reason

    def act() -> Shape | Refusal:
        match asked.act:
            case Settle.CONFIRM:
                return shaped(Settled, confirm(services, number, by=by))
            case Settle.RETURN:
                return shaped(Settled, give_back(services, number, reason=reason, by=by))
            case Settle.HANDLED:
                return shaped(Settled, handled(services, number, reason=reason, by=by))

    return acting.done(asked, act)


@router.post("/targets", response_model=TargetSet, dependencies=[Depends(only(SETTERS))])
def enter_target(acting: Acting, asked: NewTarget) -> Response:
    """Enter a target of a year, or take it back; for heads. The very same twice is once."""
    known(acting.caller, asked.programme)
    new = Target(
        programme=asked.programme,
        year=asked.year,
        measure=asked.measure,
        number=asked.number,
        document=asked.document,
        after=asked.seen,
    )
    services, by = acting.services, acting.by
    return acting.done(asked, lambda: shaped(TargetSet, set_target(services, new, by=by)))


@router.post("/imports/{number}/undo", response_model=ImportUndone)
def undo_import(acting: Acting, number: BatchNumber, asked: UndoImport) -> Response:
    """Take an import back exactly as its preview showed it; once."""
    services, by = acting.services, acting.by
    if asked.preview:
        return acting.done(asked, lambda: shaped(ImportUndone, preview_undo(services, number)))
    seen = asked.seen or _NOTHING_SEEN
    return acting.done(
        asked, lambda: shaped(ImportUndone, undo(services, number, by=by, seen=seen))
    )
