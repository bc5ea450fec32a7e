"""From a data folder to what commands need of it; a command takes only what it uses."""

import datetime as dt
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import misuse
from cli.options import DEFAULT_HOME
from runtime import clock

if TYPE_CHECKING:
    from casework.services import Actor, Services
    from config.catalogue import Catalogue
    from config.settings import Settings
    from policy.programme import Programme
    from policy.workdays import Calendar

_SOMEBODY = "经办"


def folder_of(home: Path | None) -> Path:
    """Return the data folder; without a word about it, the usual one."""
    return home or DEFAULT_HOME


def settings_at(home: Path | None) -> "Settings":
    """Return the settings of a data folder, which need not be there yet."""
    from runtime.build import read_settings

    return read_settings(folder_of(home))


@contextmanager
def services_at(home: Path | None, *, on: dt.date | None = None) -> Iterator["Services"]:
    """Yield Services on the data of a folder, told to act on a day if one is given."""
    from runtime.build import opened

    with opened(settings_at(home)) as services:
        yield services.on(on)


def catalogue_at(home: Path | None) -> "Catalogue":
    """Return what the programme files promise; no database is needed."""
    from runtime.build import read_files

    return read_files(settings_at(home))[0]


@contextmanager
def services_without_data(home: Path | None) -> Iterator["Services"]:
    """Yield Services that know the files alone, over an empty database in memory."""
    from casework.services import Services
    from models.engine import Database, make_engine
    from notifications.letters import Office
    from notifications.memory import MemoryCarrier
    from notifications.message import Address
    from runtime.build import read_files, zone_of

    settings = settings_at(home)
    catalogue, gazetted = read_files(settings)
    services = Services(
        database=Database(make_engine("sqlite://")),
        catalogue=catalogue,
        gazetted=gazetted,
        open_carrier=MemoryCarrier,
        now=clock.now,
        zone=zone_of(settings),
        office=Office(name=settings.office.name, sender=settings.office.sender),
        sender=Address(name=settings.office.sender, email=settings.office.email),
    )
    try:
        yield services
    finally:
        services.database.close()


@contextmanager
def services_or_empty(home: Path | None, *, on: dt.date | None = None) -> Iterator["Services"]:
    """Yield Services on the data of a folder; where there is none yet, on an empty county."""
    if has_data(home):
        with services_at(home, on=on) as services:
            yield services
        return
    from runtime.schema import upgrade

    with services_without_data(home) as services:
        upgrade(services.database.engine)
        yield services.on(on)


def actor(by: str | None) -> "Actor":
    """Return who acts: as told, else the name this computer knows."""
    from casework.services import Actor

    if by and by.strip():
        return Actor(name=by.strip())
    try:
        return Actor(name=getpass.getuser())
    except (OSError, KeyError, ImportError):  # no such user, or no such thing as users
        return Actor(name=_SOMEBODY)


def programme_of(catalogue: "Catalogue", words: str) -> "Programme":
    """Return the programme of this key, alias or title; another word ends the command."""
    try:
        return catalogue.programme(words)
    except KeyError:
        known = "、".join(f"{each.key}（{each.title}）" for each in catalogue.programmes.values())
        raise misuse(f"没有“{words}”这个项目，可用的有：{known}") from None


def programme_key(catalogue: "Catalogue", words: str | None) -> str | None:
    """Return the key of a programme that may be left out."""
    return None if words is None else programme_of(catalogue, words).key


def calendar_folders(home: Path | None) -> tuple[Path, Path]:
    """Return where calendar files lie: those we shipped, and our own, which win."""
    import config

    return Path(config.__file__).parent / "calendars", own_calendars(home)


def own_calendars(home: Path | None) -> Path:
    """Return the folder of the calendar files that this office loaded itself."""
    from config.calendar_files import own_folder

    return own_folder(folder_of(home))


def has_data(home: Path | None) -> bool:
    """Say whether somebody has set up a database: in the folder, in settings, or outside."""
    folder = folder_of(home)
    names = ("peiyu.db", "peiyu.toml", ".restore-unfinished")  # what a killed restore leaves
    files = (folder / name for name in names)
    return bool(os.environ.get("PEIYU_DATABASE")) or any(file.exists() for file in files)


def calendar_at(home: Path | None) -> "Calendar":
    """Return the calendar in force; without data, the one of the files alone."""
    from config.calendar_files import load_calendar

    if has_data(home):
        with services_at(home) as services:
            return services.calendar()
    return load_calendar(*calendar_folders(home))[0]
