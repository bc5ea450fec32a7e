"""Trying a wording on before it is kept: what it may not contain, what it fails to say."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.allowed import faults
from notifications.examples import EXAMPLES, names_of
from notifications.rendering import UnwritableError
from notifications.sandbox import NAMES
from notifications.values import Rendered, Wording

_PARTS = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How the invented letters read, and everything that is wrong, each in a sentence."""

    letters: tuple[tuple[str, Rendered], ...]  # title -> the letter; none where nothing was tried
    faults: tuple[str, ...]


def try_on(letter: str, wording: Wording) -> Tried:
    """Return what becomes of every invented letter; a list of what is wrong, without repeats."""
    if found := tuple(_not_allowed(letter, wording)):
        return Tried(letters=(), faults=found)
    letters: list[tuple[str, Rendered]] = []
    wrong: dict[str, str] = {}
    for example in EXAMPLES[letter]:
        try:
            written = example.written(letter, wording)
        except UnwritableError as error:  # the shipped one itself does not do
            written = Rendered(subject="", text="", html="", fault=str(error))
        letters.append((example.title, written))
        if written.fault:
            wrong.setdefault(written.fault, f"试写“{example.title}”：{written.fault}")
    return Tried(letters=tuple(letters), faults=tuple(wrong.values()))


def _not_allowed(letter: str, wording: Wording) -> Iterator[str]:
    known = names_of(letter)
    for name, part in _PARTS.items():
        source: str = getattr(wording, name)
        title = NAMES[part]
        if not source.strip():
            yield f"{title}：是空的"
        for fault in faults(source, known):
            yield f"{title} {fault}" if fault.startswith("第") else f"{title}：{fault}"


def differences(before: Wording, after: Wording) -> tuple[tuple[str, str], ...]:
    """Return what differs, line by line, as (+, - or nothing, the line)."""
    found: list[tuple[str, str]] = []
    for name, part in _PARTS.items():
        old, new = getattr(before, name).splitlines(), getattr(after, name).splitlines()
        lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
        if lines:
            found.append(("", f"—— {NAMES[part]} ——"))
        found += [(line[:1].strip(" @"), line if line[:1] == "@" else line[1:]) for line in lines]
    return tuple(found)
