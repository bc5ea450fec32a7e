"""Building Services: the settings of a data folder become a database, files and a carrier."""

import datetime as dt
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from casework.confirmed import mark_of, standing, with_confirmed
from casework.services import Services
from config.calendar_files import load_calendar
from config.catalogue import Catalogue, load_catalogue
from config.problems import read_toml, shape_faults
from config.settings import CONFIG_ROOM, Settings, load_settings
from models.engine import Database, make_engine
from notifications.letters import Office
from notifications.message import Address, Carrier
from policy.workdays import Calendar
from runtime import clock, schema, trouble
from runtime.address import check_database, looking_at, make_private, refuse_strangers
from runtime.carriers import caller_of, carrier_of, hooks_of, robots_of
from runtime.first_settings import write_first_settings
from runtime.swap import refuse_unfinished
from runtime.trouble import CannotRunError

__all__ = [
    "CannotRunError",
    "build",
    "close",
    "config_folders",
    "create",
    "opened",
    "process_name",
    "program_of",
    "read_files",
    "read_settings",
    "zone_of",
]

_PREFIX = "PEIYU_"


def read_settings(home: Path) -> Settings:
    """Return the settings of a data folder, which need not be there yet."""
    path = home / "peiyu.toml"
    written, faults = read_toml(path) if path.exists() else ({}, [])
    if written is None:
        said = ("：".join(filter(None, (fault.key, fault.message))) for fault in faults)
        raise trouble.wrong_settings(home, said)
    try:
        return load_settings(home)
    except ValidationError as error:
        found = shape_faults(error, Settings, "")
        places = (_place(str(each["loc"][0]), written) for each in error.errors())
        raise trouble.wrong_settings(
            home,
            (
                f"{fault.key}：{fault.message}{place}"
                for fault, place in zip(found, places, strict=True)
            ),
        ) from None
    except ValueError as error:  # a variable of the environment that is no JSON
        field = re.search(r'field "(\w+)"', str(error))
        name = f"{_PREFIX}{field[1].upper()}" if field else f"{_PREFIX}…"
        words = f'环境变量 {name} 的值看不懂：一组设置要写成 JSON，例如 {{"host": "…"}}'
        raise trouble.wrong_settings(home, [words]) from None


def config_folders(settings: Settings) -> tuple[Path, ...]:
    """Return the folders of programme and calendar files: the shipped ones, then the bureau's."""
    own = settings.home / "config"
    return (CONFIG_ROOM, own) if own.is_dir() else (CONFIG_ROOM,)


def read_files(settings: Settings) -> tuple[Catalogue, Calendar]:
    """Return what programme and calendar files promise; no database is needed.

    Raises CannotRunError with every problem of every file.
    """
    folders = config_folders(settings)
    catalogue, gazetted, problems = _read_files(folders, _stamps(folders))
    if problems:
        raise trouble.wrong_files(settings.home, problems)
    return catalogue, gazetted


def create(settings: Settings) -> None:
    """Make the data folder, its settings file and the tables; what is there already stays.

    A database of an older program is left to `peiyu upgrade`; one of a newer program is refused.
    """
    refuse_unfinished(settings.home)
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_first_settings(settings)
        make_private(settings)
    except OSError as error:
        raise trouble.no_folder(settings.home, error) from None
    with looking_at(settings) as engine:
        revision = schema.revision_of(engine)
        refuse_strangers(settings, engine, revision)
        if revision is None:
            schema.upgrade(engine)
        elif revision != schema.head():
            raise trouble.older(settings.home)


def build(
    settings: Settings,
    *,
    carrier: Callable[[], Carrier] | None = None,
    now: Callable[[], dt.datetime] | None = None,
    patience: float = 0.0,
) -> Services:
    """Return what every use case needs; raise CannotRunError when something is not in order.

    A database server that is starting again is waited for as many seconds as ``patience``.
    """
    zone = zone_of(settings)
    check_database(settings, patience)
    written, gazetted = read_files(settings)
    database = Database(make_engine(settings.database_url))
    catalogue, mark = _confirmed(database, written)
    return Services(
        database=database,
        catalogue=catalogue,
        gazetted=gazetted,
        open_carrier=carrier or carrier_of(settings),
        now=now or clock.now,
        zone=zone,
        office=_office(settings),
        sender=Address(name=settings.office.sender, email=settings.office.email),
        county=settings.office.division_code,
        per_minute=settings.smtp.per_minute if settings.smtp.host else 0,
        per_minute_to=settings.smtp.per_minute_to if settings.smtp.host else {},
        bounces_to=settings.smtp.bounces_to,
        robots=robots_of(settings),
        webhooks=hooks_of(settings),
        call_webhook=caller_of(settings),
        batch_size=settings.batch_size,
        demo=settings.demo,
        letters_a_week=settings.attention.letters_per_week,
        backup_stale_days=settings.backup_stale_days,
        public_url=settings.console.public_url,
        program="~".join(filter(None, (program_of(settings), mark))),
        process=process_name(),
    )


def _office(settings: Settings) -> Office:
    told = settings.office
    return Office(name=told.name, sender=told.sender, phone=told.phone, address=told.address)


def _confirmed(database: Database, written: Catalogue) -> tuple[Catalogue, str]:
    """Return what the files promise with what was confirmed since, and what tells that apart."""
    with database.reading() as session:
        sure = standing(session)
    return (with_confirmed(written, sure) if sure else written), mark_of(sure)


def program_of(settings: Settings) -> str:
    """Return the version of Peiyu, of its files (shortened), and the size of its batches.

    Processes that share a run must agree on all three.
    """
    folders = config_folders(settings)
    return f"{version('peiyu')}+{_digest(folders, _stamps(folders))}/{settings.batch_size}"


def process_name() -> str:
    """Return the machine and the number of this process, for those who look after them."""
    return f"{socket.gethostname()}:{os.getpid()}"


def close(services: Services) -> None:
    """Give back every connection."""
    services.database.close()


@contextmanager
def opened(settings: Settings, *, patience: float = 0.0) -> Iterator[Services]:
    """Yield Services, and tidy up afterwards."""
    services = build(settings, patience=patience)
    try:
        yield services
    finally:
        close(services)


def _place(key: str, written: dict[str, object]) -> str:
    return "" if key in written else f"（来自环境变量 {_PREFIX}{key.upper()}）"


def zone_of(settings: Settings) -> ZoneInfo:
    """Return the office's time zone."""
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        words = f"timezone：不认识时区“{settings.timezone}”，中国用 Asia/Shanghai"
        raise trouble.wrong_settings(settings.home, [words]) from None


@lru_cache(maxsize=4)
def _read_files(
    folders: tuple[Path, ...],
    stamps: tuple[tuple[str, int, int], ...],  # noqa: ARG001 - a changed file is read again
) -> tuple[Catalogue, Calendar, tuple[str, ...]]:
    catalogue, problems = load_catalogue(*folders)
    calendar, wrong_days = load_calendar(*(folder / "calendars" for folder in folders))
    days = (f"calendars/{problem}" for problem in wrong_days)
    return catalogue, calendar, (*map(str, problems), *days)


@lru_cache(maxsize=4)
def _digest(
    folders: tuple[Path, ...],
    stamps: tuple[tuple[str, int, int], ...],  # noqa: ARG001 - a changed file is read again
) -> str:
    """Return what tells two sets of files apart; when things run is no matter of theirs."""
    whole = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            if path.name != "timetable.toml":
                whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()[:8]


def _stamps(folders: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    found = ((path, path.stat()) for folder in folders for path in sorted(folder.rglob("*.toml")))
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)
