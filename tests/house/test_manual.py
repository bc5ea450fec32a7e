"""The manual says what the files say."""

from scripts.make_manual import DOCS, pages


def test_the_manual_is_what_the_files_and_their_worked_cases_say() -> None:
    alone = (
        DOCS / name for name in ("api.md", "calendars.md", "clocks.md", "reminders.md", "faults.md")
    )
    written = [*(DOCS / "programmes").glob("*.md"), *alone]
    committed = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in written}

    assert committed == pages(), "run `make manual`"


def test_no_cell_of_the_manual_shows_a_key_where_a_title_belongs() -> None:
    manual = {name: page for name, page in pages().items() if name != "api.md"}
    shown = "\n".join(manual.values())

    assert not [word for word in ("None", "needs_", "Fraction", "{", "见情形") if word in shown]
