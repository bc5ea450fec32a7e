"""Runs one use case in a process of its own that kills itself at the k-th step.

A step is a statement, a commit, or a letter handed over: what a power cut can come before. With
``0`` nothing dies and the number of steps is printed.

    python -m tests.plugins.crash URL FOLDER WHAT DAY K [BATCH_SIZE]
"""

import datetime as dt
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

ROOT = Path(__file__).resolve().parents[2]
BATCH_SIZE = 80


def run(url: str, folder: Path, what: str, day: dt.date, at: int = 0, **environment: str) -> int:
    """Run it in another process; return the number of steps, or 0 when it was killed there."""
    done = _start(url, folder, what, day, at, environment)
    said, wrong = done.communicate()
    if at:
        assert done.returncode in {-signal.SIGKILL, 0}, wrong
        return 0
    assert done.returncode == 0, wrong
    return int(said)


def run_twice_at_once(url: str, folder: Path, what: str, day: dt.date) -> None:
    """Run it in two processes at the same time; both must end well."""
    both = [_start(url, folder, what, day, 0, {}) for _ in range(2)]
    for done in both:
        _, wrong = done.communicate()
        assert done.returncode == 0, wrong


def _start(
    url: str, folder: Path, what: str, day: dt.date, at: int, environment: dict[str, str]
) -> "subprocess.Popen[str]":
    arguments = [url, str(folder), what, day.isoformat(), str(at)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.plugins.crash", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Do what the arguments say."""
    from casework.deliver import deliver
    from casework.pipeline import run_month
    from casework.remind import sweep
    from notifications.folder import FolderCarrier
    from tests.plugins.house import services_on

    url, folder, what, day_text, at = sys.argv[1:6]
    day = dt.date.fromisoformat(day_text)
    steps, last = count(1), 0

    def step(*_: Any, **__: Any) -> None:
        nonlocal last
        last = next(steps)
        if last == int(at):
            os.kill(os.getpid(), signal.SIGKILL)

    class Dangerous(FolderCarrier):
        def deliver(self, message: Any) -> Any:
            step()
            receipt = super().deliver(message)
            step()
            return receipt

    services = services_on(url, today=day, open_carrier=lambda: Dangerous(Path(folder)))
    services = replace(services, batch_size=BATCH_SIZE, now=_passing(services.now()))
    event.listen(services.database.engine, "before_cursor_execute", step)
    event.listen(services.database.engine, "commit", step)
    {
        "monthly": lambda: run_month(services, f"{day:%Y-%m}", on=day),
        "sweep": lambda: sweep(services, today=day),
        "deliver": lambda: deliver(services, today=day),
    }[what]()
    services.database.close()
    print(last)  # noqa: T201 - read by the parent


def _passing(start: dt.datetime) -> Any:
    """Return a clock that moves a second at every look."""
    seconds = count()
    return lambda: start + dt.timedelta(seconds=next(seconds))


if __name__ == "__main__":
    main()
