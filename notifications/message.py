"""What leaves the house: one message to one person, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person's name and mailbox."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """Return what stands behind the @ of the mailbox, as it is written."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels with a message."""

    filename: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person. The ``message_id`` (``<hash@domain>``) is the same on every try.

    One recipient only: a server can then never take a letter for some and refuse the rest.
    """

    message_id: str
    sender: Address
    to: Address
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    robot: str = ""  # a group's robot says it; it is no mail then
    return_path: str = ""  # the envelope's sender, where it is not the letter's


ROBOT_MARK = "robot."  # so begin the Message-IDs of what robots say: no mail goes by them


class Fate(StrEnum):
    """What became of a message after one attempt."""

    SENT = "sent"
    DEFERRED = "deferred"  # not taken now; the same message may be tried later
    FAILED = "failed"  # this address or this content is refused for good
    UNKNOWN = "unknown"  # handed over, but the answer was lost: it may have arrived
    STOPPED = "stopped"  # nothing of ours is taken: do not try the other letters either


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to one attempt: the server's own words, and a sentence for staff."""

    fate: Fate
    code: int | None = None
    answer: str = ""
    detail: str = ""
    dead: bool = False  # the server says that this mailbox does not exist


class Carrier(Protocol):
    """Takes messages away. Not shared between threads."""

    name: str

    def deliver(self, message: Message) -> Receipt:
        """Return what became of exactly one attempt; a refusal is a receipt, not an exception."""
        ...

    def find(self, message_id: str) -> bool | None:
        """Say whether this message was handed over before; None when it cannot be known."""
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...
