"""What a README tells people to type works, in the order in which it is told."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text, typed_in

READMES = ["README.md", "README.zh-CN.md"]
COMMAND_LINE = [sys.executable, "-m", "cli"]

# How each command in a README is tested; a command that fits no line fails the test below.
RUN = {
    "make help": ["make", "--no-print-directory", "-C", str(ROOT), "help"],
    ".venv/bin/python -m cli": COMMAND_LINE,
    "peiyu": COMMAND_LINE,
}
SETS_UP = re.compile(r"git clone \S+( \S+)?|cd \S+|\. \.venv/bin/activate")
MAKES = re.compile(r"make ([a-z-]+)")


def _runnable(command: str) -> list[str] | None:
    """Return what to run for a command that a test may run."""
    for start, instead in RUN.items():
        if command == start or command.startswith(f"{start} "):
            return [*instead, *shlex.split(command.removeprefix(start))]
    return None


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_run_or_is_a_target_of_the_makefile(readme: str) -> None:
    commands = typed_in(readme)
    targets = re.findall(r"^([a-z-]+):.*##", text("Makefile"), re.MULTILINE)
    made = [match[1] for command in commands if (match := MAKES.fullmatch(command))]
    unknown = [
        command
        for command in commands
        if not (_runnable(command) or SETS_UP.fullmatch(command) or MAKES.fullmatch(command))
    ]

    assert not unknown
    assert {"demo", "test"} <= set(made) <= set(targets)


@pytest.mark.parametrize("told", list(dict.fromkeys(tuple(typed_in(each)) for each in READMES)))
def test_the_commands_work_one_after_the_other(told: tuple[str, ...], tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PEIYU_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    runnable = [command for command in told if _runnable(command)]

    assert runnable
    for command in runnable:
        done = subprocess.run(
            _runnable(command) or [],
            cwd=tmp_path,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = (set(typed_in(readme)) for readme in READMES)

    assert english == chinese
