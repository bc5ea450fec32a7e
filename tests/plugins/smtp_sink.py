"""A scripted mail server on loopback: it records what it was given and fails as told.

A reply is what the server says, one of the special words below, or bytes sent as they are.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

DROP = "<drop>"  # close the connection without an answer
TAKE_AND_DROP = "<take and drop>"  # body only: keep the letter, then close without an answer
TAKE_AND_WAIT = "<take and wait>"  # body only: keep the letter, answer too late
WAIT = "<wait>"  # say nothing
TRICKLE = "<trickle>"  # one byte at a time, for ever
ENDLESS = "<endless>"  # one answer of unlimited length

Reply = str | bytes
Replies = Reply | tuple[Reply, ...]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the server answers to each command; of several answers, one for each time.

    The last of several stays. ``mailboxes`` says what RCPT of some addresses is answered instead.
    """

    banner: Replies = "220 sink ready"
    ehlo: Replies = "250-sink\r\n250 AUTH PLAIN LOGIN"
    starttls: Replies = "220 go ahead"
    auth: Replies = "235 welcome"
    mail: Replies = "250 ok"
    rcpt: Replies = "250 ok"
    data: Replies = "354 go on"
    body: Replies = "250 taken"
    rset: Replies = "250 ok"
    quit: Replies = "221 bye"
    mailboxes: Mapping[str, Reply] = field(default_factory=dict)

    def answers(self) -> dict[str, list[Reply]]:
        """Return the answers to each command, to be taken from one by one."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(reply) if isinstance(reply, tuple) else [reply]
            for name, reply in said.items()
            if name != "mailboxes"
        }


@dataclass
class Sink:
    """The server; use it with ``with``. ``tls`` wraps every connection from the start."""

    script: Script = field(default_factory=Script)
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    late_seconds: float = 0.5

    def __post_init__(self) -> None:
        self.accepted: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        self._answers = self.script.answers()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> "Sink":
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def verbs(self) -> list[str]:
        """Return the commands that were heard, without their arguments."""
        return [command.split(" ")[0].split(":")[0].upper() for command in self.commands]

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                stack.enter_context(connection)
            self._say(connection, self.answer_to("banner"))
            _Session(self, connection, stack).run()

    def _say(self, connection: socket.socket, reply: Reply) -> None:
        if isinstance(reply, bytes):
            connection.sendall(reply)
        elif reply == DROP:
            raise ConnectionAbortedError
        elif reply == WAIT:
            self._ended.wait(5)
            raise ConnectionAbortedError
        elif reply == TRICKLE:
            while not self._ended.wait(0.02):
                connection.sendall(b"2")
        elif reply == ENDLESS:
            while not self._ended.is_set():
                connection.sendall(b"250-still going\r\n" * 100)
        else:
            connection.sendall(reply.encode() + b"\r\n")

    def answer_to(self, verb: str, command: str = "") -> Reply:
        """Return the next answer to a command; the last one stays."""
        for email, reply in self.script.mailboxes.items():
            if verb == "rcpt" and f"<{email}>" in command:
                return reply
        left = self._answers.get(verb, ["500 what?"])
        return left.pop(0) if len(left) > 1 else left[0]


class _Session:
    """One connection, command by command."""

    def __init__(self, sink: Sink, connection: socket.socket, stack: contextlib.ExitStack) -> None:
        self._sink, self._stack = sink, stack
        self._listen_to(connection)

    def run(self) -> None:
        while line := self._lines.readline():
            command = line.decode("utf-8", "replace").strip()
            self._sink.commands.append(command)
            verb = command.split(" ")[0].lower()
            reply = self._sink.answer_to(verb.removeprefix("helo") or "ehlo", command)
            self._sink._say(self._connection, reply)
            if verb == "starttls" and self._sink.starttls:
                self._listen_to(self._sink.starttls.wrap_socket(self._connection, server_side=True))
            if verb == "data" and reply == "354 go on":
                self._take()
            if verb == "quit":
                return

    def _listen_to(self, connection: socket.socket) -> None:
        self._connection = self._stack.enter_context(connection)
        self._lines = self._stack.enter_context(connection.makefile("rb"))

    def _take(self) -> None:
        content = b""
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise ConnectionAbortedError
            content += line
        reply = self._sink.answer_to("body")
        if str(reply).startswith("2") or reply in (TAKE_AND_DROP, TAKE_AND_WAIT):
            self._sink.accepted.append(content)
        if reply == TAKE_AND_DROP:
            raise ConnectionAbortedError
        if reply == TAKE_AND_WAIT:
            self._sink._ended.wait(self._sink.late_seconds)
            reply = "250 taken, at last"
        self._sink._say(self._connection, reply)
