"""Looking after the program from a terminal: `peiyu runs`, `peiyu watch`, `peiyu doctor`."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from casework import runs
from runtime import clock
from runtime.build import opened, read_settings
from tests.plugins.terminal import MORNING, Peiyu

Fill = Callable[[], None]


def _on(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING + dt.timedelta(**later))


def _execute(home: Path, statement: str, *values: str) -> None:
    connection = sqlite3.connect(home / "peiyu.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_the_list_of_runs_says_what_when_who_and_with_what_result(
    peiyu: Peiyu, a_month: Fill
) -> None:
    a_month()
    page = peiyu("runs").out

    assert "2026-03-02 09:00" in page
    assert "月度流程" in page
    assert "已办完" in page
    assert "新建事项" in page
    assert peiyu("runs", "--kind", "提醒", "--json").json["runs"] == []
    assert "月度流程（monthly）" in peiyu("runs", "--kind", "胡说").err


def test_a_run_under_way_shows_how_far_it_is_and_a_dead_one_that_it_was_cut_off(
    peiyu: Peiyu, a_month: Fill, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month()
    _execute(home, "UPDATE run SET state = 'running', finished_at = NULL, pieces = 12")
    _execute(home, "UPDATE run_batch SET done_at = '2026-03-02 01:00:00'")
    living = peiyu("runs").out
    _on(monkeypatch, hours=1)

    assert "正在办" in living
    assert "/12 批" in living
    assert "中断" in peiyu("runs").out
    assert peiyu("runs", "--json").json["runs"][0]["cut_off"] is True


def test_a_failure_shows_its_reason_and_is_an_alarm_once_somebody_watched(
    peiyu: Peiyu, a_month: Fill, home: Path
) -> None:
    a_month()
    with opened(read_settings(home)) as services:
        runs.fail(
            services,
            services.database.transact(
                lambda session: runs.begin(session, services, runs.SWEEP, "2026-03-02")
            ),
            "示例故障",
        )
    watched = peiyu("watch")
    page = peiyu("runs").out

    assert watched.code == 1
    assert "告警：2026-03-02 的提醒没有办成：示例故障" in watched.out
    assert "接下来：peiyu run sweep" in watched.out
    assert "没办成" in page
    assert "告警：2026-03-02 的提醒没有办成：示例故障" in page
    assert peiyu("run", "sweep", "--plain").code == 0
    assert "已恢复：2026-03-02 的提醒没有办成" in peiyu("watch").out


def test_whoever_keeps_the_program_is_registered_as_such(peiyu: Peiyu, home: Path) -> None:
    words = ("--name", "示例", "--email", "op@bureau.example")

    assert "运维" in peiyu("staff", "add", "yun", *words, "--role", "operator").out
    assert "运维（operator）" in peiyu("staff", "add", "yun", *words, "--role", "没有").err


def test_a_watch_that_says_how_often_it_comes_is_missed_when_it_does_not(
    peiyu: Peiyu, a_month: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month()
    assert peiyu("watch", "--every", "60").code == 0
    _on(monkeypatch, minutes=30)
    assert peiyu("watch").code == 0
    _on(monkeypatch, hours=9)

    assert "定时巡查停了" in peiyu("doctor").out


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        pytest.param("0002", "旧版程序建立的", id="older"),
        pytest.param("9999", "更新的程序升级", id="newer"),
    ],
)
def test_the_doctor_answers_about_a_schema_that_is_not_ours(
    peiyu: Peiyu, home: Path, revision: str, said: str
) -> None:
    _execute(home, "UPDATE alembic_version SET version_num = ?", revision)
    answer = peiyu("doctor", "--json")
    checks = {each["name"]: each for each in answer.json["checks"]}

    assert answer.code == 1
    assert checks["数据库"]["level"] == "bad"
    assert said in checks["数据库"]["sentence"]
    assert checks["磁盘"]["level"] == "ok"


def test_the_doctor_tries_the_mail_server_and_says_what_is_in_the_way(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_SMTP__HOST", "127.0.0.1")
    monkeypatch.setenv("PEIYU_SMTP__PORT", "1")
    answer = peiyu("doctor", "--json")
    (mail,) = [each for each in answer.json["checks"] if each["name"] == "发信"]

    assert answer.code == 1
    assert mail["level"] == "bad"
    assert "连不上邮件服务器" in mail["sentence"]
