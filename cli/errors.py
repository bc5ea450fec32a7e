"""How a command ends when it can not go on: an exit code and one Chinese sentence."""

from enum import IntEnum

from casework.refusal import Refusal


class Code(IntEnum):
    """The exit codes that other programs may rely on."""

    FINE = 0
    PROBLEMS = 1  # something was found wrong, or was refused
    MISUSE = 2
    CANNOT_RUN = 3
    INTERRUPTED = 130


class StopError(Exception):
    """The command ends here; ``hint`` says what to type instead."""

    def __init__(self, sentence: str, *, code: Code = Code.PROBLEMS, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.hint = sentence, code, hint


def refused(refusal: Refusal) -> StopError:
    """Return the end of a command that was refused, with the reason."""
    return StopError(refusal.reason)


def misuse(sentence: str, *, hint: str = "") -> StopError:
    """Return the end of a command that was typed in a way that can not be meant."""
    return StopError(sentence, code=Code.MISUSE, hint=hint)
