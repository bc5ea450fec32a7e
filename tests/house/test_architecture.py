"""The map of the house names only what is there."""

import re
from pathlib import Path

from tests.house.tree import ROOT, rooms, text

PAGE = text("docs/architecture.md")
TESTS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
MODULES = re.findall(r"`(\w+/\w+\.py)`", PAGE)


def test_every_promise_names_tests_that_exist() -> None:
    lines = PAGE.partition("## Promises")[2].splitlines()
    promises = [line for line in lines if line.startswith("| ") and "promise" not in line]

    assert promises
    assert all(re.search(r"`tests/[\w/]+\.py::\w+`", line) for line in promises)
    assert not [
        f"{file}::{name}"
        for file, name in TESTS
        if not re.search(rf"^(?:async )?def {name}\(", text(Path(file)), re.MULTILINE)
    ]


def test_every_module_it_names_exists() -> None:
    assert MODULES
    assert not [module for module in MODULES if not (ROOT / module).is_file()]


def test_it_draws_every_room() -> None:
    assert all(re.search(rf"\b{room}\b", PAGE) for room in rooms())
