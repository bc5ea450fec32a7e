"""A letter between two hands: whoever decides of it and whoever sends it see the same letter."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from casework import letter_acts, undo
from casework.decide import Decided, Verb, Wish, decide_case
from casework.deliver import deliver
from casework.letter_acts import Chosen, Done, LetterAct, carry_out
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor
from casework.undo import take_back
from models.enterprise import Role
from models.letter import Letter
from models.writes import insert_all
from notifications.memory import MemoryCarrier
from policy.workdays import ONE_DAY
from tests.plugins.clocked import MARCH, Clocked

HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)
D1 = dt.date(2026, 4, 29)  # the last rung speaks
TUESDAY = MARCH + ONE_DAY
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


def test_a_decision_whose_letter_joins_another_and_leaves_meanwhile_is_not_taken_back(
    filing: Clocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish(case_id=1, verb=Verb.APPROVE, reason="示例")
    approved = decide_case(filing.on(TUESDAY), wish, by=HEAD)
    assert isinstance(approved, Decided)
    next_day, carrier = filing.on(TUESDAY + ONE_DAY), MemoryCarrier()
    _open_letters_for(filing, TUESDAY + ONE_DAY)

    def send() -> None:
        deliver(replace(next_day, open_carrier=lambda: carrier))

    with ThreadPoolExecutor(1) as sender:
        _between(monkeypatch, undo, "about_it", lambda: sender.submit(send))
        back = take_back(next_day, approved.decision, reason="示例", by=HEAD)

    told = [each for each in carrier.messages if each.to.email.startswith("contact")]
    assert isinstance(back, Refusal) == bool(told), "the enterprise knows of it, or it never was"


def _open_letters_for(filing: Clocked, day: dt.date) -> None:
    """Open a letter of another day for whomever one waits, for it to be joined."""
    waiting = [each for each in filing.rows(Letter) if each.state == "queued"]
    assert waiting
    rows = [each.model_dump(exclude={"id"}) | {"send_on": day} for each in waiting]
    with filing.services.database.writing() as session:
        insert_all(session, Letter, rows)


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
