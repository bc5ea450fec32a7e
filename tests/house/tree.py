"""The checkout, as the house tests see it."""

import os
import re
import shlex
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOT_ROOMS = {"tests", "benchmarks", "migrations", "scripts"}
_BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def files() -> tuple[Path, ...]:
    """Return every file that belongs to the project; relative to the root.

    Not asked of git: the folder may be an unpacked archive, or belong to somebody else.
    """
    ignored = {".git", *(line.strip("/") for line in text(".gitignore").split())}

    def kept(names: list[str]) -> list[str]:
        return [name for name in names if not any(fnmatch(name, rule) for rule in ignored)]

    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = kept(folders)
        found += [Path(folder, name).relative_to(ROOT) for name in kept(names)]
    return tuple(sorted(found))


@cache
def rooms() -> tuple[str, ...]:
    """Return the top-level folders that hold Python and are part of the program."""
    tops = {path.parts[0] for path in files() if path.suffix == ".py" and len(path.parts) > 1}
    return tuple(sorted(tops - NOT_ROOMS))


@cache
def pyproject() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text(path: Path | str) -> str:
    """Return a file's text; an empty one for what is no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def typed_in(document: Path | str) -> list[str]:
    """Return the commands in a document's fenced blocks; with prompts, what follows one."""
    found: list[str] = []
    for block in _BLOCK.findall(text(document)):
        lines = [line.strip() for line in block.splitlines()]
        typed = [line[2:] for line in lines if line.startswith("$ ")]
        found += typed or [line for line in lines if line and not line.startswith("#")]
    return [shlex.join(shlex.split(line, comments=True)) for line in found]
