"""Changing how a kind of letter reads: tried on every invented letter first, then a new version."""

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_reword
from casework.scope import sees_all
from casework.services import Actor, Services
from casework.wordings import TITLES, wording_page
from models.wording import LetterWording
from models.writes import insert_all
from notifications.trying import Tried, try_on
from notifications.values import Wording

_SAME = ("version", "subject", "text", "html", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWording:
    """What somebody wants a kind of letter to read; ``expecting`` is the version they saw."""

    letter: str
    wording: Wording
    expecting: int
    reason: str


def tidied(wording: Wording) -> Wording:
    """Return it with the line ends of our files, whatever browser sent it."""
    subject, text, page = (
        "\n".join(part.splitlines()).strip("\n") + "\n"
        for part in (wording.subject, wording.text, wording.html)
    )
    return Wording(version=wording.version, subject=subject, text=text, html=page)


def tried(letter: str, wording: Wording) -> Tried:
    """Return how it reads, and everything that is wrong with it."""
    return try_on(letter, tidied(wording))


def keep(services: Services, new: NewWording, *, by: Actor) -> int | Refusal:
    """Keep a new version, which counts from now on; return its number.

    Nothing broken is kept. The same again, as a double click sends it, is kept once.
    """
    if refused := _refused(services, new, by):
        return refused
    wording = tidied(new.wording)
    if found := try_on(new.letter, wording).faults:
        more = f"；另有 {len(found) - 1} 处" if len(found) > 1 else ""
        return Refusal(reason=f"没有保存：{found[0]}{more}")
    return _keep(services, replace(new, wording=wording), by)


def restore(services: Services, new: NewWording, version: int, *, by: Actor) -> int | Refusal:
    """Make an earlier version count again, as a new one; 0 is what came with the program."""
    page = wording_page(services, new.letter)
    if isinstance(page, Refusal):
        return page
    wording = page.wording_of(version)
    if wording is None:
        return Refusal(reason=f"没有第 {version} 版")
    if wording is not page.shipped:
        return keep(services, replace(new, wording=wording), by=by)
    if refused := _refused(services, new, by):
        return refused
    shipped = Wording(version=0, subject="", text="", html="")
    return _keep(services, replace(new, wording=shipped), by)


def _refused(services: Services, new: NewWording, by: Actor) -> Refusal | None:
    if refused := may_reword(by):
        return refused
    if new.letter not in TITLES:
        return Refusal(reason="没有这一种信")
    if refused := no_reason(new.reason, "请写明修改的理由"):
        return refused
    with services.database.reading() as session:
        if not sees_all(session, services):
            return Refusal(reason="模板全局共用，您只负责其中一部分区划，请由负责全局的股长修改")
    return None


def _keep(services: Services, new: NewWording, by: Actor) -> int | Refusal:
    wording, version = new.wording, new.expecting + 1
    row = {
        "letter": new.letter,
        "version": version,
        "subject": wording.subject,
        "text": wording.text,
        "html": wording.html,
        "by": by.name,
        "at": services.now(),
        "reason": new.reason.strip(),
    }

    def attempt(session: Session) -> int | Refusal:
        newest = session.scalars(
            select(LetterWording)
            .where(col(LetterWording.letter) == new.letter)
            .order_by(col(LetterWording.version).desc())
            .limit(1)
        ).first()
        if (newest.version if newest else 0) != new.expecting:
            return _overtaken(newest, row)
        insert_all(session, LetterWording, [row])
        seal = hashlib.sha256("\x1f".join((wording.subject, wording.text, wording.html)).encode())
        detail = {"before": new.expecting, "after": version, "reason": new.reason.strip()}
        detail |= {"sha256": seal.hexdigest(), "shipped": not wording.html}
        note(session, services, by, "wording.keep", (new.letter, detail))
        return version

    return services.database.transact(attempt)


def _overtaken(newest: LetterWording | None, row: dict[str, object]) -> int | Refusal:
    """Return the version that says the very same, else who was first."""
    if newest is None:
        return Refusal(reason="版本不对，请刷新后再改")
    if all(getattr(newest, name) == row[name] for name in _SAME):
        return newest.version
    return Refusal(reason=f"没有保存：{newest.by}刚保存了第 {newest.version} 版，请刷新后再改")
