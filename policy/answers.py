"""What an enterprise may answer to a reminder (答复), how often, and for how long a link lives.

To acknowledge is not to be done: an answer closes no deadline. A receipt number is evidence that
is offered; a clerk confirms or returns it.
"""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

LINK_LIVES = dt.timedelta(days=30)  # after the due date, or after the letter if that is later
LONGEST_RECEIPT = 60  # characters
LONGEST_WORDS = 300


class AnswerKind(StrEnum):
    """What an enterprise says of one matter."""

    SEEN = "seen"  # 已知悉
    DONE = "done"  # 已办理, with a receipt number
    HELP = "help"  # 需要帮助


class AnswerState(StrEnum):
    """What became of an answer."""

    NOTED = "noted"  # nothing is to be done about it
    WAITING = "waiting"  # for a clerk
    CONFIRMED = "confirmed"  # the receipt was found right, and the matter is met
    RETURNED = "returned"  # it was not, and the enterprise is told why
    HANDLED = "handled"  # help was given


def link_ends(due_on: dt.date, today: dt.date) -> dt.date:
    """Return the last day on which a link in a letter of today answers."""
    return max(due_on, today) + LINK_LIVES


def first_state(kind: AnswerKind) -> AnswerState:
    """Return where an answer begins: who only took note asks for nothing."""
    return AnswerState.NOTED if kind is AnswerKind.SEEN else AnswerState.WAITING


def may_answer(said: Iterable[tuple[AnswerKind, AnswerState]]) -> tuple[AnswerKind, ...]:
    """Return what may still be answered after what was said of a matter before.

    Each answer once, until a clerk has dealt with it; to take note is the first word or none.
    """
    before = list(said)
    waiting = {kind for kind, state in before if state is AnswerState.WAITING}
    return tuple(
        kind
        for kind in AnswerKind
        if (not before if kind is AnswerKind.SEEN else kind not in waiting)
    )


def receipt_kind(obligation: str) -> str:
    """Return the kind of record by which a receipt meets what no other kind of record meets."""
    return f"receipt.{obligation}"


def is_receipt(text: str) -> bool:
    """Say whether this can be a receipt number: not too long, and with a digit in it."""
    return len(text) <= LONGEST_RECEIPT and any(char.isdigit() for char in text)
