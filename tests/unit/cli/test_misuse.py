"""Whatever goes wrong is one Chinese sentence and an exit code."""

from pathlib import Path

import pytest

from cli import app as cli_app
from cli.chinese import said
from tests.plugins.terminal import Peiyu, every_command


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["nosuch"], "没有“nosuch”这个命令", id="command"),
        pytest.param(["statu"], "没有“statu”这个命令，是不是“status”？", id="near-miss"),
        pytest.param(["workday"], "缺少：日期", id="argument"),
        pytest.param(["workday", "x", "1"], "日期：“x”不是日期，请写成 2026-03-02 这样", id="date"),
        pytest.param(
            ["workday", "2026-02-30", "1"], "日期：“2026-02-30”不是日期", id="no-such-day"
        ),
        pytest.param(["workday", "2026-03-02", "0"], "个数 不能小于 1", id="too-small"),
        pytest.param(["workday", "2026-03-02", "9999999"], "个数 不能大于 5000", id="too-big"),
        pytest.param(["workday", "2026-03-02", "x"], "个数 应为整数", id="integer"),
        pytest.param(["workday", "2026-03-02", "1", "2"], "多写了：2", id="extra"),
        pytest.param(["workday", "9999-12-31", "9"], "日期太远，算不了", id="too-far"),
        pytest.param(["due", "--dayz"], "没有 --dayz 这个选项，是不是 --days？", id="option"),
        pytest.param(["due", "--days"], "--days 后面要写内容", id="value"),
        pytest.param(["run", "monthly", "--month", "x"], "--month：“x”不是月份", id="month"),
        pytest.param(["run", "monthly", "--month", "2026-13"], "--month：“2026-13”", id="month-13"),
        pytest.param(["decide", "1", "同意"], "缺少选项 --reason", id="required"),
        pytest.param(["assess", "nosuch", "--facts", "x"], "没有“nosuch”这个项目", id="programme"),
        pytest.param(["assess", "hnte", "--facts", "x"], "打不开文件 x", id="file"),
        pytest.param(["import", "x.xlsx"], "没有文件 x.xlsx", id="roster"),
        pytest.param(["check", "nosuch"], "没有文件夹 nosuch", id="folder"),
        pytest.param(["explain"], "请写一个事项编号、企业或日期", id="nothing"),
    ],
)
def test_a_mistyped_command_is_answered_in_chinese(
    peiyu: Peiyu, words: list[str], sentence: str
) -> None:
    answer = peiyu(*words)

    assert answer.code == 2
    assert sentence in answer.err
    assert answer.out == ""


def test_with_json_a_complaint_is_json_too(peiyu: Peiyu) -> None:
    answer = peiyu("due", "--json", "--dayz")

    assert answer.code == 2
    assert answer.json == {"error": "没有 --dayz 这个选项，是不是 --days？"}


@pytest.mark.parametrize(
    "words",
    [["status"], ["due"], ["case", "1"], ["run", "sweep"], ["staff", "list"], ["letters"]],
    ids=" ".join,
)
def test_without_a_data_folder_it_can_not_run_and_says_what_to_type(
    peiyu: Peiyu, outside: Path, words: list[str]
) -> None:
    answer = peiyu(*words)

    assert answer.code == 3
    assert "peiyu init" in answer.err
    assert not (outside / "var").exists()


def test_wrong_settings_are_named_with_file_and_key(peiyu: Peiyu, home: Path) -> None:
    (home / "peiyu.toml").write_text("nosuch = 1\n", encoding="utf-8")
    answer = peiyu("status")

    assert answer.code == 3
    assert "nosuch" in answer.err
    assert "peiyu.toml" in answer.err


def test_a_refusal_is_its_sentence_and_one(peiyu: Peiyu, home: Path) -> None:
    answer = peiyu("case", "7", "--json")

    assert answer.code == 1
    assert answer.json == {"error": "没有编号为 7 的事项"}
    assert "没有编号为 7 的事项" in answer.err


def test_a_surprise_is_shown_whole_and_can_not_run(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a surprise")

    monkeypatch.setattr("casework.board.board", explode)
    answer = peiyu("status")

    assert answer.code == 3
    assert "a surprise" in answer.err
    assert "程序出错" in answer.err


def test_an_interruption_says_that_nothing_is_lost(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("casework.board.board", interrupt)
    answer = peiyu("status")

    assert answer.code == 130
    assert "已中断" in answer.err


def test_an_unknown_complaint_is_still_chinese() -> None:
    assert said("Something else went wrong") == "命令的写法不对"


def test_the_order_of_commands_names_only_commands_that_exist() -> None:
    names = {path[0] for path in every_command()} | {"demo"}
    assert set(cli_app._ORDER) <= names
