"""What the interface answers with: forms for the outside, that stay when the inside changes."""

import datetime as dt
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from casework.typed import FIRST_DAY, LAST_DAY, plain


class Shape(BaseModel):
    """A form made from a value of casework."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    @classmethod
    def of(cls, value: object) -> Self:
        """Return this form of a value."""
        return cls.model_validate(value)


class Asked(BaseModel):
    """What a program sends; a key that nobody knows is refused rather than overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        """Take words without what is no character of a text."""
        return plain(value) if isinstance(value, str) else value


def _exact(value: Any) -> Any:  # noqa: ANN401 - whatever a finding says
    return value if value is None or isinstance(value, bool) else str(value)


Exact = Annotated[str | bool | None, BeforeValidator(_exact)]
"""A number as decimal text, so that no reader rounds it; true or false for a flag."""

WordOrNull = Annotated[str | None, BeforeValidator(lambda said: said or None)]
"""A word, or null where there is none."""

Day = Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that somebody sends; what lies centuries away was mistyped."""

USCC = Field(description="Unified social credit code (统一社会信用代码), 18 characters.")
NEXT = Field(
    description="Give it as `next` to get the following page; null on the last. It is opaque."
)


class Stage(Shape):
    """A stage of a programme."""

    key: str = Field(description="Stable key of the stage.")
    title: str = Field(description="Its name for staff, in Chinese.")
    phase: str = Field(description="`screening`, `training`, `declaration` or `certification`.")
    limit_workdays: int | None = Field(
        description="Workdays a case may stay in it; null: no limit."
    )
    final: str | None = Field(
        description="`achieved`, `rejected`, `withdrawn` or `lapsed` when it ends a case."
    )


class RecordKind(Shape):
    """Something that can be recorded about a case."""

    key: str = Field(description="The `kind` to record it with.")
    title: str = Field(description="Its name in Chinese.")
    evidence: str = Field(description="The evidence that is asked for; empty: none.")


class Programme(Shape):
    """A programme (培育项目) as its file says today."""

    key: str = Field(description="Stable key, such as `hnte`.")
    title: str = Field(description="Its name in Chinese.")
    aliases: tuple[str, ...] = Field(description="Other names by which it is found.")
    revision: str = Field(description="Hash of its rules; a case keeps the one it started with.")
    source: str = Field(description="The document that it rests on.")
    stages: tuple[Stage, ...] = Field(description="In order, final ones included.")
    records: tuple[RecordKind, ...] = Field(description="What can be recorded in it.")


class Programmes(Shape):
    """Every programme."""

    programmes: tuple[Programme, ...] = Field(description="In the order of their keys.")


class StageCount(Shape):
    """The open cases of a stage."""

    stage: str = Field(description="Key of the stage.")
    title: str = Field(description="Its name.")
    cases: int = Field(description="Open cases in it.")
    waiting: int = Field(description="Of these, how many wait for a person to decide.")
    held: int = Field(description="Of these, how many are on hold.")
    over_limit: int = Field(description="Of these, how many are in it longer than it allows.")


class PhaseCount(Shape):
    """The open cases of a phase."""

    phase: str = Field(description="Key of the phase.")
    title: str = Field(description="Its name.")
    cases: int = Field(description="Open cases in it.")
    stages: tuple[StageCount, ...] = Field(description="Its stages.")


class FinalCount(Shape):
    """The cases that ended one way."""

    stage: str = Field(description="Key of the final stage.")
    title: str = Field(description="Its name.")
    final: str = Field(description="`achieved`, `rejected`, `withdrawn` or `lapsed`.")
    cases: int = Field(description="How many ended so.")


class ProgrammeBoard(Shape):
    """One programme on the board."""

    programme: str = Field(description="Key of the programme.")
    title: str = Field(description="Its name.")
    cases: int = Field(description="Open cases.")
    waiting: int = Field(description="Cases that wait for a person to decide.")
    held: int = Field(description="Cases on hold.")
    over_limit: int = Field(description="Cases in their stage longer than it allows.")
    open_deadlines: int = Field(description="Open due dates.")
    overdue: int = Field(description="Due dates that have passed, without suspended ones.")
    suspended: int = Field(description="Open due dates whose clocks stand still.")
    cannot_file: int = Field(description="Due dates still to come that were given up.")
    phases: tuple[PhaseCount, ...] = Field(description="Where its open cases stand.")
    finals: tuple[FinalCount, ...] = Field(description="How its other cases ended.")


class Board(Shape):
    """How many cases stand where."""

    on: dt.date = Field(description="The day, in the office's time zone.")
    enterprises: int = Field(description="Enterprises of this division.")
    programmes: tuple[ProgrammeBoard, ...] = Field(description="One each.")


class WeekLine(Shape):
    """One matter of the week."""

    what: str = Field(description="What it is about.")
    detail: str = Field(description="What is the matter with it.")
    flags: tuple[str, ...] = Field(
        description="Any of 预计 (estimated), 暂估 (provisional), 待核实 (needs confirmation)."
    )


class WeekSection(Shape):
    """Matters of one sort."""

    title: str = Field(description="What they have in common, in Chinese.")
    tone: str = Field(description="`overdue`, `urgent`, `reminder`, `notice` or `final`.")
    count: int = Field(description="How many there are in all.")
    lines: tuple[WeekLine, ...] = Field(description="The gravest.")
    more: int = Field(description="Lines beyond these.")


class Today(Shape):
    """What waits for staff today, as the first page of the console shows it."""

    on: dt.date = Field(description="The day.")
    sections: tuple[WeekSection, ...] = Field(description="Empty when nothing is to be done.")


class Run(Shape):
    """One run of the timetable."""

    kind: str = Field(description="`monthly`, `sweep`, `deliver`, `digest`, `backup` and others.")
    title: str = Field(description="Its name in Chinese.")
    slot: str = Field(description="What it ran for: `2026-03`, `2026-03-02`.")
    state: str = Field(description="`running`, `finished` or `failed`.")
    cut_off: bool = Field(description="True: it says running, but nobody is doing it any more.")
    started_at: dt.datetime = Field(description="UTC.")
    finished_at: dt.datetime | None = Field(description="UTC; null while it runs.")
    seconds: int | None = Field(description="How long it took so far.")
    pieces: int = Field(description="Batches in all; 0 for a run that is not cut.")
    done: int = Field(description="Batches that are done.")
    counts: dict[str, Any] = Field(description="What it did, by kind of run.")
    trouble: str = Field(description="Why it failed, in Chinese; empty when it did not.")


class Runs(Shape):
    """The newest runs."""

    runs: tuple[Run, ...] = Field(description="The newest first.")
