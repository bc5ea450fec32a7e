"""One careful conversation with a mail server, on top of the `emails` package.

Left alone, `emails` sends a letter twice when the answer is lost, and trusts any certificate.
Here a letter is handed over once, to a server that proved its name, within set times.
"""

import contextlib
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from emails.backend.smtp.backend import SMTPBackend
from emails.backend.smtp.client import SMTPClientWithResponse
from typing_extensions import override

from notifications.answers import Kind, Step, kind_of
from notifications.words import one_line, shortened

Security: TypeAlias = Literal["tls", "starttls", "plain"]
_VERBS = {"mail": Step.SENDER, "rcpt": Step.RECIPIENT, "data": Step.DATA}
_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
_GO_ON = 354
_ANSWER_BYTES = 64 * 1024
_ANSWER_SHOWN = 500
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """How to reach the mail relay. The times follow RFC 5321 §4.5.3.2."""

    host: str
    port: int = 465
    username: str = ""
    password: str = field(default="", repr=False)
    security: Security = "tls"
    ca_file: Path | None = None  # instead of the system's own authorities
    helo: str = ""  # how we name ourselves; empty: this machine's name
    connect_seconds: float = 30
    command_seconds: float = 300
    body_seconds: float = 600

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong, each as a Chinese sentence; with any, nothing is sent."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[str]:
        if not self.host:
            yield "没有填写邮件服务器地址（smtp.host）"
        if not 0 < self.port <= _LAST_PORT:
            yield f"端口 {self.port} 不对，应在 1 到 {_LAST_PORT} 之间（smtp.port）"
        if not (self.username + self.password).isascii():
            yield "邮箱账号和授权码只能用英文字母、数字和半角符号（smtp.username、smtp.password）"
        if self.username and self.security == "plain" and not _is_loopback(self.host):
            yield "不加密的连接只能在本机使用账号，请把 smtp.security 改为 tls 或 starttls"
        if self.ca_file and not self.ca_file.is_file():
            yield f"找不到证书文件“{self.ca_file}”（smtp.ca_file）"
        if min(self.connect_seconds, self.command_seconds, self.body_seconds) <= 0:
            yield "等待秒数必须大于 0（smtp.connect_seconds、command_seconds、body_seconds）"


@dataclass(slots=True)
class Progress:
    """How far the conversation has come, and the last answer (None: none came)."""

    step: Step = Step.CONNECT
    code: int | None = None
    answer: str = ""

    def begin(self, step: Step) -> None:
        """Take a step: what was answered before is no answer to it."""
        self.step, self.code, self.answer = step, None, ""


class Conversation(SMTPClientWithResponse):
    """A connection that knows how far it has come, and gives every answer a time of its own."""

    def __init__(self, parent: "OneAttempt", **kwargs: Any) -> None:  # noqa: ANN401 - as emails
        self._settings = parent.settings
        self._progress = parent.progress
        super().__init__(parent, **kwargs)  # type: ignore[no-untyped-call]

    @override
    def initialize(self) -> None:
        if self._settings.security == "starttls":
            self._progress.begin(Step.TLS)
            self.starttls(context=_verified(self._settings))
        if self._settings.username:
            self._progress.begin(Step.LOGIN)
            self._log_in()
        self.ehlo_or_helo_if_needed()

    def is_alive(self) -> bool:
        """Say whether the server still listens, with nothing left over from the last letter."""
        try:
            code, _ = self.rset()
        except OSError:
            return False
        return kind_of(code) is Kind.DONE

    @override
    def quit(self) -> None:  # type: ignore[override]  # emails returns nothing either
        """Say goodbye. It may fail: nothing of what was learnt before depends on it."""
        self._progress = Progress()
        with contextlib.suppress(OSError):
            super().quit()  # type: ignore[no-untyped-call]
        self.close()

    @override
    def _rset(self) -> None:
        # The answer that decided stays the last one; `is_alive` resets before the next letter.
        pass

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # Where smtplib's own SMTP_SSL does it, but once, and with a context that checks names.
        context = _verified(self._settings) if self._settings.security == "tls" else None
        plain: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        return context.wrap_socket(plain, server_hostname=host) if context else plain

    @override
    def putcmd(self, cmd: str, args: str = "") -> None:
        self._progress.begin(_VERBS.get(cmd, self._progress.step))
        super().putcmd(cmd, args)

    @override
    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(self._patience)
        super().send(s)

    @override
    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:  # a new connection, or one that has just been encrypted
            self._replies = _Replies(cast("socket.socket", self.sock))
            self.file = io.BufferedReader(self._replies)
        self._replies.await_one(self._patience)
        code, text = super().getreply()
        if code == _GO_ON and self._progress.step is Step.DATA:
            if self._replies.hold_more(self.file):
                # Its next answer is there before the letter: it would pass for a delivery.
                raise ConnectionAbortedError("the server answers what it was not asked")
            self._progress.begin(Step.BODY)
        else:
            said = one_line(text.decode("utf-8", "replace"))
            self._progress.code, self._progress.answer = code, shortened(said, _ANSWER_SHOWN)
        return code, text

    @property
    def _patience(self) -> float:
        match self._progress.step:
            case Step.CONNECT | Step.TLS:
                return self._settings.connect_seconds
            case Step.BODY:
                return self._settings.body_seconds
            case _:
                return self._settings.command_seconds

    def _log_in(self) -> None:
        # smtplib tries every mechanism in turn; a wrong password would count three times.
        self.ehlo_or_helo_if_needed()
        offered = self.esmtp_features.get("auth", "").split()
        chosen = [name for name in _MECHANISMS if name in offered][:1]
        self.esmtp_features["auth"] = " ".join(chosen)
        self.login(self._settings.username, self._settings.password)


class OneAttempt(SMTPBackend):
    """The backend of `emails`, without its second try: a lost answer stays lost."""

    connection_cls = Conversation

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.progress = Progress()
        named: dict[str, Any] = {"local_hostname": settings.helo} if settings.helo else {}
        super().__init__(
            fail_silently=False,
            host=settings.host,
            port=settings.port,
            timeout=settings.connect_seconds,
            **named,
        )

    @override
    def retry_on_disconnect(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    @override
    def get_client(self) -> SMTPClientWithResponse:
        self.progress.begin(Step.CONNECT)
        if isinstance(self._client, Conversation) and not self._client.is_alive():
            self.drop()
            self.progress.begin(Step.CONNECT)
        return super().get_client()

    def drop(self) -> None:
        """Hang up without a goodbye: the server is gone or out of step."""
        if self._client is not None:
            self._client.close()
        self._client = None


class _Replies(io.RawIOBase):
    """The server's side of the line: so much time and so many bytes for each answer.

    A plain socket time-out starts anew with every byte; a trickling server could hold up the
    whole sweep, and an endless answer could fill the memory.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._until = 0.0
        self._room = 0
        self._silent = False  # nothing is to be waited for

    def await_one(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._room = _ANSWER_BYTES

    def hold_more(self, file: io.BufferedReader) -> bool:
        """Say whether more has been read than was asked for."""
        self._silent = True
        try:
            return bool(file.peek(1))
        finally:
            self._silent = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:
        if self._silent:
            return None
        left = self._until - time.monotonic()
        if left <= 0 or self._room <= 0:
            raise TimeoutError("the answer is too slow or too long")
        self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        self._room -= count
        return count


def _verified(settings: SmtpSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
