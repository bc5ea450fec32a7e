"""Running a flow here and now, on a server of our own; Prefect's trouble never stops the work."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

from casework.counts import BatchCounts
from casework.deliver import DeliveryReport
from casework.digest import DigestReport
from casework.housekeeping import HousekeepingReport
from casework.remind import SweepReport
from flows import OURS, plain
from flows.chores import BackupReport
from flows.progress import Progress, begun_by, told_to
from flows.server import OwnServer, ServerUnavailableError, reach, speaking_to
from runtime.build import build, close, read_settings
from runtime.logs import event

Which: TypeAlias = Literal["monthly", "digest", "sweep", "deliver", "backup", "housekeeping"]
Report: TypeAlias = (
    BatchCounts | DigestReport | SweepReport | DeliveryReport | BackupReport | HousekeepingReport
)
Notice: TypeAlias = Callable[[str], object]

_PLAIN: dict[str, Callable[..., Report]] = {
    "monthly": plain.monthly,
    "sweep": plain.sweep,
    "deliver": plain.deliver,
    "digest": plain.digest,
    "backup": plain.backup,
    "housekeeping": plain.housekeeping,
}
_FLOWS: dict[str, tuple[str, str]] = {
    "monthly": ("flows.monthly_pipeline", "monthly_pipeline"),
    "sweep": ("flows.daily_sweep", "daily_sweep"),
    "deliver": ("flows.delivery", "delivery"),
    "digest": ("flows.digest", "weekly_digest"),
    "backup": ("flows.backup", "backup"),
    "housekeeping": ("flows.housekeeping", "housekeeping"),
}
_AWAY = "运行记录暂时不能保存，已改为直接办理，结果相同"
_servers: list[OwnServer] = []  # the one of this process, once it was started


def on_standard_error(sentence: str) -> None:
    """Say it to whoever looks, beside the results."""
    sys.stderr.write(f"{sentence}\n")


@overload
def run_locally(
    home: Path | str,
    which: Literal["monthly"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> BatchCounts: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["sweep"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> SweepReport: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["deliver"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> DeliveryReport: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["digest"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> DigestReport: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["backup"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> BackupReport: ...
@overload
def run_locally(
    home: Path | str,
    which: Literal["housekeeping"],
    *,
    progress: Progress | None = ...,
    notice: Notice = ...,
    by: str = ...,
    **parameters: str | None,
) -> HousekeepingReport: ...
def run_locally(
    home: Path | str,
    which: Which,
    *,
    progress: Progress | None = None,
    notice: Notice = on_standard_error,
    by: str = "",
    **parameters: str | None,
) -> Report:
    """Run a flow in this process and return its report.

    ``by`` says who began it. Parameters are ``month`` (YYYY-MM, for monthly), ``dry_run``
    (anything, for housekeeping), ``until`` (ISO 8601, for deliver) and ``on`` (YYYY-MM-DD, else
    today). Without a server the same work is done directly, after a notice in Chinese. Raises
    CannotRunError.
    """
    folder = Path(home).absolute()
    close(build(read_settings(folder)))  # what keeps us from running is said before all else
    with told_to(progress), begun_by(by):
        try:
            with _prefect(folder):
                return asyncio.run(_flow(which)(str(folder), **parameters))
        except Exception as error:
            if not _is_prefects_own(error):
                raise
            event("prefect_away", which, level=logging.WARNING, why=repr(error))
            notice(_AWAY)
        _start_again(folder)
        return _PLAIN[which](str(folder), **parameters)


def run_plainly(
    home: Path | str,
    which: Which,
    *,
    progress: Progress | None = None,
    by: str = "",
    **parameters: str | None,
) -> Report:
    """Do the same without Prefect."""
    with told_to(progress), begun_by(by):
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


def _start_again(home: Path) -> None:
    """Replace a server that died, or the end of this process waits long for its answers."""
    if _servers:
        with suppress(ServerUnavailableError):
            shared_server(home)


@contextmanager
def _prefect(home: Path) -> Iterator[None]:
    """Let Prefect, inside, speak to the office's server or to that of this data folder alone."""
    office = read_settings(home).prefect
    # A server of our own starts while we import.
    address = (lambda: reach(office.api)) if office.api else shared_server(home).api_url
    with speaking_to(home, office, address):
        from prefect import tags

        with tags(OURS):
            yield


def _flow(which: Which) -> Callable[..., Coroutine[Any, Any, Report]]:
    """Return the flow; its module imports Prefect, so it is read only now."""
    module, name = _FLOWS[which]
    flow: Callable[..., Coroutine[Any, Any, Report]] = getattr(import_module(module), name)
    return flow


def _is_prefects_own(error: Exception) -> bool:
    """Say whether it was the keeping of records that failed, and not the work itself."""
    if isinstance(error, ServerUnavailableError):
        return True
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    return isinstance(error, HTTPError | PrefectException)
