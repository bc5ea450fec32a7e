"""Real SMTP conversations on loopback: what each fault of a mail server becomes."""

import email
import email.policy
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from emails.backend.smtp.backend import SMTPBackend
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.build import compose
from notifications.message import Address, Fate, Message, Receipt
from notifications.smtp import SmtpCarrier, SmtpSettings
from tests.plugins.smtp_sink import (
    DROP,
    ENDLESS,
    TAKE_AND_DROP,
    TAKE_AND_WAIT,
    TRICKLE,
    WAIT,
    Script,
    Sink,
)

LETTER = Message(
    message_id="<3f9a@peiyu.example>",
    sender=Address(name="示例科技局", email="peiyu@office.example"),
    to=Address(name="张示例", email="zhang@firm.example"),
    subject="【截止提醒】高企年报 还有 5 天（5月31日）",
    text="您好",
    html="<p>您好</p>",
)


def settings_for(sink: Sink, **changes: object) -> SmtpSettings:
    quick = SmtpSettings(
        host="127.0.0.1",
        port=sink.port,
        security="plain",
        helo="office.example",
        connect_seconds=0.3,
        command_seconds=0.3,
        body_seconds=0.3,
    )
    return replace(quick, **changes)  # type: ignore[arg-type]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def deliver(sink: Sink, **changes: object) -> Receipt:
    carrier = SmtpCarrier(settings_for(sink, **changes))
    try:
        return carrier.deliver(LETTER)
    finally:
        carrier.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


def test_a_letter_arrives_once_with_its_own_message_id(sink: Sink) -> None:
    receipt = deliver(sink)

    assert (receipt.fate, receipt.code, receipt.answer) == (Fate.SENT, 250, "taken")
    assert len(sink.accepted) == 1
    arrived = email.message_from_bytes(sink.accepted[0], policy=email.policy.default)
    assert arrived["Message-ID"] == LETTER.message_id
    assert arrived["Subject"] == LETTER.subject
    assert sink.verbs() == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_one_connection_serves_three_letters_with_a_reset_between(sink: Sink) -> None:
    carrier = SmtpCarrier(settings_for(sink))

    fates = [carrier.deliver(LETTER).fate for _ in range(3)]
    carrier.close()

    assert fates == [Fate.SENT] * 3
    assert (sink.connections, len(sink.accepted)) == (1, 3)
    letter = ["MAIL", "RCPT", "DATA"]
    assert sink.verbs() == ["EHLO", *letter, "RSET", *letter, "RSET", *letter, "QUIT"]


def test_a_server_that_hung_up_between_two_letters_is_called_again() -> None:
    with Sink(Script(rset=DROP)) as sink:
        carrier = SmtpCarrier(settings_for(sink))
        fates = [carrier.deliver(LETTER).fate for _ in range(2)]
        carrier.close()

        assert fates == [Fate.SENT, Fate.SENT]
        assert (sink.connections, len(sink.accepted)) == (2, 2)


@pytest.mark.parametrize("lost", [TAKE_AND_DROP, TAKE_AND_WAIT])
@pytest.mark.fault("M08", "M09")
def test_a_lost_answer_is_unknown_and_the_letter_was_handed_over_once(lost: str) -> None:
    with Sink(Script(body=(lost,))) as sink:
        receipt = deliver(sink)

        assert receipt.fate is Fate.UNKNOWN
        assert receipt.code is None
        assert "可能已经送达" in receipt.detail
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("lost", [TAKE_AND_DROP, TAKE_AND_WAIT])
@pytest.mark.fault("M08", "M09")
def test_the_library_alone_would_have_sent_that_letter_twice(lost: str) -> None:
    with Sink(Script(body=(lost,))) as sink:
        alone = SMTPBackend(host="127.0.0.1", port=sink.port, timeout=0.3, fail_silently=True)
        with pytest.raises(OSError, match="closed"):
            compose(LETTER).send(smtp=alone)
        alone.close()
    assert len(sink.accepted) == 2


@pytest.mark.fault("M10")
def test_a_connection_lost_before_the_server_took_the_letter_can_not_be_told_apart() -> None:
    with Sink(Script(body=(DROP,))) as sink:
        assert deliver(sink).fate is Fate.UNKNOWN
    assert sink.accepted == []


