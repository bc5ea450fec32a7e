"""The one place where a message becomes mail (MIME), shared by every carrier."""

import re
from collections.abc import Iterator

from emails.message import Message as Mail

from notifications.message import Address, Fate, Message, Receipt
from notifications.words import one_line, shortened

_MAILBOX = re.compile(r"[\w.!#$%&'*+/^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_MESSAGE_ID = re.compile(r"<([\w.+-]+)@[A-Za-z0-9.-]+>", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
# What `compose` writes itself, and what would add a recipient.
_RESERVED = re.compile(
    r"(resent-.*|content-.*|mime-version|date|from|sender|to|cc|bcc|subject|message-id"
    r"|auto-submitted|x-peiyu-letter)",
    re.IGNORECASE,
)
_SUBJECT_LIMIT = 200
_NAME_LIMIT = 80
# Quotes and brackets that could end a display name early.
_NAME_MARKS = str.maketrans("", "", '"\\<>')


def refusal(message: Message) -> Receipt | None:
    """Return why this message can never be sent, or None when it can."""
    faults = tuple(_faults(message))
    return Receipt(fate=Fate.FAILED, detail="；".join(faults)) if faults else None


def compose(message: Message) -> Mail:
    """Return the mail, its names, subject and file names made harmless.

    Ask `refusal` first: ValueError when there is nothing to read in it.
    """
    mail = Mail(
        message_id=message.message_id,
        mail_from=_pair(message.sender),
        mail_to=[_pair(message.to)],  # a list: a tuple of two would be read as one pair
        subject=shortened(one_line(message.subject), _SUBJECT_LIMIT),
        text=_readable(message.text),
        html=_readable(message.html),
        headers=_headers(message),
    )
    for attachment in message.attachments:
        mail.attach(
            filename=_file_name(attachment.filename),
            data=attachment.content,
            mime_type=attachment.mime_type,
        )
    return mail


def _faults(message: Message) -> Iterator[str]:
    for role, address, mend in (
        ("收件", message.to, "联系人的邮箱"),
        ("发件", message.sender, "设置中的 office.email"),
    ):
        if not _MAILBOX.fullmatch(address.email):
            yield f"{role}邮箱“{one_line(address.email)}”不是有效的邮箱地址，请更正{mend}"
    if message.return_path and not _MAILBOX.fullmatch(message.return_path):
        yield f"退信邮箱“{one_line(message.return_path)}”不对，请更正设置中的 smtp.bounces_to"
    for name, _ in message.headers:
        if not _HEADER_NAME.fullmatch(name) or _RESERVED.fullmatch(name):
            yield f"信头“{one_line(name)}”不能由信件自带"
    if not _MESSAGE_ID.fullmatch(message.message_id):
        yield "邮件编号（Message-ID）格式不对"
    if not (message.text or message.html):
        yield "信件没有正文"


def _headers(message: Message) -> dict[str, str]:
    own = {name: one_line(value) for name, value in message.headers}
    # A bounce often returns the headers only: this one leads back to our letter.
    letter = message.message_id.strip("<>").partition("@")[0]
    return own | {"Auto-Submitted": "auto-generated", "X-Peiyu-Letter": letter}


def _pair(address: Address) -> tuple[str, str]:
    name = one_line(address.name.translate(_NAME_MARKS))
    return shortened(name, _NAME_LIMIT), address.email


def _file_name(name: str) -> str:
    return re.sub(r'[\\/:*?"<>|]', "_", shortened(one_line(name), _NAME_LIMIT))


def _readable(text: str) -> str:
    # A lone surrogate or a NUL from a broken roster must not stop a letter.
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
