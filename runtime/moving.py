"""Moving all data from one database to another: `peiyu copy`, and what a restore needs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.engine import Engine, make_url

from casework.lease import TIMETABLE, held_now
from casework.refusal import Refusal
from config.settings import Settings
from models.copies import CopyDiffersError, Survey, Told, copy_tables, counts
from runtime import schema, trouble
from runtime.address import check_database, looking_at, make_private, sqlite_file
from runtime.snapshot import at_rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied: rows by table, each compared with its source afterwards."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how many rows there are in all."""
        return sum(self.rows.values())


def copy_data(
    settings: Settings, to: str, *, now: dt.datetime, force: bool, told: Told
) -> Copied | Refusal:
    """Copy all data of a folder into an empty database; the source is only read.

    Refused while somebody keeps the timetable of the source, unless ``force`` says otherwise:
    what is written meanwhile would be missing.
    """
    check_database(settings)
    target = settings.model_copy(update={"database": to})
    if same_place(settings, target):
        return Refusal(reason="两个地址是同一个数据库")
    if not force and (refusal := kept_by_somebody(settings, now)):
        return refusal
    with at_rest(settings.database_url) as source:
        return pour(source, target, told)


def pour(source: Connection, target: Settings, told: Told) -> Copied | Refusal:
    """Copy every table into an empty database, in one transaction."""
    make_private(target)
    with looking_at(target) as engine:
        if not _is_empty(engine):
            return Refusal(reason="目标数据库里已有数据，没有改动。请换一个空的数据库")
        if schema.revision_of(engine) is None:
            schema.upgrade(engine)
        try:
            with engine.begin() as connection:
                sent = copy_tables(source, connection, told)
        except CopyDiffersError:
            raise trouble.differs() from None
    return Copied(rows=_numbers(sent))


def kept_by_somebody(settings: Settings, now: dt.datetime) -> Refusal | None:
    """Return a refusal while somebody keeps the timetable of the data."""
    with looking_at(settings) as engine, engine.connect() as connection:
        busy = held_now(connection, TIMETABLE, now)
    if busy is None:
        return None
    return Refusal(
        reason=f"{busy.holder} 正在守着这份数据的时间表，请先停下那里的 peiyu up，再运行"
    )


def same_place(one: Settings, other: Settings) -> bool:
    """Say whether two addresses name one database."""
    here, there = sqlite_file(one), sqlite_file(other)
    if here is not None and there is not None:
        return here.resolve() == there.resolve()
    first, second = make_url(one.database_url), make_url(other.database_url)
    return first.set(password=None) == second.set(password=None)


def _is_empty(engine: Engine) -> bool:
    """Say whether there is nothing in it, or our own newest tables without a row."""
    if schema.is_empty(engine):
        return True
    if schema.revision_of(engine) != schema.head():
        return False
    with engine.connect() as connection:
        return not any(counts(connection).values())


def _numbers(sent: Mapping[str, Survey]) -> dict[str, int]:
    return {table: each.rows for table, each in sent.items()}
