"""An office with several machines: a database, a Prefect server, and workers.

Every part is a process of its own, as it is in an office; each may be killed. The server keeps
its own records in a file: the PostgreSQL of the tests has no `pg_trgm`, which it asks for.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.server import _PROGRAM, environment
from runtime.build import create, read_settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True, kw_only=True)
class Office:
    """Where it is, and its processes."""

    folder: Path
    api: str
    server: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def home(self, database: str, *, batch_size: int, lease_seconds: int = 90) -> Path:
        """Make the data folder of this office on a database, which gets the tables it lacks."""
        home = self.folder / "home"
        home.mkdir()
        settings = (
            f'database = "{database}"\nbatch_size = {batch_size}\n'
            f'lease_seconds = {lease_seconds}\n[prefect]\napi = "{self.api}"\n'
        )
        (home / "peiyu.toml").write_text(settings, encoding="utf-8")
        create(read_settings(home))
        return home

    def type(self, home: Path, *words: str) -> "subprocess.Popen[bytes]":
        """Type a command in a process group of its own; what it says goes into a file."""
        said = (self.folder / f"{'-'.join(words)}-{time.monotonic_ns()}.log").open("wb")
        with said:
            return subprocess.Popen(
                [sys.executable, "-m", "cli", *words, "--home", str(home)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def deploy(self, home: Path, *, silent: bool = True) -> None:
        """Register the flows; ``silent``: without the alarm, for a test that begins runs itself.

        Registered again, the alarm stays as it was left: whoever wants it back says so.
        """
        from prefect.client.orchestration import SyncPrefectClient

        assert self.type(home, "deploy").wait() == 0
        act = "pause_deployment" if silent else "resume_deployment"
        with SyncPrefectClient(api=self.api) as client:
            alarmed = client.read_deployment_by_name("timetable/peiyu")
            client._client.post(f"/deployments/{alarmed.id}/{act}").raise_for_status()

    def work(self, home: Path, number: int) -> None:
        """Start so many workers more, and wait until the server knows them."""
        self.workers += [self.type(home, "work") for _ in range(number)]
        wanted = len(self.workers)
        wait_until(lambda: len(self.online()) >= wanted)

    def start_month(self, month: str, on: str) -> None:
        """Ask for a month as a schedule would: whichever worker is free begins it."""
        from prefect.client.orchestration import SyncPrefectClient

        with SyncPrefectClient(api=self.api) as client:
            flow = client.read_deployment_by_name("monthly-pipeline/peiyu")
            client.create_flow_run_from_deployment(flow.id, parameters={"month": month, "on": on})

    def worker_of(self, pid: int) -> "subprocess.Popen[bytes]":
        """Return the worker that started a process."""
        (found,) = [each for each in self.workers if pid in dict(_below(each.pid))]
        return found

    def online(self) -> list[str]:
        """Return the names of the workers that the server holds for alive."""
        from prefect.client.orchestration import SyncPrefectClient

        with SyncPrefectClient(api=self.api) as client:
            answer = client._client.post("/work_pools/peiyu/workers/filter", json={})
        return [each["name"] for each in answer.json() if each["status"] == "ONLINE"]


@contextmanager
def an_office(folder: Path) -> Iterator[Office]:
    """Open an office; afterwards all its processes are gone."""
    (folder / "server").mkdir()
    surroundings = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")},
        **environment(folder / "server"),
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), "0", "--schedules"],
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    office: Office | None = None
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        office = Office(folder=folder, api=f"http://127.0.0.1:{port}/api", server=server)
        yield office
    finally:
        for process in (*(office.workers if office else ()), server):
            kill_all(process)
        for pipe in (server.stdin, server.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and everything that it started, as a power cut does."""
    for group in {process.pid, *(group for _, group in _below(process.pid))}:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    process.wait()


def _below(pid: int) -> list[tuple[int, int]]:
    """Return (number, group) of all processes that a process started, and that those started."""
    children: dict[int, list[tuple[int, int]]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _, parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            children.setdefault(int(parent), []).append((int(stat.parent.name), int(group)))
    found: list[tuple[int, int]] = []
    ahead = [pid]
    while ahead:
        mine = children.get(ahead.pop(), [])
        found += mine
        ahead += [number for number, _ in mine]
    return found


def wait_until(true: Callable[[], Any], seconds: float = 90, every: float = 0.1) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never became true"
        time.sleep(every)
    return found
