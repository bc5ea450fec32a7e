"""The data folder, kept open between requests; opened anew when its files or its data change."""

import datetime as dt
from collections.abc import Callable
from hmac import compare_digest
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from casework.accounts import new_secret
from casework.by_hand import Errand
from casework.confirmed import mark_of, standing
from casework.services import Services
from runtime import clock
from runtime.address import sqlite_file
from runtime.build import build, close, program_of, read_settings

_FIRST_FOR = dt.timedelta(hours=2)
Clock: TypeAlias = Callable[[], dt.datetime]
Starter: TypeAlias = Callable[[Path, Errand], object]  # begins a run and returns at once


class FirstStart:
    """A link for the first administrator: for two hours, and only as long as this process lives.

    Its secret is in no file and no table. It opens nothing once somebody has an account.
    """

    def __init__(self, now: Clock) -> None:
        self.secret = new_secret()
        self.until = now() + _FIRST_FOR
        self.one_at_a_time = Lock()
        self._now = now

    def opens(self, secret: str) -> bool:
        """Say whether this is the link, and still in time."""
        return compare_digest(secret.encode(), self.secret.encode()) and self._now() < self.until


class House:
    """Services for each request; whoever still uses older ones is left alone with them."""

    def __init__(
        self,
        home: Path,
        *,
        now: Clock | None = None,
        first: FirstStart | None = None,
        start: Starter | None = None,
    ) -> None:
        self.home, self.first, self.start = home, first, start
        self._now = now
        self._lock = Lock()
        self._services: Services | None = None
        self._as_of: tuple[object, ...] = ()

    def services(self) -> Services:
        """Return Services as settings, files and data stand now; may raise CannotRunError."""
        settings = read_settings(self.home)
        file = sqlite_file(settings)
        # A restore puts another file in the place of the old one.
        which = file.stat().st_ino if file is not None and file.exists() else None
        as_of = (settings.model_dump_json(), program_of(settings), which)
        with self._lock:
            if self._services is None or as_of != self._as_of or self._confirmed_since():
                self.close()
                self._services = build(settings, now=self._now or clock.now)
                self._as_of = as_of
            return self._services

    def _confirmed_since(self) -> bool:
        """Say whether a rule was confirmed, or that was taken back, since they were made."""
        assert self._services is not None  # noqa: S101 - asked only then
        with self._services.database.reading() as session:
            mark = mark_of(standing(session))
        return mark != self._services.program.partition("~")[2]

    def close(self) -> None:
        """Give back every connection that nobody uses."""
        if self._services is not None:
            close(self._services)
            self._services = None
