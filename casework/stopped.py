"""The dates that staff took out of the count, for the week's summary: not to be forgotten."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.dates_counted import SUSPENDED, cannot_file
from casework.services import Services
from models.deadline import Deadline
from notifications.letters import WeekLine, WeekRows, WeekSection
from policy.obligation import Tone


def stopped_dates(
    session: Session, services: Services, ours: Sequence[ColumnElement[bool]], most: int
) -> WeekSection:
    """Sum up the suspended dates and those of which staff said that they can not be filed."""
    alike = (col(Deadline.programme), col(Deadline.title))
    stopped = session.execute(
        select(*alike, func.count(), func.min(col(Deadline.suspended_on)))
        .where(SUSPENDED, *ours)
        .group_by(*alike)
    ).all()
    given_up = session.execute(cannot_file(services.today, *alike).where(*ours)).all()
    words: dict[tuple[str, str], list[str]] = {}
    for programme, title, number, since in stopped:
        words.setdefault((programme, title), []).append(f"已中止 {number} 家，最早 {since} 起")
    for programme, title, number in given_up:
        words.setdefault((programme, title), []).append(f"无法申报 {number} 家")
    listed = {  # what was given up is open no more, and in no list
        (programme, title): WeekRows(of="stopped", keys={"programme": programme, "title": title})
        for programme, title, *_ in stopped
    }
    lines = [
        WeekLine(
            what=f"{title}（{_title(services, programme)}）",
            details=("；".join(said),),
            rows=listed.get((programme, title)),
        )
        for (programme, title), said in sorted(words.items())
    ]
    return WeekSection(
        title="中止和无法申报",
        tone=Tone.NOTICE.value,
        count=sum(row[2] for row in (*stopped, *given_up)),
        lines=tuple(lines[:most]),
        more=max(len(lines) - most, 0),
    )


def _title(services: Services, programme: str) -> str:
    known = services.catalogue.programmes.get(programme)
    return known.title if known else programme
