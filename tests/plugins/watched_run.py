"""Runs flows in a process of its own, under watch, and waits in the middle to be killed.

    python -m tests.plugins.watched_run HOME WATCH

Every address that it or its server binds, connects to or looks up goes into the file WATCH. In
the middle of a month it prints the number of its server's process and waits.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_HOOK = """
import os, sys

def _watch(event, args, told=os.environ["WATCH"]):
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = args[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = args[:1]
    else:
        return
    host = address[0] if isinstance(address, tuple) else address
    with open(told, "a") as file:
        file.write(f"{os.getpid()} {event} {host}\\n")

sys.addaudithook(_watch)
"""


@contextmanager
def started(home: Path, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", int, Path]]:
    """Yield the run, waiting in the middle, its server's number, and the file of addresses."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    watch = folder / "addresses"
    watch.touch()
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "WATCH": str(watch),
    }
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.plugins.watched_run", str(home)],
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        try:
            assert run.stdout is not None
            yield run, int(run.stdout.readline()), watch
        finally:
            run.kill()


def main() -> None:
    """Sweep, deliver, and stop in the middle of a month."""
    from flows import local

    def wait(_done: int, _of: int) -> None:
        print(local.shared_server(Path(home)).pid, flush=True)  # noqa: T201 - read by the parent
        time.sleep(600)

    home = sys.argv[1]
    local.run_locally(home, "sweep", on="2026-03-02")
    local.run_locally(home, "deliver", on="2026-03-02")
    local.run_locally(home, "monthly", progress=wait, month="2026-03", on="2026-03-02")


if __name__ == "__main__":
    main()
