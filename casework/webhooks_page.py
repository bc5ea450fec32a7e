"""The webhooks as whoever keeps the program looks at them, tries them, and calls them again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.webhooks import CallState, WebhookCall
from models.writes import changed_rows
from notifications.webhooks import Call, Called


@dataclass(frozen=True, slots=True, kw_only=True)
class HookLine:
    """One webhook of the settings, and its calls by state."""

    name: str
    division: str
    events: tuple[str, ...]
    due: int
    done: int
    dead: int
    last_done: dt.datetime | None
    trouble: str  # what the newest try that was not taken came to; empty when all is well


def list_webhooks(services: Services) -> Sequence[HookLine]:
    """Return the webhooks of the settings."""
    with services.database.reading() as session:
        return [_line(session, hook.name, hook.division, hook.events) for hook in services.webhooks]


def _line(session: Session, name: str, division: str, events: tuple[str, ...]) -> HookLine:
    of = col(WebhookCall.webhook) == name
    state = col(WebhookCall.state)
    counts = dict(
        session.execute(select(state, func.count()).where(of).group_by(state)).tuples().all()
    )
    wrong = (
        select(col(WebhookCall.reason))
        .where(of, state != CallState.DONE.value, col(WebhookCall.reason) != "")
        .order_by(col(WebhookCall.id).desc())
        .limit(1)
    )
    return HookLine(
        name=name,
        division=division,
        events=events,
        due=counts.get(CallState.DUE.value, 0),
        done=counts.get(CallState.DONE.value, 0),
        dead=counts.get(CallState.DEAD.value, 0),
        last_done=session.scalar(
            select(func.max(col(WebhookCall.ended_at))).where(of, state == CallState.DONE.value)
        ),
        trouble=session.scalar(wrong) or "",
    )


def try_webhook(services: Services, name: str, *, by: Actor) -> Called | Refusal:
    """Call a webhook once with nothing to tell, so that its owner sees that it works."""
    if refusal := _unknown(services, name):
        return refusal
    now = services.now()
    at = int(now.timestamp())
    body = f'{{"id":"test_{at}","type":"test","timestamp":"{now.isoformat()}","data":{{}}}}'
    said = services.call_webhook(Call(webhook=name, id=f"test_{at}", at=at, body=body.encode()))
    about = (name, {"taken": said.taken, "said": said.detail})
    services.database.transact(lambda session: note(session, services, by, "webhook.tried", about))
    return said


def retry_webhook(services: Services, name: str, *, by: Actor) -> int | Refusal:
    """Let every call that was not taken be made anew with the next delivery; return how many."""
    if refusal := _unknown(services, name):
        return refusal
    anew = {
        "state": CallState.DUE.value,
        "attempts": 0,
        "made_at": services.now(),
        "next_at": services.now(),
        "ended_at": None,
        "lease": col(WebhookCall.lease) + 1,
    }

    def attempt(session: Session) -> int:
        wanted = update(WebhookCall).where(
            col(WebhookCall.webhook) == name,
            col(WebhookCall.state) != CallState.DONE.value,
            col(WebhookCall.reason) != "",
        )
        number = changed_rows(session.execute(wanted.values(**anew)))
        note(session, services, by, "webhook.retry", (name, {"calls": number}))
        return number

    return services.database.transact(attempt)


def _unknown(services: Services, name: str) -> Refusal | None:
    names = [hook.name for hook in services.webhooks]
    if name in names:
        return None
    known = "、".join(names) or "（无）"
    return Refusal(reason=f"设置里没有 webhook“{name}”，有的是：{known}")
