"""What programs can do: the same use cases as the pages, each done once under one key."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse

from casework.certificates import Granted, register_certificate
from casework.decide import Wish, decide_case
from casework.once import InHand, Kept, Key, once
from casework.records import Happened, record_event
from casework.refusal import Overtaken, Refusal, Unknown
from casework.typed import number_of
from console.api.asked import (
    Certified,
    Decided,
    Decision,
    NewCertificate,
    NewRecord,
    Recorded,
)
from console.api.door import Called, Caller
from console.api.problems import MEDIA_TYPE, ProblemError, answered, possible, problem
from console.api.reads import Number, known
from console.api.shapes import Asked, Shape

_OK = 200
_STATUSES: Mapping[type[Refusal], int] = {Overtaken: 409, Unknown: 404}
router = APIRouter(tags=["acts"], responses=possible(409))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Acting:
    """Somebody who wants something done, perhaps under a key."""

    caller: Caller
    path: str
    key: str | None

    def done(self, asked: Asked, act: Callable[[], Shape | Refusal]) -> Response:
        """Do it, once under one key, and return the answer."""
        if self.key is None:
            return _answer(_kept(act()))
        whole = json.dumps([self.path, asked.model_dump(mode="json")], sort_keys=True)
        key = Key(token_id=self.caller.bearer.token_id, key=self.key, asked=whole)
        kept = once(self.caller.services, key, lambda: _kept(act()))
        if isinstance(kept, InHand):
            return answered(409, problem(409, kept.reason), {"Retry-After": "5"})
        return _answer(_kept(kept) if isinstance(kept, Refusal) else kept)


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
) -> _Acting:
    return _Acting(caller=caller, path=request.url.path, key=idempotency_key)


Acting = Annotated[_Acting, Depends(_acting)]


def _kept(done: Shape | Refusal) -> Kept:
    """Return an answer as it is kept."""
    status, said = _OK, done.model_dump(mode="json") if isinstance(done, Shape) else {}
    if isinstance(done, Refusal):
        status = _STATUSES.get(type(done), 422)
        said = problem(status, done.reason, **_since(done))
    return Kept(status=status, answer=json.dumps(said, ensure_ascii=False))


def _since(done: Refusal) -> dict[str, object]:
    """Return what a program can read of who was first."""
    if not isinstance(done, Overtaken):
        return {}
    at = done.at.isoformat() if done.at else None
    return {"by": done.by or None, "at": at, "version": done.version}


def _answer(kept: Kept) -> Response:
    said: Mapping[str, object] = json.loads(kept.answer)
    if kept.status == _OK:
        return JSONResponse(said)
    return JSONResponse(said, kept.status, media_type=MEDIA_TYPE)


def _expected(
    asked: Decision,
    if_match: Annotated[
        str | None, Header(description='The version you saw, as `ETag` gave it: `"7"`.')
    ] = None,
) -> Decision:
    """Return the decision with the version that somebody saw; without one it is refused."""
    if if_match is None and asked.version is None:
        words = "请写明您看到的版本：标头 If-Match，或正文里的 version"
        raise ProblemError(428, words)
    if if_match is None:
        return asked
    seen = number_of(if_match.strip().removeprefix("W/").strip('"'))
    if seen is None:
        raise ProblemError(422, f'标头 If-Match 应为版本号，写成 "7" 这样，不是 {if_match}')
    if asked.version not in (None, seen):
        raise ProblemError(422, "标头 If-Match 和正文里的 version 不一样，请只写一个")
    return asked.model_copy(update={"version": seen})


@router.post("/cases/{number}/decisions", response_model=Decided, responses=possible(404, 428))
def decide(
    acting: Acting, number: Number, decision: Annotated[Decision, Depends(_expected)]
) -> Response:
    """Decide about a case; 409 says who was first, when, and the version as it is now."""
    wish = Wish(
        case_id=number,
        verb=decision.verb,
        reason=decision.reason,
        expecting=decision.version,
        need=decision.need,
    )
    services, by = acting.caller.services, acting.caller.bearer.actor
    return acting.done(decision, lambda: _shaped(Decided, decide_case(services, wish, by=by)))


@router.post("/records", response_model=Recorded)
def record(acting: Acting, asked: NewRecord) -> Response:
    """Record that something happened: it closes the due dates it meets, and the case goes on.

    The very same twice is recorded once.
    """
    known(acting.caller, asked.programme)
    happened = Happened(
        target=str(asked.case_id) if asked.case_id else asked.uscc,
        kind=asked.kind,
        on=asked.on,
        evidence=asked.evidence,
        programme=asked.programme,
    )
    services, by = acting.caller.services, acting.caller.bearer.actor
    return acting.done(asked, lambda: _shaped(Recorded, record_event(services, happened, by=by)))


@router.post("/certificates", response_model=Certified)
def certify(acting: Acting, asked: NewCertificate) -> Response:
    """Put a certificate on file, or mend its date; its due dates appear at once."""
    granted = Granted(target=asked.uscc, number=asked.number, on=asked.on, field=asked.field)
    services, by = acting.caller.services, acting.caller.bearer.actor
    return acting.done(
        asked, lambda: _shaped(Certified, register_certificate(services, granted, by=by))
    )


def _shaped(shape: type[Shape], done: object) -> Shape | Refusal:
    return done if isinstance(done, Refusal) else shape.of(done)
