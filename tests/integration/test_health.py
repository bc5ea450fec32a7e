"""What machines read of the program: /healthz, /metrics over HTTP, and the log."""

import json
import re
import socket
from pathlib import Path

import pytest

from cli.errors import Code
from runtime import logs
from runtime.build import read_settings
from tests.plugins.pages import ask
from tests.plugins.terminal import Peiyu, work_a_month

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?\d+')


def test_metrics_are_lines_that_prometheus_reads_and_name_nobody(
    home: Path, peiyu: Peiyu, a_month: object
) -> None:
    a_month()  # type: ignore[operator]
    assert peiyu("run", "sweep", "--plain").code == 0
    status, text = ask(home, "/metrics")
    lines = text.splitlines()
    samples = [line for line in lines if not line.startswith("# ")]
    names = {line.split(" ")[2] for line in lines if line.startswith("# TYPE ")}

    assert status == 200
    assert not [line for line in samples if not SAMPLE.fullmatch(line)]
    assert {re.split(r"[{ ]", line)[0] for line in samples} <= names
    assert 'peiyu_runs{kind="monthly",state="finished"} 1' in samples
    assert 'peiyu_last_run_age_seconds{kind="sweep"} 0' in samples
    assert "peiyu_healthy 1" in samples
    assert 'peiyu_alarms_open{kind="sweep"} 0' in samples
    assert any(line.startswith('peiyu_open_cases{programme="hnte",phase=') for line in samples)
    assert not re.search(r"示例|@|91431281", text)


def test_without_data_both_are_red_and_say_what_to_type_not_where(tmp_path: Path) -> None:
    status, health = ask(tmp_path / "none", "/healthz")
    metrics = ask(tmp_path / "none", "/metrics")

    assert status == 503
    assert "peiyu doctor" in health
    assert str(tmp_path) not in health
    assert metrics == (200, "peiyu_healthy 0\n")


def test_what_failed_is_told_to_whoever_watches_and_nobody_is_named(
    home: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("李示例 li@bureau.example")

    work_a_month()
    monkeypatch.setattr("casework.remind.queue", broken)
    peiyu("run", "sweep", "--plain")
    _, health = ask(home, "/healthz")

    assert "没有办成" in health
    assert not re.search(r"示例|@|91431281|李|ZeroDivision", health)


def test_nothing_else_is_served(home: Path) -> None:
    assert [ask(home, path)[0] for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3


def test_a_port_that_is_taken_is_said(home: Path, peiyu: Peiyu) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = peiyu("up", "--plain", "--port", str(port))

    assert answer.code == Code.CANNOT_RUN
    assert f"端口 {port} 用不了" in answer.err


@pytest.fixture
def a_log(home: Path) -> Path:
    (home / "peiyu.toml").write_text('[log]\nformat = "json"\n', encoding="utf-8")
    return home / "logs" / logs.FILE


def test_each_line_of_the_log_has_the_key_of_its_run_and_names_nobody(
    home: Path, a_log: Path, peiyu: Peiyu
) -> None:
    work_a_month()
    for run in ("sweep", "deliver"):
        peiyu("run", run, "--plain")
    text = a_log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]

    assert [(line["event"], line["run"]) for line in lines if line["event"] != "batch.done"] == [
        ("run.started", "monthly/2026-03"),
        ("run.finished", "monthly/2026-03"),
        ("run.started", "sweep/2026-03-02"),
        ("run.finished", "sweep/2026-03-02"),
        ("run.started", "deliver/2026-03-02"),
        ("run.finished", "deliver/2026-03-02"),
    ]
    batches = [line for line in lines if line["event"] == "batch.done"]
    assert "hnte/0" in {line["batch"] for line in batches}
    assert all(line["time"].endswith("+00:00") and line["level"] == "info" for line in lines)
    assert not re.search(r"示例|@|91431281|李", text)


def test_a_failure_is_logged_by_its_kind_and_not_by_its_words(
    home: Path, a_log: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("李示例 li@bureau.example")

    monkeypatch.setattr("casework.remind.queue", broken)
    answer = peiyu("run", "sweep", "--plain")
    (last,) = [
        line
        for each in a_log.read_text(encoding="utf-8").splitlines()
        if (line := json.loads(each))["event"] == "run.failed"
    ]

    assert answer.code == Code.CANNOT_RUN
    assert (last["run"], last["level"], last["error"]) == (
        "sweep/2026-03-02",
        "error",
        "ZeroDivisionError",
    )
    assert "李示例" not in a_log.read_text(encoding="utf-8")


def test_without_a_word_about_it_there_is_no_log(home: Path, peiyu: Peiyu) -> None:
    assert read_settings(home).log.format == "none"
    assert peiyu("run", "sweep", "--plain").code == 0
    assert not (home / "logs").exists()


def test_a_log_that_can_not_be_written_stops_nothing(
    home: Path, a_log: Path, peiyu: Peiyu, capfd: pytest.CaptureFixture[str]
) -> None:
    a_log.parent.write_text("in the way", encoding="utf-8")

    swept = peiyu("run", "sweep", "--plain")

    assert swept.code == 0, swept
    assert "日志写不进" in swept.err + capfd.readouterr().err


def test_the_log_in_words_goes_to_the_screen_when_asked(
    home: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_LOG__FORMAT", "text")
    monkeypatch.setenv("PEIYU_LOG__TO", "stderr")
    answer = peiyu("run", "sweep", "--plain")

    assert "info run.started run=sweep/2026-03-02" in answer.err


@pytest.fixture(autouse=True)
def _no_log_stays(tmp_path: Path) -> object:
    yield
    logs.set_up(read_settings(tmp_path / "nowhere"))
