"""A worker: one process that waits for runs of the office's pool and does one at a time."""

import asyncio
import datetime as dt
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from casework.heartbeat import WORKER, beat
from config.settings import Settings
from flows.deploy import office_settings, spoken_to, unanswered
from flows.living import living
from runtime.build import CannotRunError, opened, process_name
from runtime.logs import event, set_up
from runtime.trouble import command

_ALIVE_EVERY = dt.timedelta(minutes=1)


def work(home: Path, *, ready: Callable[[], None]) -> None:
    """Take runs until Ctrl-C or SIGTERM; a run under way then ends with us, and is done again.

    Raises CannotRunError when the server does not answer, or was away for long.
    """
    settings = office_settings(home)
    set_up(settings)
    alive = living(_ALIVE_EVERY, lambda: _alive(settings))
    with spoken_to(home, settings.prefect), alive:
        # What runs here reads the data folder of this machine; nobody tells it another one.
        os.environ["PEIYU_HOME"] = str(home.absolute())
        _end_softly(signal.SIGTERM)
        if sys.platform != "win32":
            _end_softly(signal.SIGHUP)  # a terminal that was closed
        from httpx import HTTPError

        try:
            with suppress(KeyboardInterrupt):
                asyncio.run(_wait(home, settings.prefect.pool, ready))
        except* (HTTPError, RuntimeError) as errors:
            raise unanswered(settings.prefect, _innermost(errors)) from None


def _innermost(error: BaseException) -> Exception:
    """Return what went wrong, out of the groups that it comes in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _end_softly(number: signal.Signals) -> None:
    """Let a signal do what Ctrl-C does."""
    signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))


async def _wait(home: Path, pool: str, ready: Callable[[], None]) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.utilities.services import critical_service_loop
    from prefect.workers import base
    from prefect.workers.process import ProcessWorker

    async with get_client() as client:
        try:
            await client.read_work_pool(pool)
        except ObjectNotFound:
            sentence = f"任务服务器上还没有“{pool}”。请先运行：{command(home, 'deploy')}"
            raise CannotRunError(sentence) from None
    # Its loops would print hundreds of lines of our own code while the server is away.
    vars(base)["critical_service_loop"] = partial(critical_service_loop, printer=_noted)
    worker = ProcessWorker(
        work_pool_name=pool, name=process_name(), limit=1, create_pool_if_not_found=False
    )
    await worker.start(printer=lambda *_: ready())


def _noted(said: str = "") -> None:
    """Keep the first line of what Prefect has to say in the log for machines."""
    if line := said.strip().partition("\n")[0]:
        event("worker.trouble", "worker", level=logging.WARNING, said=line)


def _alive(settings: Settings) -> None:
    """Give a sign of life in our tables, for whoever watches over the workers."""
    with opened(settings) as services:
        beat(services, WORKER, every=_ALIVE_EVERY, detail=services.process)
