"""Reports of mail that did not arrive, in the shapes in which servers really send them."""

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.bounces import Bounce, messages_in, read_bounce

DOMAIN = "bureau.example"
ID = f"<{'0123456789abcdef' * 2}@{DOMAIN}>"
POSTFIX = "<zhang@firm.example>: host mx.firm.example[192.0.2.1] said: 550 5.1.1 User unknown"


def report(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    code: str = "smtp; 550 5.1.1 <zhang@firm.example>: User unknown",
    original: str = ID,
    returned: str = "message/rfc822",
    recipient: str = "rfc822; zhang@firm.example",
) -> bytes:
    """Return an RFC 3464 report as Postfix, Exim, Exchange and Coremail make them."""
    back = f"From: a@{DOMAIN}\nTo: zhang@firm.example\nSubject: x\nMessage-ID: {original}\n\nbody\n"
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.firm.example\nTo: a@bureau.example\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI am sorry.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.firm.example\n\n"
        f"Final-Recipient: {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: {code}\n\n"
        f"--b\nContent-Type: {returned}\n\n{back}\n--b--\n"
    ).encode()


def in_words(text: str, *, sender: str = "PostMaster@qq.example", subtype: str = "plain") -> bytes:
    """Return a report without fields, in a server's own words."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "a@bureau.example", "系统退信"
    message.set_content(text, subtype=subtype)
    return message.as_bytes()


def read(raw: bytes) -> Bounce | None:
    return read_bounce(raw, domain=DOMAIN)


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.fault("M14")
def test_an_unknown_address_is_a_hard_failure(returned: str) -> None:
    found = read(report(returned=returned))

    assert found == Bounce(
        message_id=ID,
        recipient="zhang@firm.example",
        status="5.1.1",
        hard=True,
        said="smtp; 550 5.1.1 <zhang@firm.example>: User unknown",
        went_to=frozenset({"a@bureau.example"}),
    )


WAY = "a+5e5e5e5e5e5e5e5e@bureau.example"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"\nTo: a@bureau.example", f"\nTo: <{WAY}>".encode(), id="to"),
        pytest.param(b"Return-Path: <>\n", f"Delivered-To: {WAY}\n".encode(), id="delivered"),
        pytest.param(b"Return-Path: <>\n", f"X-Original-To: {WAY}\n".encode(), id="original"),
        pytest.param(b"Return-Path: <>\n", f"Envelope-To: {WAY}\n".encode(), id="envelope"),
        pytest.param(b"\n\nFrom: a@", f"\n\nReturn-Path: <{WAY}>\nFrom: a@".encode(), id="back"),
    ],
)
@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_where_a_report_went_to_is_found_wherever_servers_put_it(
    returned: str, old: bytes, new: bytes
) -> None:
    raw = report(returned=returned)
    assert raw.count(old) == 1
    found = read(raw.replace(old, new.replace(b"a+5", b"A+5")))

    assert found is not None
    assert WAY in found.went_to


@pytest.mark.parametrize(
    ("status", "code", "hard"),
    [
        pytest.param("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound", True, id="gone"),
        pytest.param("5.2.1", "smtp;550 User has been disabled", True, id="disabled"),
        pytest.param("5.4.4", "dns; Host or domain name not found", True, id="no such domain"),
        pytest.param("5.2.2", "smtp; 552 5.2.2 Mailbox full", False, id="full"),
        pytest.param("5.7.1", "smtp; 550 5.7.1 Message rejected as spam", False, id="spam"),
        pytest.param("5.3.4", "smtp; 552 message too large", False, id="too large"),
        pytest.param("4.4.7", "smtp; 421 delivery time expired", False, id="gave up"),
        pytest.param("", "smtp; 550 MI:USR 用户不存在", True, id="no status, 550"),
        pytest.param("", "smtp; 452 try later", False, id="no status, 452"),
    ],
)
@pytest.mark.fault("M14")
def test_what_speaks_against_the_address_is_told_from_the_rest(
    *, status: str, code: str, hard: bool
) -> None:
    found = read(report(status=status, code=code))

    assert found is not None
    assert (found.status, found.hard) == (status, hard)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_no_failure_is_none(action: str) -> None:
    assert read(report(action=action)) is None


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(f"<{'0' * 32}@stranger.example>", id="another domain"),
        pytest.param(f"<short@{DOMAIN}>", id="no id of our making"),
        pytest.param("", id="no id"),
    ],
)
def test_what_is_not_about_a_letter_of_ours_is_left_alone(original: str) -> None:
    assert read(report(original=original)) is None


@pytest.mark.fault("M14")
def test_an_id_in_a_strangers_words_is_no_report() -> None:
    forged = in_words(f"550 5.1.1\nMessage-ID: {ID}\n", sender="somebody@firm.example")

    assert read(forged) is None


@pytest.mark.parametrize(
    ("text", "status", "hard"),
    [
        pytest.param(f"{POSTFIX}\n\nMessage-ID: {ID}\n", "5.1.1", True, id="quoted headers"),
        pytest.param(f"收件人不存在 550 Mailbox not found\nMessage-ID: {ID}\n", "", True, id="zh"),
        pytest.param(f"对方邮箱已满 552 quota\nMessage-ID: {ID}\n", "", False, id="full"),
    ],
)
def test_a_report_in_words_is_read_as_far_as_it_goes(*, text: str, status: str, hard: bool) -> None:
    found = read(in_words(text))

    assert found is not None
    assert (found.message_id, found.status, found.hard) == (ID, status, hard)


@pytest.mark.parametrize("text", ["Warning: 451 4.7.1 greylisted", "422 over quota, will retry"])
def test_a_server_that_says_it_goes_on_trying_reports_no_failure(text: str) -> None:
    assert read(in_words(f"{text}\nMessage-ID: {ID}\n")) is None


def test_a_server_that_gave_up_reports_a_failure_that_is_not_the_mailboxs_fault() -> None:
    words = f"giving up after 5 days: 4.4.7 delivery time expired\nMessage-ID: {ID}\n"
    found = read(in_words(words))

    assert found is not None
    assert (found.status, found.hard) == ("4.4.7", False)


def test_words_that_give_no_reason_are_no_report() -> None:
    assert read(in_words(f"您的邮件没有送达。\nMessage-ID: {ID}\n")) is None


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "X-Autorespond: away"]
)
@pytest.mark.fault("M15")
def test_somebody_who_is_away_is_no_failure(header: str) -> None:
    away = f"{header}\n".encode() + in_words(f"550 我在休假\nMessage-ID: {ID}\n")

    assert read(away) is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00" * 50, id="noise"),
        pytest.param(report().replace(b"--b--", b""), id="cut off"),
        pytest.param(
            report().replace(b"text/plain", b"text/plain; charset=x-nobody"), id="charset"
        ),
        pytest.param(report() + b"x" * 3_000_000, id="huge"),
    ],
)
@pytest.mark.fault("M14")
def test_damaged_mail_does_no_harm(raw: bytes) -> None:
    found = read(raw)

    assert found is None or found.message_id == ID


def test_a_maildir_and_an_mbox_are_read_and_left_as_they_were(tmp_path: Path) -> None:
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(report())
    mbox = mailbox.mbox(tmp_path / "mbox")
    mbox.add(report(action="delayed"))
    mbox.add(report())
    mbox.close()
    before = (tmp_path / "mbox").read_bytes()

    one = [read(raw) for _, raw in messages_in(tmp_path / "maildir")]
    two = [read(raw) for _, raw in messages_in(tmp_path / "mbox")]

    assert [each.status for each in one if each] == ["5.1.1"]
    assert [each.status if each else None for each in two] == [None, "5.1.1"]
    assert (tmp_path / "mbox").read_bytes() == before
    assert len(list((tmp_path / "maildir" / "new").iterdir())) == 1
