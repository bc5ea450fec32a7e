"""Days that a person declares on a page: what would move first, and then moving it."""

import datetime as dt

from sqlalchemy import func, select
from sqlmodel import col

from casework.audit import note
from casework.calendar_days import Read, may_not_declare, supposing, with_year
from casework.refusal import Refusal
from casework.reproject import Reprojection, reproject
from casework.services import Actor, Services
from models.enterprise import Enterprise

_MOST = 20_000  # enterprises whose dates are counted while somebody waits


def preview_day(
    services: Services, day: dt.date | None, *, working: bool | None, by: Actor
) -> Reprojection | Refusal:
    """Return which dates would move if a day were declared, or (None) no longer were.

    Without a day: which dates move now, for what was declared already. Nothing is kept.
    """
    refused = _may(services, by)
    if refused:
        return refused
    looked = services if day is None else supposing(services, day, working)
    return reproject(looked, apply=False)


def preview_year(services: Services, read: Read, *, by: Actor) -> Reprojection | Refusal:
    """Return which dates would move if a year's notice were kept. Nothing is kept."""
    return _may(services, by) or reproject(with_year(services, read), apply=False)


def move_dates(services: Services, *, tell: bool, by: Actor) -> Reprojection | Refusal:
    """Move the open dates to where calendar and rules say now; ``tell`` who was told the old."""
    refused = _may(services, by)
    if refused:
        return refused
    planned = reproject(services, apply=False).moved
    if not planned:
        return reproject(services, apply=True, tell=tell)
    detail = {
        "moved": [[each.deadline_id, each.old_on, each.new_on] for each in planned],
        "told": tell,
    }
    # First who and what: no date moves, and nobody is written to, without a name beside it.
    services.database.transact(
        lambda session: note(session, services, by, "calendar.move", ("calendar", detail))
    )
    return reproject(services, apply=True, tell=tell)


def _may(services: Services, by: Actor) -> Refusal | None:
    refused = may_not_declare(services, by)
    if refused:
        return refused
    with services.database.reading() as session:
        if (session.scalar(select(func.count(col(Enterprise.id)))) or 0) > _MOST:
            how = "peiyu calendar add 日期 --off --reason 理由 --preview"
            return Refusal(reason=f"企业超过 {_MOST} 家，在网页上等得太久。请在服务器上运行 {how}")
    return None
