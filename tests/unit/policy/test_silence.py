"""Silence: what did not happen is decided from what was done, whoever looks."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from policy.silence import BadRun, Known, Sign, Silence, Trouble, troubles
from policy.timetable import Done
from tests.unit.policy.samples import CALENDAR, TABLE, at

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
# All was well on Wednesday 6 May, the first workday of the month.
WELL = Known(
    since=at(1, 9, month=3),
    done=Done(months=frozenset({"2026-05"}), swept_on=dt.date(2026, 5, 6)),
)
UP = Sign(at=at(7, 12), every=MINUTE)


def seen(now: dt.datetime, **changes: Any) -> tuple[Trouble, ...]:
    return troubles(replace(WELL, **changes), TABLE, CALENDAR, now)


def kinds(now: dt.datetime, **changes: Any) -> list[Silence]:
    return [each.kind for each in seen(now, **changes)]


T, M, S, L = Silence.TIMETABLE, Silence.MONTHLY, Silence.SWEEP, Silence.LETTERS
NO_MONTH = Done(swept_on=dt.date(2026, 5, 6))


@pytest.mark.parametrize(
    ("now", "known", "expected"),
    [
        pytest.param(at(7, 8), {}, [], id="all done"),
        pytest.param(at(7, 9, 30), {}, [], id="the sweep is only just due"),
        pytest.param(at(7, 10), {}, [T], id="due for an hour, and nobody keeps the timetable"),
        pytest.param(at(7, 12), {"keepers": (UP,)}, [S], id="kept, and yet not swept"),
        pytest.param(at(7, 11), {}, [T, S], id="a sweep was missed"),
        pytest.param(at(10, 12), {}, [T, S], id="a weekend later"),
        pytest.param(at(7, 12), {"since": None}, [], id="nobody to look after"),
        pytest.param(at(7, 12), {"since": at(7, 11, 30)}, [], id="set up a moment ago"),
        pytest.param(
            at(6, 16),
            {"done": NO_MONTH, "keepers": (Sign(at=at(6, 16), every=MINUTE),)},
            [],
            id="the month has until the afternoon",
        ),
        pytest.param(at(6, 16, 30), {"done": NO_MONTH}, [T, M], id="the month was not done"),
        pytest.param(
            at(6, 16, 30),
            {"done": NO_MONTH, "working_on": frozenset({"2026-05"})},
            [T],
            id="the month takes long, but lives",
        ),
        pytest.param(at(7, 8), {"acted": at(7, 8, 4)}, [], id="a clock that is a little off"),
        pytest.param(at(6, 8), {"acted": at(7, 8)}, [Silence.CLOCK], id="a clock put back"),
        pytest.param(
            dt.datetime(2009, 1, 1, tzinfo=at(7, 8).tzinfo),
            {"acted": at(7, 8)},
            [Silence.CLOCK],
            id="a machine whose battery is flat",
        ),
        pytest.param(at(6, 12), {"letters_for": dt.date(2026, 5, 6)}, [L], id="letters wait"),
        pytest.param(at(6, 10), {"letters_for": dt.date(2026, 5, 6)}, [], id="not for long"),
        pytest.param(
            at(6, 12),
            {"letters_for": dt.date(2026, 5, 6), "letters_moved": at(6, 11)},
            [],
            id="tried an hour ago",
        ),
        pytest.param(
            at(7, 8),
            {"letters_for": dt.date(2026, 5, 6), "letters_moved": at(6, 17)},
            [],
            id="the night does not count",
        ),
        pytest.param(
            at(6, 23), {"letters_for": dt.date(2026, 4, 30)}, [L], id="at night it is still known"
        ),
        pytest.param(
            at(6, 12),
            {"letters_for": dt.date(2026, 5, 6), "keepers": (Sign(at=at(6, 12), every=MINUTE),)},
            [L],
            id="somebody keeps the timetable and yet sends nothing",
        ),
        pytest.param(at(6, 20), {"backed_up": at(1, 3), "backup_days": 7}, [], id="backed up"),
        pytest.param(
            at(6, 20),
            {"backed_up": at(28, 3, month=4), "backup_days": 7},
            [Silence.BACKUP],
            id="a stale backup",
        ),
        pytest.param(
            at(6, 20),
            {"backed_up": at(28, 3, month=4), "backup_days": 0},
            [],
            id="nobody asks for backups",
        ),
        pytest.param(
            at(6, 20),
            {"watchers": (Sign(at=at(6, 17), every=HOUR),)},
            [Silence.WATCH],
            id="the watch is silent",
        ),
        pytest.param(
            at(6, 19), {"watchers": (Sign(at=at(6, 17), every=HOUR),)}, [], id="it is not"
        ),
    ],
)
def test_what_is_silent_is_noticed_and_what_is_not_is_left_alone(
    now: dt.datetime, known: dict[str, Any], expected: list[Silence]
) -> None:
    assert kinds(now, **known) == expected


def test_one_missed_sweep_is_told_and_two_are_grave() -> None:
    one, two = (
        next(each for each in seen(now) if each.kind is S) for now in (at(7, 12), at(8, 12))
    )

    assert one.key == two.key == "sweep/2026-05-07"
    assert (one.grave, two.grave) == (False, True)
    assert two.sentence == "从 2026-05-07 起，2 个工作日的示例没有做"
    assert two.hint == "peiyu run sweep"


def test_a_county_that_never_swept_is_silent_since_it_has_enterprises() -> None:
    (sweep,) = (
        each
        for each in seen(at(8, 12), since=at(7, 8), done=Done(months=WELL.done.months))
        if each.kind is S
    )

    assert sweep.key == "sweep/2026-05-07"


def test_a_silence_has_one_name_as_long_as_it_lasts() -> None:
    sleeping = {"keepers": (Sign(at=at(6, 18), every=MINUTE),)}

    assert {each.key for day in (7, 8, 11, 12) for each in seen(at(day, 12), **sleeping)} == {
        "timetable/2026-05-06",
        "sweep/2026-05-07",
    }
    assert "2026-05-06 18:00" in seen(at(8, 12), **sleeping)[0].sentence


@pytest.mark.parametrize(
    ("run", "key", "said", "hint"),
    [
        pytest.param(
            BadRun(kind="monthly", title="月度流程", slot="2026-05", cut_off=True),
            "cut_off/monthly/2026-05",
            "中途停了",
            "peiyu run monthly --month 2026-05",
            id="cut off",
        ),
        pytest.param(
            BadRun(
                kind="deliver", title="发信", slot="2026-05-06", cut_off=False, trouble="密码不对"
            ),
            "failed/deliver/2026-05-06",
            "密码不对",
            "peiyu run deliver",
            id="failed",
        ),
        pytest.param(
            BadRun(kind="backup", title="备份", slot="2026-05-06", cut_off=False, trouble="盘满"),
            "failed/backup/2026-05-06",
            "盘满",
            "peiyu backup",
            id="backup",
        ),
        pytest.param(
            BadRun(kind="digest", title="一周摘要", slot="2026-W19", cut_off=True),
            "cut_off/digest/2026-W19",
            "2026-W19 的一周摘要中途停了，没有办完",
            "peiyu run digest",
            id="digest",
        ),
    ],
)
def test_a_run_that_ended_badly_is_named_with_what_to_type(
    run: BadRun, key: str, said: str, hint: str
) -> None:
    (trouble,) = seen(at(6, 20), bad=(run,))

    assert (trouble.key, trouble.hint, trouble.grave) == (key, hint, True)
    assert said in trouble.sentence
