"""Registering the flows with the Prefect server of an office that has several machines."""

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import PrefectPart, Settings
from flows import OURS
from flows.server import ServerUnavailableError, reach, speaking_to
from runtime.build import CannotRunError, build, close, read_settings
from runtime.timetable import timetable_of
from runtime.trouble import command

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.orchestration import PrefectClient

ZONE = "Asia/Shanghai"
ALARMED = "timetable"  # the flow that an alarm starts; it asks our tables what is due
_LONGEST_PAUSE = 5  # minutes between two looks; a divisor of sixty


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What was registered."""

    pool: str
    names: tuple[str, ...]
    every_minutes: int  # between two looks at the timetable


def deploy(home: Path) -> Deployed:
    """Register the flows and their one alarm; again, it changes nothing but what changed here.

    Raises CannotRunError, in Chinese, when the settings or the server do not allow it.
    """
    settings = office_settings(home)
    every = timetable_of(home).deliver_every // dt.timedelta(minutes=1)
    every = min(every, _LONGEST_PAUSE)
    with spoken_to(home, settings.prefect):
        names = asyncio.run(_register(settings.prefect.pool, f"*/{every} * * * *"))
    return Deployed(pool=settings.prefect.pool, names=names, every_minutes=every)


def office_settings(home: Path) -> Settings:
    """Return the settings of a data folder that is ready for several machines."""
    settings = read_settings(home)
    services = build(settings)  # what keeps us from running is said before all else
    close(services)
    if not settings.prefect.api:
        raise CannotRunError(
            f"还没有写明任务服务器的地址。请在“{home / 'peiyu.toml'}”的 [prefect] 里写上 api，"
            "例如 http://主机:4200/api；只用一台机器时不需要，用 peiyu up 即可"
        )
    if services.database.dialect == "sqlite":
        raise CannotRunError(
            f"多台机器一起办理要用 PostgreSQL。请在“{home / 'peiyu.toml'}”里写上 database，"
            f"再运行 {command(home, 'init')}；只用一台机器时，用 peiyu up 即可"
        )
    return settings


@contextmanager
def spoken_to(home: Path, office: PrefectPart) -> Iterator[None]:
    """Let Prefect, inside, speak to the office's server; CannotRunError when that is away."""
    try:
        with speaking_to(home, office, lambda: reach(office.api)):
            yield
    except ServerUnavailableError as error:
        raise unanswered(office, error) from error
    except Exception as error:
        if type(error).__name__ != "PrefectHTTPStatusError":  # Prefect is imported only inside
            raise
        raise unanswered(office, error) from error


def unanswered(office: PrefectPart, error: Exception) -> CannotRunError:
    """Say that the office's server does not answer, or does not know us."""
    if re.search(r"\b40[13]\b", str(error)):
        return CannotRunError(
            f"任务服务器 {office.api} 不认这里的密码。请检查 [prefect] 的 auth，"
            "它应与服务器的 PREFECT_SERVER_API_AUTH_STRING 相同"
        )
    return CannotRunError(
        f"任务服务器 {office.api} 没有应答。请确认它已启动、网络能通、地址正确（以 /api 结尾）。"
        f"对方的答复：{' '.join(str(error).split())[:200]}"
    )


async def _register(pool: str, alarm: str) -> tuple[str, ...]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.workers.process import ProcessWorker

    async with get_client() as client:
        # Prefect's own command for this makes the server look outside.
        template = ProcessWorker.get_default_base_job_template()
        new = WorkPoolCreate(name=pool, type=ProcessWorker.type, base_job_template=template)
        try:
            await client.create_work_pool(new)
        except ObjectAlreadyExists:  # whether it is paused, and how many at once, stays
            update = WorkPoolUpdate(base_job_template=template)
            await client.update_work_pool(pool, update)
        return tuple([await _register_one(client, flow, pool, alarm) for flow in _flows()])


async def _register_one(
    client: "PrefectClient", flow: "Flow[..., Any]", pool: str, alarm: str
) -> str:
    """Register a flow by the name of its module: each machine runs the code it has itself.

    One that an administrator paused stays paused.
    """
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.exceptions import ObjectNotFound
    from prefect.types.entrypoint import EntrypointType

    paused = False
    with suppress(ObjectNotFound):
        paused = (await client.read_deployment_by_name(f"{flow.name}/{pool}")).paused
    rings = [CronSchedule(cron=alarm, timezone=ZONE)] if flow.name == ALARMED else []
    made = await flow.ato_deployment(
        pool,
        schedules=rings,
        paused=paused,
        tags=[OURS],
        version=version("peiyu"),
        work_pool_name=pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    await made.aapply()
    return flow.name


def _flows() -> tuple["Flow[..., Any]", ...]:
    from flows.backup import backup
    from flows.daily_sweep import daily_sweep
    from flows.delivery import delivery
    from flows.digest import weekly_digest
    from flows.housekeeping import housekeeping
    from flows.look import timetable
    from flows.monthly_pipeline import monthly_pipeline, monthly_share
    from flows.watching import watch_over

    daily = (daily_sweep, delivery, weekly_digest, backup, housekeeping, watch_over)
    return timetable, monthly_pipeline, monthly_share, *daily
