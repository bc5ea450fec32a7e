"""A rehearsed year equals the replayed year: every row of every table, with all programmes."""

import datetime as dt
from dataclasses import replace

import pytest

from casework.deliver import deliver
from casework.digest import digest
from casework.due_now import done_so_far
from casework.pipeline import run_month
from casework.rehearse import Rehearsal, rehearse
from casework.remind import sweep
from casework.services import Services
from config.timetable import read_timetable
from notifications.memory import MemoryCarrier
from policy.timetable import RunKind, Timetable, due_runs
from policy.workdays import ONE_DAY
from runtime.rehearsal import copied
from tests.plugins.county import County, keep_the_first
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.house import services_on

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
FIRMS = 16
FEW = 5
BEFORE = dt.date(2025, 12, 31)
LOOKS = (dt.time(8, 50), dt.time(10))  # before letters leave, and when they do


@pytest.fixture(
    params=[pytest.param(FEW, id="few"), pytest.param(FIRMS, id="more", marks=pytest.mark.long)]
)
def office(a_county: County, request: pytest.FixtureRequest) -> Services:
    """The first enterprises of the county, before its first month."""
    firms: int = request.param
    keep_the_first(a_county.first, firms)
    return services_on(a_county.first, today=BEFORE)


@pytest.mark.long
def test_a_rehearsed_year_equals_the_replayed_year(office: Services) -> None:
    table, problems = read_timetable()
    assert table, problems
    with copied(office) as copy:
        played = rehearse(copy, table, FIRST, LAST)
        rehearsed = _without_answers(dump(copy.database))
    assert isinstance(played, Rehearsal), played
    carrier = MemoryCarrier()
    _replay(replace(office, open_carrier=lambda: carrier), table)
    replayed = _without_answers(dump(office.database))
    office.database.close()

    assert differences(rehearsed, replayed) == []
    sent = [(letter.to, letter.subject) for letter in played.letters]
    assert sorted(sent) == sorted((each.to.name, each.subject) for each in carrier.messages)
    assert len(sent) > FEW
    of_programmes = [*replayed["case"], *replayed["deadline"]]
    told = {dict(row)["programme"] for row in of_programmes}
    assert told == set(office.catalogue.programmes)


def _replay(services: Services, table: Timetable) -> None:
    """Do what the timetable asks for whenever somebody looks, one letter after the other."""
    calendar, zone = services.calendar(), services.zone
    for number in range((LAST - FIRST).days + 1):
        for time in LOOKS:
            moment = dt.datetime.combine(FIRST + number * ONE_DAY, time, tzinfo=zone)
            now = replace(services, now=lambda at=moment: at)
            for kind in due_runs(table, calendar, moment, done_so_far(now)):
                _do(now, kind)
            # What was queued a moment ago may leave too.
            if RunKind.DELIVER in due_runs(table, calendar, moment, done_so_far(now)):
                deliver(now)


def _do(now: Services, kind: RunKind) -> None:
    match kind:
        case RunKind.MONTHLY:
            run_month(now, f"{now.today:%Y-%m}", on=now.today)
        case RunKind.DIGEST:
            digest(now)
        case RunKind.SWEEP:
            sweep(now)
        case RunKind.DELIVER:
            deliver(now)
        case _:
            pass  # what nobody is written about


def _without_answers(found: Dump) -> Dump:
    """Leave out what a carrier answered: one says that it was a rehearsal."""
    letters = [tuple(pair for pair in row if pair[0] != "reason") for row in found["letter"]]
    return found | {"letter": sorted(letters)}
