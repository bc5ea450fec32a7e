"""What programs can ask to be done about letters, and what is answered."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from casework.letter_acts import LetterAct
from casework.reasons import LONGEST
from casework.typed import LARGEST
from console.api.asked import PREVIEW, WHY
from console.api.asked_cases import MOST
from console.api.shapes import Asked, Shape


class LetterDecision(Asked):
    """A decision about letters (信函): about all of these, or about none."""

    act: LetterAct = Field(
        description="`hold`, `release` (send again), `suppress` (never send) or `arrived`; `acts` "
        "of a letter says what may be decided."
    )
    letters: tuple[Annotated[int, Field(ge=1, le=LARGEST)], ...] = Field(
        min_length=1, max_length=MOST, description="Their numbers, at most 200."
    )
    reason: str = WHY
    stamp: str = Field(
        default="",
        max_length=64,
        description="`batch` of a preview: only if nothing has changed since; the same again is "
        "done once.",
    )
    preview: bool = PREVIEW


class PassedOver(Shape):
    """Letters for which a decision is not meant."""

    state_title: str = Field(description="State in Chinese.")
    letters: int = Field(description="How many.")


class LettersDecided(Shape):
    """What a decision about letters did, or would do."""

    act: str = Field(description="What was decided.")
    done: bool = Field(description="False: a preview.")
    letters: tuple[int, ...] = Field(description="Numbers of the letters.")
    batch: str = Field(description="Name of the decision: read and undone by it.")
    people: int | None = Field(default=None, description="Preview: how many people they go to.")
    disowned: int | None = Field(
        default=None, description="Preview: letters to mailboxes that do not exist, a server said."
    )
    passed_over: tuple[PassedOver, ...] = Field(
        default=(), description="Preview: those that it is not meant for; with any, it is refused."
    )


class BatchLine(Shape):
    """One letter of a decision as it is now."""

    letter: int = Field(description="Its number.")
    send_on: dt.date = Field(description="The day it is for.")
    to: str = Field(description="Name of the recipient. Personal data.")
    enterprise: str = Field(description="The recipient's enterprise; empty: staff.")
    state: str = Field(description="Key of its state.")
    state_title: str = Field(description="The same in Chinese.")
    too_late: str = Field(description="Why it can not go back; empty: it can.")


class LetterBatch(Shape):
    """What one decision about letters did."""

    batch: str = Field(description="Its name.")
    title: str = Field(description="What was decided, in Chinese.")
    by: str = Field(description="Who decided it.")
    at: dt.datetime = Field(description="When.")
    reason: str = Field(description="Why.")
    undone: bool = Field(description="It was undone.")
    can_go_back: int = Field(description="How many letters undoing it would bring back.")
    lines: tuple[BatchLine, ...] = Field(description="One for each letter.")


class LettersBack(Shape):
    """What undoing did."""

    letters: int = Field(description="How many letters are as they were before.")


class Trust(Asked):
    """Writing to a mailbox again that a server disowned."""

    reason: str = Field(default="", max_length=LONGEST, description="Why; it is kept and shown.")


class Trusted(Shape):
    """The mailbox that is written to again."""

    email: str = Field(description="Its address. Personal data.")
