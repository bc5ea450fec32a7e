"""A terminal for tests: `peiyu` types a command in a data folder of its own, on 2 March 2026."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import typer
from typer.testing import CliRunner

from cli.main import app
from runtime import clock

MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)  # nine o'clock in Shanghai


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


class Peiyu(Protocol):
    """Types `peiyu …` and returns the answer."""

    def __call__(self, *words: str, typed: str = "") -> Typed: ...


def every_command() -> list[tuple[str, ...]]:
    """Return the path of each command: ``("run", "monthly")``."""
    found: list[tuple[str, ...]] = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", {})
        found.extend([path] if not inner else [])
        for name, each in inner.items():
            walk(each, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with no data folder; the clock stands still."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PEIYU_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return tmp_path


@pytest.fixture
def peiyu(outside: Path) -> Peiyu:
    """Type a command where there is no data yet."""

    def run(*words: str, typed: str = "") -> Typed:
        done = CliRunner().invoke(app, list(words), input=typed, prog_name="peiyu")
        return Typed(code=done.exit_code, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def home(outside: Path, empty_sqlite: Path) -> Path:
    """The usual data folder with an empty database."""
    folder = outside / "var"
    folder.mkdir()
    shutil.copyfile(empty_sqlite, folder / "peiyu.db")
    return folder


@pytest.fixture
def a_month(home: Path, peiyu: Peiyu) -> Callable[[], None]:
    """Fill the data folder: one invented enterprise, a clerk, and a month's work."""

    def fill() -> None:
        Path("名册.csv").write_text(ROSTER, encoding="utf-8")
        assert peiyu("import", "名册.csv", "--apply").code == 0
        staff = ("--name", "李经办", "--role", "经办", "--email", "li@bureau.example")
        assert peiyu("staff", "add", "lisi", *staff).code == 0
        assert peiyu("run", "monthly", "--plain").code == 0

    return fill


ROSTER = """\
统一社会信用代码,企业名称,行政区划代码,成立日期,联系人,联系邮箱,居民企业,规上企业,查账征收并能准确归集研发费用,2025年销售收入（万元）,2025年研发费用（高企口径）（万元）
91431281MAXX00001G,示例甲科技有限公司,431281,2018-05-06,张示例,zhang@firm.example,是,是,是,2000,150
91431281MAXX00002K,示例乙科技有限公司,431281,2019-05-06,,,是,是,是,3000,90
"""
