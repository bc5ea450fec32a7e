"""The floors of the house: every room is in the contract, and the contract holds."""

import re
import subprocess
import sys

import pytest

from tests.house.tree import ROOT, pyproject, rooms

TOOL = pyproject()["tool"]
CONTRACTS = TOOL["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
LINT = "import importlinter.cli as it; it.lint_imports_command()"


def test_the_layers_contract_names_every_room() -> None:
    named = [room for layer in LAYERS for room in re.split(r"\s*\|\s*", layer)]

    assert sorted(named) == list(rooms())


@pytest.mark.parametrize("room", rooms())
def test_a_room_is_a_package(room: str) -> None:
    assert (ROOT / room / "__init__.py").is_file()


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(TOOL["importlinter"]["root_packages"], id="import-linter"),
        pytest.param(TOOL["mypy"]["packages"], id="mypy"),
        pytest.param(TOOL["coverage"]["run"]["source"], id="coverage"),
    ],
)
def test_every_tool_looks_at_every_room(listed: list[str]) -> None:
    assert sorted(listed) == list(rooms())


def test_an_installation_finds_every_room() -> None:
    patterns = TOOL["setuptools"]["packages"]["find"]["include"]

    assert {f"{room}*" for room in rooms()} <= set(patterns)


def test_imports_only_go_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in done.stdout
