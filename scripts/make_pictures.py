"""Take the pictures of the documents: a clerk's Monday, and some pages dark, narrow and printed.

    python -m scripts.make_pictures

It needs Chromium. The county is invented and its clock stands still, so the same pages and the
same Chromium give the same pictures.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.plugins.chromium import program
from tests.plugins.county import found_county
from tests.plugins.desk import Desk, copied_desk, found_desk
from tests.plugins.monday import MONDAY, STEPS, Walk, before_monday

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SIZES = {"desktop": (1100, 700), "low": (1100, 560), "narrow": (360, 640), "print": (794, 820)}
LOOKS = (
    ("today-dark", "/", "desktop", "dark"),
    ("board-dark", "/board", "desktop", "dark"),
    ("board", "/board", "desktop", "light"),
    ("programme", "/programmes/hnte", "low", "light"),
    ("today-narrow", "/", "narrow", "light"),
    ("cases-narrow", "/cases?waiting=1", "narrow", "dark"),
    ("case-print", "/cases/45", "print", "light"),
)


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with _desk() as (desk, folder), _chromium() as browser:
        walk(browser, desk, folder)
        look(browser, desk, folder)


def walk(browser: Browser, desk: Desk, folder: Path) -> None:
    """Walk the Monday of the manual."""
    page = _window(browser, desk, "desktop", "light")
    steps = Walk(page=page, folder=folder, take=lambda shown, name: take(shown, f"monday-{name}"))
    for step in STEPS:
        step(steps)


def look(browser: Browser, desk: Desk, folder: Path) -> None:
    """Look at some pages in other ways."""
    for name, path, size, scheme in LOOKS:
        page = _window(browser, desk, size, scheme)
        Walk(page=page, folder=folder, take=take).arrive("clerk")
        page.goto(path)
        page.emulate_media(media="print" if size == "print" else "screen")
        take(page, name)


def take(page: Page, name: str) -> None:
    """Keep what a window shows, without the empty part below."""
    page.wait_for_load_state("networkidle")
    ends = page.evaluate("Math.ceil(document.body.getBoundingClientRect().bottom)")
    size = page.viewport_size or {"width": 0, "height": 0}
    seen = {"x": 0, "y": 0, **size, "height": min(size["height"], ends)}
    page.screenshot(path=FOLDER / f"{name}.png", clip=seen)  # type: ignore[arg-type]


def _window(browser: Browser, desk: Desk, size: str, scheme: str) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=desk.address,
        locale="zh-CN",
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    return context.new_page()


@contextmanager
def _desk() -> Iterator[tuple[Desk, Path]]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        found_county(f"sqlite:///{folder / 'county.db'}")
        found_desk(folder / "founded", folder / "county.db")
        with copied_desk(folder / "founded", folder / "office", MONDAY) as desk:
            before_monday(desk)
            yield desk, folder


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=program(),
            args=["--no-sandbox", "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN"},  # how Chromium writes dates in fields
        )
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
