"""The same runs without Prefect: what `--plain` does, and what happens when Prefect is away."""

from casework.counts import BatchCounts, total
from casework.deliver import DeliveryReport
from casework.remind import SweepReport
from flows import work
from flows.progress import tell


def monthly(home: str, month: str, on: str | None = None) -> BatchCounts:
    """Do the month (YYYY-MM), batch after batch; return what this very run did."""
    begun = work.begin_month(home, month, on)
    did = []
    for batch in begun.batches:
        did.append(work.do_batch(home, batch, begun.on))
        tell(len(did), len(begun.batches))
    work.end_month(home, month)
    return total(did)


def sweep(home: str, on: str | None = None) -> SweepReport:
    """Queue the reminders of a day."""
    report = work.remind(home, on)
    tell(1, 1)
    return report


def deliver(home: str, on: str | None = None) -> DeliveryReport:
    """Send the letters of a day."""
    report = work.send(home, on)
    tell(1, 1)
    return report
