"""A mail server that misbehaves, and an outbox behind it: what becomes of every letter."""

import datetime as dt
import socket
import tracemalloc
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from casework.deliver import deliver
from casework.hand_over import FIRST_WAIT, MAY_HAVE_ARRIVED
from casework.import_roster import ImportReport, apply
from casework.services import Actor, Services
from casework.watch import watch
from exchange.values import EnterpriseRow, Roster
from flows.patience import Patience
from flows.seat import Seat
from flows.timetable import Keeper
from models.enterprise import BadAddress
from models.ledger import AuditEntry
from notifications.letters import enterprise_daily
from notifications.message import Fate
from notifications.smtp import SmtpCarrier
from policy.obligation import Lost
from runtime import clock
from tests.plugins.house import HouseMaker
from tests.plugins.looked_after import TABLE
from tests.plugins.made_up import LETTER, a_head, an_item
from tests.plugins.outbox import (
    D30,
    copies,
    home_of,
    later,
    letters,
    letters_wait,
    mails,
    relay,
    sent_through,
    states,
    three_letters,
)
from tests.plugins.smtp_sink import (
    DROP,
    TAKE_AND_DROP,
    TAKE_AND_WAIT,
    TRICKLE,
    WAIT,
    Reply,
    Script,
    Sink,
)

FIRST_PATIENCE = FIRST_WAIT.total_seconds() / 60  # minutes until a second try
FIRST, SECOND, THIRD = (f"contact{number}@firm.example" for number in (1, 2, 3))


@pytest.fixture
def county(a_house: HouseMaker) -> Services:
    """Three letters wait; no fault of the network asks which database it is."""
    return three_letters(a_house)


def alarms(services: Services) -> list[str]:
    """Return what a look at the programme tells anew of deliveries."""
    return [said for said in watch(services, TABLE).raised if "发信" in said]


def attempts(services: Services) -> list[int]:
    return [letter.attempts for letter in letters(services)]


@pytest.mark.fault("M01")
def test_a_server_that_is_away_costs_no_attempt_and_is_told_once(county: Services) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    told = []
    for minutes in (0, 10):
        with closing(SmtpCarrier(relay(port))) as carrier:
            waiting = later(county, minutes)
            report = deliver(replace(waiting, open_carrier=lambda held=carrier: held))
        assert "连不上邮件服务器" in report.stopped
        told += alarms(waiting)

    assert len(told) == 1
    assert (states(county), attempts(county)) == (["queued"] * 3, [0] * 3)
    with Sink() as sink:
        assert sent_through(county, sink, minutes=20).sent == 3
    assert max(copies(sink).values()) == 1


@pytest.mark.fault("M13")
def test_a_wrong_password_is_tried_once_for_all_letters_and_told_once(county: Services) -> None:
    told = []
    with Sink(Script(auth="535 wrong")) as sink:
        account = replace(relay(sink.port), username="clerk", password="secret-1")
        for minutes in (0, 10):
            waiting = later(county, minutes)
            with closing(SmtpCarrier(account)) as carrier:
                deliver(replace(waiting, open_carrier=lambda held=carrier: held))
            told += alarms(waiting)

    assert sink.verbs().count("AUTH") == 2, "once for each look, however many letters wait"
    assert "MAIL" not in sink.verbs()
    assert len(told) == 1
    assert (states(county), attempts(county)) == (["queued"] * 3, [0] * 3)


@pytest.mark.fault("M13")
def test_the_timetable_repeats_a_refused_login_after_a_longer_while_each_time(
    county: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.database.close()
    with Sink(Script(auth="535 wrong")) as sink:
        home = home_of(county, tmp_path / "home", sink.port, account="clerk")
        start, passed, tried = county.now(), 0, list[int]()
        monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(minutes=passed))
        keeper = Keeper(
            seat=Seat(home=home, holder="甲机"),
            told=lambda _kind, _said: None,
            plain=True,
            patience=Patience(clock=lambda: passed * 60.0),
        )
        assert keeper.seat.take() is None
        for passed in range(0, 130, 5):
            before = sink.verbs().count("AUTH")
            keeper.look()
            tried += [passed] * (sink.verbs().count("AUTH") - before)

    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5, 30)


@pytest.mark.fault("M02")
@pytest.mark.parametrize(
    ("script", "first"),
    [
        pytest.param(Script(mailboxes={FIRST: TRICKLE}), "deferred", id="a byte at a time"),
        pytest.param(Script(body=(WAIT, "250 taken")), "unknown", id="no answer to the letter"),
    ],
)
def test_a_tarpit_for_one_letter_does_not_starve_the_others(
    county: Services, script: Script, first: str
) -> None:
    with Sink(script) as sink:
        report = sent_through(county, sink)

    assert states(county) == [first, "sent", "sent"]
    assert report.sent == 2


