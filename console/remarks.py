"""备注 on an enterprise and on its cases, and certificates: what is put on file beside the way."""

from secrets import token_urlsafe

from casework.certificates import Granted, register_certificate
from casework.notes import NewNote, add_note, notes_of, strike_note
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.typed import day_of, number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Visit


def add_remarks(site: Site) -> None:
    """Add these acts."""
    site.act("/enterprises/{uscc}/notes", write)
    site.act("/enterprises/{uscc}/notes/{number}/strike", strike)
    site.act("/enterprises/{uscc}/certificate", certify)


def noted(visit: Visit, uscc: str, case: int | None = None) -> dict[str, object]:
    """Return what a page needs to show the notes and take another one."""
    return {
        "notes": notes_of(visit.services, uscc, case_id=case),
        "note_key": token_urlsafe(24),
        "may_note": visit.who.role in DECIDERS,
    }


def _back(visit: Visit) -> str:
    case = visit.said("case")
    return f"/cases/{case}" if number_of(case) is not None else f"/enterprises/{visit.path['uscc']}"


def write(visit: Visit) -> Answer:
    """Keep a note; the form that was sent twice is kept once."""
    case, key = number_of(visit.said("case")), visit.said("key")
    if not key or len(key) > 64 or (visit.said("case") and case is None):  # noqa: PLR2004
        return Missing()
    new = NewNote(
        key=key,
        uscc=visit.path["uscc"],
        text=visit.said("text"),
        case_id=case,
    )
    refused = add_note(visit.services, new, by=visit.who.actor)
    if refused is not None:
        return Sent(to=_back(visit), said=refused.reason, wrong=True)
    return Sent(to=f"{_back(visit)}#notes", said="已记下备注")


def strike(visit: Visit) -> Answer:
    """Strike a note out; it can still be read."""
    number = number_of(visit.path["number"])
    if number is None:
        return Missing()
    reason = visit.said("reason")
    refused = strike_note(visit.services, number, reason=reason, by=visit.who.actor)
    if refused is not None:
        return Sent(to=_back(visit), said=refused.reason, wrong=True)
    return Sent(to=f"{_back(visit)}#notes", said="已划去，原文仍可查看")


def certify(visit: Visit) -> Answer:
    """Put a certificate on file, or correct its date."""
    back = _back(visit)
    day = day_of(visit.said("on"))
    if day is None:
        return Sent(to=back, said="请写明发证（入库）日期，例如 2026-09-18", wrong=True)
    granted = Granted(
        target=visit.path["uscc"], number=visit.said("number"), on=day, field=visit.said("field")
    )
    done = register_certificate(visit.services, granted, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    word = "早已登记过" if done.already else "已更正" if done.before else "已登记"
    more = f"。提醒：{done.warning}" if done.warning else ""
    until = f"有效期 {done.valid_from} 至 {done.valid_to}"
    return Sent(to=back, said=f"{word}：{done.number}，{until}{more}")
