"""Deciding what of an import can be taken back: whatever nobody changed since; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from casework.import_changes import NOTHING, Change, field_of, thing
from casework.import_known import Key, Known
from casework.import_trace import BESIDE, Step, plain, steps_of, stored, value_of, what_it_says
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportTrace

Cell = tuple[str, Key, str]  # table, natural key of the row, column
# What hangs on an enterprise goes before it; its former name after it has that name again.
_ORDER = (Person, AnnualFigures, Statement, Qualification, Enterprise, Alias)
_GONE = "已经不在了"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing that an import wrote and that can not be taken back, and why."""

    uscc: str
    enterprise: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened after an import."""

    now: Known  # every row that imports write about its enterprises
    later: Mapping[Cell, int]  # what later imports wrote, by their number
    bound: Mapping[tuple[str, int], str]  # rows that others point at, and who does


@dataclass(slots=True, kw_only=True)
class Back:
    """What taking an import back writes, and what it says."""

    since: Since
    updates: dict[type[SQLModel], dict[Key, dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    removes: dict[type[SQLModel], list[Key]] = field(default_factory=lambda: defaultdict(list))
    taken: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    _left: Counter[int] = field(default_factory=Counter)  # rows that hang on an enterprise

    def __post_init__(self) -> None:
        for model, rows in self.since.now.items():
            if model is not Enterprise:
                self._left.update(row["enterprise_id"] for row in rows.values())

    def trace(self, trace: ImportTrace) -> None:
        """Take back what was written about one enterprise."""
        steps = sorted(steps_of(trace), key=lambda step: _ORDER.index(step.model))
        for step in steps:
            row = self.since.now[step.model].get(step.key)
            if row is None:
                self._keep(trace, thing(step.model, step.key), _GONE)
            elif step.before is not None or step.model is AnnualFigures:
                self._values(trace, step)
            else:
                self._whole(trace, step)

    def _values(self, trace: ImportTrace, step: Step) -> None:
        """Take back single values of a row that was there before, or of a year's figures."""
        row = self.since.now[step.model][step.key]
        now, before = plain(step.model, row), step.before or {}
        said = [name for name in step.after if name not in BESIDE]
        mine = [name for name in said if self._is_mine(trace, step, name, now)]
        then = {name: before.get(name) for name in mine}
        if step.model is AnnualFigures:
            origins = before.get("sources", {})
            sources = now["sources"] | {name: origins.get(name) for name in then}
            then["sources"] = {name: origin for name, origin in sources.items() if origin}
        elif len(mine) == len(said):
            then |= {name: before[name] for name in BESIDE if name in before}
        if step.before is None and not _says_anything(now | then):
            self._remove(trace, step)
        elif mine:
            self.updates[step.model][step.key] = dict(row) | stored(step.model, then)
            for name in mine:
                self._restore(trace, step, name)

    def _is_mine(self, trace: ImportTrace, step: Step, name: str, now: Mapping[str, Any]) -> bool:
        """Say whether a value is as the import wrote it; whoever wrote it since is told."""
        same = now.get(name) == step.after[name]
        if step.model is AnnualFigures and same:
            same = now["sources"].get(name) == step.after["sources"].get(name)
        later = self.since.later.get((step.table, step.key, name))
        if same and later is None:
            return True
        what = field_of(step.model, step.key, name)
        self._keep(trace, what, _by_batch(later) or _now(step, name, now.get(name)))
        return False

    def _whole(self, trace: ImportTrace, step: Step) -> None:
        """Take back a row that the import brought."""
        row = self.since.now[step.model][step.key]
        what = f"企业 {trace.name}" if step.model is Enterprise else thing(step.model, step.key)
        now = plain(step.model, row)
        changed = [name for name in step.after if now.get(name) != step.after[name]]
        touched = (self.since.later.get((step.table, step.key, name)) for name in step.after)
        later = next((number for number in touched if number), None)
        why = (
            _by_batch(later)
            or ("之后又有改动" if changed else "")
            or self.since.bound.get((step.table, row["id"]), "")
            or self._hung_on(step, row)
        )
        if why:
            self._keep(trace, what, why)
        else:
            self._remove(trace, step)

    def _hung_on(self, step: Step, row: Mapping[str, Any]) -> str:
        """Return what keeps a row though nobody changed it."""
        if step.model is Enterprise and self._left[row["id"]]:
            return "还有上面没有撤回或之后登记的内容"
        if step.model is Alias:
            firm = self.since.now[Enterprise][step.key[:1]]
            name = self.updates[Enterprise].get(step.key[:1], firm)["name"]
            return "" if name == row["name"] else "企业现在叫别的名称，曾用名留着"
        return ""

    def _remove(self, trace: ImportTrace, step: Step) -> None:
        row = self.since.now[step.model][step.key]
        self.removes[step.model].append(step.key)
        self._left[row.get("enterprise_id", 0)] -= 1
        if step.model is Alias:  # goes without saying where the name is told
            return
        before = what_it_says(step.model, step.after)
        after = "（不再登记）" if step.model is Enterprise else NOTHING
        self._tell(trace, thing(step.model, step.key), (before, after))

    def _restore(self, trace: ImportTrace, step: Step, name: str) -> None:
        to = (step.before or {}).get(name)
        now, then = (value_of(step, name, value) for value in (step.after[name], to))
        self._tell(trace, field_of(step.model, step.key, name), (now, then))

    def _tell(self, trace: ImportTrace, what: str, how: tuple[str, str]) -> None:
        who, (before, after) = {"uscc": trace.uscc, "enterprise": trace.name}, how
        self.taken.append(Change(**who, what=what, before=before, after=after))

    def _keep(self, trace: ImportTrace, what: str, why: str) -> None:
        self.kept.append(Kept(uscc=trace.uscc, enterprise=trace.name, what=what, why=why))


def take_back(traces: Iterable[ImportTrace], since: Since) -> Back:
    """Return what taking back an import writes and says."""
    back = Back(since=since)
    for trace in traces:
        back.trace(trace)
    return back


def cells_of(traces: Iterable[ImportTrace]) -> dict[Cell, int]:
    """Return what imports wrote, by the number of the newest that did."""
    written = sorted(traces, key=lambda trace: trace.batch_id)
    return {
        (step.table, step.key, name): trace.batch_id
        for trace in written
        for step in steps_of(trace)
        for name in step.after
    }


def _says_anything(figures: Mapping[str, Any]) -> bool:
    return any(value is not None for name, value in figures.items() if name != "sources")


def _by_batch(later: int | None) -> str:
    return f"第 {later} 批导入之后又改过，请先撤销第 {later} 批" if later else ""


def _now(step: Step, name: str, value: object) -> str:
    return f"之后已改为“{value_of(step, name, value)}”"
