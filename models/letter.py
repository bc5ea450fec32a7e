"""Letters (信函) and their items: the outbox, and the ledger of claims."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class LetterState(StrEnum):
    """Where a letter stands on its way."""

    QUEUED = "queued"
    TRANSMITTING = "transmitting"  # committed right before the carrier is called
    SENT = "sent"
    DEFERRED = "deferred"  # try again at next_at
    FAILED = "failed"
    UNKNOWN = "unknown"  # handed over, answer lost; a second copy may go out once
    SUPPRESSED = "suppressed"  # nothing left to say, or nobody to say it to
    HELD = "held"  # may have arrived, or have left before a restore: a person decides


class Letter(SQLModel, table=True):
    """One message to one person on one day: the unique key keeps it to one a day."""

    __table_args__ = (
        UniqueConstraint("person_id", "send_on"),
        one_of("state", LetterState),
        Index(
            "ix_letter_waiting",
            "send_on",
            sqlite_where=text("state IN ('queued', 'deferred', 'transmitting', 'unknown')"),
            postgresql_where=text("state IN ('queued', 'deferred', 'transmitting', 'unknown')"),
        ),
        Index(
            "ix_letter_wrong",
            "send_on",
            sqlite_where=text("state IN ('failed', 'unknown', 'held')"),
            postgresql_where=text("state IN ('failed', 'unknown', 'held')"),
        ),
        # The outbox: counted by state; listed from the newest, all of them or those of one state.
        Index("ix_letter_state", "state", "send_on", "id"),
        Index("ix_letter_listed", "send_on", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    send_on: dt.date
    letter: str  # the letter's name in notifications.letters
    state: str = LetterState.QUEUED.value
    attempts: int = 0
    lease: int = 0  # fencing term: only the holder of the newest term may record an answer
    leased_until: dt.datetime | None = Field(default=None, sa_type=Instant)
    next_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    message_id: str = Field(default="", index=True)
    return_path: str = ""  # where a report about it must have gone; empty: to the sender
    subject: str = ""
    handed_at: dt.datetime | None = Field(default=None, sa_type=Instant, index=True)
    sent_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    may_repeat: bool = False  # a second copy was sent because the first answer was lost
    reason: str = ""


class ItemKind(StrEnum):
    """What a letter can speak of."""

    RUNG = "rung"
    MOVE = "move"
    REVIEW = "review"
    ALARM = "alarm"  # something about the program itself, for whoever keeps it running
    DIGEST = "digest"  # the week's summary of a member of staff
    ANSWER = "answer"  # what an enterprise answered; to the enterprise: why it was returned


class ItemState(StrEnum):
    """The end of every claim, each with its reason."""

    CLAIMED = "claimed"  # in its letter
    SUPERSEDED = "superseded"  # a more urgent rung spoke instead
    SUPPRESSED = "suppressed"  # nobody to tell, or the matter was done before it was said


class LetterItem(SQLModel, table=True):
    """The claim of one rung, move or review for one person; its unique key is the promise."""

    __tablename__ = "letter_item"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("state", ItemState),
        Index(
            "ix_letter_item_unsaid",
            "speaks_on",
            sqlite_where=text("state = 'suppressed'"),
            postgresql_where=text("state = 'suppressed'"),
        ),
        *(
            Index(
                f"ix_letter_item_{column}",
                column,
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("transition_id", "review_id")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # natural words only: the same on every engine
    kind: str
    state: str = ItemState.CLAIMED.value
    person_id: int | None = Field(default=None, foreign_key="person.id")
    # whose it would have been: they are away, and person_id stands in for them
    instead_of_id: int | None = Field(default=None, foreign_key="person.id")
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    deadline_id: int | None = Field(default=None, foreign_key="deadline.id", index=True)
    transition_id: int | None = Field(default=None, foreign_key="transition.id")
    review_id: int | None = Field(default=None, foreign_key="review.id")
    alarm_id: int | None = Field(default=None, foreign_key="alarm.id")
    answer_id: int | None = Field(default=None, foreign_key="answer.id")
    rung: str = ""
    tone: str = ""
    speaks_on: dt.date
    reason: str = ""
