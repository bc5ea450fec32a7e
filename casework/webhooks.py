"""Telling webhooks of moves: take a few calls, make each once, record what became of it.

At least once: whoever dies between the call and its record leaves it to be made again, under the
same id.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.alarms import note as raise_alarm
from casework.deliver import Ending
from casework.rulebook import rules_of
from casework.services import Services
from casework.webhook_claims import claim_moves, event_of
from models.case import Case, Transition
from models.enterprise import Enterprise
from models.webhooks import CallState, WebhookCall
from models.writes import changed_rows
from notifications.webhooks import Call, Called
from policy.passing import webhook_dead

_AT_ONCE = 20
_FIRST_WAIT, _LONGEST_WAIT = dt.timedelta(minutes=5), dt.timedelta(hours=4)
GIVE_UP_AFTER = dt.timedelta(days=5)  # from when it was to be told, and
_FEWEST = 12  # tries: a long holiday alone gives nothing up
_NEVER = Ending()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookReport:
    """How many calls ended how."""

    done: int = 0
    later: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A call that we hold until its lease ends."""

    id: int
    lease: int
    attempts: int
    made_at: dt.datetime
    call: Call


def call_webhooks(services: Services, *, ending: Ending = _NEVER) -> HookReport:
    """Tell every webhook of what is new and of what it did not take before.

    One that does not answer is left alone for the rest of this run.
    """
    if not services.webhooks:
        return HookReport()
    claim_moves(services)
    well = {hook.name for hook in services.webhooks}
    ends = dict.fromkeys(("done", "later", "dead"), 0)
    while well and not ending.has_come(services) and (held := _take(services, sorted(well))):
        for each in held:
            if each.call.webhook not in well or ending.has_come(services):
                _put(services, each, {"next_at": services.now() + _FIRST_WAIT})
                continue
            said = services.call_webhook(each.call)
            ends[_record(services, each, said)] += 1
            if not said.taken:
                well.discard(each.call.webhook)
    return HookReport(**ends)


def _take(services: Services, names: Sequence[str]) -> list[_Held]:
    """Return a few calls that are ours until the lease ends."""
    now = services.now()

    def attempt(session: Session) -> list[_Held]:
        rows = session.scalars(
            select(WebhookCall)
            .where(
                col(WebhookCall.state) == CallState.DUE.value,
                col(WebhookCall.next_at) <= now,
                col(WebhookCall.webhook).in_(names),
            )
            .order_by(col(WebhookCall.next_at), col(WebhookCall.id))
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.lease, row.next_at = row.lease + 1, now + services.lease
        session.flush()
        return [_held(session, services, row) for row in rows]

    return services.database.transact(attempt)


def _held(session: Session, services: Services, row: WebhookCall) -> _Held:
    told = told_of(session, services, session.get_one(Transition, row.transition_id))
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    at = int(services.now().timestamp())
    return _Held(
        id=row.id or 0,
        lease=row.lease,
        attempts=row.attempts,
        made_at=row.made_at,
        call=Call(webhook=row.webhook, id=str(told["id"]), at=at, body=body),
    )


def told_of(session: Session, services: Services, move: Transition) -> dict[str, object]:
    """Return what is told of a move: where from and where to, and nobody's name or words.

    The id comes from the move itself: after a restore the same move keeps it, another gets its own.
    """
    case = session.get_one(Case, move.case_id)
    firm = session.get_one(Enterprise, case.enterprise_id)
    rules = rules_of(session, case)
    to = rules.stage(move.to_stage)
    unique = f"peiyu/{firm.uscc}/{move.case_id}/{move.seq}/{move.at.isoformat()}"
    return {
        "id": f"move_{uuid5(NAMESPACE_URL, unique).hex}",
        "type": event_of(rules, move),
        "timestamp": move.at.isoformat(),
        "demo": services.demo,
        "data": {
            "case_id": case.id,
            "version": move.seq,
            "uscc": firm.uscc,
            "enterprise": firm.name,
            "division_code": firm.division_code,
            "programme": case.programme,
            "cycle": case.cycle,
            "round": case.round,
            "from_stage": move.from_stage,
            "to_stage": move.to_stage,
            "to_title": to.title,
            "phase": to.phase.value,
            "final": to.final.value if to.final else None,
            "on": move.on.isoformat(),
        },
    }


def _record(services: Services, held: _Held, said: Called) -> str:
    """Record what became of a try; return done, later or dead."""
    now, tries = services.now(), held.attempts + 1
    if said.taken:
        _put(services, held, _ended(CallState.DONE, tries, now, ""))
        return "done"
    if now - held.made_at >= GIVE_UP_AFTER and tries >= _FEWEST:
        _put(services, held, _ended(CallState.DEAD, tries, now, said.detail))
        raise_alarm(services, webhook_dead(services.today, held.call.webhook, said.detail))
        return "dead"
    wait = min(_FIRST_WAIT * 2 ** min(held.attempts, 10), _LONGEST_WAIT)
    _put(services, held, {"attempts": tries, "next_at": now + wait, "reason": said.detail})
    return "later"


def _ended(state: CallState, tries: int, now: dt.datetime, reason: str) -> dict[str, object]:
    return {"state": state.value, "attempts": tries, "ended_at": now, "reason": reason}


def _put(services: Services, held: _Held, values: dict[str, object]) -> bool:
    """Write it, unless somebody else holds the call by now."""
    ours = (col(WebhookCall.id) == held.id, col(WebhookCall.lease) == held.lease)
    statement = update(WebhookCall).where(*ours).values(**values)
    return services.database.transact(lambda session: changed_rows(session.execute(statement)) == 1)
