"""A pace: never more letters in any minute than the mail provider allows."""

import time
from collections import deque
from collections.abc import Callable, Iterable

from notifications.message import Carrier, Message, Receipt

_MINUTE = 60.0


class Paced:
    """Hands on to another carrier; `wait` keeps the letter back that would be one too many."""

    def __init__(
        self,
        carrier: Carrier,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.name = carrier.name
        self._carrier = carrier
        self._left: deque[float] = deque(maxlen=per_minute)  # when the newest ones were handed on
        self._clock, self._sleep = clock, sleep

    def count(self, ages: Iterable[float]) -> None:
        """Count letters that left so many seconds ago, before there was this pace."""
        now = self._clock()
        self._left.extend(now - age for age in sorted(ages, reverse=True))

    def wait(self) -> None:
        """Return when it is the next letter's turn; before it is marked as on its way."""
        while len(self._left) == self._left.maxlen:
            seconds = self._left[0] + _MINUTE - self._clock()
            if seconds <= 0:
                return
            self._sleep(seconds)

    def deliver(self, message: Message) -> Receipt:
        """Return what became of one attempt."""
        self._left.append(self._clock())
        return self._carrier.deliver(message)

    def find(self, message_id: str) -> bool | None:
        """Say what the other carrier says."""
        return self._carrier.find(message_id)

    def close(self) -> None:
        """Close the other carrier."""
        self._carrier.close()
