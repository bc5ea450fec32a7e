"""A terminal for tests: `peiyu` types a command in a data folder of its own, on 2 March 2026."""

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
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


@cache
def command() -> Any:
    """Return `peiyu` with all its commands, made once: Typer would make them again each time."""
    return typer.main.get_command(app)


def every_command() -> list[tuple[str, ...]]:
    """Return the path of each command: ``("run", "monthly")``."""
    found: list[tuple[str, ...]] = []

    def walk(here: object, path: tuple[str, ...]) -> None:
        inner = getattr(here, "commands", {})
        found.extend([path] if not inner else [])
        for name, each in inner.items():
            walk(each, (*path, name))

    walk(command(), ())
    return found


def type_in(*words: str, typed: str = "") -> Typed:
    """Type a command where we are."""
    with CliRunner().isolation(input=typed) as (out, err, _):
        with pytest.raises(SystemExit) as left:
            command().main(list(words), prog_name="peiyu")
        sys.stdout.flush()
        sys.stderr.flush()
        assert isinstance(left.value.code, int)
        return Typed(code=left.value.code, out=_read(out), err=_read(err))


def _read(stream: Any) -> str:
    """Return what was written, as it looks on every system."""
    text: str = stream.getvalue().decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def work_a_month() -> None:
    """Fill the usual data folder: one invented enterprise, a clerk, and a month's work."""
    Path("名册.csv").write_text(ROSTER, encoding="utf-8")
    assert type_in("import", "名册.csv", "--apply").code == 0
    staff = ("--name", "李经办", "--role", "经办", "--email", "li@bureau.example")
    assert type_in("staff", "add", "lisi", *staff).code == 0
    assert type_in("run", "monthly", "--plain").code == 0


def _sit_down(patched: pytest.MonkeyPatch, folder: Path) -> Path:
    """Work in a folder; the clock stands still."""
    patched.chdir(folder)
    patched.delenv("PEIYU_HOME", raising=False)
    patched.setenv("COLUMNS", "200")
    patched.setattr(clock, "now", lambda: MORNING)
    return folder


def _data_folder(outside: Path, empty_sqlite: Path) -> Path:
    folder = outside / "var"
    folder.mkdir()
    shutil.copyfile(empty_sqlite, folder / "peiyu.db")
    return folder


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with no data folder; the clock stands still."""
    return _sit_down(monkeypatch, tmp_path)


@pytest.fixture
def peiyu(outside: Path) -> Peiyu:
    """Type a command where there is no data yet."""
    return type_in


@pytest.fixture
def home(outside: Path, empty_sqlite: Path) -> Path:
    """The usual data folder with an empty database."""
    return _data_folder(outside, empty_sqlite)


@pytest.fixture(scope="session")
def worked_month(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Path:
    """A working folder after a month's work, to be copied."""
    folder = tmp_path_factory.mktemp("month")
    with pytest.MonkeyPatch.context() as patched:
        _data_folder(_sit_down(patched, folder), empty_sqlite)
        work_a_month()
    return folder


@pytest.fixture
def a_month(home: Path, worked_month: Path) -> Callable[[], None]:
    """Make the data folder what it is after a month's work (see `work_a_month`)."""
    return lambda: _copied(worked_month, home.parent)


def _copied(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, dirs_exist_ok=True)


ROSTER = """\
统一社会信用代码,企业名称,行政区划代码,成立日期,联系人,联系邮箱,居民企业,规上企业,查账征收并能准确归集研发费用,2025年销售收入（万元）,2025年研发费用（高企口径）（万元）
91431281MAXX00001G,示例甲科技有限公司,431281,2018-05-06,张示例,zhang@firm.example,是,是,是,2000,150
91431281MAXX00002K,示例乙科技有限公司,431281,2019-05-06,,,是,是,是,3000,90
"""
