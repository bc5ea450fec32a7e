"""The page of faults: what can go wrong with mail and time, what happens, and who shows it."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.markdown import table

_CHAPTERS = {"M": "Mail", "R": "Crash, concurrency, time"}
_HEAD = """# What can go wrong with mail and time

For whoever is called at two in the morning, and for whoever changes the program. Every row is
shown by tests: `.venv/bin/python -m pytest --fault M05` runs those of one row, with those that
need minutes; `-m "not long"` leaves these out. What to type about an alarm is in
[the maintenance manual](operate.md), the decisions behind this page are
[0006](adr/0006-mail-once-and-never-lost.md), [0003](adr/0003-no-lost-update.md) and
[0021](adr/0021-silence-is-noticed-by-whoever-looks.md).

States of a letter: `queued`, `deferred` (tried again), `transmitting` (on its way), `sent`,
`failed`, `unknown` (handed over, no answer), `held` (a person decides), `suppressed`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A test, and the rows that it shows."""

    file: Path
    name: str
    rows: tuple[str, ...]


def fault_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows as they were written."""
    rows: list[dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))["row"]
    return rows


def marked(tests: Path) -> list[Shown]:
    """Return every test that says which rows it shows, in the order of files and lines."""
    return [
        Shown(file=file.relative_to(tests.parent), name=test.name, rows=rows)
        for file in sorted(tests.rglob("test_*.py"))
        for test in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(test, ast.FunctionDef) and (rows := tuple(_rows(test)))
    ]


def faults(file: Path, tests: Path) -> str:
    """Return the page."""
    return "\n".join(_lines(fault_rows(file), marked(tests))) + "\n"


def _lines(rows: list[dict[str, str]], tests: list[Shown]) -> Iterator[str]:
    yield _HEAD.rstrip()
    for letter, title in _CHAPTERS.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield from table(
            ("", "what goes wrong", "what happens", "shown by"),
            (_row(row, tests) for row in rows if row["id"].startswith(letter)),
        )


def _row(row: dict[str, str], tests: list[Shown]) -> tuple[str, ...]:
    shown = "<br>".join(
        f"[{each.name.removeprefix('test_').replace('_', ' ')}](../{each.file.as_posix()})"
        for each in tests
        if row["id"] in each.rows
    )
    later = f" *Still to come:* {row['later']}" if "later" in row else ""
    return row["id"], row["fault"], row["happens"] + later, shown


def _rows(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
            yield from (_word(given) for given in mark.args)


def _word(given: ast.expr) -> str:
    word: Any = ast.literal_eval(given)
    return str(word)
