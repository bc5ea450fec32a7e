"""A person's act, killed before and after every single step: all of it is done, or nothing."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from casework.pipeline import run_month
from models.engine import Database, make_engine
from tests.plugins.crash_points import Runner, catalogue, runner
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff

MARCH = dt.date(2026, 3, 2)

some_or_all = pytest.mark.parametrize(
    ("engine", "every"),
    [
        pytest.param("sqlite", 36, id="some"),
        pytest.param("sqlite", 1, id="all", marks=pytest.mark.long),
        pytest.param(
            "postgresql", 1, id="all-postgresql", marks=[pytest.mark.postgres, pytest.mark.long]
        ),
    ],
)


@pytest.fixture(scope="module")
def run() -> Iterator[Runner]:
    with runner() as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Office:
    """Copies the same county for each death, and looks at what became of it."""

    copy: Callable[[str], str]
    county: str
    run: Runner

    def do(self, url: str, *acts: str, at: int = 0) -> int:
        """Do one after the other; return the number of steps of the first, 0 when it was killed."""
        told = {"url": url, "day": MARCH.isoformat(), "port": 0, "lost": "resend", "hours": 0}
        first, *rest = (self.run.run(what=act, at=at, **told) for act in acts)
        assert all(rest)
        return first

    def tables(self, url: str) -> Dump:
        database = Database(make_engine(url))
        found = dump(database)
        database.close()
        return found


@pytest.fixture
def office(a_house: HouseMaker, a_copy: Callable[[str], str], engine: str, run: Runner) -> Office:
    """One enterprise whose case waits in the pool for a clerk."""
    services = a_house(engine, today=MARCH, catalogue=catalogue("resend"))
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    services.database.close()
    county = services.database.engine.url.render_as_string(hide_password=False)
    return Office(copy=a_copy, county=county, run=run)


@some_or_all
@pytest.mark.parametrize("act", ["approve", "form"])
@pytest.mark.fault("R03")
def test_an_approval_killed_at_every_step_is_whole_or_nothing_and_can_be_given_again(
    office: Office, every: int, act: str
) -> None:
    clean = office.copy(office.county)
    steps = office.do(clean, act)
    office.do(clean, act, "month")  # the same click again: refused, somebody was first
    wanted, before = office.tables(clean), office.tables(office.county)

    done = set()
    for at in {*range(1, steps + 1, every), steps}:
        url = office.copy(office.county)
        assert office.do(url, act, at=at) == 0
        done.add(_approved(office.tables(url), before))
        office.do(url, act, "month")
        assert differences(wanted, office.tables(url)) == [], f"killed at step {at} of {steps}"

    assert done == {True, False}


def _approved(now: Dump, before: Dump) -> bool:
    """Say whether the approval was kept, which all of its traces agree about."""
    traces = {
        len(now["transition"]) > len(before["transition"]),
        "approved" in [dict(review)["state"] for review in now["review"]],
        len(now["audit_entry"]) > len(before["audit_entry"]),
        len(now["letter_item"]) > len(before["letter_item"]),
        now["case"] != before["case"],
    }
    assert len(traces) == 1, "half an approval"
    return traces.pop()


@some_or_all
@pytest.mark.fault("R04")
def test_an_import_killed_at_every_step_changed_nothing_and_can_be_typed_again(
    office: Office, every: int
) -> None:
    clean = office.copy(office.county)
    steps = office.do(clean, "import")
    wanted, before = office.tables(clean), office.tables(office.county)
    assert wanted != before

    for at in {*range(1, steps + 1, min(every, 4)), steps}:
        url = office.copy(office.county)
        assert office.do(url, "import", at=at) == 0
        assert office.tables(url) == before, f"half an import at step {at} of {steps}"
        office.do(url, "import", "import")  # the same file again changes nothing
        assert differences(wanted, office.tables(url)) == []
