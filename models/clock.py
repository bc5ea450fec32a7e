"""The clocks of deadlines: an append-only ledger of what people did to them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.base import Instant, one_of
from models.span import Span
from policy.clocks import Act, Entry


class ClockEvent(SQLModel, table=True):
    """One act on the clock of a deadline. The unique key lets one person act at a time."""

    __tablename__ = "clock_event"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "programme", "obligation", "subject", "period", "seq"),
        one_of("act", Act),
    )

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    programme: str
    obligation: str
    subject: str
    period: str
    seq: int  # 1, 2, 3 … of this deadline
    act: str
    on: dt.date  # the day from which it acts
    days: int = 0  # of an extension
    reason: str
    document: str = ""  # 文号
    by: str
    at: dt.datetime = Field(sa_type=Instant)


def read_clocks(
    session: Session, programme: str, span: Span
) -> dict[tuple[int, str, str, str], Sequence[Entry]]:
    """Return the ledgers of one programme and one span of enterprises."""
    rows = session.scalars(
        select(ClockEvent)
        .where(
            col(ClockEvent.programme) == programme,
            *span.holds(col(ClockEvent.enterprise_id)),
        )
        .order_by(col(ClockEvent.seq))
    )
    found: dict[tuple[int, str, str, str], list[Entry]] = {}
    for row in rows:
        key = (row.enterprise_id, row.obligation, row.subject, row.period)
        found.setdefault(key, []).append(entry_of(row))
    return dict(found)


def ledger_rows(session: Session, name: dict[str, object]) -> Sequence[ClockEvent]:
    """Return what was done to the clock of the deadline of this natural name, in order."""
    same = (getattr(ClockEvent, field) == value for field, value in name.items())
    return session.scalars(select(ClockEvent).where(*same).order_by(col(ClockEvent.seq))).all()


def entry_of(row: ClockEvent) -> Entry:
    """Return a row as policy knows it."""
    return Entry(
        act=Act(row.act),
        on=row.on,
        days=row.days,
        reason=row.reason,
        document=row.document,
        by=row.by,
    )
