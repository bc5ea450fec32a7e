"""Delivery: each letter leaves once, a lost answer is repeated at most once, none is lost."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casework.deliver import DeliveryReport, deliver
from casework.hand_over import GIVE_UP_AFTER
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.remind import sweep
from casework.services import Actor, Services
from models.enterprise import Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.folder import FolderCarrier
from notifications.memory import MemoryCarrier
from notifications.message import Fate
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, sprout_catalogue

D30 = dt.date(2026, 3, 31)
NINE = dt.datetime(2026, 3, 31, 1, tzinfo=dt.UTC)
FIRMS = 3


def _found(services: Services) -> None:
    for number in range(1, FIRMS + 1):
        add_firm(services, number, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    sweep(services, today=dt.date(2026, 3, 30))
    sweep(services, today=D30)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three letters wait in the outbox of 2026-03-31."""
    return a_house(engine, today=D30, catalogue=sprout_catalogue(), founding=_found)


def _by(services: Services, carrier: MemoryCarrier, *, minutes: int = 0) -> DeliveryReport:
    """Deliver with this carrier, so many minutes after nine."""

    def now() -> dt.datetime:
        return NINE + dt.timedelta(minutes=minutes)

    return deliver(replace(services, open_carrier=lambda: carrier, now=now))


def _letters(services: Services) -> Sequence[Letter]:
    with services.database.reading() as session:
        return session.scalars(select(Letter).order_by(col(Letter.id))).all()


def _states(services: Services) -> list[str]:
    return [letter.state for letter in _letters(services)]


def test_every_letter_leaves_once(county: Services) -> None:
    carrier = MemoryCarrier()

    first, second = _by(county, carrier), _by(county, carrier, minutes=60)

    assert (first.sent, second.sent) == (FIRMS, 0)
    assert sorted(message.to.email for message in carrier.messages) == [
        f"contact{number}@firm.example" for number in range(1, FIRMS + 1)
    ]
    assert _states(county) == ["sent"] * FIRMS
    assert carrier.closed
    (message, *_) = carrier.messages
    assert "提交申报" in message.text
    assert "示例办法 第九条" in message.text
    assert message.attachments[0].filename.endswith(".ics")


def test_two_deliveries_at_once_send_each_letter_once(county: Services, tmp_path: Path) -> None:
    folders = [FolderCarrier(tmp_path / name) for name in ("a", "b", "c", "d")]
    with ThreadPoolExecutor(4) as runs:
        done = [
            runs.submit(deliver, replace(county, open_carrier=lambda each=each: each))
            for each in folders
        ]

    assert sum(each.result().sent for each in done) == FIRMS
    assert len(list(tmp_path.glob("*/*.eml"))) == FIRMS


def test_a_letter_is_not_sent_before_its_day(county: Services) -> None:
    carrier = MemoryCarrier()

    report = deliver(
        replace(county, open_carrier=lambda: carrier), today=D30 - dt.timedelta(days=1)
    )

    assert (report.sent, carrier.attempts) == (0, [])


@pytest.mark.fault("M03")
def test_what_is_put_off_is_tried_again_later_and_each_time_waits_longer(county: Services) -> None:
    carrier = MemoryCarrier([Fate.DEFERRED] * FIRMS * 2)

    assert _by(county, carrier).deferred == FIRMS
    assert _by(county, carrier, minutes=4).deferred == 0
    assert _by(county, carrier, minutes=6).deferred == FIRMS
    assert _by(county, carrier, minutes=12).sent == 0
    assert _by(county, carrier, minutes=17).sent == FIRMS
    assert len({message.message_id for message in carrier.attempts}) == FIRMS


def test_a_letter_that_is_put_off_for_days_is_given_up_and_says_so(county: Services) -> None:
    with county.database.writing() as session:
        session.execute(update(Letter).values(attempts=GIVE_UP_AFTER - 1))

    report = _by(county, MemoryCarrier([Fate.DEFERRED] * FIRMS))

    assert report.failed == FIRMS
    assert _states(county) == ["failed"] * FIRMS


def test_a_refused_letter_stops_no_other(county: Services) -> None:
    report = _by(county, MemoryCarrier([Fate.FAILED]))

    assert (report.failed, report.sent) == (1, FIRMS - 1)
    assert Counter(_states(county)) == {"failed": 1, "sent": FIRMS - 1}


@pytest.mark.fault("M01", "M13")
def test_a_refused_sender_stops_and_burns_no_attempt(county: Services) -> None:
    report = _by(county, MemoryCarrier([Fate.STOPPED]))

    assert report.stopped
    assert report.sent == 0
    assert _states(county) == ["queued"] * FIRMS
    assert _by(county, MemoryCarrier(), minutes=1).sent == FIRMS


