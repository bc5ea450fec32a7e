"""Nothing in the project is true on one machine only."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, files, pyproject, text

# Folders of somebody's machine, and where somebody's packages come from.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.:~/-])/(?:root|home|Users|work)/"
    r"|-{2}(?:extra-)?index-url|-{2}find-links|-{2}trusted-host"
    r"|pypi\.(?:org|python)|pythonhosted\.",
)
PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\d[\w.+!]*)")


def test_no_file_holds_a_path_or_an_address_of_one_machine() -> None:
    here = re.escape(f"{ROOT}/")
    held = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if OF_ONE_MACHINE.search(line) or re.search(here, line)
    ]

    assert not held, "\n".join(held)


def test_every_constraint_is_one_exact_pin_and_they_are_sorted() -> None:
    lines = _pins()

    assert all(PIN.fullmatch(line) for line in lines), lines
    assert lines == sorted(lines, key=str.lower)


def test_every_dependency_is_pinned_to_a_version_it_allows() -> None:
    pins = {canonicalize_name(name): version for name, version in map(_split, _pins())}
    project = pyproject()["project"]

    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), line


def test_what_everybody_runs_is_executable() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_the_makefile_knows_no_absolute_path() -> None:
    assert "CURDIR" not in text(Path("Makefile"))


def _pins() -> list[str]:
    return [line for line in text("constraints.txt").splitlines() if not line.startswith("#")]


def _split(pin: str) -> tuple[str, str]:
    found = PIN.fullmatch(pin)
    assert found is not None, pin
    return found["name"], found["version"]
