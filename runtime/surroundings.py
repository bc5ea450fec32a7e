"""What lies around the data, looked at for the doctor: letters, relay, disk, clock, timetable."""

import shutil
from dataclasses import replace
from pathlib import Path

from casework.doctor import Surroundings
from casework.services import Services
from config.settings import Settings
from runtime.carriers import reach_mail
from runtime.timetable import timetable_of


def around_data(settings: Settings) -> Surroundings:
    """Return what can be looked at without the data."""
    return Surroundings(
        letters_folder=settings.letters_folder,
        smtp_host=settings.smtp.host,
        smtp_trouble=reach_mail(settings),
        free_bytes=_free(settings.home),
    )


def with_data(around: Surroundings, settings: Settings, services: Services) -> Surroundings:
    """Return the same with what the database and the timetable say of themselves."""
    return replace(
        around,
        table=timetable_of(settings.home),
        server_now=services.database.server_now(),
        not_durable=services.database.loses_in_a_power_cut(),
    )


def _free(home: Path) -> int:
    """Return the free space where the data lies, or will lie."""
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free
