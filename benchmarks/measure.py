"""Timing things side by side: interleaved, several times, medians of CPU and wall time."""

import gc
import resource
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

Action = Callable[[], object]
Prepare = Callable[[], AbstractContextManager[Action]]  # only the action itself is timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds: CPU of all threads of this process, and by the clock on the wall."""

    cpu: float
    wall: float

    def over(self, floor: "Timing") -> "Timing":
        """Return how many times the floor this is."""
        return Timing(cpu=self.cpu / floor.cpu, wall=self.wall / floor.wall)


def side_by_side(variants: Mapping[str, Prepare], repeats: int) -> dict[str, Timing]:
    """Return the median of each variant; they take turns, so that a busy minute hits all."""
    taken: dict[str, list[Timing]] = {name: [] for name in variants}
    for _ in range(repeats):
        for name, prepare in variants.items():
            with prepare() as action:
                taken[name].append(timed(action))
    return {name: _median(timings) for name, timings in taken.items()}


def timed(action: Action) -> Timing:
    """Return how long it takes once."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    action()
    return Timing(cpu=time.process_time() - cpu, wall=time.perf_counter() - wall)


def _median(timings: list[Timing]) -> Timing:
    return Timing(
        cpu=median(timing.cpu for timing in timings),
        wall=median(timing.wall for timing in timings),
    )


def peak_mib() -> int:
    """Return the largest amount of memory that this process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