@pytest.mark.fault("M10")
def test_a_lost_answer_is_settled_by_looking_where_the_carrier_can_look(county: Services) -> None:
    carrier = MemoryCarrier([Fate.UNKNOWN])
    first = _by(county, carrier)

    second = _by(county, carrier, minutes=20)

    assert (first.unknown, first.sent, second.sent) == (1, FIRMS - 1, 1)
    assert len(carrier.attempts) == FIRMS
    assert _states(county) == ["sent"] * FIRMS


@pytest.mark.fault("M08")
def test_a_lost_answer_is_repeated_once_with_the_same_message_id(county: Services) -> None:
    carrier = MemoryCarrier([Fate.UNKNOWN], remembers=False)
    _by(county, carrier)
    again = _by(county, carrier, minutes=20)
    later = _by(county, carrier, minutes=60)

    copies = Counter(message.message_id for message in carrier.messages)
    assert (again.sent, later.sent) == (1, 0)
    assert sorted(copies.values()) == [1] * (FIRMS - 1) + [2]
    assert sum(letter.may_repeat for letter in _letters(county)) == 1


@pytest.mark.fault("M08")
def test_a_second_lost_answer_waits_for_a_person(county: Services) -> None:
    carrier = MemoryCarrier([Fate.UNKNOWN, Fate.SENT, Fate.SENT, Fate.UNKNOWN], remembers=False)
    for minutes in (0, 20, 60, 120):
        _by(county, carrier, minutes=minutes)

    assert Counter(_states(county)) == {"unknown": 1, "sent": FIRMS - 1}
    assert len(carrier.attempts) == FIRMS + 1


@pytest.mark.parametrize("remembers", [True, False], ids=["can look", "can not look"])
@pytest.mark.fault("R02")
def test_a_letter_whose_sender_died_in_the_middle_is_taken_up_again(
    county: Services, *, remembers: bool
) -> None:
    carrier = MemoryCarrier(remembers=remembers)
    _by(county, carrier)
    with county.database.writing() as session:
        session.execute(
            update(Letter).values(state=LetterState.TRANSMITTING.value, sent_at=None, lease=7)
        )

    report = _by(county, carrier, minutes=60)

    assert report.sent == FIRMS
    assert _states(county) == ["sent"] * FIRMS
    assert len(carrier.attempts) == (FIRMS if remembers else 2 * FIRMS)


def test_a_leased_letter_is_left_alone_until_the_lease_ends(county: Services) -> None:
    with county.database.writing() as session:
        session.execute(
            update(Letter).values(leased_until=NINE + dt.timedelta(minutes=15), lease=1)
        )

    assert _by(county, MemoryCarrier(), minutes=10).sent == 0
    assert _by(county, MemoryCarrier(), minutes=16).sent == FIRMS


def _overtaken(county: Services, change: Callable[[], object]) -> MemoryCarrier:
    """Return a carrier that lets somebody else in while it holds the first letter."""

    class Interrupted(MemoryCarrier):
        def deliver(self, message):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if not self.attempts:
                change()
            return super().deliver(message)

    return Interrupted([Fate.FAILED])


@pytest.mark.fault("R10")
def test_a_late_answer_of_a_lost_lease_is_not_recorded(county: Services) -> None:
    def take_over() -> None:
        with county.database.writing() as session:
            session.execute(update(Letter).values(lease=99, state=LetterState.SENT.value))

    _by(county, _overtaken(county, take_over))

    assert _states(county) == ["sent"] * FIRMS


def test_what_was_done_before_the_letter_left_is_struck_from_it(county: Services) -> None:
    filed = Happened(target="1", kind="submitted", on=D30, evidence="受理 1 号")
    record_event(county, filed, by=Actor(name="示例经办"))

    report = _by(county, MemoryCarrier())

    assert (report.sent, report.suppressed) == (FIRMS - 1, 1)
    with county.database.reading() as session:
        struck = session.scalars(
            select(LetterItem).where(col(LetterItem.state) == ItemState.SUPPRESSED.value)
        ).all()
    assert [item.reason for item in struck] == ["发信前已办结、改期或中止"]


@pytest.mark.fault("M19")
def test_a_person_without_a_mailbox_by_now_is_not_written_to(county: Services) -> None:
    with county.database.writing() as session:
        session.execute(update(Person).values(email=""))

    assert _by(county, MemoryCarrier()).suppressed == FIRMS
    assert {letter.reason for letter in _letters(county)} == {"收件人没有可用的邮箱"}
