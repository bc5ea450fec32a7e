"""An act that is asked for twice under one key is done once, and answered the same."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.refusal import Refusal
from casework.services import Services
from models.api import KeptAnswer
from models.writes import changed_rows, insert_new

KEPT_FOR = dt.timedelta(days=1)
_IN_HAND = dt.timedelta(minutes=1)  # after so long whoever began it is gone
_BEING_DONE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Under what key a program asks, and for what."""

    token_id: int
    key: str
    asked: str  # everything that makes it another act


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What it was answered."""

    status: int
    answer: str  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand(Refusal):
    """The same is being done at this moment."""


def once(services: Services, key: Key, act: Callable[[], Kept]) -> Kept | Refusal:
    """Do it, or return what it was answered before.

    Whoever was killed between the act and its answer left none: it is then tried again after a
    minute, and what the act itself refuses to do twice is refused.
    """
    begun = services.database.transact(lambda session: _begin(session, services, key))
    if begun is not None:
        return begun
    try:
        done = act()
    except BaseException:
        services.database.transact(lambda session: _end(session, key, None))
        raise
    services.database.transact(lambda session: _end(session, key, done))
    return done


def _begin(session: Session, services: Services, key: Key) -> Kept | Refusal | None:
    """Claim the key, None when it is ours; what is older than a day is forgotten."""
    now = services.now()
    old = col(KeptAnswer.at) < now - KEPT_FOR
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.token_id) == key.token_id, old))
    row = {
        "token_id": key.token_id,
        "key": _hash(key.key),
        "asked": _hash(key.asked),
        "at": now,
        "status": _BEING_DONE,
        "answer": "",
    }
    if insert_new(session, KeptAnswer, [row], returning=("id",)):
        return None
    kept = session.scalars(select(KeptAnswer).where(*_of(key))).one()
    if kept.asked != row["asked"]:
        return Refusal(reason="这个 Idempotency-Key 已用在另一个请求上，请换一个新的")
    if kept.status != _BEING_DONE:
        return Kept(status=kept.status, answer=kept.answer)
    stale = (*_of(key), col(KeptAnswer.at) == kept.at)
    taken = update(KeptAnswer).where(*stale).values(at=now)
    if now - kept.at >= _IN_HAND and changed_rows(session.execute(taken)) == 1:
        return None
    return InHand(reason="同样的请求正在办理，请过一会儿用同一个 Idempotency-Key 再问")


def _end(session: Session, key: Key, done: Kept | None) -> None:
    """Keep the answer; without one, let the key be used again."""
    if done is None:
        session.execute(delete(KeptAnswer).where(*_of(key)))
        return
    kept = {"status": done.status, "answer": done.answer}
    session.execute(update(KeptAnswer).where(*_of(key)).values(**kept))


def _of(key: Key) -> tuple[ColumnElement[bool], ...]:
    return (col(KeptAnswer.token_id) == key.token_id, col(KeptAnswer.key) == _hash(key.key))


def _hash(words: str) -> str:
    return sha256(words.encode()).hexdigest()
