"""What programs can do about cases: decide many, take back, give to an officer, note."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from casework.assign import Giving, assign_case, give_back
from casework.decide import Decided, Foreseen, Wish, decide_cases, foresee
from casework.notes import NewNote, add_note, notes_of, strike_note
from casework.refusal import Refusal, Unknown
from casework.typed import LARGEST
from casework.undo import foresee_taking_back, take_back
from console.api.acting import Acting, Deed, refused, shaped
from console.api.acts import wish_of
from console.api.asked_cases import (
    Assign,
    Assigned,
    DecisionRows,
    Decisions,
    Nothing,
    Strike,
    TakeBack,
    TakenBack,
)
from console.api.asked_cases import NewNote as AskedNote
from console.api.more_shapes import Notes
from console.api.problems import possible
from console.api.reads import Number, Uscc
from console.api.shapes import Shape

DecisionNumber = Annotated[
    int, Path(ge=1, le=LARGEST, description="Number of the decision, as its answer gave it.")
]
NoteNumber = Annotated[int, Path(ge=1, le=LARGEST, description="Number of the note.")]
Seq = Annotated[int, Path(ge=1, le=LARGEST, description="`seq` of the assignment.")]
router = APIRouter(tags=["acts"], responses=possible(404, 409))


@router.post("/decisions", response_model=DecisionRows)
def decide_many(acting: Acting, asked: Decisions) -> Response:
    """Decide about many cases, each by itself: what one is refused does not keep the others."""
    return acting.done(asked, lambda: DecisionRows.of({"rows": _rows(acting, asked)}))


def _rows(acting: Deed, asked: Decisions) -> list[dict[str, object]]:
    services, by = acting.services, acting.by
    wishes = [wish_of(each.case_id, each) for each in asked.decisions]
    if asked.preview:
        would = [foresee(services, wish, by=by) for wish in wishes]
        return [_row(wish, each, "would") for wish, each in zip(wishes, would, strict=True)]
    done = decide_cases(services, wishes, by=by)
    return [_row(wish, each, "done") for wish, each in zip(wishes, done, strict=True)]


def _row(wish: Wish, came: Decided | Foreseen | Refusal, name: str) -> dict[str, object]:
    said = {"refused": refused(came)} if isinstance(came, Refusal) else {name: came}
    return {"case_id": wish.case_id, **said}


@router.post("/decisions/{number}/undo", response_model=TakenBack)
def undo_decision(acting: Acting, number: DecisionNumber, asked: TakeBack) -> Response:
    """Take a decision back, while no letter about it has left and nobody went on; twice is once."""
    services, by = acting.services, acting.by
    if asked.preview:
        return acting.done(
            asked, lambda: shaped(TakenBack, foresee_taking_back(services, number, by=by))
        )
    return acting.done(
        asked, lambda: shaped(TakenBack, take_back(services, number, reason=asked.reason, by=by))
    )


@router.post("/cases/{number}/assignments", response_model=Assigned)
def assign(acting: Acting, number: Number, asked: Assign) -> Response:
    """Give a case to an officer, or to nobody; 409 says who gave it away in the meantime."""
    giving = Giving(case_id=number, login=asked.officer, expecting=asked.seen)
    services, by, preview = acting.services, acting.by, asked.preview
    return acting.done(
        asked, lambda: shaped(Assigned, assign_case(services, giving, by=by, preview=preview))
    )


@router.post("/cases/{number}/assignments/{seq}/undo", response_model=Assigned)
def undo_assignment(acting: Acting, number: Number, seq: Seq, asked: Nothing) -> Response:
    """Give a case back to whose it was, unless it was given away since; twice is once."""
    services, by = acting.services, acting.by
    return acting.done(asked, lambda: shaped(Assigned, give_back(services, number, seq, by=by)))


@router.post("/enterprises/{uscc}/notes", response_model=Notes)
def write_note(acting: Acting, uscc: Uscc, asked: AskedNote) -> Response:
    """Write a note on an enterprise or on one of its cases; the answer is all notes, it first."""
    new = NewNote(key=acting.name(asked), uscc=uscc, text=asked.text, case_id=asked.case_id)

    def write() -> Shape | Refusal:
        refusal = add_note(acting.services, new, by=acting.by)
        return refusal or _notes(acting, uscc)

    return acting.done(asked, write)


@router.post("/enterprises/{uscc}/notes/{number}/strike", response_model=Notes)
def strike(acting: Acting, uscc: Uscc, number: NoteNumber, asked: Strike) -> Response:
    """Strike a note out: it can still be read, with who did that and why; twice is once."""

    def strike_out() -> Shape | Refusal:
        if number not in {each.id for each in notes_of(acting.services, uscc)}:
            return Unknown(reason="没有这条备注")
        refusal = strike_note(acting.services, number, reason=asked.reason, by=acting.by)
        return refusal or _notes(acting, uscc)

    return acting.done(asked, strike_out)


def _notes(acting: Deed, uscc: str) -> Notes:
    return Notes.of({"notes": notes_of(acting.services, uscc)})
