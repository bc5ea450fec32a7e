"""What an answer of a mail server means: a table, apart from every socket."""

import re
from enum import Enum, auto

from notifications.message import Fate


class Step(Enum):
    """How far a conversation with a mail server has come."""

    CONNECT = auto()
    TLS = auto()
    LOGIN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()  # asked to hand over; not one line of the letter has left yet
    BODY = auto()  # the server said "go on" (354): from here on it may have the letter


class Kind(Enum):
    """What the first digit of an answer says (RFC 5321 §4.2.1)."""

    NONE = 0  # no answer, or none that can be read
    DONE = 2
    LATER = 4
    NEVER = 5


_AFTER_BODY = {
    Kind.NONE: Fate.UNKNOWN,
    Kind.DONE: Fate.SENT,
    Kind.LATER: Fate.DEFERRED,
    Kind.NEVER: Fate.FAILED,
}
_SETUP = frozenset({Step.CONNECT, Step.TLS, Step.LOGIN})
_WANTS_LOGIN = frozenset({530, 535})
_TOO_LARGE = 552
_CLOSING = 421
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
# Full mailboxes, rejected content, policy and the sender's own faults say nothing against the
# address (RFC 3463 §3).
_NOT_THE_ADDRESS = {("1", "7"), ("1", "8"), ("2", "2"), ("2", "3"), ("3", "4"), ("6", "0")}
_POLICY = "7"
# What a server must say before the letter is handed over, for a mailbox to be given up.
_GONE = re.compile(r"\s*5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
_NO_SUCH_MAILBOX = ("550", "551", "553")


def kind_of(code: int | None) -> Kind:
    """Return the kind of an answer; None stands for no answer."""
    return {kind.value: kind for kind in Kind}.get((code or 0) // 100, Kind.NONE)


def judge(step: Step, code: int | None) -> Fate:
    """Return the fate of a message whose conversation ended with this answer to this step."""
    kind = kind_of(code)
    if step is Step.BODY:
        return _AFTER_BODY[kind]
    if kind is Kind.LATER:
        return Fate.DEFERRED
    if _meets_every_letter(step, code):
        return Fate.STOPPED
    return Fate.FAILED if kind is Kind.NEVER else Fate.DEFERRED


def keeps_talking(code: int | None) -> bool:
    """Say whether a server that refused with this code is still in step with us."""
    return kind_of(code) in {Kind.LATER, Kind.NEVER} and code != _CLOSING


_SENTENCES: dict[tuple[Fate, Step | None], str] = {
    (Fate.SENT, None): "邮件服务器已接收",
    (Fate.UNKNOWN, None): "信已交给邮件服务器，但没有收到答复，可能已经送达",
    (Fate.DEFERRED, None): "邮件服务器暂时没有接收，稍后自动再试",
    (Fate.DEFERRED, Step.RECIPIENT): "收件方暂时不收信，稍后自动再试",
    (Fate.FAILED, None): "邮件服务器拒收信件的内容或大小，请查看附注的原话",
    (Fate.FAILED, Step.RECIPIENT): "收件地址被拒收，请核对联系人的邮箱",
    (Fate.STOPPED, None): "邮件服务器要求登录，请检查邮箱账号设置",
    (Fate.STOPPED, Step.CONNECT): "连不上邮件服务器，请检查服务器地址、端口、加密方式和网络",
    (Fate.STOPPED, Step.TLS): "邮件服务器不能建立加密连接，没有发送账号和信件",
    (Fate.STOPPED, Step.LOGIN): "邮箱账号或授权码没有通过，请更正设置后再发",
    (Fate.STOPPED, Step.SENDER): "邮件服务器不接受本局的发件地址，请检查发件邮箱设置",
}
UNTRUSTED = "邮件服务器的安全证书没有通过验证，没有发送账号和信件；请核对服务器地址或证书文件"


def sentence(step: Step, fate: Fate, code: int | None) -> str:
    """Return what staff read about it, with the server's number where it refused."""
    told = _SENTENCES.get((fate, step)) or _SENTENCES[fate, None]
    return f"{told}（{code}）" if kind_of(code) in {Kind.LATER, Kind.NEVER} else told


def _meets_every_letter(step: Step, code: int | None) -> bool:
    if step in _SETUP or code in _WANTS_LOGIN:
        return True
    refused = kind_of(code) is Kind.NEVER and code != _TOO_LARGE
    return step is Step.SENDER and refused  # every letter has the same sender


def is_dead(status: str, said: str) -> bool:
    """Say whether a refusal means that the mailbox itself is at fault for good.

    ``status`` as 5.1.1 where one was given, else the reply in the server's words decides.
    """
    if found := STATUS.search(status):
        blamed = found[2] != _POLICY and (found[2], found[3]) not in _NOT_THE_ADDRESS
        return found[1] == "5" and blamed
    reply = REPLY.search(said)
    return bool(reply and reply[1] in _NO_SUCH_MAILBOX)


def is_gone(answer: str) -> bool:
    """Say whether an answer to RCPT begins with a status that names the mailbox as gone.

    A bare 550 is also what a relay says to everybody that it does not like today.
    """
    return _GONE.match(answer) is not None
