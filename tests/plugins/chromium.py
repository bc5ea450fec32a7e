"""A real Chromium for the pages. Where there is none, its tests are named as not run, loudly.

It comes from the system (`apt-get install chromium fonts-noto-cjk`); with NEED_CHROMIUM set,
as in CI, its absence is a failure.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MARK = "chromium"
_left_out: list[str] = []


def program() -> str | None:
    """Return where Chromium is on this machine."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if program() or os.environ.get("NEED_CHROMIUM"):
        return
    left = [item for item in items if item.get_closest_marker(_MARK)]
    _left_out[:] = [item.nodeid for item in left]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left_out:
        terminalreporter.section("NOT RUN: no Chromium here", red=True)
        terminalreporter.line("apt-get install chromium fonts-noto-cjk, then run again:")
        for name in _left_out:
            terminalreporter.line(f"  {name}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a file of page tests; each test opens a window of its own.

    Not for longer: its tools keep an event loop running, and other tests want one of their own.
    """
    found = program()
    if found is None:
        pytest.fail("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
