"""The same runs without Prefect: what `--plain` does, and what happens when Prefect is away."""

from casework.counts import BatchCounts, total
from casework.deliver import DeliveryReport
from casework.digest import DigestReport
from casework.housekeeping import HousekeepingReport
from casework.remind import SweepReport
from flows import chores, work
from flows.progress import tell


def monthly(home: str, month: str, on: str | None = None) -> BatchCounts:
    """Do the month (YYYY-MM), batch after batch; return what this very run did."""
    begun = work.begin_month(home, month, on)
    did = []
    with work.failure_noted(home, begun.month):
        for batch in begun.batches:
            did.append(work.do_batch(home, batch, begun.on))
            tell(len(did), len(begun.batches))
        work.end_month(home, begun.month, begun.on)
    return total(did)


def sweep(home: str, on: str | None = None) -> SweepReport:
    """Queue the reminders of a day."""
    report = chores.remind(home, on)
    tell(1, 1)
    return report


def deliver(home: str, on: str | None = None, until: str | None = None) -> DeliveryReport:
    """Send the letters of a day."""
    report = chores.send(home, on, until)
    tell(1, 1)
    return report


def digest(home: str, on: str | None = None) -> DigestReport:
    """Sum up the week for the staff."""
    report = chores.sum_up(home, on)
    tell(1, 1)
    return report


def backup(home: str, on: str | None = None) -> chores.BackupReport:
    """Back the data up."""
    report = chores.back_up(home, on)
    tell(1, 1)
    return report


def housekeeping(
    home: str, on: str | None = None, dry_run: str | None = None
) -> HousekeepingReport:
    """Tidy the data folder; what Prefect keeps is left to runs under Prefect."""
    report = chores.tidy(home, on, dry_run)
    tell(1, 1)
    return report
