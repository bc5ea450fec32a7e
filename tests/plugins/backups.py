"""Backups for tests: a house with a few enterprises, and a wish to restore what was saved of it."""

import datetime as dt
from pathlib import Path

from casework.services import Actor, Services
from config.settings import Settings
from models.enterprise import Enterprise
from models.writes import insert_new
from runtime.backup import Backup
from runtime.restore import Wish
from tests.plugins.house import ZONE

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=ZONE)
CLERK = Actor(name="示例经办")


def wish(backup: Backup, database: str | None = None) -> Wish:
    """Return a clerk's wish to restore it."""
    return Wish(file=backup.file, now=NOW, by=CLERK, database=database)


def home_of(services: Services, folder: Path) -> Settings:
    """Return the settings of a data folder around a database."""
    url = services.database.engine.url.render_as_string(hide_password=False)
    folder.mkdir(exist_ok=True)
    return Settings(home=folder, database=url)


def fill(services: Services, rows: int = 3, remark: str = "示例") -> None:
    """Let there be some enterprises."""
    with services.database.writing() as session:
        insert_new(
            session,
            Enterprise,
            [
                {"uscc": f"91431281MAXX{number:05}X", "name": remark, "added_at": NOW}
                for number in range(rows)
            ],
        )
