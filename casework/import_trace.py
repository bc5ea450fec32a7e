"""What an import wrote about each enterprise, row by row, so that it can be taken back.

Values are as JSON has them, days as ISO text; what a machine counted (ids) or the clock said is
left out. Of figures only what the import said is kept, each with its source.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date
from sqlmodel import SQLModel

from casework.import_changes import NOTHING, Change, field_of, shown, summary, thing
from casework.import_compare import Comparison
from casework.import_known import Key, Values
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportTrace
from models.writes import table_of

MODELS: Mapping[str, type[SQLModel]] = {
    table_of(model).name: model
    for model in (Enterprise, Alias, Person, AnnualFigures, Statement, Qualification)
}
_NOT_SAID = frozenset({"id", "enterprise_id", "of", "at", "added_at"})
BESIDE = ("source", "sources", "by")  # goes with a value, and is none itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row that was written. ``before`` is None when it was new."""

    table: str
    key: tuple[Any, ...]
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def model(self) -> type[SQLModel]:
        """Return whose row it is."""
        return MODELS[self.table]

    @property
    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; copying it deep would take longer than all the rest."""
        return {"table": self.table, "key": self.key, "before": self.before, "after": self.after}


def traces_of(comparison: Comparison, aliases: Container[Key]) -> Iterator[dict[str, Any]]:
    """Yield one row of `import_trace` for each enterprise that an import writes about.

    ``aliases`` are those that it found new.
    """
    steps: dict[str, list[Step]] = defaultdict(list)
    for model in MODELS.values():
        for key, row in comparison.inserts[model].items():
            if model is not Alias or key in aliases:
                steps[_whose(key, row)].append(_step(model, key, None, row))
        for key, row in comparison.updates[model].items():
            steps[_whose(key, row)].append(_step(model, key, comparison.known[model][key], row))
    known = comparison.known[Enterprise]
    for uscc in sorted(steps):
        key = (uscc,)
        now = comparison.updates[Enterprise].get(key) or comparison.inserts[Enterprise].get(key)
        firm = now or known[key]
        yield {
            "uscc": uscc,
            "name": firm["name"],
            "division_code": firm["division_code"],
            "steps": json.dumps([each.as_dict for each in steps[uscc]], ensure_ascii=False),
        }


def steps_of(trace: ImportTrace) -> tuple[Step, ...]:
    """Return what a trace tells."""
    return tuple(Step(**each | {"key": tuple(each["key"])}) for each in json.loads(trace.steps))


def changes_of(trace: ImportTrace) -> Iterator[Change]:
    """Yield what an import changed about an enterprise, in the words of the office."""
    steps = steps_of(trace)
    if any(step.model is Enterprise and step.before is None for step in steps):
        with_it = f"，连同 {len(steps) - 1} 项内容" if len(steps) > 1 else ""
        yield _change(trace, ("新企业", NOTHING, f"登记{with_it}"))
        return
    for step in steps:
        if step.model is Alias:  # the change of the name tells it
            continue
        if step.before is None:
            said = what_it_says(step.model, step.after)
            yield _change(trace, (thing(step.model, step.key), NOTHING, said))
            continue
        for name, value in step.after.items():
            if name not in BESIDE:
                what = field_of(step.model, step.key, name)
                before = value_of(step, name, step.before[name])
                yield _change(trace, (what, before, value_of(step, name, value)))


def what_it_says(model: type[SQLModel], row: Mapping[str, Any]) -> str:
    """Return in one line what a whole row says."""
    if model is Statement:
        return shown(row["fact"], json.loads(row["value"]))
    if model in (Enterprise, Alias):
        return str(row["name"])
    wanted = {"name", "email", "phone"} if model is Person else {"valid_from", "valid_to", "field"}
    if model is AnnualFigures:
        wanted = set(row) - {"sources"}
    return summary(model, {name: row[name] for name in row if name in wanted and row[name]})


def value_of(step: Step, name: str, value: Any) -> str:  # noqa: ANN401 - a cell of any column
    """Return a value of a step as staff write it."""
    if step.model is Statement and value is not None:
        return shown(step.key[1], json.loads(value))
    return shown(name, value)


def plain(model: type[SQLModel], row: Values) -> dict[str, Any]:
    """Return a row of the database as a trace has it."""
    said = {name: value for name, value in row.items() if name not in _NOT_SAID}
    if model is AnnualFigures:
        said = {name: value for name, value in said.items() if value is not None and name != "year"}
        said["sources"] = json.loads(row["sources"])
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in said.items()
    }


def stored(model: type[SQLModel], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a trace as the database has them."""
    columns = table_of(model).c
    made = {
        name: dt.date.fromisoformat(value)
        if value is not None and isinstance(columns[name].type, Date)
        else value
        for name, value in said.items()
    }
    if "sources" in made:
        made["sources"] = json.dumps(made["sources"], ensure_ascii=False, sort_keys=True)
    return made


def _step(model: type[SQLModel], key: Key, before: Values | None, after: Values) -> Step:
    named, now = table_of(model).name, plain(model, after)
    if model is Statement:
        key = (*key, now["as_of"])
    if before is None:
        return Step(table=named, key=key, before=None, after=now)
    was = plain(model, before)
    changed = [name for name in now if now[name] != was.get(name)]
    then = {name: was.get(name) for name in changed}
    sources = now.get("sources", {})
    now = {name: now[name] for name in changed}
    if model is AnnualFigures:  # of all the sources only those of what changed
        facts = [name for name in changed if name != "sources"]
        then["sources"] = {fact: was["sources"].get(fact) for fact in facts}
        now["sources"] = {fact: sources.get(fact) for fact in facts}
    return Step(table=named, key=key, before=then, after=now)


def _whose(key: Key, row: Values) -> str:
    return str(row.get("of") or key[0])


def _change(trace: ImportTrace, said: Sequence[str]) -> Change:
    what, before, after = said
    return Change(uscc=trace.uscc, enterprise=trace.name, what=what, before=before, after=after)
