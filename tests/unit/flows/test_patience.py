"""What fails is tried again, each time after a longer while, and each kind by itself."""

from flows.patience import LONGEST, Patience
from policy.timetable import RunKind

SWEEP, BACKUP = RunKind.SWEEP, RunKind.BACKUP


def _waits(patience: Patience, now: list[float], kind: RunKind) -> float:
    """Return how long it is until a kind may be tried."""
    start = now[0]
    while not patience.may_try(kind):
        now[0] += 1
    return now[0] - start


def test_each_failure_in_a_row_waits_twice_as_long_up_to_half_an_hour() -> None:
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    waits = []
    for _ in range(12):
        patience.failed(BACKUP)
        waits.append(_waits(patience, now, BACKUP))

    assert waits[:4] == [20, 40, 80, 160]
    assert waits[-1] == LONGEST


def test_success_forgets_and_other_kinds_are_not_kept_waiting() -> None:
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    patience.failed(BACKUP)
    patience.failed(BACKUP)

    assert patience.may_try(SWEEP)
    patience.went_well(BACKUP)
    assert patience.may_try(BACKUP)
    patience.failed(BACKUP)
    assert _waits(patience, now, BACKUP) == 20
