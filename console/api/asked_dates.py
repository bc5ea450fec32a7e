"""What programs can ask to be done about due dates, and what is answered."""

import datetime as dt

from pydantic import Field

from casework.typed import LARGEST
from console.api.asked import PREVIEW, WHY
from console.api.shapes import Asked, Day, Shape
from policy.clocks import Act

_MOST_DAYS = 9_999


class ClockAct(Asked):
    """What is done to the clock of a due date."""

    act: Act = Field(
        description="`suspend` and `resume`, `extend` once, `waive`, `cannot_file`, or `undo` the "
        "newest that stands; `acts` of the date says which may be done."
    )
    seen: int = Field(ge=0, le=LARGEST, description="`seen` of the date as you saw it.")
    reason: str = WHY
    days: int = Field(
        default=0, ge=0, le=_MOST_DAYS, description="`extend`: by how many, as the duty counts."
    )
    document: str = Field(default="", max_length=500, description="文号, where there is one.")
    tell: bool = Field(
        default=False, description="Correct the date to those who were told the old one."
    )
    preview: bool = PREVIEW


class ToldOne(Shape):
    """Somebody who was told the old date."""

    name: str = Field(description="Name. Personal data.")
    on: dt.date = Field(description="When.")


class ClockChanged(Shape):
    """What came of it."""

    deadline_id: int = Field(
        description="Number of the date that stands now; the old one finds it."
    )
    enterprise: str = Field(description="Name of the enterprise.")
    title: str = Field(description="What is due.")
    act: str = Field(description="What was done.")
    undone: str | None = Field(description="`undo`: what was taken back.")
    state: str = Field(description="`open`, `met`, `waived`, `superseded` or `cannot_file`.")
    suspended_on: dt.date | None = Field(description="Since when its clock stands still.")
    old_on: dt.date = Field(description="The date before.")
    new_on: dt.date = Field(description="The date now.")
    explanation: str = Field(description="How the date came about, in one Chinese line.")
    told: tuple[ToldOne, ...] = Field(description="Who was told the old date.")
    telling: int = Field(description="To how many of them a correction goes.")


class Snooze(Asked):
    """Keeping a due date quiet (暂缓提醒)."""

    until: Day = Field(description="No reminder before that day.")
    reason: str = WHY


class Unsnooze(Asked):
    """Ending that today."""

    reason: str = WHY


class Snoozed(Shape):
    """What keeping a due date quiet, or ending that, did."""

    deadline_id: int = Field(description="Number of the date.")
    enterprise: str = Field(description="Name of the enterprise.")
    title: str = Field(description="What is due.")
    due_on: dt.date = Field(description="The date.")
    until: dt.date | None = Field(description="Until when it is quiet; null: it is not any more.")
    statutory: bool = Field(description="The last reminder before the date speaks all the same.")
    items: int = Field(description="Reminders taken out of letters, or put into one again.")
