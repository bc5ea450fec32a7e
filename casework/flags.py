"""How sure a date is, and whether its clock runs, in the words that stand beside it."""

from models.deadline import Deadline

_WORDS = ("预计", "暂估", "待核实", "已中止")


def flags_of(deadline: Deadline) -> tuple[str, ...]:
    """Return the words that stand beside a date."""
    stopped = deadline.suspended_on is not None
    return flags(deadline.estimated, deadline.provisional, deadline.needs_confirmation, stopped)


def flags(*marks: bool) -> tuple[str, ...]:
    """Return the words for estimated, provisional, to be confirmed, suspended."""
    return tuple(word for word, holds in zip(_WORDS, marks, strict=True) if holds)
