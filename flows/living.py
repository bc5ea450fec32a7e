"""Signs of life from a thread of their own, as long as the work beside it goes on."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


@contextmanager
def living(every: dt.timedelta, sign: Callable[[], object]) -> Iterator[None]:
    """Give a sign now and every so often meanwhile; one that fails is made up for by the next."""
    over = Event()

    def live() -> None:
        while True:
            with suppress(Exception):
                sign()
            if over.wait(every.total_seconds()):
                return

    thread = Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
