"""Notes, officers and the other things that programs can read, as they get them."""

import datetime as dt

from pydantic import Field

from console.api.case_shapes import Due
from console.api.shapes import USCC, Shape


class Note(Shape):
    """A note (备注) as staff read it."""

    id: int = Field(description="Its number.")
    at: dt.datetime = Field(description="When it was written.")
    by: str = Field(description="Who wrote it.")
    text: str = Field(description="What it says.")
    case_id: int | None = Field(description="The case it is about; null: the enterprise.")
    struck: str = Field(description="Who struck it out, when and why; empty: it stands.")


class Notes(Shape):
    """The notes on an enterprise and its cases."""

    notes: tuple[Note, ...] = Field(description="The newest first; struck ones too.")


class Officer(Shape):
    """Somebody to whom a case may be given."""

    login: str = Field(description="To give a case to them.")
    name: str = Field(description="Name.")
    role_title: str = Field(description="Role in Chinese.")
    division: str = Field(description="Division, 6 digits.")


class Officers(Shape):
    """Those to whom cases may be given."""

    officers: tuple[Officer, ...] = Field(description="In the order they were registered.")


class ClockLine(Shape):
    """One act on the clock of a due date."""

    at: dt.datetime = Field(description="When.")
    what: str = Field(description="Who did what, in Chinese.")
    why: str = Field(description="Reason and document.")


class Answer(Shape):
    """What an enterprise answered (企业答复) to a reminder. Personal data."""

    id: int = Field(description="Its number.")
    at: dt.datetime = Field(description="When.")
    kind: str = Field(description="`seen`, `done` or `help`.")
    kind_title: str = Field(description="The same in Chinese.")
    state: str = Field(description="`noted`, `waiting`, `confirmed`, `returned` or `handled`.")
    state_title: str = Field(description="The same in Chinese.")
    waiting: bool = Field(description="It waits for a clerk.")
    enterprise: str = Field(description="Name of the enterprise.")
    uscc: str = USCC
    programme: str = Field(description="Key of the programme.")
    programme_title: str = Field(description="Name of the programme.")
    title: str = Field(description="What is due.")
    deadline_id: int = Field(description="Number of the due date.")
    due_on: dt.date = Field(description="The date.")
    who: str = Field(description="Name of who answered.")
    phone: str = Field(description="Their phone.")
    receipt: str = Field(description="`done`: the receipt number they gave.")
    words: str = Field(description="What they wrote.")
    settled_by: str = Field(description="Who dealt with it; empty: nobody yet.")
    settled_at: dt.datetime | None = Field(description="When.")
    reason: str = Field(description="What that person said.")


class Answers(Shape):
    """What enterprises answered."""

    waiting: int = Field(description="How many wait for a clerk in all.")
    answers: tuple[Answer, ...] = Field(description="What waits first, then the newest.")
    more: int = Field(description="Answers that match beyond `limit`.")


class DueWhole(Due):
    """One due date whole."""

    state_title: str = Field(description="State in Chinese.")
    reason: str = Field(description="Why it is closed; empty while it is open.")
    clock: tuple[ClockLine, ...] = Field(description="What was done to its clock, in order.")
    seen: int = Field(description="How many acts that are: sent with the next one.")
    acts: tuple[str, ...] = Field(description="What may be done to its clock now.")
    extension: int = Field(description="By how many days at most it is extended; 0: it is not.")
    snoozed_why: str = Field(description="Why it is quiet.")
    snooze_last: dt.date | None = Field(
        description="Until when it may be kept quiet; null: it may not."
    )
    answers: tuple[Answer, ...] = Field(description="What the enterprise answered.")


class Matter(Shape):
    """One thing that a letter speaks of."""

    kind_title: str = Field(description="What sort it is, in Chinese.")
    about: str = Field(description="What it is about.")
    due_on: dt.date | None = Field(description="Its due date, where it has one.")
    enterprise: str = Field(description="Name of the enterprise; empty: none.")
    uscc: str = Field(description="Its credit code; empty: none.")
    case_id: int | None = Field(description="The case; null: none.")
    said: bool = Field(description="False: it is not in the letter any more.")
    reason: str = Field(description="Why not.")


class LetterEvent(Shape):
    """One attempt to hand a letter over, or one decision about it."""

    at: dt.datetime = Field(description="When, UTC.")
    title: str = Field(description="What, in Chinese.")
    by: str = Field(description="Who.")
    state_title: str = Field(description="What it was then, in Chinese.")
    reason: str = Field(description="Why.")
    said: str = Field(description="What the mail server said.")
    batch: str = Field(description="The decision: read and undone by it; empty: none.")


class LetterWhole(Shape):
    """One letter (信函) whole; its text and its links are not given out. Personal data."""

    id: int = Field(description="Its number.")
    letter: str = Field(description="Key of its wording.")
    send_on: dt.date = Field(description="The day it is for.")
    state: str = Field(
        description="`queued`, `transmitting`, `sent`, `deferred`, `failed`, `unknown`, "
        "`suppressed` or `held`."
    )
    state_title: str = Field(description="The same in Chinese.")
    means: str = Field(description="What that means, in Chinese.")
    reason: str = Field(description="Why it stands where it does.")
    subject: str = Field(description="Empty until it was written.")
    to: str = Field(description="Name of the recipient.")
    role_title: str = Field(description="Role of the recipient in Chinese.")
    email: str = Field(description="Where it goes.")
    mailbox_said: str | None = Field(description="Why nothing is sent there; null: it is good.")
    enterprise: str = Field(description="The recipient's enterprise; empty: staff.")
    uscc: str = Field(description="Its credit code; empty: staff.")
    attempts: int = Field(description="How often it was handed over.")
    sent_at: dt.datetime | None = Field(description="When it left, UTC.")
    next_at: dt.datetime | None = Field(description="When it is tried again, UTC.")
    matters: tuple[Matter, ...] = Field(description="What it speaks of.")
    events: tuple[LetterEvent, ...] = Field(description="What happened to it, the newest first.")
    acts: tuple[str, ...] = Field(description="What may be decided of it now.")
