"""The timetable in force: the shipped file, or the office's own."""

from pathlib import Path

from config.timetable import read_timetable
from policy.timetable import Timetable
from runtime.build import CannotRunError, config_folders, read_settings


def timetable_of(home: Path) -> Timetable:
    """Return the timetable in force; CannotRunError with every problem of its file."""
    table, problems = read_timetable(*config_folders(read_settings(home)))
    if table is None:
        raise CannotRunError("；".join(map(str, problems)))
    return table
