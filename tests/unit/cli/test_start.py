"""Starting: the program itself, as it is typed, reads no heavy library before it needs one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.demonstration import MENDED
from tests.house.tree import ROOT
from tests.plugins.terminal import Peiyu

HEAVY = ("prefect", "polars", "openpyxl", "xlsxwriter", "sqlalchemy", "pydantic_settings")


def python(*words: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the checkout, in a folder with no data."""
    kept = {name: value for name, value in os.environ.items() if name != "PEIYU_HOME"}
    environment = kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | settings
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(["--help"], id="help"),
        pytest.param(["workday", "2026-09-21", "10"], id="workday"),
        pytest.param(["nosuch"], id="misuse"),
    ],
)
def test_light_commands_read_no_heavy_library(tmp_path: Path, typed: list[str]) -> None:
    code = (
        "import sys\n"
        "from cli.app import app\n"
        "import cli.main\n"
        f"app({typed!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = python("-c", code, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = python("-m", "cli", "workday", "2026-03-02", "1", "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert '"date": "2026-03-02"' in done.stdout


def test_exit_codes_reach_the_shell(tmp_path: Path) -> None:
    assert python("-m", "cli", "nosuch", cwd=tmp_path).returncode == 2
    assert python("-m", "cli", "status", cwd=tmp_path).returncode == 3


def test_an_old_terminal_gets_strange_marks_and_no_crash(tmp_path: Path) -> None:
    done = python(
        *("-m", "cli", "workday", "2026-03-02", "1"),
        cwd=tmp_path,
        PYTHONUTF8="0",
        PYTHONIOENCODING="ascii",
    )

    assert done.returncode == 0, done.stderr
    assert "2026-03-02" in done.stdout


def test_a_roster_can_be_checked_before_there_is_any_data(peiyu: Peiyu, outside: Path) -> None:
    shutil.copy(MENDED, outside / "名册.xlsx")

    checked = peiyu("import", "名册.xlsx", "--json")
    applied = peiyu("import", "名册.xlsx", "--apply")

    assert (checked.code, checked.json["new"], checked.json["wrong"]) == (0, 537, 0)
    assert not checked.json["applied"]
    assert applied.code == 3
    assert "peiyu init" in applied.err
    assert not (outside / "var").exists()
