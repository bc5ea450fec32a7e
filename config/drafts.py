"""A programme file as written: its sound tables, and the keys of the broken ones too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from config.grammar import (
    CriterionTable,
    HeadTable,
    ItemTable,
    ObligationTable,
    PartTable,
    RecordTable,
    ScoreTable,
    StageTable,
    Table,
)
from config.problems import Fault, named, read_toml, shape_faults
from policy.programme import Programme, Score, ScorePart

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A sound table and where it stands in the file."""

    place: str
    table: T


@dataclass(slots=True)
class Section(Generic[T]):
    """All tables of one name; ``keys`` has those of broken tables too."""

    name: str
    shape: type[T]
    keys: list[str] = field(default_factory=list)
    sound: list[Placed[T]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Say whether no table of it is broken."""
        return not self.faults

    @property
    def tables(self) -> tuple[T, ...]:
        """Return the sound tables."""
        return tuple(each.table for each in self.sound)

    def read(self, written: object) -> None:
        """Read every table by itself, so that one broken table hides nothing of the others."""
        if not isinstance(written, list):
            self.faults.append(Fault(self.name, f"应写成 [[{self.name}]]"))
            return
        for number, each in enumerate(written, start=1):
            key = each.get("key", "") if isinstance(each, dict) else ""
            place = f"{self.name} 第 {number} 项 {key}".strip()
            try:
                self.sound.append(Placed(place, self.shape.model_validate(each)))
            except ValidationError as error:
                self.faults += shape_faults(error, self.shape, place)
            if isinstance(key, str) and key:
                self.keys.append(key)


@dataclass(slots=True)
class Draft:
    """One programme file."""

    file: str
    stem: str
    head: HeadTable | None = None
    score: ScoreTable | None = None
    scored: bool = False  # [score] is there, sound or not
    criteria: Section[CriterionTable] = field(
        default_factory=lambda: Section("criterion", CriterionTable)
    )
    parts: Section[PartTable] = field(default_factory=lambda: Section("score_part", PartTable))
    items: Section[ItemTable] = field(default_factory=lambda: Section("score_item", ItemTable))
    records: Section[RecordTable] = field(default_factory=lambda: Section("record", RecordTable))
    stages: Section[StageTable] = field(default_factory=lambda: Section("stage", StageTable))
    obligations: Section[ObligationTable] = field(
        default_factory=lambda: Section("obligation", ObligationTable)
    )
    faults: list[Fault] = field(default_factory=list)

    @property
    def sections(self) -> tuple[Section[Any], ...]:
        """Return the lists of tables."""
        return (
            self.criteria,
            self.parts,
            self.items,
            self.records,
            self.stages,
            self.obligations,
        )

    @property
    def shape_faults(self) -> Iterator[Fault]:
        """Yield what the grammar refused."""
        yield from self.faults
        for section in self.sections:
            yield from section.faults

    def programme(self) -> Programme:
        """Return the programme; only a draft without faults has one."""
        head = cast("HeadTable", self.head)
        written = {name: getattr(head, name) for name in HeadTable.model_fields}
        return Programme(
            **written,
            criteria=tuple(each.built() for each in self.criteria.tables),
            score=self._score(),
            records=tuple(each.built() for each in self.records.tables),
            stages=tuple(each.built() for each in self.stages.tables),
            obligations=tuple(each.built() for each in self.obligations.tables),
        )

    def _score(self) -> Score | None:
        if self.score is None:
            return None
        parts = tuple(
            ScorePart(
                key=part.key,
                title=part.title,
                maximum=part.maximum,
                combine=part.combine,
                items=tuple(item.built() for item in self.items.tables if item.part == part.key),
            )
            for part in self.parts.tables
        )
        return Score(maximum=self.score.maximum, source=self.score.source, parts=parts)


def read_draft(path: Path) -> Draft:
    """Read a programme file; whatever is wrong with its shape is among the draft's faults."""
    draft = Draft(file=path.name, stem=path.stem)
    written, draft.faults = read_toml(path)
    if written is None:
        return draft
    sections = {section.name: section for section in draft.sections}
    head: dict[str, Any] = {}
    for name, value in written.items():
        if name in sections:
            sections[name].read(value)
        elif name == "score":
            draft.scored = True
            draft.score = _one(draft, ScoreTable, value, "score")
        elif isinstance(value, dict) or (isinstance(value, list) and _is_tables(value)):
            draft.faults.append(Fault(name, named([*sections, "score"], name)))
        else:
            head[name] = value
    draft.head = _one(draft, HeadTable, head, "")
    return draft


def _is_tables(written: list[Any]) -> bool:
    return bool(written) and all(isinstance(each, dict) for each in written)


def _one(draft: Draft, shape: type[T], written: object, place: str) -> T | None:
    try:
        return shape.model_validate(written)
    except ValidationError as error:
        draft.faults += shape_faults(error, shape, place)
        return None
