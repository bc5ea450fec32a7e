"""The watch: a silence is raised once, told once to the right people, and cleared when well."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework import alarms
from casework.deliver import deliver
from casework.doctor import Level, examine
from casework.heartbeat import TIMETABLE, WATCH, beat
from casework.held import Loss, note_restore
from casework.pipeline import run_month
from casework.remind import sweep
from casework.runs_page import list_runs
from casework.services import Services
from casework.watch import Watched, send_alarms, watch
from models.enterprise import BadAddress, Role
from models.ledger import Alarm
from models.letter import ItemKind, ItemState, LetterItem
from notifications.memory import MemoryCarrier
from policy.silence import Silence, Trouble
from tests.plugins.house import HouseMaker
from tests.plugins.looked_after import AROUND, TABLE, at, somebody
from tests.plugins.sprout import add_firm, sprout_catalogue

MONDAY = dt.date(2026, 3, 2)
TEN = dt.time(10)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise, one operator; all was well on Monday, and nobody keeps the timetable."""
    services = a_house(engine, today=MONDAY, catalogue=sprout_catalogue(), founding=_found)
    return at(services, 2, 10)


def _found(services: Services) -> None:
    services = at(services, 2, 10)
    add_firm(services)
    somebody(services, "yunwei", Role.OPERATOR)
    run_month(services, "2026-03", on=MONDAY)
    sweep(services)


def looked(services: Services) -> Watched:
    return watch(services, TABLE)


def items(services: Services) -> Sequence[LetterItem]:
    with services.database.reading() as session:
        return session.scalars(
            select(LetterItem)
            .where(col(LetterItem.kind) == ItemKind.ALARM.value)
            .order_by(col(LetterItem.key))
        ).all()


def rows(services: Services) -> Sequence[Alarm]:
    with services.database.reading() as session:
        return session.scalars(select(Alarm).order_by(col(Alarm.id))).all()


def test_when_all_was_done_there_is_nothing_to_tell(county: Services) -> None:
    seen = looked(at(county, 2, 18))

    assert (seen.troubles, seen.raised, rows(county), items(county)) == ((), (), [], [])


@pytest.mark.fault("R20")
def test_a_silence_is_raised_once_told_once_and_cleared(county: Services) -> None:
    first, second = looked(at(county, 4)), looked(at(county, 5))
    sweep(at(county, 5, 13))
    third = looked(at(county, 5, 13))

    assert [each.kind for each in first.troubles] == [Silence.TIMETABLE, Silence.SWEEP]
    assert first.raised == tuple(each.sentence for each in first.troubles)
    assert (second.raised, second.grave) == ((), True)
    assert "3 个工作日" in second.troubles[1].sentence
    assert len(third.cleared) == 2
    assert alarms.open_alarms(county) == []
    assert [(item.key, item.state) for item in items(county)] == [
        ("alarm/sweep/2026-03-03/staff/yunwei", "claimed"),
        ("alarm/timetable/never/staff/yunwei", "claimed"),
    ]


def test_the_next_silence_is_a_new_one(county: Services) -> None:
    looked(at(county, 4))
    sweep(at(county, 5, 9))
    looked(at(county, 5, 9))
    looked(at(county, 10))

    assert [alarm.key for alarm in rows(county) if alarm.kind == Silence.SWEEP] == [
        "sweep/2026-03-03",
        "sweep/2026-03-06",
    ]


def test_what_comes_back_under_the_same_name_is_open_again_but_told_once(
    county: Services,
) -> None:
    trouble = Trouble(key="failed/sweep/x", kind=Silence.FAILED, sentence="示例", hint="peiyu runs")
    for hour, troubles in ((11, (trouble,)), (12, ()), (13, (trouble,)), (14, (trouble,))):
        alarms.record(at(county, 2, hour), troubles)

    [alarm] = alarms.open_alarms(county)
    assert (alarm.key, alarm.raised_at) == ("failed/sweep/x", at(county, 2, 13).now())
    assert len(items(county)) == 1


def test_two_who_watch_at_once_raise_and_tell_it_once(county: Services) -> None:
    with ThreadPoolExecutor(4) as watchers:
        seen = list(watchers.map(lambda _: looked(at(county, 4)), range(4)))

    assert sum(len(each.raised) for each in seen) == 2
    assert len(rows(county)) == len(items(county)) == 2


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        pytest.param({"jing": Role.CLERK, "gu": Role.HEAD, "yun": Role.OPERATOR}, "yun", id="all"),
        pytest.param({"jing": Role.CLERK, "gu": Role.HEAD}, "gu", id="no operator"),
        pytest.param({"jing": Role.CLERK, "ling": Role.LEADER}, "jing", id="only a clerk"),
    ],
)
def test_the_operator_is_told_else_the_head_else_the_clerk(
    a_house: HouseMaker, staff: dict[str, Role], told: str
) -> None:
    services = at(a_house(catalogue=sprout_catalogue()), 2, 8)
    add_firm(services)
    for login, role in staff.items():
        somebody(services, login, role)
    looked(at(services, 4))

    assert {item.key.rpartition("/")[2] for item in items(services)} == {told}


def test_an_operator_whose_mailbox_is_dead_leaves_it_to_the_head(county: Services) -> None:
    somebody(county, "gu", Role.HEAD)
    dead = {"email": "yunwei@bureau.example", "at": county.now(), "status": "5.1.1", "said": "示例"}
    with county.database.writing() as session:
        session.add(BadAddress(**dead))
    looked(at(county, 4))

    assert {(item.key.rpartition("/")[2], item.state) for item in items(county)} == {
        ("gu", ItemState.CLAIMED.value)
    }


