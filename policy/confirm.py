"""How sure we are of what a rule says."""

from enum import StrEnum


class Confirm(StrEnum):
    """How sure we are of a rule: unconfirmed rules recommend but never refuse by themselves."""

    CONFIRMED = "confirmed"
    NEEDS_CONFIRMATION = "needs_confirmation"
