"""Rendering what staff wrote, in a process of its own that is ended when it takes too long."""

import atexit
import json
import os
import pickle  # only written here; what comes back is JSON
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock, Timer
from typing import IO, Any

ROOT = Path(__file__).parent.parent
_PROGRAM = "notifications.sandboxed"
_READY = b"ready\n"
SECONDS = 10.0  # by the clock on the wall; the program itself is allowed two of computing
_START = 30.0
# What Windows itself needs to start a program; none of our settings, which may hold passwords.
_PASSED_ON = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH")
_TOO_LONG = -24  # SIGXCPU
_SAID = {
    "MemoryError": "用的内存太多",
    "RecursionError": "套得太深了",
    "SecurityError": "用了不允许的写法",
    "UndefinedError": "用了没有的名字",
    "ZeroDivisionError": "除数是零",
}
NAMES = {"subject.txt": "标题", "body.txt": "文字正文", "body.html": "网页正文"}


class SandboxError(Exception):
    """The templates can not be rendered; the text is a sentence that says where and why."""


class Sandbox:
    """A process that renders; started when it is first asked, and again after it was ended."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def render(self, parts: Mapping[str, str], context: Mapping[str, object]) -> dict[str, str]:
        """Return each part as it reads; raise SandboxError with the part and the line."""
        asked = pickle.dumps({"parts": dict(parts), "context": dict(context)})
        with self._lock:
            told = self._asked(asked)
        if "written" in told:
            written: dict[str, str] = told["written"]
            return written
        raise SandboxError(_sentence(told))

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _asked(self, asked: bytes) -> dict[str, Any]:
        process = self._running()
        asks, answers = _pipes(process)
        with _Clock(process, self._seconds) as clock:
            try:
                asks.write(len(asked).to_bytes(8, "big") + asked)
                asks.flush()
                size = answers.read(8)
                raw = answers.read(int.from_bytes(size, "big")) if size else b""
            except OSError:  # it was ended while we spoke
                raw = b""
        if raw:
            told: dict[str, Any] = json.loads(raw)
            return told
        self.close()
        late = "算得太久" if clock.rang or process.returncode == _TOO_LONG else "用的内存太多"
        return {"part": "", "line": 0, "fault": late, "kind": ""}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid():
            if self._process.poll() is None:
                return self._process
            self.close()
        try:
            self._process, self._owner = _started(), os.getpid()
        except OSError as error:
            raise SandboxError(f"写信的程序起不来：{error}") from error
        with _Clock(self._process, _START):
            ready = _pipes(self._process)[1].read(len(_READY))
        if ready != _READY:
            self.close()
            raise SandboxError("写信的程序起不来")
        return self._process


class _Clock:
    """Ends a process when the time is over."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.rang = False
        self._process = process
        self._timer = Timer(seconds, self._ring)
        self._timer.daemon = True

    def _ring(self) -> None:
        self.rang = True
        self._process.kill()

    def __enter__(self) -> "_Clock":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _started() -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-B", "-m", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT)},
        close_fds=True,
    )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return what it reads and what it answers on."""
    if process.stdin is None or process.stdout is None:
        raise SandboxError("写信的程序起不来")
    return process.stdin, process.stdout


def _sentence(told: Mapping[str, Any]) -> str:
    where = NAMES.get(told["part"], "")
    line = f"第 {told['line']} 行" if told["line"] else ""
    place = " ".join(filter(None, (where, line)))
    why = _SAID.get(told["kind"], "不能写成")
    said = f"{why}（{told['fault']}）" if told["kind"] and told["fault"] else told["fault"] or why
    return f"{place}：{said}" if place else said


SANDBOX = Sandbox()
atexit.register(SANDBOX.close)