def test_an_alarm_that_nobody_could_be_told_is_recorded_and_told_to_whoever_comes(
    a_house: HouseMaker,
) -> None:
    services = at(a_house(catalogue=sprout_catalogue()), 2, 8)
    add_firm(services)
    looked(at(services, 4))
    before = items(services)
    somebody(services, "yunwei", Role.OPERATOR)
    looked(at(services, 4, 13))

    assert {(item.state, item.reason) for item in before} == {
        (ItemState.SUPPRESSED.value, "没有登记负责的工作人员")
    }
    assert len(items(services)) == 2 * len(before) > 0


def test_the_watch_sends_the_alarm_itself_and_no_other_letter(county: Services) -> None:
    somebody(county, "zhang", Role.CLERK)
    carrier = MemoryCarrier()
    later = replace(at(county, 31), open_carrier=lambda: carrier)
    sweep(later)  # queues reminders of the firm's date
    looked(at(later, 3, month=4))

    assert send_alarms(at(later, 3, 20, month=4), TABLE) == 0, "not in the evening"
    assert send_alarms(at(later, 4, month=4), TABLE) == 0, "not on a Saturday"
    assert send_alarms(at(later, 3, month=4), TABLE) == 1
    assert send_alarms(at(later, 3, 13, month=4), TABLE) == 0
    (message,) = carrier.messages
    assert message.to.email == "yunwei@bureau.example"
    assert message.subject.startswith("【运行告警】时间表没有人守着")
    assert "请运行：peiyu up" in message.text
    assert "peiyu up" in message.html
    assert deliver(at(later, 3, 13, month=4)).sent > 0, "the others still wait for their sender"


def test_what_is_well_before_the_letter_leaves_is_told_as_well(county: Services) -> None:
    carrier = MemoryCarrier()
    looked(at(county, 4, 12))
    sweep(at(county, 4, 13))
    looked(at(county, 4, 13))
    later = replace(at(county, 4, 14), open_carrier=lambda: carrier)
    assert deliver(later).sent == 1

    (message,) = carrier.messages
    assert message.subject.startswith("【运行告警·已恢复】")
    assert "不用处理" in message.text
    assert "请运行" not in message.text


def test_who_keeps_the_timetable_and_who_watches_see_each_other(county: Services) -> None:
    minute, hour = dt.timedelta(minutes=1), dt.timedelta(hours=1)
    beat(at(county, 2, 18), TIMETABLE, every=minute, detail="甲机")
    beat(at(county, 2, 18), WATCH, every=hour)
    by_watch = looked(at(county, 3, 11))
    beat(at(county, 3, 11), TIMETABLE, every=minute, detail="甲机")
    sweep(at(county, 3, 11))
    by_keeper = looked(at(county, 3, 11))

    assert "上一次有动静是 2026-03-02 18:00" in by_watch.troubles[0].sentence
    assert [each.kind for each in by_keeper.troubles] == [Silence.WATCH]


def doctor(services: Services, **around: Any) -> dict[str, tuple[Level, str, str]]:
    surroundings = replace(AROUND, table=TABLE, **around)
    return {
        each.name: (each.level, each.sentence, each.hint)
        for each in examine(services, surroundings)
    }


def test_the_doctor_says_what_is_silent_and_what_to_type(county: Services) -> None:
    kept = at(county, 2, 11)
    beat(kept, TIMETABLE, every=dt.timedelta(minutes=1), detail="甲机")
    well, silent = doctor(kept), doctor(at(county, 5))

    assert well["时间表"] == (Level.OK, "由 甲机 守着", "")
    assert well["备份"][0] is Level.WARN
    assert silent["时间表"][0] is Level.BAD
    assert silent["时间表"][2] == "peiyu up"
    assert silent["提醒"][::2] == (Level.BAD, "peiyu run sweep")


@pytest.mark.fault("R15")
def test_the_doctor_sees_a_clock_that_is_off(county: Services) -> None:
    back = at(county, 1)
    server = at(county, 2, 13).now()

    assert doctor(at(county, 2, 11))["时钟"][0] is Level.OK
    assert doctor(back)["时钟"][0] is Level.BAD
    assert "2026-03-02 10:00" in doctor(back)["时钟"][1]
    assert "相差 120 分钟" in doctor(at(county, 2, 11), server_now=server)["时钟"][1]


def test_the_doctor_knows_the_clock_of_the_databases_machine(county: Services) -> None:
    told = county.database.server_now()

    assert (told is None) is (county.database.dialect == "sqlite")
    assert told is None or told.tzinfo is not None


def test_the_doctor_passes_on_what_is_in_the_way_of_mail(a_house: HouseMaker) -> None:
    around = replace(AROUND, smtp_host="mail.example", smtp_trouble="连不上")
    found = {each.name: each for each in examine(a_house(), around)}

    assert (found["发信"].level, found["发信"].sentence) == (Level.BAD, "mail.example：连不上")


def test_a_restore_that_waits_for_a_person_is_no_run_that_was_cut_off(county: Services) -> None:
    lost = Loss(
        at=at(county, 2, 11).now(),
        backup_at=at(county, 2, 2).now(),
        file="peiyu-20260302-020000.zip",
        by=("示例", "cli"),
    )
    county.database.transact(lambda session: note_restore(session, lost))
    evening = at(county, 2, 17)

    assert Silence.CUT_OFF not in {each.kind for each in looked(evening).troubles}
    [restore] = list_runs(evening, kind="restore")
    assert (restore.title, restore.cut_off) == ("恢复", False)