@pytest.mark.fault("M02")
def test_a_tarpit_for_everybody_costs_no_attempt(county: Services) -> None:
    with Sink(Script(banner=TRICKLE)) as tarpit:
        assert sent_through(county, tarpit).stopped
    with Sink() as sink:
        assert sent_through(county, sink, minutes=5).sent == 3

    assert tarpit.connections == 1, "the other letters do not wait for it one by one"
    assert attempts(county) == [1, 1, 1]


@pytest.mark.fault("M03")
def test_a_greylisted_letter_is_tried_again_after_five_minutes_and_arrives_once(
    county: Services,
) -> None:
    with Sink(Script(rcpt=("451 4.7.1 greylisted",) * 3 + ("250 ok",))) as sink:
        first = sent_through(county, sink)
        too_early = sent_through(county, sink, minutes=FIRST_PATIENCE - 1)
        again = sent_through(county, sink, minutes=FIRST_PATIENCE + 1)

    assert (first.deferred, too_early.sent, again.sent) == (3, 0, 3)
    assert sorted(copies(sink).values()) == [1, 1, 1]


@pytest.mark.fault("M04")
def test_a_server_that_closes_in_the_middle_puts_the_rest_off_and_fails_none(
    county: Services,
) -> None:
    closing_down = Script(
        banner=("220 ready", "421 too busy"), body=("250 taken", "421 closing down")
    )
    with Sink(closing_down) as sink:
        report = sent_through(county, sink)

    assert states(county) == ["sent", "deferred", "deferred"]
    assert report.failed == 0
    with Sink() as well:
        assert sent_through(county, well, minutes=6).sent == 2
    assert max((copies(sink) + copies(well)).values()) == 1


@pytest.mark.fault("M06")
def test_of_three_contacts_the_refused_one_is_named_and_each_other_gets_one_copy(
    county: Services,
) -> None:
    with Sink(Script(mailboxes={SECOND: "550 5.1.1 no such user"})) as sink:
        report = sent_through(county, sink)

    assert (report.sent, report.failed) == (2, 1)
    assert [letter.state for letter in letters(county)] == ["sent", "failed", "sent"]
    assert "收件地址被拒收" in letters(county)[1].reason
    assert [str(mail["To"].addresses[0].addr_spec) for mail in mails(sink)] == [FIRST, THIRD]
    verbs = sink.verbs()
    assert verbs.count("RCPT") == verbs.count("MAIL") == 3, "one recipient for each transaction"


@pytest.mark.fault("M05")
def test_a_mailbox_that_does_not_exist_gets_nothing_more_and_is_named(county: Services) -> None:
    with Sink(Script(mailboxes={FIRST: "550 5.1.1 no such user"})) as sink:
        assert sent_through(county, sink).failed == 1
        assert sent_through(county, sink, minutes=60).sent == 0

    assert sum(FIRST in command for command in sink.commands) == 1
    with county.database.reading() as session:
        (gone,) = session.scalars(select(BadAddress)).all()
        acts = [entry.act for entry in session.scalars(select(AuditEntry))]
    assert (gone.email, gone.status) == (FIRST, "550")
    assert acts == ["address.disowned"]


@pytest.mark.fault("M07")
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("452 4.3.1 insufficient storage", "deferred"),
        ("552 5.3.4 message too big", "failed"),
        ("554 5.7.1 looks like spam", "failed"),
    ],
)
def test_what_is_refused_after_the_body_speaks_against_the_letter_and_no_mailbox(
    county: Services, answer: str, state: str
) -> None:
    with Sink(Script(body=(answer, "250 taken"))) as sink:
        sent_through(county, sink)

    assert states(county) == [state, "sent", "sent"]
    assert answer[:3] in letters(county)[0].reason
    with county.database.reading() as session:
        assert session.scalars(select(BadAddress)).all() == []


@pytest.mark.fault("M08", "M09", "M10")
@pytest.mark.parametrize(
    ("engine", "lost", "taken"),
    [
        pytest.param("sqlite", TAKE_AND_DROP, 1, id="taken, then the line broke"),
        pytest.param("sqlite", TAKE_AND_WAIT, 1, id="taken, the answer came too late"),
        pytest.param("sqlite", DROP, 0, id="not taken, which we can not know"),
        pytest.param("postgresql", TAKE_AND_DROP, 1, id="postgresql", marks=pytest.mark.postgres),
    ],
)
@pytest.mark.parametrize("policy", list(Lost))
def test_a_lost_answer_is_resent_once_or_asked_about_as_the_ladder_says(
    a_house: HouseMaker, engine: str, lost: Reply, taken: int, policy: Lost
) -> None:
    county = letters_wait(a_house(engine, today=D30), firms=1, lost=policy)
    with Sink(Script(body=(lost, "250 taken"))) as sink:
        assert sent_through(county, sink).unknown == 1
        for minutes in (1, 6, 60, 1440):
            sent_through(county, sink, minutes=minutes)

    (letter,) = letters(county)
    if policy is Lost.RESEND:
        assert (letter.state, letter.may_repeat) == ("sent", True)
        assert copies(sink) == {letter.message_id: taken + 1}
    else:
        assert (letter.state, letter.reason) == ("held", MAY_HAVE_ARRIVED)
        assert len(sink.accepted) == taken


