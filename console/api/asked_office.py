"""What programs can ask to be done about answers, targets and imports, and what is answered."""

from enum import StrEnum

from pydantic import Field

from casework.typed import LARGEST
from console.api.asked import PREVIEW, WHY
from console.api.office_shapes import Change, Kept
from console.api.shapes import Asked, Shape
from policy.stock import Measure


class Settle(StrEnum):
    """What a clerk makes of an answer."""

    CONFIRM = "confirm"
    RETURN = "return"
    HANDLED = "handled"


class Settlement(Asked):
    """What is made of an enterprise's answer (企业答复)."""

    act: Settle = Field(
        description="`confirm` or `return` a receipt; `handled`: help was given, `reason` says how."
    )
    reason: str = WHY


class Settled(Shape):
    """What became of an answer."""

    id: int = Field(description="Its number.")
    enterprise: str = Field(description="Name of the enterprise.")
    title: str = Field(description="What is due.")
    state: str = Field(description="`confirmed`, `returned` or `handled`.")
    closed: tuple[str, ...] = Field(description="Titles of the due dates that it met.")
    moved: int = Field(description="How many stages the case went on.")


class NewTarget(Asked):
    """A target of a year of the own division, as a document sets it."""

    programme: str = Field(max_length=60, description="Key of the programme.")
    year: int = Field(ge=2000, le=2100, description="The year.")
    measure: Measure = Field(
        description="`new`, `granted` (new and renewed), `stock` (at the end) or `net`."
    )
    number: int | None = Field(
        ge=-LARGEST, le=LARGEST, description="Enterprises; null takes the target back."
    )
    document: str = Field(default="", max_length=200, description="The document that says so.")
    seen: int = Field(
        ge=0, le=LARGEST, description="`seq` of the newest word on it as you saw it; 0: none."
    )


class TargetSet(Shape):
    """The word on a target that holds now."""

    measure: str = Field(description="`new`, `granted`, `stock` or `net`.")
    seq: int = Field(description="Which word on it this is: sent as `seen` with the next.")
    number: int | None = Field(description="Enterprises; null: it was taken back.")
    document: str = Field(description="The document that says so.")
    by: str = Field(description="Who entered it.")


class UndoImport(Asked):
    """Taking an import back."""

    preview: bool = PREVIEW
    seen: str = Field(
        default="",
        max_length=64,
        description="`seal` of the preview: without it, or if anything has changed since, nothing "
        "is done, and it is answered like a preview.",
    )


class ImportUndone(Shape):
    """What taking an import back does, or did."""

    number: int = Field(description="Number of the import.")
    filename: str = Field(description="Name of the file.")
    done: bool = Field(description="False: nothing was done; look, and send `seal` as `seen`.")
    seal: str = Field(description="Another one as soon as anything of this differs.")
    taken: tuple[Change, ...] = Field(description="What goes back.")
    kept: tuple[Kept, ...] = Field(description="What can not be taken back, and why.")
