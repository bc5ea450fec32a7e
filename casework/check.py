"""One check of the installation: its answer, how grave it is, and what to type about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a check's answer is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its answer in a sentence, and what to type about it."""

    name: str
    level: Level
    sentence: str
    hint: str = ""


def ok(name: str, sentence: str, hint: str = "") -> Check:
    """Say that all is in order."""
    return Check(name=name, level=Level.OK, sentence=sentence, hint=hint)


def warn(name: str, sentence: str, hint: str = "") -> Check:
    """Say what somebody should look at."""
    return Check(name=name, level=Level.WARN, sentence=sentence, hint=hint)


def bad(name: str, sentence: str, hint: str = "") -> Check:
    """Say what somebody must mend."""
    return Check(name=name, level=Level.BAD, sentence=sentence, hint=hint)
