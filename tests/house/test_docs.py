"""The documents agree with each other and with the folder they describe."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, rooms, text

ADRS = [path for path in files() if path.parent == Path("docs/adr")]
DOCUMENTS = [path for path in files() if path.suffix == ".md"]
READMES = ["README.md", "README.zh-CN.md"]
PICTURES = [path for path in files() if path.parent == Path("docs/images")]
LARGEST, ALL_TOGETHER = 150 * 1024, 2_560 * 1024  # bytes
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name.split("-")[0]) for path in ADRS]

    assert numbers == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("adr", ADRS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_has_its_three_parts(adr: Path) -> None:
    lines = text(adr).splitlines()

    assert lines[0].startswith(f"# {adr.name[:4]} ")
    assert [line[3:] for line in lines if line.startswith("## ")] == [
        "Context",
        "Decision",
        "Consequences",
    ]
    assert len(lines) <= 40


def test_the_index_lists_every_page() -> None:
    index = text("docs/index.md")
    pages = [path.relative_to("docs") for path in DOCUMENTS if path.parts[0] == "docs"]

    assert all(f"({page.as_posix()})" in index for page in pages if page != Path("index.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    missing = [
        target
        for target in LINK.findall(text(document))
        if not (ROOT / document.parent / target).exists()
    ]

    assert not missing


def test_every_picture_is_shown_somewhere_and_is_small() -> None:
    shown = {
        (document.parent / target).as_posix()
        for document in DOCUMENTS
        for target in LINK.findall(text(document))
    }
    sizes = {path.as_posix(): (ROOT / path).stat().st_size for path in PICTURES}

    assert sizes
    assert not sizes.keys() - shown
    assert not {path: size for path, size in sizes.items() if size > LARGEST}
    assert sum(sizes.values()) <= ALL_TOGETHER


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_draws_every_room(readme: str) -> None:
    assert all(re.search(rf"\b{room}\b", text(readme)) for room in rooms())


def test_contributing_names_every_target_test_folder_and_test_plugin() -> None:
    page = text("CONTRIBUTING.md")
    targets = re.findall(r"^([a-z-]+):.*##", text("Makefile"), re.MULTILINE)
    folders = {path.parts[1] for path in files() if path.parts[0] == "tests" and path.parts[2:]}
    plugins = [path.stem for path in files() if path.parent == Path("tests/plugins")]

    assert plugins
    assert not [name for name in targets if f"`make {name}`" not in page]
    assert not [name for name in folders if not re.search(rf"`tests/{name}(/ROOM)?`", page)]
    assert not [name for name in plugins if f"`{name}`" not in page]
