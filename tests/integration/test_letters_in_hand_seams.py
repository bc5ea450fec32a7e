"""A letter between two hands: whoever decides of it and whoever sends it see the same letter."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from casework import letter_acts
from casework.deliver import deliver
from casework.letter_acts import Chosen, Done, LetterAct, carry_out
from casework.remind import sweep
from casework.services import Actor
from models.enterprise import Role
from notifications.memory import MemoryCarrier
from policy.workdays import ONE_DAY
from tests.plugins.clocked import Clocked

HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)
D1 = dt.date(2026, 4, 29)  # the last rung speaks
_A_WHILE = 0.5  # seconds in which whoever need not wait is done


def test_letters_that_leave_while_they_are_being_held_leave_once(
    filing: Clocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(filing.on(D1))
    carrier = MemoryCarrier()

    def send(day: dt.date) -> None:
        deliver(replace(filing.on(day), open_carrier=lambda: carrier))

    with ThreadPoolExecutor(1) as sender:
        _between(monkeypatch, letter_acts, "_effect", lambda: sender.submit(send, D1))
        held = carry_out(filing.on(D1), Chosen(act=LetterAct.HOLD), reason="停", by=HEAD)
    assert isinstance(held, Done)
    monkeypatch.undo()
    assert isinstance(
        carry_out(filing.on(D1), Chosen(act=LetterAct.RELEASE), reason="放", by=HEAD), Done
    )
    send(D1)
    send(D1 + ONE_DAY)

    assert set(Counter(each.to.email for each in carrier.messages).values()) == {1}


def _between(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, begin: Callable[[], Any]
) -> None:
    """Let somebody else work when a step is reached for the first time, as far as they come."""
    step, begun = getattr(module, name), []

    def reached(*args: Any, **named: Any) -> Any:
        found = step(*args, **named)
        if not begun:
            begun.append(begin())
            with suppress(TimeoutError):
                begun[0].result(timeout=_A_WHILE)
        return found

    monkeypatch.setattr(module, name, reached)
