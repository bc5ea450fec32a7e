"""A Prefect server of our own: on loopback, its data in the data folder, ended with us."""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from config.settings import PrefectPart
from flows import NOTHING_TOLD

_PROGRAM = Path(__file__).with_name("serve.py")
_LONGEST_START = 90  # seconds; the first start makes a hundred tables, maybe on a slow disk
_LONGEST_END = 5
_LONGEST_ANSWER = 10
_NONE = PrefectPart()  # no server of the office: one of our own


class ServerUnavailableError(Exception):
    """The server does not answer; its log in the data folder may tell why."""


def environment(home: Path, office: PrefectPart = _NONE) -> dict[str, str]:
    """Return what server and client must find in their environment."""
    auth = office.auth.get_secret_value()
    elsewhere = {"PREFECT_API_URL": office.api, "PREFECT_API_AUTH_STRING": auth}
    ours = {
        "PREFECT_HOME": str(home.absolute() / "prefect"),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # staff read our words; what fails is raised
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # Prefect's own server may outlive us
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "2",
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "2",  # a month waits for its helpers
    }
    return NOTHING_TOLD | ours | {name: told for name, told in elsewhere.items() if told}


def settle(environ: MutableMapping[str, str], home: Path, office: PrefectPart = _NONE) -> None:
    """Put ours into an environment, in place of whatever somebody else told Prefect."""
    for name in [name for name in environ if name.startswith("PREFECT_")]:
        del environ[name]
    environ.update(environment(home, office))


@contextmanager
def speaking_to(home: Path, office: PrefectPart, address: Callable[[], str]) -> Iterator[None]:
    """Let Prefect, inside, speak to the server at an address and to nobody else."""
    if "prefect" not in sys.modules:  # it reads the environment once, at its import
        settle(os.environ, home, office)
    from prefect import settings

    told = environment(home, office) | {"PREFECT_API_URL": address()}
    updates = {getattr(settings, name): told[name] for name in told if name.startswith("PREFECT_")}
    with settings.temporary_settings(updates=updates):
        yield


def reach(api: str) -> str:
    """Return the address if a server answers there; else raise ServerUnavailableError."""
    try:
        with urlopen(f"{api.rstrip('/')}/health", timeout=_LONGEST_ANSWER):  # noqa: S310 - http
            return api
    except (OSError, ValueError, HTTPException) as error:
        raise ServerUnavailableError(str(error)) from error


def away(office: PrefectPart) -> str:
    """Return in a sentence that the office's server does not answer; nothing when it does."""
    if not office.api:
        return ""
    try:
        reach(office.api)
    except ServerUnavailableError:
        return f"任务服务器 {office.api} 没有应答，各台机器领不到活；手工运行会直接办理，结果相同"
    return ""


class OwnServer:
    """A server in a process of its own, which ends when it is stopped or we die."""

    def __init__(self, home: Path, *, port: int = 0, schedules: bool = False) -> None:
        """Start it; `api_url` waits for it. ``schedules``: also make the runs of schedules."""
        # -P: the program's folder is no place to import from
        program = [sys.executable, "-P", str(_PROGRAM), str(port)]
        folder = home / "prefect"
        surroundings = dict(os.environ)
        settle(surroundings, home)
        surroundings["PREFECT_LOGGING_LEVEL"] = "ERROR"  # into its log
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "server.log").open("w", encoding="utf-8") as log:
                self._process = subprocess.Popen(  # noqa: S603 - a program of ours
                    [*program, "--schedules"] if schedules else program,
                    env=surroundings,
                    stdin=subprocess.PIPE,  # its end tells the server that we are gone
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for us; it may first finish a table
                )
        except OSError as error:
            raise ServerUnavailableError(str(error)) from error
        self.port, self._answers = port, False
        atexit.register(self.stop)

    @property
    def alive(self) -> bool:
        """Say whether its process still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        return self._process.pid

    def api_url(self) -> str:
        """Return the address of the API, as soon as it answers."""
        if not self._answers:
            line = self._first_line()
            if not line.isdecimal():
                self.stop()
                raise ServerUnavailableError
            self.port, self._answers = int(line), True
        return f"http://127.0.0.1:{self.port}/api"

    def stop(self) -> None:
        """End it, and wait until it has gone."""
        atexit.unregister(self.stop)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _first_line(self) -> str:
        """Return the port, or nothing when the server ends or takes too long."""
        patience = threading.Timer(_LONGEST_START, self._process.kill)
        patience.daemon = True
        patience.start()
        try:
            line = self._process.stdout.readline() if self._process.stdout else b""
        finally:
            patience.cancel()
        return line.decode().strip()
