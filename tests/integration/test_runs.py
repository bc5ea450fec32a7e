"""Runs as records: who, when, how far, how it ended; a dead one blocks nobody, a late one ends
nothing."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from casework import runs
from casework.deliver import deliver
from casework.digest import digest
from casework.due_now import done_so_far
from casework.housekeeping import Cellar, tidy
from casework.lease import acquire, release
from casework.pipeline import finish_month, run_batch, run_month, start_month
from casework.remind import sweep
from casework.runs_page import RunLine, list_runs
from casework.services import Services
from casework.watch import send_alarms, watch
from config.settings import KeepPart
from models.engine import DatabaseGoneError
from models.enterprise import Role
from models.ledger import Run
from notifications.memory import MemoryCarrier
from notifications.message import Fate
from policy.silence import Silence
from policy.spoken import SpokenError
from runtime import clock
from runtime.build import opened, read_settings
from runtime.trouble import CannotRunError
from tests.plugins import crash
from tests.plugins.county import County
from tests.plugins.dump import differences, done_for_enterprises, dump
from tests.plugins.house import HouseMaker, services_on
from tests.plugins.looked_after import TABLE, at, somebody
from tests.plugins.sprout import add_firm, sprout_catalogue
from tests.plugins.terminal import Peiyu

DAY = dt.date(2026, 3, 2)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    services = a_house(engine, catalogue=sprout_catalogue(), started_by="李示例", program="1.2.3")
    add_firm(services)
    return at(services, 2, 9)


def later(services: Services, hours: int) -> Services:
    moment = services.now() + hours * HOUR
    return replace(services, now=lambda: moment, started_by="王示例")


def last(services: Services) -> RunLine:
    return list_runs(services)[0]


def begun(services: Services, kind: str = runs.SWEEP) -> runs.Begun:
    return services.database.transact(
        lambda session: runs.begin(session, services, kind, DAY.isoformat())
    )


def ended(services: Services, run: runs.Begun) -> bool:
    return services.database.transact(
        lambda session: runs.finish(session, services, run, '{"rungs": 1}')
    )


def test_a_run_says_who_did_it_with_what_and_what_came_of_it(county: Services) -> None:
    run_month(county, "2026-03", on=DAY)
    sweep(county)
    month, day = sorted(list_runs(county), key=lambda run: run.kind)

    assert [(run.title, run.slot, run.state_title) for run in (month, day)] == [
        ("月度流程", "2026-03", "已办完"),
        ("提醒", "2026-03-02", "已办完"),
    ]
    assert {(run.started_by, run.program) for run in (month, day)} == {("李示例", "1.2.3")}
    assert (month.done, month.pieces) == (1, 1)
    assert month.counts["opened"] == 1
    assert day.counts["days"] == 1
    assert list_runs(county, kind="sweep") == [day]


def test_how_long_a_run_took_is_told(
    home: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its beginning to its end; to now while it lives; to its last sign once it is dead."""
    told = []
    with opened(read_settings(home)) as opened_then:
        services = replace(opened_then, now=lambda: clock.now())  # noqa: PLW0108 - it moves
        start = services.now()
        sweeping = services.database.transact(
            lambda session: runs.begin(session, services, runs.SWEEP, DAY.isoformat())
        )
        month = services.database.transact(
            lambda session: runs.begin(session, services, runs.MONTHLY, "2026-03")
        )
        for seconds in (61, 95):
            monkeypatch.setattr(clock, "now", lambda at=seconds: start + dt.timedelta(seconds=at))
            told.append(_seconds(peiyu))
            runs.beat(services, month.kind, month.slot)
        assert ended(services, sweeping)
    monkeypatch.setattr(clock, "now", lambda: start + 2 * HOUR)

    assert told == [{"sweep": 61, "monthly": 61}, {"sweep": 95, "monthly": 95}]
    assert _seconds(peiyu) == {"sweep": 95, "monthly": 95}
    assert peiyu("runs").out.count("1 分 35 秒") == 2


def _seconds(peiyu: Peiyu) -> dict[str, int]:
    return {each["kind"]: each["seconds"] for each in peiyu("runs", "--json").json["runs"]}


