"""日历订阅: a secret address at which a calendar program reads the dates of a member of staff.

It shows what that person may see on the day it is read, and ends with their account.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import hashed, new_secret
from casework.audit import note
from casework.due import DueFilter, due_line, due_where
from casework.matters import matter_of
from casework.refusal import Refusal
from casework.roles import STAFF
from casework.services import Services
from casework.sign_in import Visitor
from models.accounts import Account
from models.deadline import Deadline
from models.enterprise import Enterprise, Person, Role
from models.views import Feed
from models.writes import insert_new
from notifications.calendar_file import KeptDate, subscription
from notifications.values import DueItem
from policy.deadlines import Due, explain

_BEFORE, _AHEAD = dt.timedelta(days=31), dt.timedelta(days=400)
_MOST = 3_000  # dates of one calendar, the nearest ones
_MOVED_BY_HAND = "期间有中止或延期，详见系统"
_SEEN_EVERY = dt.timedelta(hours=1)
_JUST_NOW = "订阅地址刚刚已经生成过；地址只显示一次，没有记下就请再换一个"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A subscription as its owner sees it; ``mark`` is what a form about it must carry."""

    at: dt.datetime
    seen_at: dt.datetime | None

    @property
    def mark(self) -> str:
        """Return what tells this address from the one before it."""
        return self.at.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """What a calendar program gets; no content when it has the very same already."""

    tag: str
    content: bytes | None


def feed_line(services: Services, who: Visitor) -> FeedLine | None:
    """Return the subscription of whoever asks."""
    with services.database.reading() as session:
        row = session.get(Feed, who.person_id)
        return FeedLine(at=row.at, seen_at=row.seen_at) if row else None


def renew_feed(services: Services, who: Visitor, seen: str) -> str | Refusal:
    """Return the secret of a new address; an older one works no more.

    ``seen`` is the mark of the one that they saw, empty for none: a form that is sent twice
    makes one address.
    """
    secret, now = new_secret(), services.now()

    def attempt(session: Session) -> str | Refusal:
        known = session.get(Feed, who.person_id, with_for_update=True)
        if (known.at.isoformat() if known else "") != seen:
            return Refusal(reason=_JUST_NOW)
        if known is None:
            row = {"person_id": who.person_id, "secret": hashed(secret), "at": now}
            if not insert_new(session, Feed, [row], returning=("person_id",)):
                return Refusal(reason=_JUST_NOW)  # the other click was first
        else:
            known.secret, known.at, known.seen_at = hashed(secret), now, None
        note(session, services, who.actor, "feed.renew", (f"staff/{who.login}", {}))
        return secret

    return services.database.transact(attempt)


def end_feed(services: Services, who: Visitor) -> None:
    """End a subscription; again changes nothing."""

    def attempt(session: Session) -> None:
        known = session.get(Feed, who.person_id, with_for_update=True)
        if known is not None:
            session.delete(known)
            note(session, services, who.actor, "feed.end", (f"staff/{who.login}", {}))

    services.database.transact(attempt)


def read_feed(services: Services, secret: str, *, known: Sequence[str] = ()) -> FeedFile | None:
    """Return the calendar behind a secret; None when there is none any more.

    ``known`` are the tags that the program has: the calendar is not written again for those.
    """
    with services.database.reading() as session:
        row = session.execute(
            select(Feed, Person)
            .join(Person, col(Person.id) == col(Feed.person_id))
            .join(Account, col(Account.person_id) == col(Person.id))
            .where(col(Feed.secret) == hashed(secret), col(Person.active))
        ).first()
        if row is None or Role(row[1].role) not in STAFF:
            return None
        feed, person = row
        name = f"截止日期（{person.name}）"
        dates = _dates(session, replace(services, division=person.division_code))
        stale = feed.seen_at is None or services.now() - feed.seen_at > _SEEN_EVERY
    if stale:
        services.database.transact(lambda session: _seen(session, services, feed.person_id))
    tag = f'"{sha256(repr((name, services.office, dates)).encode()).hexdigest()[:32]}"'
    if tag in known:
        return FeedFile(tag=tag, content=None)
    content = subscription(
        dates, uid_domain=services.sender.domain, office=services.office, name=name
    )
    return FeedFile(tag=tag, content=content)


def _seen(session: Session, services: Services, person_id: int) -> None:
    which = col(Feed.person_id) == person_id
    session.execute(update(Feed).where(which).values(seen_at=services.now()))


def _dates(session: Session, services: Services) -> list[KeptDate]:
    today = services.today
    wanted = DueFilter(between=(today - _BEFORE, today + _AHEAD))
    where = due_where(session, services, wanted)
    if isinstance(where, Refusal):
        return []
    rows = session.execute(
        select(Deadline, Enterprise)
        .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
        .where(*where)
        .order_by(col(Deadline.due_on), col(Deadline.id))
        .limit(_MOST)
    )
    return [_kept(services, deadline, firm) for deadline, firm in rows]


def _kept(services: Services, deadline: Deadline, firm: Enterprise) -> KeptDate:
    line = due_line(services, deadline, firm.name, firm.uscc)
    return KeptDate(
        item=DueItem(
            title=line.title,
            programme=line.programme_title,
            enterprise=line.enterprise,
            due_on=line.due_on,
            days_left=0,  # nothing in it counts from the day it is read
            tone="",
            explanation=_explained(deadline),
            where=line.where,
            prepare=line.prepare,
            flags=line.flags,
            key=matter_of(firm, deadline),
        ),
        moved=deadline.projection - 1,
        since=deadline.opened_at,
        tentative=deadline.estimated or deadline.provisional or line.suspended_on is not None,
    )


def _explained(deadline: Deadline) -> str:
    """Return where the date comes from; who stopped or extended it, and why, stays with us."""
    due = Due.from_json(deadline.basis)
    clock = (_MOVED_BY_HAND,) if due.basis.clock else ()
    return explain(replace(due, basis=due.basis._replace(clock=clock)))
