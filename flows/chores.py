"""What the daily, weekly and nightly tasks do: each one piece of work, safe to do again."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from socket import gethostname

from casework import runs
from casework.deliver import DeliveryReport, Ending, deliver
from casework.digest import DigestReport, digest
from casework.housekeeping import Cellar, HousekeepingReport
from casework.housekeeping import tidy as tidy_up
from casework.remind import SweepReport, sweep
from casework.watch import send_alarms, watch
from casework.webhooks import call_webhooks
from flows.house import folder_of, house, logged
from flows.progress import stopper
from policy.timetable import RunKind
from runtime.backup import make_backup
from runtime.build import read_settings
from runtime.logs import event
from runtime.timetable import timetable_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a nightly backup made."""

    machine: str  # with several machines, the folder is that of the one whose turn it was
    file: str
    bytes: int
    rows: int


def remind(home: str, on: str | None) -> SweepReport:
    """Queue the reminders of a day."""
    with house(home, on) as services, logged(services, runs.SWEEP) as say:
        report = sweep(services)
        say(report)
        return report


def send(home: str, on: str | None, until: str | None = None) -> DeliveryReport:
    """Send the letters of a day and call webhooks; none after ``until`` (ISO 8601)."""
    end = dt.datetime.fromisoformat(until) if until else None
    with house(home, on) as services, logged(services, runs.DELIVER) as say:
        ending = Ending(until=end, stop=stopper())
        report = deliver(services, ending=ending)
        say(report)
        told = call_webhooks(services, ending=ending)
        if services.webhooks:
            event("webhooks.called", runs.DELIVER, **asdict(told))
        return report


def sum_up(home: str, on: str | None) -> DigestReport:
    """Sum up the week for the staff."""
    with house(home, on) as services, logged(services, RunKind.DIGEST.value) as say:
        report = digest(services)
        say(report)
        return report


def tidy(home: str, on: str | None, dry_run: str | None) -> HousekeepingReport:
    """Remove what is older than it need be; with ``dry_run`` only count it."""
    settings = read_settings(folder_of(home))
    cellar = Cellar(
        home=settings.home,
        letters=settings.letters_folder,
        keep=settings.keep,
        dry_run=bool(dry_run),
    )
    with house(home, on) as services, logged(services, RunKind.HOUSEKEEPING.value) as say:
        report = tidy_up(services, cellar)
        say(report)
        return report


def back_up(home: str, on: str | None) -> BackupReport:
    """Make a backup in the folder that the settings name, and note it as a run."""
    settings = read_settings(folder_of(home))
    with house(home, on) as services, logged(services, runs.BACKUP) as say:
        started = services.now()
        with runs.noted(services, runs.BACKUP, started) as done:
            made = make_backup(settings, now=started.astimezone(services.zone))
            rows = sum(made.manifest.rows.values())
            report = BackupReport(
                machine=gethostname(), file=str(made.file), bytes=made.size, rows=rows
            )
            done(json.dumps(asdict(report), sort_keys=True))
        say(report)
        return report


def watch_over(home: str) -> list[str]:
    """See what is silent, record it, and send the letters that tell of it."""
    table = timetable_of(folder_of(home))
    with house(home, None) as services:
        seen = watch(services, table)
        sent = send_alarms(services, table)
        kinds = sorted({each.kind.value for each in seen.troubles})
        event("watched", "watch", troubles=kinds, sent=sent)
        return [each.sentence for each in seen.troubles]


def forget_before(home: str) -> dt.datetime:
    """Return the moment before which records of runs are of no use any more.

    By the clock, whatever day is played: Prefect knows no other time.
    """
    kept = dt.timedelta(days=read_settings(folder_of(home)).keep.history_days)
    with house(home, None) as services:
        return services.now() - kept
