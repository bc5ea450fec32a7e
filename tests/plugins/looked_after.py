"""What tests of the watch and the doctor begin with: the timetable, people, a moment in March."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from casework.doctor import Surroundings
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff
from config.settings import CONFIG_ROOM
from config.timetable import read_timetable
from models.enterprise import Role
from policy.timetable import Timetable
from tests.plugins.house import ZONE

HEAD = Actor(name="王股长")
AROUND = Surroundings(letters_folder=Path("letters"), smtp_host="", free_bytes=10 * 1024**3)


def the_table() -> Timetable:
    """Return the timetable as it is shipped."""
    table, problems = read_timetable(CONFIG_ROOM)
    assert table is not None, problems
    return table


def at(services: Services, day: int, hour: int = 12, month: int = 3) -> Services:
    """Return the same services at noon of a day in March 2026, or at another hour."""
    moment = dt.datetime(2026, month, day, hour, tzinfo=ZONE)
    return replace(services, now=lambda: moment)


def somebody(services: Services, login: str, role: Role) -> None:
    """Register a member of staff."""
    new = NewStaff(login=login, name=f"{login}示例", role=role, email=f"{login}@bureau.example")
    add_staff(services, new, by=HEAD)


TABLE = the_table()