def test_a_days_deliveries_are_one_run_and_a_look_at_nothing_is_none(county: Services) -> None:
    carrier = MemoryCarrier([Fate.STOPPED])
    spring = replace(at(county, 31), open_carrier=lambda: carrier)
    assert deliver(spring).sent == 0
    assert list_runs(spring) == []

    run_month(spring, "2026-03", on=DAY)
    sweep(spring)
    deliver(spring)
    stopped = last(spring)
    deliver(later(spring, 1))
    deliver(later(spring, 2))
    good = last(later(spring, 2))

    assert (stopped.state_title, stopped.kind) == ("没办成", "deliver")
    assert stopped.trouble
    assert (good.state_title, good.trouble, good.counts) == ("已办完", "", {"sent": 1})
    assert len(list_runs(spring, kind="deliver")) == 1


def test_a_failure_is_recorded_in_words_and_made_good_by_the_next_run(
    county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("示例故障")

    with monkeypatch.context() as patched:
        patched.setattr("casework.remind.queue", broken)
        with pytest.raises(ZeroDivisionError):
            sweep(county)
    failed = last(county)
    seen = watch(county, TABLE).troubles
    sweep(later(county, 1))

    assert (failed.state_title, failed.trouble) == (
        "没办成",
        "程序出错（ZeroDivisionError：示例故障）",
    )
    assert [each.kind for each in seen] == [Silence.FAILED]
    assert (last(county).state_title, last(county).started_by) == ("已办完", "王示例")
    assert watch(later(county, 1), TABLE).troubles == ()


def test_a_failure_of_the_database_is_told_without_the_values_of_its_statement() -> None:
    error = OperationalError(
        "INSERT …", {"email": "li@bureau.example"}, Exception("full\nDETAIL:  Key (李示例)")
    )

    assert runs.in_words(error) == "程序出错（OperationalError：full）"


@pytest.mark.parametrize("error", [DatabaseGoneError(), CannotRunError("示例：请先运行")])
def test_what_can_be_said_is_said_in_its_own_words(error: SpokenError) -> None:
    assert runs.in_words(error) == str(error)


@pytest.mark.parametrize(
    ("kind", "part", "act"),
    [
        pytest.param(runs.DIGEST, "casework.digest.queue", digest, id="digest"),
        pytest.param(
            runs.HOUSEKEEPING,
            "casework.housekeeping.tend",
            lambda services: tidy(services, _cellar()),
            id="housekeeping",
        ),
    ],
)
def test_a_digest_or_a_clearing_that_fails_is_recorded_and_told(
    county: Services,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    part: str,
    act: Callable[[Services], object],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("示例故障")

    somebody(county, "guzhang", Role.HEAD)
    with monkeypatch.context() as patched:
        patched.setattr(part, broken)
        with pytest.raises(ZeroDivisionError):
            act(county)
    failed, seen = last(county), watch(county, TABLE).troubles
    act(later(county, 1))

    assert (failed.kind, failed.state_title) == (kind, "没办成")
    assert Silence.FAILED in {each.kind for each in seen}
    assert (last(county).kind, last(county).state_title) == (kind, "已办完")


def _cellar() -> Cellar:
    nowhere = Path("nowhere")
    return Cellar(home=nowhere, letters=nowhere / "letters", keep=KeepPart())


def test_what_is_noted_after_it_was_done_is_not_noted_when_it_was_interrupted(
    county: Services,
) -> None:
    with pytest.raises(KeyboardInterrupt), runs.noted(county, runs.BACKUP, county.now()):
        raise KeyboardInterrupt

    assert list_runs(county, kind="backup") == []


def test_a_month_that_failed_is_due_again_and_finished(
    county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("casework.pipeline.gather", broken)
        with pytest.raises(ZeroDivisionError):
            run_month(county, "2026-02", on=DAY)

    assert done_so_far(county).begun == {"2026-02"}
    run_month(later(county, 1), "2026-02", on=DAY)
    assert done_so_far(county).months == {"2026-02"}


def test_a_dead_run_is_shown_as_cut_off_and_the_next_one_takes_its_row(county: Services) -> None:
    zombie = begun(county)
    soon, then = later(county, 0), later(county, 1)
    living, dead = last(soon), last(then)
    sweep(then)

    assert (living.state_title, living.cut_off) == ("正在办", False)
    assert (dead.state_title, dead.cut_off) == ("中断", True)
    assert (last(then).state_title, last(then).started_by) == ("已办完", "王示例")
    assert last(then).started_at > zombie.at


def test_a_sign_of_life_keeps_a_long_run_alive(county: Services) -> None:
    begun(county)
    runs.beat(later(county, 1), runs.SWEEP, DAY.isoformat())

    assert not last(later(county, 1)).cut_off


@pytest.mark.fault("R21")
def test_a_late_finisher_ends_nothing(county: Services) -> None:
    late = begun(county)
    then = later(county, 1)
    newer = begun(then)

    assert not ended(later(county, 2), late)
    runs.fail(later(county, 2), late, "来晚了")
    assert (last(then).state, last(then).trouble) == ("running", "")
    assert ended(then, newer)
    runs.fail(then, newer, "已办完的不会变成没办成")
    assert (last(then).state, last(then).counts) == ("finished", {"rungs": 1})


def test_a_run_of_a_timetable_keeper_dies_with_its_seat(county: Services) -> None:
    held = acquire(county, runs.TIMETABLE, holder="甲机", length=HOUR)
    kept = replace(county, started_by=runs.keeper("甲机"))
    begun(kept)
    alive = last(kept).cut_off
    release(county, held)  # type: ignore[arg-type]

    assert alive is False
    assert last(later(kept, 0)).cut_off
    assert begun(later(kept, 0)).at == kept.now(), "and is taken up at once"
    assert last(kept).started_by == "王示例"


def test_of_the_daily_runs_only_the_newest_counts(county: Services) -> None:
    run_month(county, "2026-03", on=DAY)
    runs.fail(county, begun(county), "示例故障")
    before = watch(county, TABLE).troubles
    sweep(at(county, 3, 9))

    assert [each.kind for each in before] == [Silence.FAILED]
    assert watch(at(county, 3, 10), TABLE).troubles == ()


def test_the_batches_of_a_living_month_are_counted(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue(), batch_size=1)
    add_firm(services, 1)
    add_firm(services, 2)
    batches = start_month(services, "2026-03")
    run_batch(services, batches[1], on=DAY)

    assert (last(services).done, last(services).pieces) == (1, len(batches))
    for batch in (batches[0], *batches[2:]):
        run_batch(services, batch, on=DAY)
    finish_month(services, "2026-03")
    assert last(services).done == last(services).pieces


@pytest.mark.fault("R21")
def test_a_month_killed_in_its_middle_blocks_nobody_and_the_operator_is_told(
    a_county: County, tmp_path: Path
) -> None:
    somebody(first := services_on(a_county.first), "yunwei", Role.OPERATOR)
    first.database.close()
    alone, url = a_county.copy(), a_county.copy()
    clean = services_on(alone, batch_size=crash.BATCH_SIZE)
    run_month(clean, "2026-03", on=DAY)
    crash.run(url, tmp_path, "monthly", DAY, 200)
    services = services_on(url, batch_size=crash.BATCH_SIZE)
    morrow = later(services, 1)
    zombie = last(morrow)
    seen, then = watch(morrow, TABLE), later(services, 2)
    run_month(then, "2026-03", on=DAY)
    well = watch(then, TABLE)

    assert (zombie.state, zombie.state_title) == ("running", "中断")
    assert Silence.CUT_OFF in [each.kind for each in seen.troubles]
    assert "2026-03 的月度流程中途停了，没有办完" in well.cleared
    assert last(then).state == "finished"
    one, other = (done_for_enterprises(dump(each.database), "yunwei") for each in (clean, services))
    assert differences(one, other) == []
    assert "【已恢复】2026-03 的月度流程中途停了" in _told(then)
    for each in (clean, services):
        each.database.close()


def _told(services: Services) -> str:
    """Return what the operator reads."""
    carrier = MemoryCarrier()
    send_alarms(replace(services, open_carrier=lambda: carrier), TABLE)
    (message,) = carrier.messages
    assert message.to.email == "yunwei@bureau.example"
    return message.text


def test_an_old_row_without_signs_of_life_is_read_and_taken_up(county: Services) -> None:
    begun(county)
    with county.database.writing() as session:
        session.execute(update(Run).values(beat_at=None, started_by="", program=""))

    assert last(later(county, 1)).cut_off
    assert json.loads(json.dumps(last(later(county, 1)).counts)) == {}
