"""Stands between a program and PostgreSQL, and cuts the line after a COMMIT went through.

The server did what it was told; the program never hears of it.
"""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 1 << 16


class CuttingProxy:
    """Forwards a server's socket from a folder of its own."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.folder, self.cuts = folder, 0
        self._server, self._armed = server, False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / _SOCKET))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._threads:
            each.join()

    def cut_next(self) -> None:
        """Cut the line at the answer to the next COMMIT, once."""
        self._armed = True

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database, by way of the proxy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server / _SOCKET))
            line = _Line(self, client, server)
            for work in (line.ask, line.answer):
                self._threads.append(threading.Thread(target=work, daemon=True))
                self._threads[-1].start()

    def asked(self, said: bytes) -> bool:
        """Say whether the answer to this is to be swallowed."""
        if b"COMMIT" not in said or not self._armed:
            return False
        self._armed = False
        return True


class _Line:
    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._swallow = False

    def ask(self) -> None:
        """Forward what the program says."""
        with contextlib.suppress(OSError):
            while said := self._client.recv(_CHUNK):
                self._swallow = self._swallow or self._proxy.asked(said)
                self._server.sendall(said)
        self._close()

    def answer(self) -> None:
        """Forward what the server answers, until it is not to be heard."""
        with contextlib.suppress(OSError):
            while said := self._server.recv(_CHUNK):
                if self._swallow:  # it has answered: the COMMIT is done
                    self._proxy.cuts += 1
                    break
                self._client.sendall(said)
        self._close()

    def _close(self) -> None:
        for each in (self._client, self._server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