@pytest.mark.parametrize(
    ("script", "fate", "code"),
    [
        (Script(rcpt="451 greylisted"), Fate.DEFERRED, 451),
        (Script(rcpt="550 no such user"), Fate.FAILED, 550),
        (Script(rcpt="530 login first"), Fate.STOPPED, 530),
        (Script(rcpt=DROP), Fate.DEFERRED, None),
        (Script(rcpt=WAIT), Fate.DEFERRED, None),
        (Script(mail="451 busy"), Fate.DEFERRED, 451),
        (Script(mail="553 not your address"), Fate.STOPPED, 553),
        (Script(mail="552 too large"), Fate.FAILED, 552),
        (Script(mail=DROP), Fate.DEFERRED, None),
        (Script(mail=b"\x00\xff what\r\n"), Fate.DEFERRED, -1),
        (Script(data="451 busy"), Fate.DEFERRED, 451),
        (Script(data="554 no"), Fate.FAILED, 554),
        (Script(data=DROP), Fate.DEFERRED, None),
        (Script(data="250 what?"), Fate.DEFERRED, 250),
        (Script(body=("451 try later",)), Fate.DEFERRED, 451),
        (Script(body=("421 closing",)), Fate.DEFERRED, 421),
        (Script(body=("552 mailbox full",)), Fate.FAILED, 552),
        (Script(body=("554 spam",)), Fate.FAILED, 554),
        (Script(body=("251 forwarded",)), Fate.SENT, 251),
        (Script(body=(b"ok then\r\n",)), Fate.UNKNOWN, -1),
        (Script(body=(b"250 " + b"x" * 20_000 + b"\r\n",)), Fate.UNKNOWN, None),
        (Script(banner="421 too busy"), Fate.DEFERRED, 421),
        (Script(banner="554 go away"), Fate.STOPPED, 554),
        (Script(banner=DROP), Fate.STOPPED, None),
        (Script(banner=WAIT), Fate.STOPPED, None),
        (Script(ehlo=DROP), Fate.STOPPED, None),
        (Script(ehlo="550 go away"), Fate.STOPPED, 550),
    ],
)
@pytest.mark.fault("M03", "M04", "M05", "M07", "M11")
def test_every_answer_has_its_fate(script: Script, fate: Fate, code: int | None) -> None:
    with Sink(script) as sink:
        receipt = deliver(sink)

    assert (receipt.fate, receipt.code) == (fate, code)
    assert len(sink.accepted) == (fate is Fate.SENT)
    assert receipt.detail


def test_after_a_refused_address_the_next_letter_uses_the_same_connection() -> None:
    with Sink(Script(body=("554 spam", "250 taken"))) as sink:
        carrier = SmtpCarrier(settings_for(sink))
        fates = [carrier.deliver(LETTER).fate for _ in range(2)]
        carrier.close()

    assert fates == [Fate.FAILED, Fate.SENT]
    assert sink.connections == 1


@pytest.mark.parametrize("first", ["421 closing", b"garbled\r\n"])
@pytest.mark.fault("M04", "M11")
def test_after_a_goodbye_or_nonsense_the_next_letter_uses_a_new_connection(
    first: str | bytes,
) -> None:
    with Sink(Script(body=(first, "250 taken"))) as sink:
        carrier = SmtpCarrier(settings_for(sink))
        fates = [carrier.deliver(LETTER).fate for _ in range(2)]
        carrier.close()

    assert fates[1] is Fate.SENT
    assert sink.connections == 2


