"""Letters after a restore: what may have left already is held until a person decides.

Restored data does not know what was said between its backup and the loss. So a letter that
waited at that time, and whatever is claimed since and may have been said then, waits for a
person. A restore is a row among the runs, running until somebody says that all is made up for.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.doors import Shut, shut_doors
from casework.runs import RESTORE
from casework.weekly_cap import may_come_forward
from models.audit import append, entry_of
from models.ledger import Run, RunState
from models.letter import ItemKind, Letter, LetterState

MAY_HAVE_LEFT = "数据恢复后待确认：可能在备份之后已经发出"
_ON_ITS_WAY = (
    LetterState.QUEUED.value,
    LetterState.DEFERRED.value,
    LetterState.TRANSMITTING.value,
    LetterState.UNKNOWN.value,
)
# A rung has a day of its own; a move or a proposal that is made again gets the day it is made.
_NEWS = (ItemKind.MOVE, ItemKind.REVIEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a restore knows of itself: its local moment, the backup it took, and who did it."""

    at: dt.datetime
    backup_at: dt.datetime
    file: str
    by: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restore after which the office is still catching up."""

    on: dt.date

    def may_have_been_said(self, kind: ItemKind, speaks_on: dt.date) -> bool:
        """Say whether the lost days may have said this already; alarms and answers are of now."""
        if kind in (ItemKind.ALARM, ItemKind.ANSWER):
            return False
        return speaks_on <= self.on or kind in _NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What noting a restore did: letters that wait for a person now, and doors that are shut."""

    held: int
    shut: Shut


def note_restore(session: Session, loss: Loss) -> Noted:
    """Note the restore, hold every letter that may have left since the backup, shut every door.

    A letter of a day to come can not have left, unless it could come forward: whatever was urgent
    in the lost days took it along.
    """
    on = loss.at.date()
    waiting = session.scalars(
        select(Letter).where(
            col(Letter.state).in_(_ON_ITS_WAY), (col(Letter.send_on) <= on) | may_come_forward()
        )
    ).all()
    for letter in waiting:
        before = f"（备份时：{letter.reason}）" if letter.reason else ""
        letter.state, letter.reason = LetterState.HELD.value, MAY_HAVE_LEFT + before
        letter.leased_until = letter.next_at = None
    detail = {
        "on": on.isoformat(),
        "backup": loss.backup_at.isoformat(),
        "file": loss.file,
        "held": len(waiting),
    }
    session.add(
        Run(
            kind=RESTORE,
            slot=loss.at.isoformat(),
            state=RunState.RUNNING.value,
            counts=json.dumps(detail, ensure_ascii=False, sort_keys=True),
            started_at=loss.at,
        )
    )
    shut = shut_doors(session, loss.at)
    told = {**detail, "ended": asdict(shut)}
    append(
        session,
        entry_of(at=loss.at, by=loss.by, act=RESTORE, subject=loss.file, detail=told),
    )
    return Noted(held=len(waiting), shut=shut)


def open_restores(session: Session) -> list[Run]:
    """Return the restores that nobody ended yet."""
    wanted = col(Run.kind) == RESTORE, col(Run.state) == RunState.RUNNING.value
    return list(session.scalars(select(Run).where(*wanted).order_by(col(Run.id))))


def catching_up(session: Session) -> Restored | None:
    """Return the newest restore that nobody ended yet."""
    told = [json.loads(run.counts) for run in open_restores(session)]
    if not told:
        return None
    return Restored(on=max(dt.date.fromisoformat(each["on"]) for each in told))
