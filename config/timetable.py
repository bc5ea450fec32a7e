"""The timetable file: what runs by itself, and when."""

import datetime as dt
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.grammar import Words
from config.problems import CheckProblem, Fault, read_toml, shape_faults
from config.settings import CONFIG_ROOM
from policy.timetable import RunKind, Timetable

FILE = "timetable.toml"
_Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
_WEEKDAYS = get_args(_Weekday)


class _Table(BaseModel):
    # strict: 830 is no time of day, and true is no number of minutes
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    title: Words


class _Daily(_Table):
    at: dt.time


class _Weekly(_Daily):
    weekday: _Weekday


class _Hours(_Table):
    first: dt.time = Field(alias="from")
    last: dt.time = Field(alias="to")
    every_minutes: int = Field(ge=1, le=240)


class _TimetableFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    monthly: _Daily
    sweep: _Daily
    deliver: _Hours
    digest: _Weekly
    housekeeping: _Daily
    backup: _Daily | None = None


def read_timetable(*folders: Path) -> tuple[Timetable | None, list[CheckProblem]]:
    """Return the timetable of the last folder that has one, or None and every problem of it."""
    rooms = [room for room in folders or (CONFIG_ROOM,) if (room / FILE).exists()]
    if not rooms:
        return None, []
    table, faults = _read(rooms[-1] / FILE)
    return table, [CheckProblem(file=FILE, key=each.key, message=each.message) for each in faults]


def _read(path: Path) -> tuple[Timetable | None, list[Fault]]:
    told, faults = read_toml(path)
    if told is None:
        return None, faults
    try:
        read = _TimetableFile.model_validate(told)
    except ValidationError as error:
        return None, list(shape_faults(error, _TimetableFile, ""))
    if read.deliver.last <= read.deliver.first:
        return None, [Fault("deliver to", "应晚于 from")]
    return (
        Timetable(
            titles=_titles(read),
            monthly_at=read.monthly.at,
            sweep_at=read.sweep.at,
            deliver_from=read.deliver.first,
            deliver_to=read.deliver.last,
            deliver_every=dt.timedelta(minutes=read.deliver.every_minutes),
            digest_at=read.digest.at,
            digest_on=_WEEKDAYS.index(read.digest.weekday),
            housekeeping_at=read.housekeeping.at,
            backup_at=read.backup.at if read.backup else None,
        ),
        [],
    )


def _titles(read: _TimetableFile) -> dict[RunKind, str]:
    tables: dict[RunKind, _Table | None] = {kind: getattr(read, kind.value) for kind in RunKind}
    return {kind: table.title for kind, table in tables.items() if table is not None}
