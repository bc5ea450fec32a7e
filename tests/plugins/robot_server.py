"""A makers' server for group robots, on loopback: it keeps what it was told and answers as told."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

DROP = -1  # take it, and hang up without an answer
WAIT = -2  # take it, and say nothing


@dataclass(frozen=True, kw_only=True)
class Told:
    """One request: where to, with what."""

    path: str
    query: dict[str, list[str]]
    body: dict[str, Any]


@dataclass
class RobotServer:
    """The server; use it with ``with``. Each answer is a status and a body; the last one stays."""

    answers: list[tuple[int, str]] = field(default_factory=lambda: [(200, '{"errcode":0}')])

    def __post_init__(self) -> None:
        self.told: list[Told] = []
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "RobotServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()

    def next(self) -> tuple[int, str]:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                server.told.append(Told(path=url.path, query=parse_qs(url.query), body=body))
                status, said = server.next()
                self.close_connection = True
                if status == WAIT:
                    server._ended.wait(5)
                if status < 0:
                    return
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{server.url}/elsewhere")
                self.end_headers()
                self.wfile.write(said.encode())

            @override
            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
