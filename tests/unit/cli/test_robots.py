"""`peiyu robots`, as it is typed."""

from pathlib import Path

from tests.plugins.robot_server import RobotServer
from tests.plugins.terminal import Peiyu


def with_robot(home: Path, url: str) -> None:
    with (home / "peiyu.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[[robots]]\nname = "group"\nkind = "webhook"\nurl = "{url}"\n')


def test_a_robot_says_a_line_when_asked_and_shows_no_secret(peiyu: Peiyu, home: Path) -> None:
    peiyu("init")
    assert peiyu("robots", "list").out.startswith("没有机器人。")
    with RobotServer() as server:
        with_robot(home, f"{server.url}/hook?token=s3cret")
        told = peiyu("robots", "test", "group")
        server.answers = [(403, "")]
        refused = peiyu("robots", "test", "group")
        as_json = peiyu("robots", "test", "group", "--json")

    assert (told.code, told.out) == (0, "已由机器人发出，请到群里看。\n")
    assert "测试：收到这一行" in server.told[0].body["message"]
    assert refused.code == 1
    assert "接收方不接受（HTTP 403）" in refused.err
    assert (as_json.code, as_json.json["fate"]) == (1, "failed")
    assert peiyu("robots", "list", "--json").json["robots"][0]["name"] == "group"
    shown = peiyu("config", "show")
    assert "url=***" in shown.out
    assert "s3cret" not in shown.out + peiyu("config", "show", "--json").out


def test_a_robot_that_nobody_set_is_refused_with_those_there_are(peiyu: Peiyu, home: Path) -> None:
    peiyu("init")
    with_robot(home, "http://127.0.0.1:9/hook")
    answer = peiyu("robots", "test", "other")

    assert answer.code == 1
    assert "没有机器人“other”，有的是：group" in answer.err


def test_an_address_that_is_no_robot_s_is_one_sentence(peiyu: Peiyu, home: Path) -> None:
    peiyu("init")
    with_robot(home, "http://example.cn/hook?token=s3cret")
    answer = peiyu("robots", "list")

    assert answer.code == 3
    assert "url 应为 https 地址" in answer.err
    assert "s3cret" not in answer.err
