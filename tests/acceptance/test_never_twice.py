"""The monthly run twice, two at once, and killed anywhere: the tables equal one clean run's."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from casework.deliver import deliver
from casework.pipeline import run_month
from casework.remind import sweep
from cli.demo_story import FIRST_RUN, SECOND_RUN
from notifications.folder import FolderCarrier
from tests.plugins import crash
from tests.plugins.county import County
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.house import services_on

KILLS = 20
HOUR = dt.timedelta(hours=1)


def _in_this_process(url: str, folder: Path, day: dt.date, *what: str) -> Dump:
    """Run it here to the end, an hour later (leases have ended); return what the tables say."""
    services = services_on(url, today=day, open_carrier=lambda: FolderCarrier(folder))
    later = services.now() + HOUR
    services = replace(services, batch_size=crash.BATCH_SIZE, now=lambda: later)
    run: dict[str, Callable[[], object]] = {
        "monthly": lambda: run_month(services, f"{day:%Y-%m}", on=day),
        "sweep": lambda: sweep(services, today=day),
        "deliver": lambda: deliver(services, today=day),
    }
    for each in what:
        run[each]()
    found = dump(services.database)
    services.database.close()
    return found


def test_a_second_monthly_run_changes_no_row(a_county: County, tmp_path: Path) -> None:
    url = a_county.copy()
    once = _in_this_process(url, tmp_path, FIRST_RUN, "monthly")
    twice = _in_this_process(url, tmp_path, FIRST_RUN, "monthly")

    assert once["case"]
    assert once["transition"]
    assert once["deadline"]
    assert differences(once, twice) == []


@pytest.mark.long_on("sqlite")  # which has one writer at a time anyway
@pytest.mark.fault("R09")
def test_two_monthly_runs_at_once_leave_what_one_leaves(a_county: County, tmp_path: Path) -> None:
    alone, crowded = a_county.copy(), a_county.copy()
    clean = _in_this_process(alone, tmp_path, FIRST_RUN, "monthly")
    crash.run_twice_at_once(crowded, tmp_path, "monthly", FIRST_RUN)

    assert differences(clean, _in_this_process(crowded, tmp_path, FIRST_RUN)) == []


_PG = pytest.mark.postgres
_SLOW = pytest.mark.long
_WRITTEN = ("monthly", "sweep")


@pytest.mark.parametrize(
    ("engine", "what", "before", "day"),
    [
        pytest.param("sqlite", "monthly", (), FIRST_RUN, id="sqlite-monthly"),
        pytest.param(
            "postgresql", "monthly", (), FIRST_RUN, id="postgresql-monthly", marks=[_PG, _SLOW]
        ),
        pytest.param("sqlite", "sweep", _WRITTEN, SECOND_RUN, id="sqlite-sweep", marks=_SLOW),
        pytest.param(
            "postgresql", "sweep", _WRITTEN, SECOND_RUN, id="postgresql-sweep", marks=[_PG, _SLOW]
        ),
        pytest.param("sqlite", "deliver", _WRITTEN, FIRST_RUN, id="sqlite-deliver", marks=_SLOW),
        pytest.param(
            "postgresql",
            "deliver",
            _WRITTEN,
            FIRST_RUN,
            id="postgresql-deliver",
            marks=[_PG, _SLOW],
        ),
    ],
)
@pytest.mark.fault("R01", "R02")
@pytest.mark.long_on("sqlite-monthly")
def test_killed_at_twenty_random_moments_and_run_again_nothing_differs(
    a_county: County,
    tmp_path: Path,
    what: str,
    before: tuple[str, ...],
    day: dt.date,
) -> None:
    _in_this_process(a_county.first, tmp_path / "before", FIRST_RUN, *before)
    url, folder = a_county.copy(), tmp_path / "clean"
    steps = crash.run(url, folder, what, day)
    clean, letters = _told(_in_this_process(url, folder, day)), _letters(folder)
    assert steps > KILLS

    for at in sorted(random.Random(what).sample(range(1, steps), KILLS)):  # noqa: S311 - no secret
        url, folder = a_county.copy(), tmp_path / f"killed-{at}"
        crash.run(url, folder, what, day, at)
        found = _told(_in_this_process(url, folder, day, what))
        assert differences(clean, found) == [], f"killed at step {at} of {steps}"
        assert _letters(folder) == letters, f"killed at step {at} of {steps}"


def _told(found: Dump) -> Dump:
    """Leave out how a letter was found to have left: its file was there after the kill."""
    how = {"reason", "attempts", "may_repeat"}
    letters = sorted(tuple(pair for pair in row if pair[0] not in how) for row in found["letter"])
    return found | {"letter": letters}


def _letters(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.eml"))
