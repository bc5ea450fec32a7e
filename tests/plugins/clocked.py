"""A county of one enterprise whose filing is due on 30 April, and a clock that can be set."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.clocks import ClockChange, ClockWish, touch_clock
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor, Services
from models.deadline import Deadline
from models.letter import LetterItem
from notifications.memory import MemoryCarrier
from notifications.message import Message
from policy.clocks import Act
from policy.obligation import DeadlineKind
from tests.plugins.house import NINE, ZONE, HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
DUE = dt.date(2026, 4, 30)
CLERK = Actor(name="李经办")


class Clocked:
    """One filing, and what can be done to its clock on any day."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def on(self, day: dt.date) -> Services:
        """Return the services as they stand on a morning."""
        morning = dt.datetime.combine(day, NINE, tzinfo=ZONE)
        return replace(self.services, now=lambda: morning)

    def day(self, day: dt.date) -> list[Message]:
        """Do a day's work, and return the letters that left."""
        services = self.on(day)
        carrier = MemoryCarrier()
        sweep(services)
        deliver(replace(services, open_carrier=lambda: carrier))
        return list(carrier.messages)

    def touch(self, day: dt.date, act: Act, **more: Any) -> ClockChange | Refusal:
        """Do something to the clock of the filing."""
        wish = ClockWish(**{"deadline": self.number, "act": act, "reason": "示例理由"} | more)
        return touch_clock(self.on(day), wish, by=CLERK)

    def done(self, day: dt.date, act: Act, **more: Any) -> ClockChange:
        """Do something that is allowed."""
        change = self.touch(day, act, **more)
        assert isinstance(change, ClockChange), change
        return change

    def refused(self, day: dt.date, act: Act, **more: Any) -> str:
        """Try something that is not; return the sentence."""
        before = self.rows(Deadline), self.rows(LetterItem)
        refusal = self.touch(day, act, **more)
        assert isinstance(refusal, Refusal), refusal
        assert (self.rows(Deadline), self.rows(LetterItem)) == before, "a refusal changes nothing"
        return refusal.reason

    @property
    def number(self) -> int:
        """The number of the first projection, which is good for ever."""
        return min(row.id or 0 for row in self.rows(Deadline))

    @property
    def filings(self) -> Sequence[Deadline]:
        """Every projection of the filing, the oldest first."""
        return [row for row in self.rows(Deadline) if row.obligation == "file"]

    @property
    def now(self) -> Deadline:
        """The projection that stands."""
        return self.filings[-1]

    def rows(self, model: type[SQLModel]) -> Sequence[Any]:
        """Return every row of a table."""
        with self.services.database.reading() as session:
            return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, statements={"field_fits": "true"})
    run_month(services, "2026-03", on=MARCH)
    Clocked(services).day(MARCH)  # what the run itself had to say has left


@pytest.fixture
def a_filing(a_house: HouseMaker, engine: str) -> Callable[..., Clocked]:
    """Return what opens a filing, on each engine in turn; ``changes`` are made to its duty."""

    def make(**changes: Any) -> Clocked:
        file, *others = SPROUT.obligations
        duty = replace(file, **{"kind": DeadlineKind.PLANNED} | changes)
        catalogue = sprout_catalogue(obligations=(duty, *others))
        return Clocked(a_house(engine, catalogue=catalogue, founding=_found))

    return make


@pytest.fixture
def filing(a_filing: Callable[..., Clocked]) -> Clocked:
    """A filing by our own plan."""
    return a_filing()
