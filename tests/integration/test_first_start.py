"""The first start: whoever starts the program becomes the first administrator, once."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from casework.first_admin import nobody_can_sign_in
from casework.people import people
from cli.first_start import first_of, say_who_may_enter
from console.app import make_app
from console.house import FirstStart
from console.serving import served
from runtime.build import build, close, create, read_settings
from tests.plugins.desk import NOW, PASSWORD
from tests.plugins.terminal import Peiyu

FOUNDER = {
    "login": "boss",
    "name": "示例管理员",
    "email": "boss@bureau.example",
    "password": PASSWORD,
    "again": PASSWORD,
}


@dataclass
class Start:
    """An empty office, served for the first time; ``clock`` may be put forward."""

    home: Path
    address: str
    first: FirstStart
    clock: list[dt.datetime]

    @property
    def link(self) -> str:
        return f"{self.address}/welcome/{self.first.secret}"

    def post(self, **fields: str) -> httpx.Response:
        headers = {"origin": self.address}
        return httpx.post(
            self.link, data={**FOUNDER, **fields}, headers=headers, follow_redirects=True
        )


@pytest.fixture
def start(tmp_path: Path, empty_sqlite: Path) -> Iterator[Start]:
    home, clock = tmp_path / "office", [NOW]
    home.mkdir()
    shutil.copyfile(empty_sqlite, home / "peiyu.db")
    create(read_settings(home))
    first = FirstStart(lambda: clock[0])
    with ExitStack() as stack:
        app = make_app(home, now=lambda: clock[0], first=first)
        port = stack.enter_context(served(app, "127.0.0.1", 0))
        yield Start(home, f"http://127.0.0.1:{port}", first, clock)


def test_the_link_of_this_start_makes_one_administrator_once(start: Start) -> None:
    assert "还没有人能登录" in httpx.get(f"{start.address}/sign-in").text
    assert "第一位系统管理员" in httpx.get(start.link).text
    assert httpx.get(f"{start.address}/welcome/别的").status_code == 404
    for wrong, said in (
        ({"again": "不一样的一句话呀"}, "两次输入的密码不一样"),
        ({"password": "123", "again": "123"}, "密码至少"),
        ({"login": "Boss 1"}, "只能用小写字母"),
    ):
        answer = start.post(**wrong)
        assert answer.status_code == 400
        assert said in answer.text
        assert 'value="示例管理员"' in answer.text
    assert "您的登录名是 boss" in start.post().text
    assert httpx.get(start.link).status_code == 404
    assert start.post(login="second").status_code == 404
    assert "还没有人能登录" not in httpx.get(f"{start.address}/sign-in").text
    services = build(read_settings(start.home), now=lambda: NOW)
    (boss,) = people(services)
    close(services)
    assert (boss.login, boss.role, boss.division) == ("boss", "admin", "")


def test_the_link_ends_by_itself(start: Start) -> None:
    start.clock[0] += dt.timedelta(hours=2)
    assert httpx.get(start.link).status_code == 404
    assert start.post().status_code == 404


def test_the_terminal_is_told_it_only_where_nobody_can_sign_in(
    peiyu: Peiyu, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = first_of(home)
    assert first is not None
    say_who_may_enter(home, "http://127.0.0.1:8631", first)
    assert f"http://127.0.0.1:8631/welcome/{first.secret}" in capsys.readouterr().out
    peiyu("staff", "add", "zhang", "--name", "张示例", "--role", "系统管理员", "--email", "z@b.cn")
    assert first_of(home) is not None
    assert peiyu("account", "invite", "zhang").code == 0
    assert first_of(home) is None
    services = build(read_settings(home))
    assert not nobody_can_sign_in(services)
    close(services)


def test_the_demonstrations_people_get_a_link_for_each_role(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "demo"
    create(read_settings(home).model_copy(update={"demo": True}))
    say_who_may_enter(home, "http://127.0.0.1:8631", first_of(home))
    told = capsys.readouterr().out

    for role in ("经办", "股长", "分管领导", "运维", "审计", "系统管理员"):
        assert re.search(rf"{role}  登录名 \w+  http://127\.0\.0\.1:8631/welcome/\S{{43}}", told)
    assert len(set(re.findall(r"/welcome/(\S+)", told))) == 6
