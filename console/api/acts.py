"""What programs can do: the same use cases as the pages, each done once under one key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from casework.certificates import Granted, register_certificate
from casework.decide import Wish, decide_case
from casework.records import Happened, record_event
from casework.revoke import revoke_record
from casework.typed import number_of
from console.api.acting import Acting, shaped
from console.api.asked import (
    Certified,
    Decided,
    Decision,
    NewCertificate,
    NewRecord,
    Recorded,
    Revoked,
    RevokeRecord,
)
from console.api.asked_cases import OneDecision
from console.api.problems import ProblemError, possible
from console.api.reads import Number, known

router = APIRouter(tags=["acts"], responses=possible(409))


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
    wish, services, by = wish_of(number, decision), acting.services, acting.by
    return acting.done(decision, lambda: shaped(Decided, decide_case(services, wish, by=by)))


def wish_of(number: int, decision: Decision | OneDecision) -> Wish:
    """Return what is wanted of a case, on the version that somebody saw."""
    return Wish(
        case_id=number,
        verb=decision.verb,
        reason=decision.reason,
        expecting=decision.version,
        need=decision.need,
    )


@router.post("/records", response_model=Recorded)
def record(acting: Acting, asked: NewRecord) -> Response:
    """Record that something happened: it closes the due dates it meets, and the case goes on.

    The very same twice is recorded once.
    """
    known(acting.caller, asked.programme)
    happened, services, by = _happened(asked), acting.services, acting.by
    return acting.done(asked, lambda: shaped(Recorded, record_event(services, happened, by=by)))


@router.post("/records/revoke", response_model=Revoked)
def revoke(acting: Acting, asked: RevokeRecord) -> Response:
    """Take back what was recorded by mistake: it no longer counts, what it met is owed again."""
    known(acting.caller, asked.programme)
    happened, services, by = _happened(asked), acting.services, acting.by
    return acting.done(
        asked,
        lambda: shaped(Revoked, revoke_record(services, happened, reason=asked.reason, by=by)),
    )


def _happened(asked: NewRecord) -> Happened:
    return Happened(
        target=str(asked.case_id) if asked.case_id else asked.uscc,
        kind=asked.kind,
        on=asked.on,
        evidence=asked.evidence,
        programme=asked.programme,
    )


@router.post("/certificates", response_model=Certified)
def certify(acting: Acting, asked: NewCertificate) -> Response:
    """Put a certificate on file, or mend its date; its due dates appear at once."""
    granted = Granted(target=asked.uscc, number=asked.number, on=asked.on, field=asked.field)
    services, by = acting.services, acting.by
    return acting.done(
        asked, lambda: shaped(Certified, register_certificate(services, granted, by=by))
    )
