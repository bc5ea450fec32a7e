"""A refusal is a value: an act that may not happen, and the sentence that says why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was not done, in Chinese, for the person who asked."""

    reason: str