_MEGABYTE = 1_000_000


@pytest.mark.fault("M11")
@pytest.mark.parametrize("phase", ["banner", "rcpt", "body", "rset"])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"250 " + b"x" * _MEGABYTE + b"\r\n", id="a megabyte in one line"),
        pytest.param(b"250-again\r\n" * (_MEGABYTE // 11), id="a megabyte in many lines"),
        pytest.param(b"250-a\r\n550 b\r\n\x00\x00\r\n354", id="lines that contradict, and NULs"),
        pytest.param(b"\x00" * 100 + b"\r\n", id="NULs"),
        pytest.param(b"250 \xff\xfe\x00\x1b[31m\r\n", id="no text at all"),
    ],
)
def test_an_answer_of_any_shape_fills_no_memory_and_is_one_line_for_staff(
    phase: str, reply: bytes
) -> None:
    with Sink(Script(**{phase: reply})) as sink:  # type: ignore[arg-type]
        tracemalloc.start()
        with closing(SmtpCarrier(relay(sink.port, seconds=0.1))) as carrier:
            receipts = [carrier.deliver(LETTER) for _ in range(1 + (phase == "rset"))]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 2 * _MEGABYTE, "of so many short lines, all of them would take ten times that"
    said_yes = phase == "body" and reply.startswith(b"250 ")
    for receipt in receipts:
        assert receipt.fate is not Fate.SENT or sink.accepted or said_yes
        assert receipt.detail
        assert receipt.answer.isprintable()


@pytest.mark.fault("M11")
def test_answers_that_come_before_they_are_asked_for_do_not_pass_for_a_delivery() -> None:
    early = b"354 go on\r\n250 taken, though nothing was handed over\r\n"
    with Sink(Script(data=early)) as sink, closing(SmtpCarrier(relay(sink.port))) as carrier:
        receipt = carrier.deliver(LETTER)

    assert receipt.fate is Fate.DEFERRED
    assert sink.accepted == []


@pytest.mark.fault("M20")
def test_a_letter_goes_to_the_mailbox_of_the_day_it_leaves_and_the_audit_names_both(
    county: Services,
) -> None:
    row = EnterpriseRow(
        sheet="企业名册",
        row=2,
        uscc="91431281MAXX00001X",
        name="示例企业1号有限公司",
        contact_name="李示例",
        contact_email="li@firm.example",
    )
    changed = apply(
        county,
        Roster(filename="名册.xlsx", digest="0" * 64, enterprises=(row,)),
        by=Actor(name="示例经办"),
    )
    assert isinstance(changed, ImportReport)

    with Sink() as sink:
        sent_through(county, sink)

    assert mails(sink)[0]["To"].addresses[0].addr_spec == "li@firm.example"
    assert "李示例" in str(mails(sink)[0]["To"])
    assert not any(FIRST in command for command in sink.commands)
    with county.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry)).all()
    assert FIRST in entry.detail
    assert "li@firm.example" in entry.detail


@pytest.mark.fault("M21")
@pytest.mark.parametrize("name", ["示例" * 200 + "有限公司", "Example" * 300])
def test_a_name_of_any_length_arrives_whole_and_no_line_is_too_long_for_mail(name: str) -> None:
    due = [an_item(enterprise=name, prepare=name), an_item(9, explanation=name)]
    rendered = enterprise_daily(a_head(to_name=name), enterprise=name, due=due, moves=[])
    to = replace(LETTER.to, name=name)
    letter = replace(
        LETTER, to=to, subject=rendered.subject + name, text=rendered.text, html=rendered.html
    )
    with Sink() as sink, closing(SmtpCarrier(relay(sink.port))) as carrier:
        assert carrier.deliver(letter).fate is Fate.SENT

    (raw,), (mail,) = sink.accepted, mails(sink)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert (text.get_content(), page.get_content()) == (letter.text, letter.html)
    assert name in text.get_content()
    assert len(mail["Subject"]) <= 200
    assert [each.addr_spec for each in mail["To"].addresses] == [to.email]
