"""Reports of mail that did not arrive (退信): read, matched by our own Message-ID, told apart.

A report counts only when it names a message of ours: the id is looked for in what it returns of
the original, never in what a stranger writes about it. Where it went to is told with it: only
who handled the letter knows its return path. Automatic answers are no reports.
"""

import email.policy
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from pathlib import Path

from notifications.answers import REPLY, STATUS, is_dead

_OURS = re.compile(r"<([0-9a-f]{32})@([^<>\s@]+)>")
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon")
# A report of delay in words; the same server tells it again when it gives up.
_STILL_TRYING = re.compile(
    r"will\s+(?:be\s+)?retr|still\s+being|delayed|warning|重试|延迟", re.IGNORECASE
)
_LONGEST = 2_000_000  # bytes; a report that returns a huge letter whole is read so far
_SAID = 200  # characters of the other server's words that are kept
# Who a report was for; what the server that took it in noted, and what the original had.
_WENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-To")
# What a report returns of the original, whole or its fields (RFC 3462 §2, RFC 6533 §4).
_RETURNED = {
    "message/rfc822",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One report about one of our letters."""

    message_id: str
    recipient: str  # as the report names it; empty when it does not
    status: str  # 5.1.1, or empty
    hard: bool  # this address will never get anything
    said: str  # the other server's words
    went_to: frozenset[str] = frozenset()  # addresses it was sent to, as far as it shows


def read_bounce(raw: bytes, *, domain: str) -> Bounce | None:
    """Return the report in a message, or None: not a failure, not about ours, or no report."""
    message = BytesParser(policy=email.policy.default).parsebytes(raw[:_LONGEST])
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes it one
    if _is_automatic_answer(message):
        return None
    ours = _our_id(message, domain)
    if ours is None:
        return None
    report = _delivery_status(message)
    if report is not None:
        found = _from_report(ours, report)
    else:
        found = _from_words(ours, message) if _is_from_daemon(message) else None
    return replace(found, went_to=frozenset(_went_to(message))) if found else None


def messages_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (key, message) of everything in a Maildir or an mbox file; nothing is changed."""
    if folder.is_dir():
        maildir = mailbox.Maildir(folder, create=False)
        for key in sorted(maildir.keys()):
            yield key, maildir.get_bytes(key)
        return
    box = mailbox.mbox(folder, create=False)
    try:
        for key in box.iterkeys():
            yield str(key), box.get_bytes(key)
    finally:
        box.close()


def _is_automatic_answer(message: EmailMessage) -> bool:
    """Say whether somebody is away: such answers come to every letter and mean nothing."""
    if message.get_content_type() == "multipart/report":
        return False
    told = str(message.get("Auto-Submitted", "")).lower()
    return told.startswith("auto-replied") or any(
        name in message for name in ("X-Autoreply", "X-Autorespond")
    )


def _is_from_daemon(message: EmailMessage) -> bool:
    path = message.get("Return-Path")
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    empty = path is not None and str(path).strip() == "<>"
    return empty or sender.partition("@")[0] in _DAEMONS


def _our_id(message: EmailMessage, domain: str) -> str | None:
    """Return the Message-ID of the letter that comes back, if it is one of ours."""
    for returned in _returned(message):
        found = _OURS.search(returned)
        if found and found[2].lower() == domain.lower():
            return found[0]
    return None


def _returned(message: EmailMessage) -> Iterator[str]:
    """Yield the ids that a report returns of the original."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind in _RETURNED:
            yield from (str(inner.get("Message-ID", "")) for inner in _inside(part))
        elif kind == "text/rfc822-headers":
            yield _id_line(_text(part))
        elif kind == "text/plain" and _is_from_daemon(message):
            yield _id_line(_text(part))  # some servers quote the headers in their words


def _inside(part: EmailMessage) -> list[EmailMessage]:
    """Return the messages, or blocks of fields, that a part is made of."""
    payload = part.get_payload()
    return (
        [each for each in payload if isinstance(each, EmailMessage)]
        if isinstance(payload, list)
        else []
    )


def _went_to(message: EmailMessage) -> Iterator[str]:
    """Yield the addresses a report was sent to, and the return path of what it returns."""
    told = [str(value) for name in _WENT_TO for value in message.get_all(name, [])]
    for part in message.walk():
        kind = part.get_content_type()
        if kind in _RETURNED:
            told += (str(inner.get("Return-Path", "")) for inner in _inside(part))
        elif kind in {"text/rfc822-headers", "text/plain"}:
            told.append(_line_of(_text(part), "return-path"))
    yield from (address.lower() for _, address in getaddresses(told) if address)


def _id_line(text: str) -> str:
    return _line_of(text, "message-id")


def _line_of(text: str, name: str) -> str:
    found = re.search(rf"^\s*{name}:\s*(\S+)", text, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        return payload.decode(charset, errors="replace")
    except LookupError:  # a charset that nobody knows
        return payload.decode("utf-8", errors="replace")


def _delivery_status(message: EmailMessage) -> EmailMessage | None:
    """Return the fields about the recipient (RFC 3464), which come after those about the mail."""
    told = (
        block
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in _inside(part)
        if "Action" in block
    )
    return next(told, None)


def _from_report(ours: str, report: EmailMessage) -> Bounce | None:
    if str(report.get("Action", "")).strip().lower() != "failed":
        return None  # delayed, delivered, relayed: the server goes on trying, or has done it
    status = STATUS.search(str(report.get("Status", "")))
    said = str(report.get("Diagnostic-Code", ""))
    address = str(report.get("Final-Recipient", "") or report.get("Original-Recipient", ""))
    return Bounce(
        message_id=ours,
        recipient=address.rpartition(";")[2].strip().strip("<>").lower(),
        status=status[0] if status else "",
        hard=is_dead(status[0] if status else "", said),
        said=_short(said),
    )


def _from_words(ours: str, message: EmailMessage) -> Bounce | None:
    """Read a report that is no RFC 3464 one, as some providers send them."""
    words = "\n".join(
        _text(part) for part in message.walk() if part.get_content_maintype() == "text"
    )
    plain = re.sub(r"<[^<>]*>", " ", words) if "</" in words else words
    status, reply = STATUS.search(plain), REPLY.search(plain)
    if status is None and reply is None:
        return None
    if _STILL_TRYING.search(plain) and (status or reply or [""])[0].startswith("4"):
        return None
    start = min(found.start() for found in (status, reply) if found)
    failed = parseaddr(str(message.get("X-Failed-Recipients", "")))[1]
    return Bounce(
        message_id=ours,
        recipient=failed.lower(),
        status=status[0] if status else "",
        hard=is_dead(status[0] if status else "", plain[start : start + _SAID]),
        said=_short(plain[start : start + _SAID]),
    )


def _short(words: str) -> str:
    return " ".join(words.split())[:_SAID]
