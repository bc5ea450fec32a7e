"""Comparing a roster with what is known: what is new, what changes, what contradicts itself."""

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import SQLModel

from casework.import_changes import (
    NOTHING,
    Change,
    field_of,
    field_title,
    shown,
    summary,
    thing,
    told,
)
from casework.import_early import too_early
from casework.import_known import Key, Known, Values
from exchange.values import EnterpriseRow, FiguresRow, Held, Problem, Roster, Severity
from models.enterprise import Alias, Enterprise, Person, Role
from models.figures import AnnualFigures, Qualification, Statement
from policy.facts import ANNUAL

Place = tuple[str, int]  # sheet and row
Rows = dict[Key, dict[str, Any]]
_STATED_BY_ENTERPRISES = "rd_statistics"  # ADR 0010: recorded as told, so say when it changes


class Status(StrEnum):
    """How a row of the file compares with what is known."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who imports what, and when: it goes with every value."""

    filename: str
    by: str
    on: dt.date
    at: dt.datetime


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What is to be written, and what is to be said about it.

    The rows of one file agree with each other (`exchange.roster` sees to that); several may
    complete each other. Rows to insert name their enterprise by ``of`` (its USCC), for it may
    be as new as they are.
    """

    known: Known
    stamp: Stamp
    inserts: dict[type[SQLModel], Rows] = field(default_factory=lambda: defaultdict(dict))
    updates: dict[type[SQLModel], Rows] = field(default_factory=lambda: defaultdict(dict))
    statuses: dict[Place, set[Status]] = field(default_factory=lambda: defaultdict(set))
    newcomers: dict[str, EnterpriseRow] = field(default_factory=dict)  # names nobody saw yet
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def enterprise(self, row: EnterpriseRow) -> None:
        """Compare one row of the register, with everything that hangs on it."""
        key = (row.uscc,)
        before = self.known[Enterprise].get(key)
        if before is None or before["name"] != row.name:
            self.newcomers.setdefault(row.uscc, row)
        if before is not None and before["name"] != row.name:
            alias = {"of": row.uscc, "name": before["name"]}
            self.inserts[Alias][row.uscc, before["name"]] = alias
        said = _said({name: getattr(row, name) for name in _ENTERPRISE_BLANK} | {"name": row.name})
        blank = _ENTERPRISE_BLANK | {"uscc": row.uscc, "added_at": self.stamp.at}
        self._put(row, Enterprise, key, said, blank)
        self._contact(row)
        for held in row.held:
            self._held(row, held)
        for fact, value in row.statements.items():
            told_as = value.isoformat() if isinstance(value, dt.date) else value
            self._statement(row, fact, json.dumps(told_as))

    def figures(self, row: FiguresRow) -> None:
        """Compare one enterprise's figures of one year."""
        code = (row.uscc,)
        if code not in self.known[Enterprise] and code not in self.inserts[Enterprise]:
            self._wrong(
                row,
                ("统一社会信用代码", row.uscc),
                f"“{row.name}”还没有登记，请先在“企业名册”中加上这家企业，或核对代码",
            )
            return
        key = (row.uscc, row.year)
        said = dict(row.values)
        before = self.known[AnnualFigures].get(key)
        blank = {"of": row.uscc, "year": row.year, "sources": "{}"} | dict.fromkeys(ANNUAL)
        diff = self._put(row, AnnualFigures, key, said, blank)
        if diff:
            written = (self.inserts if before is None else self.updates)[AnnualFigures][key]
            written["sources"] = self._sources(written["sources"], diff, row.source)
        if before is not None and _STATED_BY_ENTERPRISES in diff:
            self._restated(row, before)

    def _contact(self, row: EnterpriseRow) -> None:
        said = _said(
            {"name": row.contact_name, "email": row.contact_email, "phone": row.contact_phone}
        )
        if not said:
            return
        blank = {
            "of": row.uscc,
            "key": f"contact/{row.uscc}",
            "role": Role.CONTACT.value,
            "name": "",
            "email": "",
            "phone": "",
            "division_code": "",
            "active": True,
        }
        self._put(row, Person, (row.uscc,), said, blank)

    def _held(self, row: EnterpriseRow, held: Held) -> None:
        key = (held.kind, held.number)
        before = self.known[Qualification].get(key)
        if before is not None and before["of"] != row.uscc:
            other = f"另一家企业（{before['of']}）" if before["of"] else "别的行政区划的企业"
            said_of = f"编号 {held.number} 已登记在{other}名下，请核对编号"
            self._wrong(row, ("证书编号", held.number), said_of)
            return
        said = {"of": row.uscc, "valid_from": held.valid_from, "valid_to": held.valid_to}
        said |= {"field": held.field} if held.field else {}
        blank = {
            "kind": held.kind,
            "number": held.number,
            "field": "",
            "source": self.stamp.filename,
        }
        diff = self._put(row, Qualification, key, said, blank)
        if diff and before is not None:
            self.updates[Qualification][key]["source"] = self.stamp.filename

    def _statement(self, row: EnterpriseRow, fact: str, text: str) -> None:
        """Add a statement; only a slip mended on the day it was made replaces one."""
        key = (row.uscc, fact)
        before = self.known[Statement].get(key)
        if before is not None and before["value"] == text:
            self._note(row, Status.UNCHANGED)
            return
        fresh = {
            "fact": fact,
            "as_of": self.stamp.on,
            "value": text,
            "source": self.stamp.filename,
            "by": self.stamp.by,
            "at": self.stamp.at,
        }
        if before is not None and before["as_of"] == self.stamp.on:
            self.updates[Statement][key] = dict(before) | fresh
        else:
            self.inserts[Statement][key] = {"of": row.uscc} | fresh
        self._note(row, Status.NEW if before is None else Status.CHANGED)
        if (row.uscc,) in self.known[Enterprise]:
            was = NOTHING if before is None else told(fact, before["value"])
            self._change(row, field_title(fact), was, told(fact, text))

    def _put(
        self,
        row: EnterpriseRow | FiguresRow,
        model: type[SQLModel],
        key: Key,
        said: Values,
        blank: Values,
    ) -> Values:
        """Note what a row of the file does to a row of the database; return what differs."""
        before = self.known[model].get(key)
        if before is None:
            self.inserts[model].setdefault(key, dict(blank)).update(said)
            self._note(row, Status.NEW)
            if model is not Enterprise and (row.uscc,) in self.known[Enterprise]:
                self._change(row, thing(model, key), NOTHING, summary(model, said))
            return said
        diff = {name: value for name, value in said.items() if before[name] != value}
        self._note(row, Status.CHANGED if diff else Status.UNCHANGED)
        if diff:
            self.updates[model].setdefault(key, dict(before)).update(diff)
        for name, value in diff.items():
            what = field_of(model, key, name)
            self._change(row, what, shown(name, before[name]), shown(name, value))
        return diff

    def _sources(self, before: str, diff: Values, source: str) -> str:
        words = f"{source}（{self.stamp.filename}）" if source else self.stamp.filename
        origin = {"source": words, "by": self.stamp.by, "on": self.stamp.on.isoformat()}
        merged = json.loads(before) | dict.fromkeys(diff, origin)
        return json.dumps(merged, ensure_ascii=False, sort_keys=True)

    def _restated(self, row: FiguresRow, before: Values) -> None:
        name = _STATED_BY_ENTERPRISES
        if before[name] is None:
            return
        self.problems.append(
            Problem(
                sheet=row.sheet,
                row=row.row,
                column=field_title(name),
                value=shown(name, row.values[name]),
                message=f"{row.year} 年统计口径数据原记为 {shown(name, before[name])}，"
                "只能由企业自行更正后如实记录，请确认数据来自企业",
                severity=Severity.WARNING,
            )
        )

    def _change(self, row: EnterpriseRow | FiguresRow, what: str, before: str, after: str) -> None:
        self.changes.append(
            Change(uscc=row.uscc, enterprise=row.name, what=what, before=before, after=after)
        )

    def _wrong(self, row: EnterpriseRow | FiguresRow, cell: tuple[str, str], message: str) -> None:
        column, value = cell
        self.problems.append(
            Problem(sheet=row.sheet, row=row.row, column=column, value=value, message=message)
        )

    def _note(self, row: EnterpriseRow | FiguresRow, status: Status) -> None:
        self.statuses[row.sheet, row.row].add(status)


def compare(roster: Roster, known: Known, stamp: Stamp) -> Comparison:
    """Return what applying the roster would do; pure."""
    comparison = Comparison(known=known, stamp=stamp)
    comparison.problems += too_early(roster, stamp.on)
    for row in roster.enterprises:
        comparison.enterprise(row)
    for figures in roster.figures:
        comparison.figures(figures)
    return comparison


_ENTERPRISE_BLANK: dict[str, Any] = {
    "division_code": "",
    "registered_on": None,
    "industry": "",
    "address": "",
    "change_note": "",
}


def _said(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
