"""What programs can ask to be done about cases, and what is answered."""

import datetime as dt

from pydantic import Field

from casework.notes import LONGEST as LONGEST_NOTE
from casework.typed import LARGEST
from console.api.asked import PREVIEW, WHY, Decided, Deciding
from console.api.shapes import Asked, Shape

MOST = 200


class OneDecision(Deciding):
    """A decision of many."""

    case_id: int = Field(ge=1, le=LARGEST, description="Number of the case.")
    version: int = Field(ge=0, le=LARGEST, description="The version you saw of it.")


class Decisions(Asked):
    """Decisions about many cases, each by itself."""

    decisions: tuple[OneDecision, ...] = Field(
        min_length=1, max_length=MOST, description="At most 200, in the order of the answer."
    )
    preview: bool = PREVIEW


class Foreseen(Shape):
    """What a decision would do by itself; what then follows by the rules is not in it."""

    from_title: str = Field(description="Name of the stage it is in.")
    to_title: str = Field(description="Name of the stage it would be in.")
    tells: bool = Field(description="The enterprise's contact would be written to.")


class Refused(Shape):
    """Why one of many was not done."""

    status: int = Field(description="What it would have been answered alone: 404, 409 or 422.")
    detail: str = Field(description="Why, a sentence in Chinese.")
    by: str | None = Field(default=None, description="409: who acted in the meantime.")
    at: dt.datetime | None = Field(default=None, description="409: when, UTC.")
    version: int | None = Field(default=None, description="409: the version as it is now.")


class DecisionRow(Shape):
    """What came of one decision of many: one of the three is not null."""

    case_id: int = Field(description="Number of the case.")
    done: Decided | None = Field(default=None, description="What it did.")
    would: Foreseen | None = Field(default=None, description="A preview: what it would do.")
    refused: Refused | None = Field(default=None, description="Why it was not done.")


class DecisionRows(Shape):
    """What came of many decisions."""

    rows: tuple[DecisionRow, ...] = Field(description="One each, in the order they were sent.")


class TakeBack(Asked):
    """Taking something back."""

    reason: str = WHY
    preview: bool = PREVIEW


class TakenBack(Shape):
    """What taking a decision back did."""

    case_id: int = Field(description="The case.")
    verb: str = Field(description="What had been decided.")
    from_title: str = Field(description="Name of the stage it was in.")
    to_title: str = Field(description="Name of the stage it is in again.")
    letters: int = Field(description="How many matters are not told any more.")
    owed_again: tuple[str, ...] = Field(description="Titles of due dates that are owed again.")
    no_longer_owed: tuple[str, ...] = Field(description="Titles of those that are not any more.")
    already: bool = Field(description="It was taken back before; nothing changed.")


class Assign(Asked):
    """Giving a case to an officer (经办人)."""

    officer: str = Field(max_length=60, description="Login, as in `/officers`; empty: nobody.")
    seen: int = Field(ge=0, le=LARGEST, description="`assignment` of the case as you saw it.")
    preview: bool = PREVIEW


class Nothing(Asked):
    """Nothing needs to be said: `{}`."""


class Assigned(Shape):
    """Whose the case was and is."""

    case_id: int = Field(description="The case.")
    before: str = Field(description="Name of whose it was; empty: nobody's.")
    now: str = Field(description="Name of whose it is; empty: nobody's.")
    seq: int = Field(description="Which assignment counts now: `seen` next time; it is undone by.")
    already: bool = Field(description="It was theirs before; nothing changed.")


class NewNote(Asked):
    """A note (备注) on an enterprise, or on one of its cases."""

    text: str = Field(min_length=1, max_length=LONGEST_NOTE, description="What to remember.")
    case_id: int | None = Field(
        default=None, ge=1, le=LARGEST, description="The case; null: the enterprise."
    )


class Strike(Asked):
    """Striking a note out: it can still be read."""

    reason: str = WHY
