"""Which moves are to be told to which webhook: each once, found after they were made.

A move knows nothing of webhooks: it is found by its number. On PostgreSQL a lower number may be
committed after a higher one, so that the newest are looked at again for as long as any
transaction lasts; the unique key of a call keeps that harmless.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.rulebook import read_rules
from casework.scope import seen_by
from casework.services import Hook, Services
from models.case import Case, Transition
from models.enterprise import Enterprise
from models.webhooks import CallState, Webhook, WebhookCall
from models.writes import insert_new
from policy.programme import Programme

MOVED, ENDED = "case.moved", "case.ended"
_AT_ONCE = 1_000
_LONGEST_TRANSACTION = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one look found; ``last`` is its highest number unless it was the whole."""

    whole: bool = True
    last: int = 0
    made: int = 0  # calls


def calls_wait(services: Services) -> bool:
    """Say whether there is a call to be made now, or a move that nobody has looked at."""
    if not services.webhooks:
        return False
    names = [hook.name for hook in services.webhooks]
    with services.database.reading() as session:
        waits = select(col(WebhookCall.id)).where(
            col(WebhookCall.state) == CallState.DUE.value,
            col(WebhookCall.next_at) <= services.now(),
            col(WebhookCall.webhook).in_(names),
        )
        if session.scalar(waits.limit(1)) is not None:
            return True
        seen = session.execute(
            select(col(Webhook.name), col(Webhook.seen)).where(col(Webhook.name).in_(names))
        ).all()
        return len(seen) < len(names) or any(number < _last(session) for _, number in seen)


def claim_moves(services: Services) -> int:
    """Make a call of every new move for each webhook that wants it; return how many."""
    return sum(_claimed(services, hook) for hook in services.webhooks)


def _claimed(services: Services, hook: Hook) -> int:
    made, page = 0, _Page(whole=False)
    while not page.whole:
        attempt = partial(_claim, services=services, hook=hook, after=page.last)
        page = services.database.transact(attempt)
        made += page.made
    return made


def _claim(session: Session, services: Services, hook: Hook, after: int) -> _Page:
    """Look at the next moves; only the last page says what was looked at for good."""
    now = services.now()
    row = session.get(Webhook, hook.name, with_for_update=True)
    if row is None:  # it is told of what comes, not of what was
        new = {"name": hook.name, "since": now, "seen": _last(session)}
        insert_new(session, Webhook, [new])
        return _Page()
    told = exists().where(
        col(WebhookCall.transition_id) == col(Transition.id), col(WebhookCall.webhook) == hook.name
    )
    found = session.execute(
        select(Transition, col(Case.revision))
        .join(Case, col(Case.id) == col(Transition.case_id))
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .where(col(Transition.id) > max(row.seen, after), ~told)
        .where(*seen_by(replace(services, division=hook.division)))
        .order_by(col(Transition.id))
        .limit(_AT_ONCE)
    ).all()
    rules = read_rules(session, services, {revision for _, revision in found})
    calls = [
        {
            "webhook": hook.name,
            "transition_id": move.id,
            "state": CallState.DUE.value,
            "made_at": now,
            "next_at": now,
            "attempts": 0,
            "lease": 0,
            "reason": "",
        }
        for move, revision in found
        if event_of(rules[revision], move) in hook.events
    ]
    insert_new(session, WebhookCall, calls)
    if len(found) == _AT_ONCE:
        return _Page(whole=False, last=found[-1][0].id or 0, made=len(calls))
    row.seen = _settled(session, services, row.seen)
    return _Page(made=len(calls))


def event_of(rules: Programme, move: Transition) -> str:
    """Return what a move is to those outside."""
    finals: Mapping[str, object] = {stage.key: stage.final for stage in rules.stages}
    return ENDED if finals.get(move.to_stage) is not None else MOVED


def _settled(session: Session, services: Services, seen: int) -> int:
    """Return up to which number no other move can come any more."""
    if services.database.dialect == "sqlite":  # one writer: numbers are committed in their order
        return _last(session)
    number, long_ago = col(Transition.id), services.now() - _LONGEST_TRANSACTION
    first = session.scalar(
        select(func.min(number)).where(number > seen, col(Transition.at) >= long_ago)
    )
    old = select(func.max(number)).where(number > seen, col(Transition.at) < long_ago)
    if first is not None:  # the number before it may be that of a move that is not committed yet
        old = old.where(number < first)
    return session.scalar(old) or seen


def _last(session: Session) -> int:
    return session.scalar(select(func.max(col(Transition.id)))) or 0
