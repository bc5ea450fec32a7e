"""How sure a date is, and whether its clock runs, in the words that stand beside it."""

from models.deadline import Deadline


def flags_of(deadline: Deadline) -> tuple[str, ...]:
    """Return the words that stand beside a date."""
    marks = (
        (deadline.estimated, "预计"),
        (deadline.provisional, "暂估"),
        (deadline.needs_confirmation, "待核实"),
        (deadline.suspended_on is not None, "已中止"),
    )
    return tuple(word for holds, word in marks if holds)
