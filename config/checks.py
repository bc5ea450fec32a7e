"""`peiyu check`: every problem of every file at once."""

from collections.abc import Iterator
from pathlib import Path

from config.calendar_files import load_calendar
from config.catalogue import load_catalogue
from config.problems import CheckProblem
from config.settings import CONFIG_ROOM

__all__ = ["CheckProblem", "check_everything"]


def check_everything(*folders: Path) -> list[CheckProblem]:
    """Return the problems of programmes, ladders, notices and calendars, in Chinese."""
    rooms = folders or (CONFIG_ROOM,)
    _, problems = load_catalogue(*rooms)
    return [*problems, *_calendar_problems(*rooms)]


def _calendar_problems(*rooms: Path) -> Iterator[CheckProblem]:
    _, problems = load_calendar(*(room / "calendars" for room in rooms))
    for problem in problems:
        file, _, message = problem.partition("：")
        yield CheckProblem(file=f"calendars/{file}", key="", message=message)
