"""The manual of the programmes says what the files say."""

from scripts.make_manual import PAGES, pages


def test_the_manual_is_what_the_programme_files_and_their_worked_cases_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}

    assert written == pages(), "run `make manual`"
