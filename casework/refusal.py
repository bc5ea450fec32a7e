"""A refusal is a value: an act that may not happen, and the sentence that says why."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was not done, in Chinese, for the person who asked."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Refusal):
    """There is no such thing, or not for these eyes: both look the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken(Refusal):
    """Somebody acted since it was looked at; ``by`` and ``at`` where that was a move."""

    version: int  # as it is now
    by: str = ""
    at: dt.datetime | None = None
