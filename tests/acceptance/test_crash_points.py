"""Killed before and after every single step of sweep and delivery: nothing lost, nothing silent."""

import datetime as dt
import email
import email.policy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.mail_names import made_key
from casework.pipeline import run_month
from models.engine import Database, make_engine
from models.letter import ItemState, Letter, LetterItem, LetterState
from tests.plugins.crash_points import Runner, catalogue, runner
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.smtp_sink import Sink
from tests.plugins.sprout import add_firm, add_staff

MARCH = dt.date(2026, 3, 2)
D30 = dt.date(2026, 3, 31)  # thirty days before the filing of 30 April
LOST = ["resend", "hold"]
# Where a letter may rest: it left, it need not, or a person is asked about it.
ENDS = {LetterState.SENT, LetterState.HELD, LetterState.UNKNOWN, LetterState.SUPPRESSED}

long_elsewhere = pytest.mark.parametrize(
    "engine",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])],
)


@pytest.fixture(scope="module")
def run() -> Iterator[Runner]:
    with runner() as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Office:
    """Copies the same county for each death, and looks at what became of it."""

    copy: Callable[[str], str]
    month: str  # the address of the county before the reminders of 31 March
    run: Runner
    sink: Sink
    lost: str

    def do(self, url: str, what: str, *, at: int = 0, hours: int = 0) -> int:
        """Sweep or deliver; return the number of steps, 0 when it was killed at one."""
        day = D30.isoformat()
        told = {"day": day, "port": self.sink.port, "lost": self.lost, "hours": hours}
        return self.run.run(url=url, what=what, at=at, **told)

    def copies(self) -> Counter[str]:
        """Return how many copies of each Message-ID the mail server took."""
        parsed = (
            email.message_from_bytes(raw, policy=email.policy.default) for raw in self.sink.accepted
        )
        return Counter(str(message["Message-ID"]) for message in parsed)


@pytest.fixture(params=LOST)
def office(
    request: pytest.FixtureRequest,
    a_house: HouseMaker,
    a_copy: Callable[[str], str],
    engine: str,
    run: Runner,
) -> Iterator[Office]:
    """Two enterprises, a clerk and a head, after the month and before the reminders of 31 March."""
    services = a_house(engine, today=D30, catalogue=catalogue(request.param))
    add_staff(services)
    add_firm(services, 1)
    add_firm(services, 2)
    run_month(services, "2026-03", on=MARCH)
    services.database.transact(made_key)  # the copies of one county have the same secret
    services.database.close()
    month = services.database.engine.url.render_as_string(hide_password=False)
    with Sink() as sink:
        yield Office(copy=a_copy, month=month, run=run, sink=sink, lost=request.param)


def _tables(url: str) -> Dump:
    database = Database(make_engine(url))
    found = dump(database)
    database.close()
    return found


@long_elsewhere
@pytest.mark.parametrize("office", ["resend"], indirect=True)
@pytest.mark.fault("R01")
def test_a_sweep_killed_at_every_step_ends_as_if_it_had_not_been(office: Office) -> None:
    clean = office.copy(office.month)
    steps = office.do(clean, "sweep")
    wanted = _tables(clean)

    survived = 0
    for at in range(1, steps + 1):
        url = office.copy(office.month)
        assert office.do(url, "sweep", at=at) == 0
        office.do(url, "sweep", hours=1)
        once = _tables(url)
        office.do(url, "sweep", hours=2)
        assert differences(wanted, once) == [], f"killed at step {at} of {steps}"
        assert differences(once, _tables(url)) == [], "once recovered, all is quiet"
        survived += 1

    assert (survived, wanted["letter"] != []) == (steps, True)


@pytest.mark.long
@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
@pytest.mark.fault("R02")
def test_a_delivery_killed_at_every_step_loses_nothing_and_repeats_nothing_silently(
    office: Office,
) -> None:
    ready = office.copy(office.month)
    office.do(ready, "sweep")
    steps = office.do(office.copy(ready), "deliver")
    clean = office.copies()
    assert len(clean) == len(office.sink.accepted) > 1

    survived, repeated, asked = 0, 0, 0
    for at in range(1, steps + 1):
        url = office.copy(ready)
        office.sink.accepted.clear()
        assert office.do(url, "deliver", at=at) == 0
        office.do(url, "deliver", hours=1)
        office.do(url, "deliver", hours=2)
        once, copies = _tables(url), office.copies()
        office.do(url, "deliver", hours=3)
        assert (once, copies) == (_tables(url), office.copies()), "once recovered, all is quiet"
        told = _accounted(url, copies, office.lost)
        assert told.keys() == clean.keys(), f"killed at step {at} of {steps}"
        repeated += sum(number > 1 for number in copies.values())
        asked += sum(state is LetterState.HELD for state in told.values())
        survived += 1

    assert survived == steps
    # The few steps between the marker and the answer are where nobody can know. News without a
    # date has no ladder that could say otherwise: it is repeated in both.
    assert repeated > 0
    assert (asked > 0) == (office.lost == "hold")


@pytest.mark.fault("R05")
@pytest.mark.parametrize(
    ("engine", "deaths"),
    [
        pytest.param("sqlite", 1, id="some"),
        pytest.param("sqlite", 8, id="many", marks=pytest.mark.long),
        pytest.param("postgresql", 5, id="many-pg", marks=[pytest.mark.postgres, pytest.mark.long]),
    ],
)
@pytest.mark.parametrize("office", ["resend"], indirect=True)
def test_a_recovery_that_is_killed_too_ends_as_well_as_the_first_would_have(
    office: Office, deaths: int
) -> None:
    ready = office.copy(office.month)
    office.do(ready, "sweep")
    steps = office.do(office.copy(ready), "deliver")
    clean = office.copies()

    moments = range(steps // (deaths + 1), steps, steps // (deaths + 1))
    for at in moments:
        for again in moments:
            url = office.copy(ready)
            office.sink.accepted.clear()
            assert office.do(url, "deliver", at=at) == 0
            office.do(url, "deliver", at=again, hours=1)
            office.do(url, "deliver", hours=2)
            office.do(url, "deliver", hours=3)
            told = _accounted(url, office.copies(), office.lost)
            assert told.keys() == clean.keys(), f"killed at {at}, then at {again} of {steps}"


def _accounted(url: str, copies: Counter[str], lost: str) -> dict[str, LetterState]:
    """Return where each letter rests; whatever it is, it agrees with what the server took."""
    database = Database(make_engine(url))
    with database.reading() as session:
        letters = session.scalars(select(Letter).where(col(Letter.message_id) != "")).all()
        claimed = col(LetterItem.state) == ItemState.CLAIMED.value
        items = session.scalars(select(LetterItem).where(claimed)).all()
    database.close()
    dated = {item.letter_id for item in items if item.deadline_id is not None}
    assert {item.letter_id for item in items} == {letter.id for letter in letters}
    for letter in letters:
        state, number = LetterState(letter.state), copies[letter.message_id]
        held = lost == "hold" and letter.id in dated  # the ladder speaks only of what has a date
        assert state in ENDS
        assert number <= (2 if letter.may_repeat and not held else 1), "no silent second copy"
        if number == 0:
            asked = state is LetterState.HELD or (
                state is LetterState.UNKNOWN and letter.may_repeat
            )
            assert asked, "what did not arrive is asked about"
    return {letter.message_id: LetterState(letter.state) for letter in letters}
