"""Reports that nobody who carried the letter can have written: ignored, counted and named."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.bounces import ForgedReport, TakenIn, take_in
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.release import release
from casework.remind import sweep
from casework.services import Actor, Services
from models.enterprise import BadAddress, Person
from models.letter import Letter, LetterState
from models.secret import Secret
from notifications.bounces import read_bounce
from notifications.memory import MemoryCarrier
from notifications.message import Fate, Message
from notifications.smtp import SmtpCarrier, SmtpSettings
from tests.plugins.house import HouseMaker
from tests.plugins.smtp_sink import Sink
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

CLERK = Actor(name="示例经办")
D30 = dt.date(2026, 3, 31)
CONTACT = "contact1@firm.example"
REPORTS_TO = "tuixin@bureau.example"


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=D30)
    sweep(services)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise with a reminder to send; reports go to a mailbox with a token in it."""
    return a_house(
        engine, today=D30, catalogue=sprout_catalogue(), bounces_to=REPORTS_TO, founding=_found
    )


def sent(services: Services, *fates: Fate) -> Message:
    """Let the letters leave; return what the enterprise gets, or would have got."""
    carrier = MemoryCarrier(fates, remembers=False)
    deliver(replace(services, open_carrier=lambda: carrier))
    (message,) = (each for each in carrier.attempts if each.to.email == CONTACT)
    return message


def letter_of(services: Services) -> Letter:
    with services.database.reading() as session:
        return session.scalars(
            select(Letter)
            .join(Person, col(Person.id) == col(Letter.person_id))
            .where(col(Person.email) == CONTACT)
        ).one()


def closed(services: Services) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(col(BadAddress.email))))


def reported(
    services: Services, message_id: str, *, to: str, noted: str = "", back: str = ""
) -> TakenIn:
    """Take in a report as Postfix writes them: to whom, what was noted, what it returns."""
    raw = (
        f"Return-Path: <>\n{noted}From: MAILER-DAEMON@mx.firm.example\nTo: {to}\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.firm.example\n\n"
        f"Final-Recipient: rfc822; {CONTACT}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{back}Message-ID: {message_id}\n\n--b--\n"
    ).encode()
    read = read_bounce(raw, domain="bureau.example")
    assert read is not None
    return take_in(services, [read], by=CLERK)


def test_each_letter_has_a_return_path_of_its_own_that_a_report_must_have_come_back_on(
    county: Services,
) -> None:
    message = sent(county)
    assert re.fullmatch(r"tuixin\+[0-9a-f]{16}@bureau\.example", message.return_path)
    assert letter_of(county).return_path == message.return_path

    [letter] = reported(county, message.message_id, to=message.return_path).letters

    assert (letter.email, letter.hard) == (CONTACT, True)
    assert closed(county) == [CONTACT]


@pytest.mark.parametrize("where", ["Delivered-To: ", "X-Original-To: "])
def test_a_mailbox_that_gathers_all_reports_has_the_way_noted(county: Services, where: str) -> None:
    message = sent(county)
    noted = f"{where}{message.return_path.upper()}\n"

    assert reported(county, message.message_id, to="root@bureau.example", noted=noted).letters


def test_a_report_that_returns_the_letters_own_return_path_counts(county: Services) -> None:
    message = sent(county)
    back = f"Return-Path: <{message.return_path}>\n"

    assert reported(county, message.message_id, to=REPORTS_TO, back=back).letters


@pytest.mark.parametrize(
    "to",
    [
        pytest.param(REPORTS_TO, id="no token"),
        pytest.param("peiyu@bureau.example", id="the sender"),
        pytest.param(f"tuixin+{'0' * 16}@bureau.example", id="a guess"),
    ],
)
def test_a_report_that_did_not_come_back_on_its_way_is_ignored_counted_and_named(
    county: Services, to: str
) -> None:
    message = sent(county)
    told = reported(county, message.message_id, to=to)

    fake = ForgedReport(
        letter=letter_of(county).id or 0,
        to="张示例",
        email=CONTACT,
        said="smtp; 550 5.1.1 User unknown",
    )
    assert told == TakenIn(letters=(), strange=0, forged=(fake,))
    assert closed(county) == []
    assert letter_of(county).state == LetterState.SENT.value


def test_the_way_of_another_letter_does_not_count(county: Services) -> None:
    add_firm(county, 2)
    run_month(county, "2026-03", on=D30)
    sweep(county)
    carrier = MemoryCarrier()
    deliver(replace(county, open_carrier=lambda: carrier))
    ways = {each.to.email: each for each in carrier.messages}
    assert len({each.return_path for each in ways.values()}) == len(ways)

    told = reported(county, ways[CONTACT].message_id, to=ways["contact2@firm.example"].return_path)

    assert (told.letters, len(told.forged)) == ((), 1)


def test_a_letter_of_before_is_matched_by_its_message_id_alone(county: Services) -> None:
    message = sent(replace(county, bounces_to=""))
    assert (message.return_path, letter_of(county).return_path) == ("", "")

    assert reported(county, message.message_id, to="peiyu@bureau.example").letters


def test_a_second_copy_keeps_the_names_of_the_first(county: Services) -> None:
    first = sent(replace(county, bounces_to=""), Fate.UNKNOWN, Fate.UNKNOWN)
    later = county.now() + dt.timedelta(hours=1)
    second = sent(replace(county, now=lambda: later))

    assert (second.message_id, second.return_path) == (first.message_id, "")


def test_a_letter_that_a_person_sends_again_has_names_of_its_own(county: Services) -> None:
    first = sent(county)
    number = letter_of(county).id or 0
    with county.database.writing() as session:
        letter = session.get_one(Letter, number)
        letter.state, letter.sent_at = LetterState.HELD.value, None
    assert not isinstance(release(county, [number], by=CLERK), Refusal)
    again = sent(county)

    assert {first.message_id, first.return_path}.isdisjoint({again.message_id, again.return_path})


def test_message_ids_of_two_offices_with_the_same_people_have_nothing_in_common(
    a_house: HouseMaker,
) -> None:
    """Who knows whom we write to and when can not work out the name of a letter."""
    names = []
    for _ in range(2):
        services = a_house(today=D30, catalogue=sprout_catalogue())
        add_staff(services)
        add_firm(services)
        run_month(services, "2026-03", on=D30)
        sweep(services)
        names.append(sent(services).message_id)
        with services.database.reading() as session:
            (key,) = session.scalars(select(col(Secret.value)))
        assert re.fullmatch(r"[0-9a-f]{64}", key)

    assert names[0] != names[1]
    assert all(re.fullmatch(r"<[0-9a-f]{32}@bureau\.example>", each) for each in names)


def test_only_the_envelope_names_the_return_path(county: Services) -> None:
    with Sink() as sink:
        relay = SmtpSettings(host="127.0.0.1", port=sink.port, security="plain", helo="a.example")
        deliver(replace(county, open_carrier=lambda: SmtpCarrier(relay)))

    way = letter_of(county).return_path
    assert any(each.lower().startswith(f"mail from:<{way}>") for each in sink.commands)
    assert not any(b"tuixin" in each for each in sink.accepted)
    assert all(b"peiyu@bureau.example" in each for each in sink.accepted)
