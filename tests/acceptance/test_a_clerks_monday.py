"""《经办的星期一》 (docs/monday.md): every step of the walk can be done, in a real Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.acceptance.test_console_pages import window
from tests.house.tree import text
from tests.plugins.desk import Desk, copied_desk
from tests.plugins.monday import MONDAY, STEPS, Walk, before_monday

pytestmark = pytest.mark.chromium


@pytest.fixture
def desk(tmp_path: Path, founded_desk: Path) -> Iterator[Desk]:
    with copied_desk(founded_desk, tmp_path / "office", MONDAY) as made:
        before_monday(made)
        yield made


@pytest.mark.long
def test_a_clerk_walks_the_monday_of_the_manual_and_a_head_does_the_rest(
    chromium: Browser, desk: Desk, tmp_path: Path
) -> None:
    seen: list[str] = []
    with window(chromium, desk) as page:
        walk = Walk(page=page, folder=tmp_path, take=lambda _, name: seen.append(name))
        for step in STEPS:
            step(walk)

    assert seen == re.findall(r"\(images/monday-([a-z-]+)\.png\)", text("docs/monday.md"))
