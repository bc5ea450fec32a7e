"""The carrier for tests and rehearsals: it keeps what it was given, and fails as told."""

from collections.abc import Iterable

from notifications.build import compose, refusal
from notifications.message import Fate, Message, Receipt


class MemoryCarrier:
    """Keeps messages in a list; ``fates`` is the script for the first attempts, then all is sent.

    ``messages`` holds what was accepted: a message whose answer was lost (`Fate.UNKNOWN`) has
    arrived, as it usually has. ``attempts`` holds every message that was handed in.
    """

    name = "memory"

    def __init__(self, fates: Iterable[Fate] = (), *, remembers: bool = True) -> None:
        self.messages: list[Message] = []
        self.attempts: list[Message] = []
        self.closed = False
        self._fates = iter(tuple(fates))
        self._remembers = remembers

    def deliver(self, message: Message) -> Receipt:
        """Build the mail as every carrier does, then answer by the script."""
        self.attempts.append(message)
        refused = refusal(message)
        if refused:
            return refused
        compose(message).as_bytes()
        fate = next(self._fates, Fate.SENT)
        if fate in {Fate.SENT, Fate.UNKNOWN}:
            self.messages.append(message)
        return Receipt(fate=fate, detail=f"演练：{fate}")

    def find(self, message_id: str) -> bool | None:
        """Say whether the message arrived; None when told not to remember, as SMTP doesn't."""
        if not self._remembers:
            return None
        return any(message.message_id == message_id for message in self.messages)

    def close(self) -> None:
        """Remember that the caller tidied up."""
        self.closed = True
