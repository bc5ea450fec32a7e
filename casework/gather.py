"""Gathering one batch of the monthly pipeline: one query per table, then no more reading."""

import calendar as month_lengths
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from config.catalogue import from_text
from models.case import ProgrammeVersion
from models.casebook import Casebook, read_casebook
from models.duties import Duties, read_duties
from models.facts_frame import raw_facts
from models.ledger import RunBatch
from models.span import Span
from policy.derive import with_derived
from policy.obligation import Window
from policy.programme import Programme
from policy.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One programme's share of a month: the enterprises of ``span``."""

    programme: str
    period: str  # YYYY-MM
    number: int  # with programme and period the name of its fence
    span: Span
    actor: str
    begun: dt.datetime | None = None  # when its run began; None: done by itself, in no run

    @property
    def first_day(self) -> dt.date:
        """Return the first day of the month."""
        return dt.date.fromisoformat(f"{self.period}-01")

    @property
    def last_day(self) -> dt.date:
        """Return the last day of the month."""
        first = self.first_day
        return first.replace(day=month_lengths.monthrange(first.year, first.month)[1])


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Everything the decisions of one batch rest on."""

    batch: Batch
    on: dt.date
    programme: Programme  # as the files have it today: new cases start under it
    versions: Mapping[str, Programme]  # revision -> the rules that cases in flight keep
    calendar: Calendar
    fence: int  # the batch's version when we read; somebody else's work changes it
    casebook: Casebook
    facts: Mapping[int, pl.DataFrame]  # cycle -> raw facts
    duties: Duties
    windows: Callable[[int], tuple[Window, ...]]  # year -> the programme's filing windows

    @property
    def cycle(self) -> int:
        """Return the cycle that new cases belong to."""
        return self.batch.first_day.year

    @cached_property
    def derived(self) -> Mapping[int, pl.DataFrame]:
        """Return cycle -> the facts with all that follows from them, worked out once."""
        return {
            cycle: with_derived(facts, on=self.on, cycle=cycle)
            for cycle, facts in self.facts.items()
        }


def gather(services: Services, batch: Batch, *, on: dt.date) -> Gathered:
    """Read what one batch needs, in one snapshot."""
    calendar = services.calendar()
    programme = services.catalogue.programme(batch.programme)
    cycle = batch.first_day.year
    facts_of = services.read_facts or raw_facts
    with services.database.reading() as session:
        book = read_casebook(session, programme.key, batch.span, cycle=cycle)
        return Gathered(
            batch=batch,
            on=on,
            programme=programme,
            versions=_versions(session, programme, book),
            calendar=calendar,
            fence=_fence(session, batch),
            casebook=book,
            facts={
                year: facts_of(session, batch.span, on=on, cycle=year)
                for year in sorted({cycle, *(case.cycle for case in book.cases)})
            },
            duties=read_duties(session, programme.key, batch.span, on),
            windows=cache(partial(services.catalogue.windows_for, programme.key)),
        )


def _versions(session: Session, programme: Programme, book: Casebook) -> dict[str, Programme]:
    """Return every version in use, today's included."""
    old = {case.revision for case in book.cases} - {programme.revision}
    rows = session.execute(
        select(col(ProgrammeVersion.revision), col(ProgrammeVersion.content)).where(
            col(ProgrammeVersion.revision).in_(old)
        )
    )
    kept = {revision: from_text(content)[0] for revision, content in rows}
    return kept | {programme.revision: programme}


def _fence(session: Session, batch: Batch) -> int:
    found = session.scalars(
        select(col(RunBatch.version)).where(
            col(RunBatch.programme) == batch.programme,
            col(RunBatch.period) == batch.period,
            col(RunBatch.batch) == batch.number,
        )
    ).first()
    return found or 0
