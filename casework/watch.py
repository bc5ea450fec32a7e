"""The watch: whoever looks, from wherever, sees from the tables what is silent, and says so."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework import alarms, heartbeat, runs
from casework.deliver import deliver
from casework.due_now import done_so_far
from casework.leaving import may_leave
from casework.services import Services
from casework.words import RUN_KINDS
from models.enterprise import Enterprise
from models.ledger import AuditEntry, Heartbeat, Run, RunState
from models.letter import ItemKind, Letter, LetterItem
from policy.silence import BadRun, Known, Trouble, troubles
from policy.timetable import Timetable

_WRITES = (runs.MONTHLY, runs.SWEEP)  # what writes letters
# The last one and not the latest: the next act after a clock was put right shows that it is.
_LAST_ACT = select(col(AuditEntry.at)).order_by(col(AuditEntry.id).desc()).limit(1)
_FIRST_ADDED = select(col(Enterprise.added_at)).order_by(col(Enterprise.id)).limit(1)
_OF_ALARMS = exists().where(
    col(LetterItem.letter_id) == col(Letter.id), col(LetterItem.kind) == ItemKind.ALARM.value
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one look saw and did."""

    troubles: tuple[Trouble, ...]
    raised: tuple[str, ...]
    cleared: tuple[str, ...]

    @property
    def grave(self) -> bool:
        """Say whether somebody should come at once."""
        return any(each.grave for each in self.troubles)


def look(services: Services, table: Timetable) -> tuple[Trouble, ...]:
    """Return what is amiss now; changes nothing."""
    now = services.now().astimezone(services.zone)
    return troubles(_known(services), table, services.calendar(), now)


def watch(services: Services, table: Timetable) -> Watched:
    """Look, and record what is new and what is well again; the letters wait in the outbox."""
    seen = look(services, table)
    changed = alarms.record(services, seen)
    return Watched(troubles=seen, raised=changed.raised, cleared=changed.cleared)


def send_alarms(services: Services, table: Timetable) -> int:
    """Send the letters that speak of alarms, in the hours in which letters leave.

    Who usually sends them may be what is silent. Return how many left.
    """
    now = services.now().astimezone(services.zone)
    open_now = table.deliver_from <= now.time() <= table.deliver_to
    if not (open_now and services.calendar().is_workday(now.date())):
        return 0
    with services.database.reading() as session:
        letters = alarms.letters_with_alarms(session, services)
    return deliver(services, only=letters).sent if letters else 0


def _known(services: Services) -> Known:
    def local(moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment.astimezone(services.zone)

    done = done_so_far(services)
    with services.database.reading() as session:
        bad, working_on = _runs(session, services)
        signs = {
            row.name: heartbeat.sign_of(row, services.zone)
            for row in session.scalars(select(Heartbeat).order_by(col(Heartbeat.at)))
        }
        keeper = signs.get(heartbeat.TIMETABLE)
        watcher = signs.get(heartbeat.WATCH)
        return Known(
            since=local(session.scalar(_FIRST_ADDED)),
            done=done,
            working_on=working_on,
            keepers=(keeper,) if keeper else (),
            watchers=(watcher,) if watcher else (),
            letters_for=_letters_for(session, services),
            letters_moved=local(_letters_moved(session)),
            bad=bad,
            backed_up=local(runs.last_end(session, runs.BACKUP)),
            backup_days=services.backup_stale_days,
            acted=local(session.scalar(_LAST_ACT)),
        )


def _runs(session: Session, services: Services) -> tuple[tuple[BadRun, ...], frozenset[str]]:
    """Return the runs that ended badly or never, and the months whose run lives.

    Of the daily ones only the newest counts: it has made up for those before it.
    """
    later = aliased(Run)
    overtaken = exists().where(col(later.kind) == col(Run.kind), col(later.slot) > col(Run.slot))
    rows = session.scalars(
        select(Run)
        .where(
            col(Run.state) != RunState.FINISHED.value,
            or_(col(Run.kind) == runs.MONTHLY, ~overtaken),
        )
        .order_by(col(Run.started_at), col(Run.id))
    ).all()
    bad, living = [], []
    for run in rows:
        cut_off = runs.is_dead(session, run, services.now())
        if run.state == RunState.RUNNING.value and not cut_off:
            living.append(run)
            continue
        title = RUN_KINDS.get(run.kind, run.kind)
        bad.append(
            BadRun(kind=run.kind, title=title, slot=run.slot, cut_off=cut_off, trouble=run.trouble)
        )
    months = frozenset(run.slot for run in living if run.kind == runs.MONTHLY)
    return tuple(bad), months


def _letters_for(session: Session, services: Services) -> dt.date | None:
    """Return the earliest day of a letter that could leave now; the watch sends its own."""
    return session.scalar(
        select(func.min(col(Letter.send_on))).where(
            col(Letter.send_on) <= services.today, may_leave(services.now()), ~_OF_ALARMS
        )
    )


def _letters_moved(session: Session) -> dt.datetime | None:
    """Return when letters were last written, or one last left; what the watch sends is its own."""
    wrote = select(func.max(col(Run.beat_at))).where(col(Run.kind).in_(_WRITES))
    # Of those that left the one that was handed over last: an index finds it among all.
    handed = col(Letter.handed_at)
    gone = (handed.is_not(None), col(Letter.sent_at).is_not(None), ~_OF_ALARMS)
    left = select(col(Letter.sent_at)).where(*gone).order_by(handed.desc()).limit(1)
    moments = [each for each in map(session.scalar, (wrote, left)) if each is not None]
    return max(moments, default=None)
