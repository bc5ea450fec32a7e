"""Doing what somebody began on a page: in a thread of its own, so that the page returns at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from casework.by_hand import Errand, end_errand, keep_errand
from casework.services import Services
from flows.local import Report, run_plainly
from runtime.build import opened, read_settings


def begin(home: Path, errand: Errand) -> Thread:
    """Begin a run, and return whoever does it; what comes of it stands in the tables."""
    work = Thread(target=_do, args=[home, errand], daemon=True, name=f"hand/{errand.kind.value}")
    work.start()
    return work


def _do(home: Path, errand: Errand) -> None:
    run: Callable[..., Report] = run_plainly
    when = {"on": errand.on.isoformat()} | ({"month": errand.month} if errand.month else {})
    when |= {"until": errand.until.isoformat()} if errand.until else {}
    with _alive(home, errand), suppress(Exception):  # its row and the log say why
        run(home, errand.kind.value, by=errand.by, **when)
    _tell(home, lambda services: end_errand(services, errand))


@contextmanager
def _alive(home: Path, errand: Errand) -> Iterator[None]:
    """Give signs of life meanwhile."""
    over = Event()
    every = errand.alive_every.total_seconds()

    def live() -> None:
        while not over.wait(every):
            _tell(home, lambda services: keep_errand(services, errand))

    Thread(target=live, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _tell(home: Path, what: Callable[[Services], object]) -> None:
    """Write it down; if the database is away, the lease ends by itself."""
    with suppress(Exception), opened(read_settings(home)) as services:
        what(services)
