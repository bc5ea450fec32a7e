"""The monthly pipeline: judge every enterprise, move cases, open reviews, queue letters."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casework.counts import BatchCounts, total
from casework.gather import Batch
from flows import work
from flows.artifacts import leave_table
from flows.batches import each
from flows.helpers import call_helpers

# A piece of work may be done again: its effects hang on business keys.
_TRIES = 2
_WAITS = [2.0, 10.0]


@flow(name="monthly-pipeline", flow_run_name="monthly-{month}")
async def monthly_pipeline(home: str = "", month: str = "", on: str | None = None) -> BatchCounts:
    """Do the month (YYYY-MM, else the present one) for the data folder; return what was done."""
    begun = await begin(home, month, on)
    with work.failure_noted(home, begun.month):
        did = await _shared(home, begun) if begun.pool else await _alone(home, begun)
    await leave_table(begun.month, did)
    return did


async def _shared(home: str, begun: work.Month) -> BatchCounts:
    await call_helpers(begun)
    await share(home, begun)
    return await finish(home, begun.month, begun.on) - begun.before


async def _alone(home: str, begun: work.Month) -> BatchCounts:
    did = await each(
        begun.batches, lambda batch: do_batch(home, batch, begun.on), at_once=begun.at_once
    )
    await finish(home, begun.month, begun.on)
    return total(did)


@flow(name="monthly-share", flow_run_name="share-{month}")
async def monthly_share(month: str, on: str, program: str, home: str = "") -> int:
    """Help with a month that is under way, as long as a batch is free; return how many."""
    return await asyncio.to_thread(work.help_month, home, month, on, program)


@task(name="begin", cache_policy=NO_CACHE, retries=_TRIES, retry_delay_seconds=_WAITS)
async def begin(home: str, month: str, on: str | None) -> work.Month:
    """Note the run and cut it into batches."""
    return await asyncio.to_thread(work.begin_month, home, month, on)


@task(
    name="batch",
    task_run_name="{batch.programme}-{batch.number}",
    cache_policy=NO_CACHE,
    retries=_TRIES,
    retry_delay_seconds=_WAITS,
)
async def do_batch(home: str, batch: Batch, on: str) -> BatchCounts:
    """Gather, decide and record one batch."""
    return await asyncio.to_thread(work.do_batch, home, batch, on)


@task(name="share", cache_policy=NO_CACHE, retries=_TRIES, retry_delay_seconds=_WAITS)
async def share(home: str, begun: work.Month) -> None:
    """Do batches beside the helpers, and what they leave, until all are done."""
    await asyncio.to_thread(work.share_month, home, begun)


@task(name="finish", cache_policy=NO_CACHE, retries=_TRIES, retry_delay_seconds=_WAITS)
async def finish(home: str, month: str, on: str) -> BatchCounts:
    """Note that the month is done."""
    return await asyncio.to_thread(work.end_month, home, month, on)
