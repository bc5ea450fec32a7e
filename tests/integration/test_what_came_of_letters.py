"""Letters of which nobody knows, and mailboxes that are gone: nothing is silent."""

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from threading import Event, Timer

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.bounces import take_in
from casework.deliver import DeliveryReport, Ending, deliver
from casework.leaving import take
from casework.letter_acts import Chosen, Done, LetterAct, carry_out, effect
from casework.letter_page import LetterPage, letter_page
from casework.letter_undo import LetterBatch, batch_page, undo
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.release import Settled, arrived, release, suppress
from casework.remind import sweep
from casework.services import Actor, Services
from models.audit import broken_at
from models.enterprise import BadAddress
from models.letter import Letter
from notifications.bounces import Bounce
from notifications.memory import MemoryCarrier
from notifications.message import Fate
from notifications.smtp import SmtpCarrier, SmtpSettings
from policy.obligation import Lost
from tests.plugins.house import HouseMaker
from tests.plugins.smtp_sink import Script, Sink
from tests.plugins.sprout import LADDER, add_firm, sprout_catalogue

D30 = dt.date(2026, 3, 31)
BY = Actor(name="示例经办")


def _found(services: Services) -> None:
    add_firm(services)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    sweep(services)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One letter waits, of a ladder that rather asks than sends twice."""
    careful = replace(LADDER, lost=Lost.HOLD)
    catalogue = replace(sprout_catalogue(), ladders={careful.key: careful})
    return a_house(engine, today=D30, catalogue=catalogue, founding=_found)


def later(services: Services, hours: int) -> Services:
    moment = services.now() + dt.timedelta(hours=hours)
    return replace(services, now=lambda: moment)


def sent_by(services: Services, carrier: MemoryCarrier, hours: int = 0) -> DeliveryReport:
    return deliver(replace(later(services, hours), open_carrier=lambda: carrier))


def lost(services: Services) -> MemoryCarrier:
    """Hand the letter over without an answer, and look at it again an hour later."""
    carrier = MemoryCarrier([Fate.UNKNOWN], remembers=False)
    assert sent_by(services, carrier).unknown == 1
    assert sent_by(services, carrier, 1).held == 1
    return carrier


def letters(services: Services) -> Sequence[Letter]:
    with services.database.reading() as session:
        return session.scalars(select(Letter).order_by(col(Letter.id))).all()


@pytest.mark.fault("M08")
def test_where_the_ladder_says_so_a_lost_answer_is_not_followed_by_a_second_copy(
    county: Services,
) -> None:
    carrier = lost(county)
    sent_by(county, carrier, 24)

    assert len(carrier.attempts) == 1
    (letter,) = letters(county)
    assert (letter.state, "可能已经送达" in letter.reason) == ("held", True)


def test_a_person_says_that_it_has_arrived(county: Services) -> None:
    carrier = lost(county)
    (letter,) = letters(county)

    assert arrived(county, [letter.id or 0], by=BY) == Settled(letters=(letter.id or 0,))

    assert sent_by(county, carrier, 24).sent == 0
    (letter,) = letters(county)
    assert (letter.state, letter.reason) == ("sent", "经示例经办核实，对方已收到")
    assert letter.sent_at is not None
    with county.database.reading() as session:
        assert broken_at(session) is None
    assert isinstance(arrived(county, [letter.id or 0], by=BY), Refusal)


def test_a_person_lets_it_leave_once_more_or_never(county: Services) -> None:
    carrier = lost(county)
    first = carrier.attempts[0].message_id
    assert isinstance(release(county, None, by=BY), Settled)
    assert sent_by(county, carrier, 2).sent == 1
    assert carrier.attempts[1].message_id != first

    assert suppress(county, None, reason="示例", by=BY) == Settled(letters=())


def test_what_is_held_goes_back_to_what_it_was_and_leaves(county: Services) -> None:
    chosen = Chosen(act=LetterAct.HOLD)
    seen = effect(county, chosen)
    held = carry_out(county, chosen, reason="示例", by=BY, stamp=seen.stamp)
    assert isinstance(held, Done)
    assert carry_out(county, chosen, reason="示例", by=BY, stamp=seen.stamp) == held
    page = batch_page(county, held.batch)
    assert isinstance(page, LetterBatch)
    assert (page.title, page.can_go_back, sent_by(county, MemoryCarrier()).sent) == ("暂停", 1, 0)

    assert undo(county, held.batch, by=BY) == 1
    assert undo(county, held.batch, by=BY) == Refusal(reason="示例经办已经撤销过了")
    carrier = MemoryCarrier()
    assert sent_by(county, carrier).sent == 1
    (letter,) = letters(county)
    shown = letter_page(county, letter.id or 0)
    assert isinstance(shown, LetterPage)
    assert [each.title for each in shown.events] == ["交给邮件服务器", "撤销", "暂停"]
    assert [each.kind_title for each in shown.matters] == ["提醒"]


def test_twice_without_an_answer_a_person_settles_it(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, today=D30, catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    sweep(services)
    carrier = MemoryCarrier([Fate.UNKNOWN, Fate.UNKNOWN], remembers=False)
    for hours in range(3):
        sent_by(services, carrier, hours)
    (letter,) = letters(services)
    assert (letter.state, len(carrier.attempts)) == ("unknown", 2)

    assert suppress(services, None, reason="电话里说收到了", by=BY) == Settled(
        letters=(letter.id or 0,)
    )
    sent_by(services, carrier, 24)
    assert len(carrier.attempts) == 2


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 recipient not found", True),
        ("550 mailbox not found", False),
        ("550 relay not permitted", False),
        ("550 5.7.606 banned sending ip", False),
        ("550 5.1.8 sender rejected", False),
        ("550 blocked ip 10.5.1.1", False),
        ("550 5.7.1 rejected by policy", False),
        ("552 5.2.2 mailbox full", False),
    ],
)
@pytest.mark.fault("M05")
def test_a_server_that_knows_no_such_mailbox_closes_it_and_nothing_else_does(
    county: Services, *, answer: str, dead: bool
) -> None:
    with Sink(Script(rcpt=answer)) as sink, ExitStack() as stack:
        carrier = SmtpCarrier(SmtpSettings(host="127.0.0.1", port=sink.port, security="plain"))
        stack.callback(carrier.close)
        report = deliver(replace(county, open_carrier=lambda: carrier))

    assert report.failed == 1
    with county.database.reading() as session:
        rows = session.scalars(select(BadAddress)).all()
    assert [row.email for row in rows] == ["contact1@firm.example"] * dead


def test_a_letter_that_waits_for_a_word_and_comes_back_did_not_arrive(county: Services) -> None:
    lost(county)
    (letter,) = letters(county)
    report = Bounce(
        message_id=letter.message_id, recipient="", status="5.2.2", hard=False, said="示例"
    )

    (came_back,) = take_in(county, [report], by=BY).letters

    assert (came_back.letter, letters(county)[0].state) == (letter.id, "failed")


@pytest.mark.fault("M18")
def test_a_delivery_begins_no_letter_after_its_end_and_lets_go_of_what_it_had(
    county: Services,
) -> None:
    carrier = MemoryCarrier()
    sending = replace(county, open_carrier=lambda: carrier)

    assert deliver(sending, ending=Ending(until=county.now())).sent == 0
    assert letters(county)[0].leased_until is None
    assert deliver(sending, ending=Ending(until=county.now() + dt.timedelta(minutes=1))).sent == 1


def test_a_new_delivery_counts_what_the_last_one_sent_within_the_minute(county: Services) -> None:
    waited: list[float] = []
    now = [county.now()]

    def pause(seconds: float) -> None:
        waited.append(seconds)
        now[0] += dt.timedelta(seconds=seconds)

    slow = replace(county, per_minute=1, now=lambda: now[0])
    assert deliver(slow).sent == 1
    now[0] += dt.timedelta(seconds=15)
    add_firm(county, 2)
    run_month(slow, "2026-03", on=D30)
    sweep(slow, today=D30 + dt.timedelta(days=1))
    report = deliver(slow, today=D30 + dt.timedelta(days=1), ending=Ending(pause=pause))

    assert (report.sent, waited) == (1, [45])


def test_whoever_waits_for_a_turn_hears_that_it_is_over_and_lets_go_of_what_it_had(
    county: Services,
) -> None:
    stop = Event()
    slow = replace(county, per_minute=1)
    with county.database.writing() as session:
        before = session.scalars(select(Letter)).one()
        session.add(
            Letter(
                person_id=before.person_id,
                send_on=D30 - dt.timedelta(days=1),
                letter=before.letter,
                state="sent",
                handed_at=county.now(),
            )
        )
    Timer(0.2, stop.set).start()

    assert deliver(slow, ending=Ending(stop=stop)) == DeliveryReport()
    assert letters(county)[0].leased_until is None
    assert letters(county)[0].state == "queued"


def test_what_is_in_another_senders_hands_is_counted_and_left_alone(county: Services) -> None:
    assert len(take(county, D30, None)) == 1

    assert deliver(county) == DeliveryReport(elsewhere=1)