@pytest.mark.parametrize("phase", ["banner", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("reply", [TRICKLE, ENDLESS])
@pytest.mark.fault("M02")
def test_a_tarpit_ends_in_time_and_took_no_letter(phase: str, reply: str) -> None:
    started = time.monotonic()
    with Sink(Script(**{phase: reply})) as sink:  # type: ignore[arg-type]
        receipt = deliver(sink)

    assert receipt.fate in {Fate.STOPPED, Fate.DEFERRED}
    assert sink.accepted == []
    assert time.monotonic() - started < 4


@pytest.mark.fault("M01")
def test_a_closed_port_stops_the_sender() -> None:
    carrier = SmtpCarrier(SmtpSettings(host="127.0.0.1", port=free_port(), security="plain"))

    receipt = carrier.deliver(LETTER)

    assert receipt.fate is Fate.STOPPED
    assert "连不上邮件服务器" in receipt.detail
    assert "refused" in receipt.answer
    carrier.close()


@pytest.mark.fault("M13")
def test_a_wrong_password_is_tried_once() -> None:
    with Sink(Script(auth="535 wrong", ehlo="250-x\r\n250 AUTH CRAM-MD5 PLAIN LOGIN")) as sink:
        receipt = deliver(sink, username="clerk", password="secret-1")

    assert (receipt.fate, receipt.code) == (Fate.STOPPED, 535)
    assert "授权码" in receipt.detail
    assert "secret-1" not in receipt.answer + receipt.detail
    assert sink.verbs().count("AUTH") == 1
    assert "MAIL" not in sink.verbs()


def test_a_login_that_can_not_be_checked_now_is_tried_later() -> None:
    with Sink(Script(auth="454 later")) as sink:
        assert deliver(sink, username="clerk", password="secret-1").fate is Fate.DEFERRED


@pytest.mark.parametrize("ehlo", ["250 hello", "250-hello\r\n250 AUTH GSSAPI"])
def test_a_server_without_a_login_we_know_stops_the_sender(ehlo: str) -> None:
    with Sink(Script(ehlo=ehlo)) as sink:
        receipt = deliver(sink, username="clerk", password="secret-1")

    assert receipt.fate is Fate.STOPPED
    assert "AUTH" not in sink.verbs()


def test_a_broken_challenge_stops_the_sender() -> None:
    with Sink(Script(ehlo="250-x\r\n250 AUTH LOGIN", auth="334 A")) as sink:
        receipt = deliver(sink, username="clerk", password="secret-1")

    assert receipt.fate is Fate.STOPPED


@pytest.mark.fault("M21")
def test_an_impossible_address_reaches_no_server(sink: Sink) -> None:
    carrier = SmtpCarrier(settings_for(sink))
    broken = replace(LETTER, to=Address(name="张示例", email="a@x.example, b@y.example"))

    receipt = carrier.deliver(broken)

    assert receipt.fate is Fate.FAILED
    assert "不是有效的邮箱地址" in receipt.detail
    assert sink.connections == 0


def test_settings_with_a_fault_reach_no_server(sink: Sink) -> None:
    receipt = deliver(sink, body_seconds=0)

    assert receipt.fate is Fate.STOPPED
    assert "等待秒数必须大于 0" in receipt.detail
    assert sink.connections == 0


def test_a_goodbye_that_is_never_answered_harms_nobody() -> None:
    with Sink(Script(quit=WAIT)) as sink:
        assert deliver(sink).fate is Fate.SENT


def test_nobody_can_be_asked_what_became_of_a_letter(sink: Sink) -> None:
    assert SmtpCarrier(settings_for(sink)).find(LETTER.message_id) is None


@pytest.mark.fault("M11")
@settings(max_examples=60)
@given(
    phase=st.sampled_from(["banner", "ehlo", "auth", "mail", "rcpt", "data", "body", "rset"]),
    reply=st.binary(max_size=60).map(lambda noise: noise + b"\r\n"),
)
def test_no_answer_however_garbled_raises_or_passes_for_a_delivery(
    phase: str, reply: bytes
) -> None:
    said = {phase: (reply,) if phase == "body" else reply}
    with Sink(Script(**said)) as sink:  # type: ignore[arg-type]
        receipt = deliver(
            sink, username="clerk", password="pw", command_seconds=0.1, body_seconds=0.1
        )

    if receipt.fate is Fate.SENT:
        assert len(sink.accepted) == 1 or reply.startswith(b"2")


class Mailbox:
    """A handler for aiosmtpd that keeps what it is given."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        return "250 kept"


@pytest.mark.fault("M21")
def test_an_ordinary_server_reads_the_letter_as_it_was_written() -> None:
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        carrier = SmtpCarrier(SmtpSettings(host="127.0.0.1", port=port, security="plain"))
        receipt = carrier.deliver(replace(LETTER, text=".\n..\n第二行\n" + "长" * 3000))
        carrier.close()
    finally:
        controller.stop()

    assert receipt.fate is Fate.SENT
    (envelope,) = mailbox.envelopes
    assert envelope.rcpt_tos == ["zhang@firm.example"]
    content = envelope.content
    assert isinstance(content, bytes)
    arrived = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(arrived, EmailMessage)
    body = arrived.get_body(("plain",))
    assert body is not None
    assert body.get_content() == ".\n..\n第二行\n" + "长" * 3000
    assert max(map(len, content.split(b"\r\n"))) < 998


def test_the_server_can_be_reached_without_a_letter() -> None:
    with (
        Sink() as sink,
        closing(SmtpCarrier(settings_for(sink, username="li", password="x"))) as it,
    ):
        assert it.reach() == ""

    assert sink.verbs() == ["EHLO", "AUTH", "QUIT"]
    assert sink.accepted == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(Script(auth="535 no"), "邮箱账号或授权码没有通过", id="login"),
        pytest.param(Script(banner=WAIT), "连不上邮件服务器", id="silent"),
    ],
)
def test_what_is_in_the_way_of_the_server_is_said(script: Script, said: str) -> None:
    with Sink(script) as sink:
        carrier = SmtpCarrier(settings_for(sink, username="li", password="x"))
        assert said in carrier.reach()
        carrier.close()


def test_settings_that_are_wrong_are_said_before_anybody_is_called() -> None:
    assert "端口 0 不对" in SmtpCarrier(SmtpSettings(host="mail.example", port=0)).reach()
