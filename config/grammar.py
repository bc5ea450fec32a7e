"""The closed grammar of programme, ladder and notice files; each table becomes a policy value.

A key means what the field of the same name means in ``policy.programme``. Files are at most two
levels deep: ``[[criterion]]`` and its ``thresholds = [{ … }]``.
"""

import datetime as dt
import re
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import override

from config.amounts import Amount, Number
from policy import obligation as duties
from policy import programme as values
from policy.confirm import Confirm
from policy.obligation import (
    Anchor,
    Binds,
    DeadlineKind,
    Lost,
    Roll,
    To,
    Tone,
    WindowStatus,
)
from policy.programme import Combine, Final, Gate, NeedKind, Phase, Rule

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
FactName = Annotated[str, StringConstraints(min_length=1)]
Whole = Annotated[int, Strict()]
Yes = Annotated[bool, Strict()]


def _month_day(written: object) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2})-(\d{2})", written) if isinstance(written, str) else None
    try:
        # A leap year: 02-29 is the last of February in every other year.
        day = dt.date(2024, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise PydanticCustomError("month_day", '应为月和日，加引号写成 "05-31" 这样')
    return day.month, day.day


MonthDay = Annotated[tuple[int, int], PlainValidator(_month_day)]


class Table(BaseModel):
    """One table of a file; ``built`` is what it becomes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    becomes: ClassVar[type[Any]]

    def built(self) -> Any:  # noqa: ANN401
        """Return the frozen value of `policy.programme` that this table stands for."""
        written = {name: getattr(self, name) for name in type(self).model_fields}
        return self.becomes(**{name: _plain(each) for name, each in written.items()})


def _plain(written: object) -> object:
    match written:
        case Table():
            return written.built()
        case Amount():
            return written.value
        case tuple():
            return tuple(_plain(each) for each in written)
        case _:
            return written


class ThresholdTable(Table):
    """A dated number: ``{ start = 2016-01-01, value = "5%", upto = "5000万元" }``."""

    becomes = values.Threshold
    start: dt.date
    value: Number
    upto: Number | None = None
    source: str = ""

    @override
    def built(self) -> values.Threshold:
        """Return the threshold; a tier's edge is a whole number of base units."""
        edge = None if self.upto is None else int(self.upto.value)
        return values.Threshold(
            start=self.start, value=self.value.value, upto=edge, source=self.source
        )


class CriterionTable(Table):
    """``[[criterion]]``."""

    becomes = values.Criterion
    key: Key
    code: Words
    title: Words
    fact: FactName
    rule: Rule
    source: str = ""
    confirm: Confirm = Confirm.CONFIRMED
    thresholds: tuple[ThresholdTable, ...] = ()
    tier_by: FactName | None = None
    waives: tuple[Key, ...] = ()
    required: Yes = True
    advice: str = ""


class BandTable(Table):
    """``{ low = 7, high = 8, label = "A", at_least = 1 }``."""

    becomes = values.Band
    low: Whole = Field(ge=0)
    high: Whole = Field(ge=0)
    label: str = ""
    fact: FactName | None = None
    at_least: Number | None = None
    above: Number | None = None


class ItemTable(Table):
    """``[[score_item]]``."""

    becomes = values.ScoreItem
    key: Key
    part: Key
    title: Words
    maximum: Whole = Field(ge=1)
    fact: FactName | None = None
    estimate: FactName | None = None
    bands: tuple[BandTable, ...] = ()


class PartTable(Table):
    """``[[score_part]]``; its items are the ``[[score_item]]`` that name it."""

    becomes = values.ScorePart
    key: Key
    title: Words
    maximum: Whole = Field(ge=1)
    combine: Combine = Combine.SUM


class ScoreTable(Table):
    """``[score]``."""

    becomes = values.Score
    maximum: Whole = Field(ge=1)
    source: Words


class NeedTable(Table):
    """``{ kind = "record", title = "…", record = "training" }``."""

    becomes = values.Need
    kind: NeedKind
    title: Words
    record: Key | None = None
    workdays: Whole = Field(default=0, ge=0)
    criteria: tuple[Key, ...] = ()
    source: str = ""


class StageTable(Table):
    """``[[stage]]``."""

    becomes = values.Stage
    key: Key
    title: Words
    phase: Phase
    plain: str = ""
    gate: Gate = Gate.AUTO
    needs: tuple[NeedTable, ...] = ()
    following: Key | None = None
    returns_to: Key | None = None
    rejects_on: Key | None = None
    lapses: Yes = False
    limit_workdays: Whole | None = Field(default=None, ge=1)
    final: Final | None = None


class ObligationTable(Table):
    """``[[obligation]]``."""

    becomes = duties.Obligation
    key: Key
    title: Words
    kind: DeadlineKind
    binds: Binds
    anchor: Anchor
    ladder: Key
    source: str = ""
    confirm: Confirm = Confirm.CONFIRMED
    month_day: MonthDay | None = None
    record: Key | None = None
    months: Whole = 0
    days: Whole = 0
    workdays: Whole = Field(default=0, ge=0)
    roll: Roll = Roll.NONE
    met_by: str = ""
    when: tuple[FactName, ...] = ()
    years_after_issue: tuple[Whole, Whole] | None = None
    qualification: Key | None = None
    only_renewal: Yes = False
    only_last_batch: Yes = False
    stages: tuple[Key, ...] = ()
    where: str = ""
    prepare: str = ""
    extension_days: Whole | None = Field(default=None, ge=0)
    extension_source: str = ""


class RecordTable(Table):
    """``[[record]]``."""

    becomes = values.RecordKind
    key: Key
    title: Words
    evidence: str = ""


class HeadTable(Table):
    """What stands at the top of a programme file, before its tables."""

    becomes = values.Programme
    key: Key
    title: Words
    source: Words
    aliases: tuple[Words, ...] = ()
    qualification: Key | None = None
    enrol_when: tuple[FactName, ...] = ()
    enrol_unless: tuple[FactName, ...] = ()
    notes: tuple[Words, ...] = ()


class RungTable(Table):
    """``{ key = "d30", days = -30, to = ["contact"], tone = "reminder" }``, or ``workdays``."""

    becomes = duties.Rung
    key: Key
    days: Whole | None = None
    workdays: Whole | None = None
    to: tuple[To, ...]
    tone: Tone

    @override
    def built(self) -> duties.Rung:
        """Return the rung; a kind of days that is not written counts none."""
        return duties.Rung(
            key=self.key,
            to=self.to,
            tone=self.tone,
            days=self.days or 0,
            workdays=self.workdays or 0,
        )


class LadderTable(Table):
    """``[[ladder]]``."""

    becomes = duties.Ladder
    key: Key
    title: Words
    rungs: tuple[RungTable, ...]
    lost: Lost = Lost.RESEND


class WindowTable(Table):
    """``[[window]]``."""

    becomes = duties.Window
    programme: Key
    year: Whole = Field(ge=2000, le=2100)
    batch: Whole = Field(default=1, ge=1)
    opens: dt.date
    closes: dt.date
    status: WindowStatus
    document: Words
    source: Words
