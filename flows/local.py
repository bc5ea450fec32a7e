"""Running a flow here and now, on a server of our own; Prefect's trouble never stops the work."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

from casework.counts import BatchCounts
from casework.deliver import DeliveryReport
from casework.remind import SweepReport
from flows import plain
from flows.progress import Progress, told_to
from flows.server import OwnServer, ServerUnavailableError, environment, settle
from runtime.build import build, close, read_settings

Which: TypeAlias = Literal["monthly", "sweep", "deliver"]
Report: TypeAlias = BatchCounts | SweepReport | DeliveryReport
Notice: TypeAlias = Callable[[str], object]

_PLAIN: dict[str, Callable[..., Report]] = {
    "monthly": plain.monthly,
    "sweep": plain.sweep,
    "deliver": plain.deliver,
}
_AWAY = "运行记录暂时不能保存，已改为直接办理，结果相同"
_servers: list[OwnServer] = []  # the one of this process, once it was started


def _on_standard_error(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


@overload
def run_locally(
    home: Path | str,
    which: Literal["monthly"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    **parameters: str | None,
) -> BatchCounts: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["sweep"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    **parameters: str | None,
) -> SweepReport: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["deliver"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    **parameters: str | None,
) -> DeliveryReport: ...
def run_locally(
    home: Path | str,
    which: Which,
    *,
    progress: Progress | None = None,
    notice: Notice = _on_standard_error,
    **parameters: str | None,
) -> Report:
    """Run a flow in this process and return its report.

    Parameters are ``month`` (YYYY-MM, for monthly) and ``on`` (YYYY-MM-DD, else today). Without
    a server the same work is done directly, after a notice in Chinese. Raises CannotRunError.
    """
    folder = Path(home).absolute()
    close(build(read_settings(folder)))  # what keeps us from running is said before all else
    with told_to(progress):
        try:
            with _prefect(folder):
                return asyncio.run(_flow(which)(str(folder), **parameters))
        except Exception as error:
            if not _is_prefects_own(error):
                raise
        notice(_AWAY)
        _start_again(folder)
        return _PLAIN[which](str(folder), **parameters)


def run_plainly(
    home: Path | str, which: Which, *, progress: Progress | None = None, **parameters: str | None
) -> Report:
    """Do the same without Prefect."""
    with told_to(progress):
        return _PLAIN[which](str(Path(home).absolute()), **parameters)


def shared_server(home: Path) -> OwnServer:
    """Return the server that all runs of this process share; its data lies in ``home``.

    One for all, and always at one address: Prefect's reporting thread learns it only once.
    """
    last = _servers[-1] if _servers else None
    if last is None or not last.alive:
        last = OwnServer(home, port=last.port if last else 0)
        _servers[:] = [last]
    return last


def stop_server() -> None:
    """End the server of this process; a later run starts it again."""
    for server in _servers:
        server.stop()


def _start_again(home: Path) -> None:
    """Replace a server that died, or the end of this process waits long for its answers."""
    if _servers:
        with suppress(ServerUnavailableError):
            shared_server(home)


@contextmanager
def _prefect(home: Path) -> Iterator[None]:
    """Let Prefect, inside, speak to the server of this data folder and to nobody else."""
    server = shared_server(home)  # starts while we import
    if "prefect" not in sys.modules:  # it reads the environment once, at its import
        settle(os.environ, home)
    from prefect import settings

    told = environment(home) | {"PREFECT_API_URL": server.api_url()}
    updates = {getattr(settings, name): told[name] for name in told if name.startswith("PREFECT_")}
    with settings.temporary_settings(updates=updates):
        yield


def _flow(which: Which) -> Callable[..., Coroutine[Any, Any, Report]]:
    match which:
        case "monthly":
            from flows.monthly_pipeline import monthly_pipeline

            return monthly_pipeline
        case "sweep":
            from flows.daily_sweep import daily_sweep

            return daily_sweep
        case "deliver":
            from flows.delivery import delivery

            return delivery


def _is_prefects_own(error: Exception) -> bool:
    """Say whether it was the keeping of records that failed, and not the work itself."""
    if isinstance(error, ServerUnavailableError):
        return True
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    return isinstance(error, HTTPError | PrefectException)
