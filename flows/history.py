"""Prefect's own records of runs: what is older than some days is forgotten, a page at a time.

Its server forgets events by itself after a week, and runs never.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterStartTime,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from flows import OURS
from flows.house import folder_of
from models.upkeep import tend_file
from runtime.build import read_settings

_PAGE = 200


async def forget(home: str, before: dt.datetime, *, dry_run: bool) -> int:
    """Let the server that is in use forget runs that started before then; return how many.

    Runs that nobody ended, because their process was killed, are among them.
    """
    folder = folder_of(home)
    shared = bool(read_settings(folder).prefect.api)  # an office's server may have other tenants
    old = FlowRunFilter(
        start_time=FlowRunFilterStartTime(before_=before),
        tags=FlowRunFilterTags(all_=[OURS]) if shared else None,
    )
    async with get_client() as client:
        if dry_run:
            return await client.count_flow_runs(flow_run_filter=old)
        forgotten = 0
        while page := await client.read_flow_runs(flow_run_filter=old, limit=_PAGE):
            await _forget(client, page)
            forgotten += len(page)
    own = folder / "prefect" / "prefect.db"  # far away, on PostgreSQL, it is not ours to tend
    if own.exists():
        await asyncio.to_thread(tend_file, own)
    return forgotten


async def _forget(client: PrefectClient, page: Iterable[FlowRun]) -> None:
    for run in page:
        with suppress(ObjectNotFound):  # somebody else tidies as well
            await client.delete_flow_run(run.id)
