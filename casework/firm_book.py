"""What the story of an enterprise is told with: its cases, and the words of their rules."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from casework.rulebook import read_rules
from casework.services import Services
from models.case import Case
from models.enterprise import Enterprise
from policy.answers import receipt_kind
from policy.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened; ``kind`` says what sort of thing, ``link`` where to see it."""

    at: dt.datetime
    kind: str
    what: str
    why: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Book:
    """One enterprise, its cases, and the words of the rules they keep."""

    session: Session
    services: Services
    firm: Enterprise
    cases: Mapping[int, Case]
    codes: Sequence[str]  # its own, and those of enterprises that were merged into it

    @cached_property
    def rules(self) -> Mapping[str, Programme]:
        """Return revision -> rules of its cases."""
        used = {case.revision for case in self.cases.values()}
        return read_rules(self.session, self.services, used)

    def case_words(self, number: int | None) -> str:
        """Return what a case is called here."""
        case = self.cases.get(number or 0)
        return f"{self.services.catalogue.title_of(case.programme)} {case.cycle}" if case else ""

    def stage(self, case: int, key: str) -> str:
        """Return a stage's title."""
        stages = self.rules[self.cases[case].revision].stages
        return next((each.title for each in stages if each.key == key), key)

    def record(self, programme: str, kind: str) -> str:
        """Return what a kind of record is called."""
        known = self.services.catalogue.programmes.get(programme)
        titles = {each.key: each.title for each in known.records} if known else {}
        for each in known.obligations if known else ():
            titles[receipt_kind(each.key)] = f"凭证核对：{each.title}"
        return titles.get(kind, kind)

    def at(self, moment: dt.datetime) -> dt.datetime:
        """Return a moment in the office's own time."""
        return moment.astimezone(self.services.zone)
