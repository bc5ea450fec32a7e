"""A weekly cap for each contact: what is not urgent waits for the next letter, nothing is lost."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlmodel import col

from casework.calendar_days import declare_day
from casework.deliver import deliver
from casework.held import Loss, note_restore
from casework.outbox import Claim, queue
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Actor, Services
from casework.snoozing import Snoozed, snooze, unsnooze
from casework.weekly_cap import FOR_EVER, WAITS, next_week
from models.deadline import Deadline
from models.engine import Database, make_engine
from models.enterprise import Person
from models.letter import ItemKind, Letter, LetterItem
from notifications.memory import MemoryCarrier
from notifications.message import Message
from policy.workdays import ONE_DAY
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import LADDER, add_firm, add_staff, sprout_catalogue

BY = Actor(name="示例经办")
MONDAY = dt.date(2026, 4, 13)
NEXT = MONDAY + 7 * ONE_DAY


def on(services: Services, day: dt.date, hour: int = 9) -> Services:
    """Return the services on a day."""
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    with services.database.writing() as session:
        session.execute(update(Deadline).values(state="met"))
    sweep(on(services, MONDAY - 3 * ONE_DAY))


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """An enterprise with many dates of its own, of which it may hear in three letters a week."""
    return a_house(engine, catalogue=sprout_catalogue(), letters_a_week=3, founding=_found)


def due(
    services: Services, name: str, day: dt.date, kind: str = "planned", ladder: str = LADDER.key
) -> int:
    """Open a date; its rungs speak 30, 7 and 1 days before."""
    with services.database.reading() as session:
        basis = session.scalars(select(col(Deadline.basis))).first() or ""
    row = Deadline(
        enterprise_id=1,
        programme="sprout",
        obligation=name,
        subject="enterprise",
        period="2026",
        title=name,
        kind=kind,
        ladder=ladder,
        due_on=day,
        basis=basis,
        opened_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
    )
    with services.database.writing() as session:
        session.add(row)
        session.flush()
        return row.id or 0


def heard(services: Services, day: dt.date) -> Message | None:
    """Do a day; return what the contact got on it."""
    today, carrier = on(services, day), MemoryCarrier()
    sweep(today)
    deliver(replace(today, open_carrier=lambda: carrier))
    got = [each for each in carrier.messages if each.to.email == "contact1@firm.example"]
    assert len(got) <= 1
    return got[0] if got else None


def items(services: Services) -> Sequence[LetterItem]:
    with services.database.reading() as session:
        wanted = select(LetterItem).where(col(LetterItem.key).endswith("contact"))
        return session.scalars(wanted.order_by(col(LetterItem.key))).all()


def three_letters(services: Services) -> None:
    """Let three notices leave on Monday, Tuesday and Wednesday."""
    for number in range(3):
        due(services, f"早先{number}", MONDAY + (30 + number) * ONE_DAY)
    for number in range(3):
        assert heard(services, MONDAY + number * ONE_DAY)


THURSDAY = MONDAY + 3 * ONE_DAY
FRIDAY = MONDAY + 4 * ONE_DAY


def test_the_fourth_letter_of_a_week_waits_for_the_first_workday_of_the_next(
    county: Services,
) -> None:
    three_letters(county)
    due(county, "第四", THURSDAY + 30 * ONE_DAY)

    assert heard(county, THURSDAY) is None
    (waiting,) = (each for each in items(county) if "第四" in each.key)
    assert (waiting.state, waiting.reason) == ("claimed", WAITS)
    assert heard(county, FRIDAY) is None

    monday = heard(county, NEXT)
    assert monday is not None
    assert "1. 第四（示例苗圃）" in monday.text
    assert "本周另有" not in monday.text  # it is what this letter is about


def test_what_waited_comes_with_what_is_new_and_stands_last(county: Services) -> None:
    three_letters(county)
    due(county, "第四", THURSDAY + 30 * ONE_DAY)
    due(county, "星期一的", NEXT + 7 * ONE_DAY)
    assert heard(county, THURSDAY) is None

    monday = heard(county, NEXT)

    assert monday is not None
    assert monday.text.index("■ 请抓紧准备") < monday.text.index("■ 本周另有")
    assert monday.text.index("■ 本周另有") < monday.text.index("第四")
    assert "星期一的" in monday.subject
    assert "本周另有" in monday.html


def test_what_is_urgent_breaks_through_and_takes_along_what_waits(county: Services) -> None:
    three_letters(county)
    due(county, "第四", THURSDAY + 30 * ONE_DAY)
    assert heard(county, THURSDAY) is None
    due(county, "最后一天", FRIDAY + ONE_DAY)

    friday = heard(county, FRIDAY)

    assert friday is not None
    assert friday.text.index("最后一天") < friday.text.index("■ 本周另有")
    assert friday.text.index("■ 本周另有") < friday.text.index("第四")
    assert heard(county, NEXT) is None


def test_what_came_along_in_the_days_that_a_restore_lost_is_not_sent_again(
    county: Services, a_copy: Callable[[str], str]
) -> None:
    three_letters(county)
    due(county, "第四", THURSDAY + 30 * ONE_DAY)
    heard(county, THURSDAY)  # it waits for Monday, and so it does in the backup
    county.database.close()
    backup = a_copy(county.database.engine.url.render_as_string(hide_password=False))
    due(county, "紧急", FRIDAY + ONE_DAY)
    sent = heard(county, FRIDAY)
    assert sent
    assert "第四" in sent.text

    old = replace(county, database=Database(make_engine(backup)))
    evening = on(county, FRIDAY, 18).now()
    loss = Loss(at=evening, backup_at=evening - ONE_DAY, file="backup.zip", by=("示例", "cli"))
    assert old.database.transact(lambda session: note_restore(session, loss)).held > 0
    assert heard(old, NEXT) is None
    old.database.close()


@pytest.mark.parametrize(("kind", "comes"), [("statutory", True), ("planned", False)])
def test_the_last_rung_before_a_statutory_date_breaks_through(
    a_house: HouseMaker, kind: str, *, comes: bool
) -> None:
    """Its tone does not matter: there is none after it."""
    ladder = replace(LADDER, rungs=LADDER.rungs[:1])
    services = replace(
        a_house("sqlite", catalogue=replace(sprout_catalogue(), ladders={LADDER.key: ladder})),
        letters_a_week=3,
    )
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    with services.database.writing() as session:
        session.execute(update(Deadline).values(state="met"))
    sweep(on(services, MONDAY - 3 * ONE_DAY))
    three_letters(services)
    due(services, "第四", THURSDAY + 30 * ONE_DAY, kind)

    assert (heard(services, THURSDAY) is not None) is comes


def test_what_would_come_after_its_date_does_not_wait(county: Services) -> None:
    three_letters(county)
    claims = [_rung(name, until) for name, until in (("一", NEXT), ("二", NEXT - ONE_DAY))]
    day = on(county, THURSDAY)
    with county.database.writing() as session:
        person = session.scalars(select(Person).where(col(Person.enterprise_id) == 1)).one()
        for claim in claims:
            said = [replace(claim, person_id=person.id)]
            queue(session, day, said, send_on=THURSDAY, calendar=day.calendar())

    with county.database.reading() as session:
        on_days = dict(
            session.execute(
                select(col(LetterItem.key), col(Letter.send_on))
                .join(Letter, col(Letter.id) == col(LetterItem.letter_id))
                .where(col(LetterItem.key).in_(["一", "二"]))
            ).all()
        )
    # the second one can not wait, and takes the first one along
    assert on_days == {"一": THURSDAY, "二": THURSDAY}


def test_what_a_snooze_kept_quiet_waits_like_everything_else(county: Services) -> None:
    quiet = due(county, "静", THURSDAY + 30 * ONE_DAY)
    wednesday = on(county, MONDAY + 2 * ONE_DAY)
    assert isinstance(snooze(wednesday, quiet, NEXT + 7 * ONE_DAY, reason="示例", by=BY), Snoozed)
    three_letters(county)
    assert heard(county, THURSDAY) is None

    assert isinstance(unsnooze(on(county, THURSDAY, 10), quiet, reason="示例", by=BY), Snoozed)

    assert heard(county, FRIDAY) is None
    monday = heard(county, NEXT)
    assert monday is not None
    assert "静" in monday.text


def test_a_month_made_up_for_counts_the_week_in_which_its_letters_leave(county: Services) -> None:
    three_letters(county)
    past = dt.date(2026, 3, 31)  # its run acts on its last day, and its letters leave now
    made_up_for = on(county, THURSDAY).on(past)
    contact = contact_of(county)
    claim = replace(
        _rung("三月的", FOR_EVER),
        person_id=contact,
        deadline_id=due(county, "三月的", THURSDAY + 60 * ONE_DAY),
    )
    with county.database.writing() as session:
        queue(session, made_up_for, [claim], send_on=past, calendar=county.calendar())

    assert heard(county, THURSDAY) is None
    monday = heard(county, NEXT)
    assert monday is not None
    assert "三月的" in monday.text


def contact_of(services: Services) -> int | None:
    with services.database.reading() as session:
        return session.scalars(select(Person).where(col(Person.enterprise_id) == 1)).one().id


def _rung(key: str, until: dt.date) -> Claim:
    return Claim(
        key=key,
        kind=ItemKind.RUNG,
        person_id=None,
        speaks_on=THURSDAY,
        tone="notice",
        wait_until=until,
    )


def test_a_day_declared_off_meanwhile_lets_nothing_wait_beyond_its_date(county: Services) -> None:
    three_letters(county)
    due_soon = due(county, "周一", NEXT, ladder="silent")  # nothing else speaks of it
    with county.database.writing() as session:
        person = session.scalars(select(Person).where(col(Person.enterprise_id) == 1)).one()
        claim = replace(_rung("周一的", NEXT), person_id=person.id, deadline_id=due_soon)
        calendar = on(county, THURSDAY).calendar()
        queue(session, county, [claim], send_on=THURSDAY, calendar=calendar)
    declare_day(on(county, THURSDAY, 20), NEXT, working=False, reason="示例：停电", by=BY)

    friday = heard(county, FRIDAY)

    assert friday is not None
    assert "周一" in friday.text


def test_staff_are_never_made_to_wait(county: Services) -> None:
    for number in range(5):
        due(county, f"每天{number}", MONDAY + (7 + number) * ONE_DAY)

    got = Counter[str]()
    for number in range(5):
        today, carrier = on(county, MONDAY + number * ONE_DAY), MemoryCarrier()
        sweep(today)
        deliver(replace(today, open_carrier=lambda carrier=carrier: carrier))
        got.update(each.to.email for each in carrier.messages)
    assert got["clerk@bureau.example"] == 5


def test_without_a_cap_they_leave_as_they_come(county: Services) -> None:
    free = replace(county, letters_a_week=0)
    three_letters(free)
    due(free, "第四", THURSDAY + 30 * ONE_DAY)

    assert heard(free, THURSDAY)


def test_swept_twice_and_at_once_what_waits_waits_once(county: Services) -> None:
    three_letters(county)
    due(county, "第四", THURSDAY + 30 * ONE_DAY)
    with ThreadPoolExecutor(4) as sweeps:
        done = [sweeps.submit(sweep, on(county, THURSDAY)) for _ in range(6)]

    assert [each.exception() for each in done] == [None] * 6
    with county.database.reading() as session:
        waiting = session.scalars(select(Letter).where(col(Letter.send_on) > THURSDAY)).all()
    assert [each.send_on for each in waiting] == [NEXT]


def test_two_that_write_at_once_for_two_days_do_not_both_take_the_last_room(
    county: Services,
) -> None:
    for number in range(2):
        due(county, f"早先{number}", MONDAY + (30 + number) * ONE_DAY)
        assert heard(county, MONDAY + number * ONE_DAY)
    contact = contact_of(county)
    said = {
        day: replace(_rung(f"{day}", FOR_EVER), person_id=contact) for day in (THURSDAY, FRIDAY)
    }

    def write(day: dt.date) -> None:
        calendar = county.calendar()
        with county.database.writing() as session:
            queue(session, county, [said[day]], send_on=day, calendar=calendar)

    calendar = county.calendar()
    with ThreadPoolExecutor(1) as other:
        with county.database.writing() as session:
            queue(session, county, [said[THURSDAY]], send_on=THURSDAY, calendar=calendar)
            second = other.submit(write, FRIDAY)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        second.result(timeout=30)
    with county.database.reading() as session:
        days = session.scalars(select(col(Letter.send_on)).where(col(Letter.person_id) == contact))
        assert sum(MONDAY <= day < NEXT for day in days) == 3


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    wishes=st.lists(
        st.tuples(st.integers(0, 11), st.booleans(), st.integers(0, 20)), min_size=1, max_size=14
    ),
    most=st.integers(1, 4),
)
def test_whatever_comes_a_week_has_no_more_letters_than_the_cap_and_the_urgent_ones(
    a_house: HouseMaker, wishes: list[tuple[int, bool, int]], most: int
) -> None:
    """And each thing is said in time: at once, or by the first workday of the next week."""
    services = a_house("sqlite", catalogue=sprout_catalogue())
    paced = replace(services, letters_a_week=most)
    person = _somebody(services)
    calendar = services.calendar()
    pressing_days: set[dt.date] = set()
    for number, (day, urgent, left) in enumerate(sorted(wishes)):
        today = calendar.next_workday(MONDAY + day * ONE_DAY)
        until = None if urgent else today + left * ONE_DAY if left < 19 else FOR_EVER
        if until is None or until < next_week(today, calendar):
            pressing_days.add(today)
        claim = replace(_rung(f"{number}", FOR_EVER), person_id=person, speaks_on=today)
        with services.database.writing() as session:
            session.execute(  # what was for earlier days has left
                update(Letter).where(col(Letter.send_on) < today).values(state="sent")
            )
            said = [replace(claim, wait_until=until)]
            queue(session, paced, said, send_on=today, calendar=calendar)

    with services.database.reading() as session:
        said_on = session.execute(
            select(col(LetterItem.speaks_on), col(LetterItem.reason), col(Letter.send_on)).join(
                Letter, col(Letter.id) == col(LetterItem.letter_id)
            )
        ).all()
        letters = session.scalars(select(col(Letter.send_on))).all()
    assert len(said_on) == len(wishes)
    for speaks_on, reason, send_on in said_on:
        assert speaks_on <= send_on <= (next_week(speaks_on, calendar) if reason else speaks_on)
    a_week = Counter(day.isocalendar()[:2] for day in letters)
    pressing = Counter(day.isocalendar()[:2] for day in pressing_days)
    assert all(number <= most + pressing[week] for week, number in a_week.items())


def _somebody(services: Services) -> int:
    add_firm(services)
    with services.database.reading() as session:
        return session.scalars(select(col(Person.id))).one() or 0
