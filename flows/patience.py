"""Patience with what fails: it is tried again, each time after a longer while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from policy.timetable import RunKind

FIRST, LONGEST = 20.0, 1800.0  # seconds


@dataclass(slots=True, kw_only=True)
class Patience:
    """How often each kind of run failed in a row, and when it may be tried again.

    A full disk would otherwise be filled anew by a backup every few seconds, all night.
    """

    clock: Callable[[], float] = monotonic
    _failures: dict[RunKind, int] = field(default_factory=dict)
    _until: dict[RunKind, float] = field(default_factory=dict)

    def may_try(self, kind: RunKind) -> bool:
        """Say whether a kind of run may be tried now."""
        return self.clock() >= self._until.get(kind, 0.0)

    def failed(self, kind: RunKind) -> None:
        """Note a failure: wait 20 seconds after the first, then twice as long each time."""
        before = self._failures.get(kind, 0)
        self._failures[kind] = before + 1
        self._until[kind] = self.clock() + min(FIRST * 2 ** min(before, 10), LONGEST)

    def rest(self, kind: RunKind, seconds: float) -> None:
        """Do not try a kind for so long."""
        self._until[kind] = self.clock() + seconds

    def went_well(self, kind: RunKind) -> None:
        """Forget the failures of a kind."""
        self._failures.pop(kind, None)
        self._until.pop(kind, None)
