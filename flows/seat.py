"""The one place from which the timetable of some data is kept, by whatever process and machine."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from casework.heartbeat import beat
from casework.lease import TIMETABLE, Busy, Held, acquire, release, renew
from runtime.build import opened, read_settings

SIGNS_IN_A_LEASE = 3


@dataclass(slots=True, kw_only=True)
class Seat:
    """A lease in the tables: taken, kept by renewing it, and left.

    Each call opens the data anew; a database that went away and came back is no matter.
    """

    home: Path
    holder: str
    _held: Held | None = None

    @property
    def length(self) -> dt.timedelta:
        """Return for how long it is ours without a sign of life."""
        return dt.timedelta(seconds=read_settings(self.home).lease_seconds)

    def take(self) -> Busy | None:
        """Take it; else return who has it."""
        with opened(read_settings(self.home)) as services:
            got = acquire(services, TIMETABLE, holder=self.holder, length=self.length)
        if isinstance(got, Busy):
            return got
        self._held = got
        return None

    def hold(self) -> bool:
        """Give a sign of life; False when it is no longer ours."""
        held = self._held
        if held is None:
            return False
        with opened(read_settings(self.home)) as services:
            ours = renew(services, held, length=self.length)
            if ours:
                every = self.length / SIGNS_IN_A_LEASE
                beat(services, TIMETABLE, every=every, detail=self.holder)
            return ours

    def leave(self) -> None:
        """Give it back at once."""
        held, self._held = self._held, None
        if held is not None:
            with opened(read_settings(self.home)) as services:
                release(services, held)
