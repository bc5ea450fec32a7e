"""The carrier of rehearsals: it takes every message and keeps nothing."""

from notifications.message import Fate, Message, Receipt


class Nowhere:
    """Says that everything has left; nobody gets anything."""

    name = "nowhere"

    def deliver(self, message: Message) -> Receipt:  # noqa: ARG002 - it is not even built
        """Say that it has left."""
        return Receipt(fate=Fate.SENT, detail="预演")

    def find(self, message_id: str) -> bool | None:  # noqa: ARG002 - whatever it was
        """Say that it was sent."""
        return True

    def close(self) -> None:
        """Do nothing."""
