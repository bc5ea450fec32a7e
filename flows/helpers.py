"""What our flows ask of the office's Prefect server; its answers decide nothing."""

import os
from contextlib import suppress
from uuid import UUID

from httpx import HTTPError
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import filters
from prefect.client.schemas.objects import StateType
from prefect.exceptions import PrefectException
from prefect.types import DateTime

from flows.work import Month
from runtime import clock

SHARE = "monthly-share"


async def call_helpers(begun: Month) -> int:
    """Ask each worker that waits beside us to take part; return how many were asked.

    Without an answer the batches are done here: what is done is read from our tables alone.
    """
    with suppress(HTTPError, PrefectException):
        return await _call(begun)
    return 0


async def _call(begun: Month) -> int:
    async with get_client() as client:
        workers = await client.read_workers_for_work_pool(begun.pool)
        waiting = [each for each in workers if each.status == "ONLINE"]
        others = len(waiting) - ("PREFECT__WORKER_NAME" in os.environ)
        wanted = min(others, len(begun.batches) - 1)
        share = await client.read_deployment_by_name(f"{SHARE}/{begun.pool}")
        told = {"month": begun.month, "on": begun.on, "program": begun.program}
        for _ in range(wanted):
            await client.create_flow_run_from_deployment(share.id, parameters=told)
    return max(wanted, 0)


async def forget_missed(deployment: str) -> None:
    """Drop the alarms of the timetable that rang while nobody was there.

    One look answers them all; after a week's silence two thousand would keep a worker for hours.
    """
    late = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=[UUID(deployment)]),
        state=filters.FlowRunFilterState(
            type=filters.FlowRunFilterStateType(any_=[StateType.SCHEDULED])
        ),
        expected_start_time=filters.FlowRunFilterExpectedStartTime(
            before_=DateTime.fromisoformat(clock.now().isoformat())
        ),
    )
    with suppress(HTTPError, PrefectException):
        async with get_client() as client:
            await _forget(client, late)


async def _forget(client: PrefectClient, late: filters.FlowRunFilter) -> None:
    while runs := await client.read_flow_runs(flow_run_filter=late):
        for run in runs:
            await client.delete_flow_run(run.id)
