"""Doing what a program asks: once under one key, and answered as it was the first time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse

from casework.once import InHand, Kept, Key, once
from casework.refusal import Overtaken, Refusal, Unknown
from casework.services import Actor, Services
from console.api.door import Called, Caller
from console.api.problems import MEDIA_TYPE, answered, problem
from console.api.shapes import Asked, Shape

_OK = 200
_STATUSES: Mapping[type[Refusal], int] = {Overtaken: 409, Unknown: 404}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Somebody who wants something done, perhaps under a key."""

    caller: Caller
    path: str
    key: str | None

    @property
    def services(self) -> Services:
        """Return the services, which see only what the caller may."""
        return self.caller.services

    @property
    def by(self) -> Actor:
        """Return who acts, and by which token."""
        return self.caller.bearer.actor

    def done(self, asked: Asked, act: Callable[[], Shape | Refusal]) -> Response:
        """Do it, once under one key, and return the answer."""
        if self.key is None:
            return _answer(_kept(act()))
        key = Key(token_id=self.caller.bearer.token_id, key=self.key, asked=self._whole(asked))
        kept = once(self.services, key, lambda: _kept(act()))
        if isinstance(kept, InHand):
            return answered(409, problem(409, kept.reason), {"Retry-After": "5"})
        return _answer(_kept(kept) if isinstance(kept, Refusal) else kept)

    def name(self, asked: Asked) -> str:
        """Return a name of what is asked, at most 64 characters: the same under the same key.

        Without a key it is a new one each time.
        """
        if self.key is None:
            return token_urlsafe(24)
        said = json.dumps([self.caller.bearer.token_id, self.key, self._whole(asked)])
        return sha256(said.encode()).hexdigest()

    def _whole(self, asked: Asked) -> str:
        return json.dumps([self.path, asked.model_dump(mode="json")], sort_keys=True)


def _acting(
    caller: Called,
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Any word of yours, new for each act. The same key with the same request "
            "is done once and answered the same for a day; with another request it is refused.",
        ),
    ] = None,
) -> Deed:
    return Deed(caller=caller, path=request.url.path, key=idempotency_key)


Acting = Annotated[Deed, Depends(_acting)]


def shaped(shape: type[Shape], done: object) -> Shape | Refusal:
    """Return what was done in this form; a refusal as it is."""
    return done if isinstance(done, Refusal) else shape.of(done)


def refused(why: Refusal) -> dict[str, object]:
    """Return what a program can read of a refusal: the status, the sentence, who was first."""
    said: dict[str, object] = {"status": _STATUSES.get(type(why), 422), "detail": why.reason}
    if isinstance(why, Overtaken):
        at = why.at.isoformat() if why.at else None
        said |= {"by": why.by or None, "at": at, "version": why.version}
    return said


def _kept(done: Shape | Refusal) -> Kept:
    """Return an answer as it is kept."""
    if isinstance(done, Refusal):
        said = refused(done)
        status = int(str(said.pop("status")))
        told = problem(status, str(said.pop("detail")), **said)
        return Kept(status=status, answer=json.dumps(told, ensure_ascii=False))
    return Kept(status=_OK, answer=json.dumps(done.model_dump(mode="json"), ensure_ascii=False))


def _answer(kept: Kept) -> Response:
    said: Mapping[str, object] = json.loads(kept.answer)
    if kept.status == _OK:
        return JSONResponse(said)
    return JSONResponse(said, kept.status, media_type=MEDIA_TYPE)
