"""`peiyu check`: every problem of every file at once."""

from collections.abc import Iterator
from pathlib import Path

from config.calendar_files import load_calendar
from config.catalogue import load_catalogue
from config.problems import CheckProblem
from config.settings import CONFIG_ROOM
from config.timetable import read_timetable

__all__ = ["CheckProblem", "check_everything"]


def check_everything(*folders: Path) -> list[CheckProblem]:
    """Return the problems of programmes, ladders, notices, calendars and timetable, in Chinese."""
    rooms = folders or (CONFIG_ROOM,)
    _, problems = load_catalogue(*rooms)
    _, late = read_timetable(*rooms)
    return [*problems, *_calendar_problems(*rooms), *late]


def _calendar_problems(*rooms: Path) -> Iterator[CheckProblem]:
    _, problems = load_calendar(*(room / "calendars" for room in rooms))
    for problem in problems:
        file, _, message = problem.partition("：")
        yield CheckProblem(file=f"calendars/{file}", key="", message=message)
