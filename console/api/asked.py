"""What programs can ask to be done, and what is answered."""

import datetime as dt
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from casework.decide import Verb
from casework.reasons import LONGEST
from casework.typed import LARGEST
from console.api.shapes import Asked, Day, Shape

WHY = Field(
    default="", max_length=LONGEST, description="Why; it is kept and shown. A preview needs none."
)
PREVIEW = Field(default=False, description="Only say what it would do; nothing is kept of it.")


class Deciding(Asked):
    """What is decided about a case, and why."""

    verb: Verb = Field(
        description="`approve` the proposed move, `return` for correction, `hold` and `resume`, "
        "`waive` one need, `withdraw`, or `reopen` an ended case."
    )
    reason: str = Field(min_length=1, max_length=LONGEST, description="Why; it is kept and shown.")
    need: str = Field(default="", max_length=200, description="`waive`: title of the need.")


class Decision(Deciding):
    """A decision about a case."""

    version: int | None = Field(
        default=None, ge=0, le=LARGEST, description="The version you saw; or send it as `If-Match`."
    )


class Decided(Shape):
    """What a decision did."""

    case_id: int = Field(description="The case; another one after `reopen`.")
    from_stage: str = Field(description="Key of the stage it was in.")
    to_stage: str = Field(description="Key of the stage it is in now.")
    version: int = Field(description="What to expect next time.")
    decision: int = Field(description="Number of this decision: it is taken back by it.")


class NewRecord(Asked):
    """Something that happened: a filing, a publication, a certificate handed over."""

    case_id: int | None = Field(default=None, ge=1, le=LARGEST, description="The case; or `uscc`.")
    uscc: str = Field(
        default="", max_length=18, description="A holder's credit code; or `case_id`."
    )
    programme: str | None = Field(default=None, description="With `uscc`: key of the programme.")
    kind: str = Field(min_length=1, max_length=60, description="As in the programme's `records`.")
    on: Day = Field(description="The day it happened.")
    evidence: str = Field(default="", max_length=500, description="Receipt number, document.")

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.case_id is None) == (not self.uscc):
            raise PydanticCustomError("subject", "case_id 和 uscc 写一个，不能都写")
        if self.uscc and self.programme is None:
            raise PydanticCustomError("subject", "写了 uscc，就要写 programme")
        return self


class Recorded(Shape):
    """What a record did."""

    record_id: int = Field(description="Its number.")
    case_id: int | None = Field(description="The case it belongs to; null: a holder's own duty.")
    enterprise: str = Field(description="Name of the enterprise.")
    title: str = Field(description="Programme and kind in Chinese.")
    already: bool = Field(description="The very same was recorded before; nothing changed.")
    closed: tuple[str, ...] = Field(description="Titles of the due dates that it met.")
    moved: int = Field(description="How many stages the case went on.")


class RevokeRecord(NewRecord):
    """A record that was made by mistake; its evidence tells it from others of that day."""

    reason: str = WHY


class Revoked(Shape):
    """What taking a record back did."""

    record_id: int = Field(description="Its number.")
    case_id: int | None = Field(description="The case it belongs to; null: a holder's own duty.")
    enterprise: str = Field(description="Name of the enterprise.")
    title: str = Field(description="Programme and kind in Chinese.")
    reopened: tuple[str, ...] = Field(description="Titles of the due dates that are owed again.")
    moved: int = Field(description="How many stages the case went on all the same.")


class NewCertificate(Asked):
    """A certificate or registration number that was granted."""

    uscc: str = Field(min_length=18, max_length=18, description="Credit code of the enterprise.")
    number: str = Field(min_length=1, max_length=40, description="高企证书编号 or 入库登记编号.")
    on: Day = Field(description="发证日期 or 入库日期.")
    field: str = Field(default="", max_length=60, description="技术领域 of a 高企证书.")


class Certified(Shape):
    """What was put on file."""

    enterprise: str = Field(description="Name of the enterprise.")
    kind: str = Field(description="`hnte` or `tsme`; the number tells which.")
    number: str = Field(description="The number as it is kept.")
    valid_from: dt.date = Field(description="First day.")
    valid_to: dt.date = Field(description="Last day.")
    already: bool = Field(description="The very same was on file; nothing changed.")
    before: str = Field(description="The dates before, when this corrected them.")
    warning: str = Field(description="What should be checked, a Chinese sentence; or empty.")
