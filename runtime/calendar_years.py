"""The years of the calendar in force, with the documents they rest on."""

from pathlib import Path

from config.calendar_files import CalendarYear, load_years
from runtime.build import config_folders, read_settings


def calendar_years(home: Path) -> tuple[CalendarYear, ...]:
    """Return the years that have a file, the newest first; a file of the office's own wins."""
    folders = (folder / "calendars" for folder in config_folders(read_settings(home)))
    years, _ = load_years(*folders)  # files with problems let nothing run: `read_files` told them
    return tuple(years[year] for year in sorted(years, reverse=True))
