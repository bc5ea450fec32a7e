"""Wordings (信函模板): which templates are in force, kept version by version, none ever edited."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.refusal import Refusal
from casework.services import Services
from models.ledger import Alarm
from models.letter import Letter
from models.wording import LetterWording
from notifications.examples import names_of
from notifications.rendering import shipped_wording
from notifications.values import Wording
from policy.silence import Silence, Trouble

_HERE = "wordings"  # in the session's own notes
_newer = aliased(LetterWording)
_NEWEST = select(LetterWording).where(
    ~exists().where(
        col(_newer.letter) == col(LetterWording.letter),
        col(_newer.version) > col(LetterWording.version),
    )
)
TITLES = {"enterprise_daily": "给企业联系人的信", "staff_daily": "给工作人员的信"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version, and who made it so; ``shipped`` when it is what came with the program."""

    version: int
    by: str
    at: dt.datetime
    reason: str
    shipped: bool
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingPage:
    """How a kind of letter reads now, and how it read before, the newest first."""

    letter: str
    title: str
    version: int  # 0: nobody ever changed it
    wording: Wording
    shipped: Wording
    versions: tuple[VersionLine, ...]
    names: tuple[str, ...]  # what its templates may use
    trouble: str  # what went wrong with the version in force, if anything ever did

    @property
    def is_shipped(self) -> bool:
        """Say whether it reads as it came with the program."""
        return not self.versions or self.versions[0].shipped

    def wording_of(self, version: int) -> Wording | None:
        """Return a version; 0 is the shipped one."""
        known = {each.version: each.wording for each in self.versions}
        return self.shipped if version == 0 else known.get(version)


def wordings_in_force(session: Session, services: Services) -> Mapping[str, Wording]:
    """Return letter -> its wording, where it is not the shipped one; read once for a session."""
    if _HERE not in session.info:
        rows = session.scalars(_NEWEST)
        session.info[_HERE] = {row.letter: _worded(row) for row in rows if row.html}
    kept: Mapping[str, Wording] = session.info[_HERE]
    return {**kept, **(services.showing or {})}


def _worded(row: LetterWording) -> Wording:
    return Wording(version=row.version, subject=row.subject, text=row.text, html=row.html)


def wording_page(services: Services, letter: str) -> WordingPage | Refusal:
    """Return how a kind of letter reads."""
    if letter not in TITLES:
        return Refusal(reason="没有这一种信")
    with services.database.reading() as session:
        rows = session.scalars(
            select(LetterWording)
            .where(col(LetterWording.letter) == letter)
            .order_by(col(LetterWording.version).desc())
        ).all()
        newest = rows[0].version if rows else 0
        key = _key(letter, newest)
        trouble = session.scalar(select(col(Alarm.sentence)).where(col(Alarm.key) == key))
    shipped = shipped_wording(letter)
    versions = tuple(
        VersionLine(
            version=row.version,
            by=row.by,
            at=row.at,
            reason=row.reason,
            shipped=not row.html,
            wording=_worded(row) if row.html else shipped,
        )
        for row in rows
    )
    return WordingPage(
        letter=letter,
        title=TITLES[letter],
        version=newest,
        wording=versions[0].wording if versions else shipped,
        shipped=shipped,
        versions=versions,
        names=tuple(sorted(names_of(letter))),
        trouble=trouble or "",
    )


def trouble_of(services: Services, letter_id: int, fault: str) -> Trouble:
    """Return what to tell of a letter that was written as shipped because its wording failed."""
    with services.database.reading() as session:
        letter = session.get_one(Letter, letter_id).letter
        version = session.scalar(
            select(func.max(col(LetterWording.version))).where(col(LetterWording.letter) == letter)
        )
    title = TITLES.get(letter, letter)
    return Trouble(
        key=_key(letter, version or 0),
        kind=Silence.WORDING,
        sentence=f"信函模板“{title}”第 {version} 版写不成信，已改用随程序的模板发出：{fault}",
        hint=f"打开网页“信函模板”，改好“{title}”，或恢复随程序的模板",
        grave=False,
    )


def _key(letter: str, version: int) -> str:
    return f"wording/{letter}/{version}"
