"""What belongs together is there together: letters, programmes and their worked cases."""

from pathlib import Path

from tests.house.tree import ROOT, files

LETTERS = Path("notifications/templates")
PROGRAMMES = Path("config/programmes")
CASES = Path("tests/spec/programmes")
PARTS = {"subject.txt", "body.txt", "body.html"}


def _letters() -> list[str]:
    """Return the letter folders; a name that starts with `_` is shared by several letters."""
    inside = {
        path.relative_to(LETTERS).parts[0]
        for path in files()
        if path.is_relative_to(LETTERS) and len(path.relative_to(LETTERS).parts) > 1
    }
    return sorted(name for name in inside if not name.startswith("_"))


def _names(folder: Path) -> set[str]:
    return {path.stem for path in files() if path.parent == folder and path.suffix == ".toml"}


def test_there_are_letters_and_programmes() -> None:
    assert _letters()
    assert _names(PROGRAMMES)


def test_every_letter_is_complete() -> None:
    there = {name: {path.name for path in (ROOT / LETTERS / name).iterdir()} for name in _letters()}

    assert there == dict.fromkeys(_letters(), PARTS)


def test_every_programme_has_worked_cases_and_every_case_file_a_programme() -> None:
    assert _names(CASES) == _names(PROGRAMMES)
