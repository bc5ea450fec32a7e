"""A pace: in no minute more than allowed, in order, and never slower than it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.memory import MemoryCarrier
from notifications.message import Address, Fate, Message
from notifications.pace import Paced

LETTER = Message(
    message_id="<3f9a@peiyu.example>",
    sender=Address(name="示例科技局", email="peiyu@office.example"),
    to=Address(name="张示例", email="zhang@firm.example"),
    subject="示例",
    text="您好",
    html="<p>您好</p>",
)


@pytest.mark.fault("M18")
@given(
    per_minute=st.integers(1, 12),
    pauses=st.lists(st.floats(0, 90), min_size=1, max_size=60),
)
def test_in_no_minute_there_are_more_than_allowed(per_minute: int, pauses: list[float]) -> None:
    now, left = 0.0, list[float]()

    def sleep(seconds: float) -> None:
        nonlocal now
        assert seconds > 0
        now += seconds

    paced = Paced(MemoryCarrier(), per_minute, clock=lambda: now, sleep=sleep)
    for pause in pauses:
        now += pause
        paced.wait()
        assert paced.deliver(LETTER).fate is Fate.SENT
        left.append(now)

    for number, moment in enumerate(left[per_minute:]):
        assert moment - left[number] >= 60 - 1e-6


def test_it_waits_only_when_it_must_and_no_longer() -> None:
    waited: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    paced = Paced(MemoryCarrier(), 2, clock=lambda: now[0], sleep=sleep)
    for pause in (0, 10, 0, 60):
        now[0] += pause
        paced.wait()
        paced.deliver(LETTER)

    assert waited == [50]


def test_what_left_before_there_was_this_pace_is_counted() -> None:
    waited: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    paced = Paced(MemoryCarrier(), 2, clock=lambda: now[0], sleep=sleep)
    paced.count([10.0, 50.0, 59.0])
    paced.wait()

    assert waited == [10]
