"""Writes the catalogue of the console's English anew: what is said now, with the English it has.

    python -m scripts.make_messages

New messages come without English, to be written in by hand; what is gone is dropped. A test holds
the committed catalogue to what this writes.
"""

import ast
import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from console.cutter import CJK, PLACE, recast
from console.language import CATALOGUE, MADE
from policy.facts import FACTS
from policy.workdays import weekday_name

ROOT = Path(__file__).parent.parent
# Pages of enterprises, and of whoever finds the door shut.
_CHINESE_ONLY = {"answer.html", "calm.html"}
# What these say reaches no page of staff: enterprises, machines, and the terminal read it.
_NOT_SHOWN = {"answers.py", "app.py", "metrics.py", "cutter.py", "language.py"}
# Rooms below whose every sentence is shown; of the others, the words at the top of the file.
_SPOKEN = (
    *("audit_words", "case_history", "import_changes", "import_trace"),
    *("month_dates", "rule_changes", "runs_page", "stopped", "week"),
)
_WORDS = (
    *("answers_page", "case_figures", "doctor_runs", "flags", "import_undo", "letter_acts"),
    *("letter_page", "letter_preview", "list_addresses", "month", "rehearsals", "runs", "what_if"),
    *("recipients", "standing_in"),
    *("wordings", "words"),
)
# A refusal says why: what stands in one, and in what asks why not. Those of the terminal, of
# programs and of what no page does are left out.
_REFUSE = {"Refusal", "Unknown", "Overtaken", "Read", "_only", "no_reason"}
_WHY = re.compile(r"closed|why_n|objections|changed_since|overtaken|wrong")
_REFUSED_ELSEWHERE = {"judge", "once", "patience", "release", "robots", "webhooks_page"}
_HEADER = """\
# The English of the console. Written by `python -m scripts.make_messages`; only msgstr by hand.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LETTER = re.compile(r"[\u3400-\u9fff]")
_IS_FILE = re.compile(r"^<|\.xlsx$")


def main() -> None:
    """Write the catalogue."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    known = CATALOGUE.read_bytes() if CATALOGUE.exists() else b""
    CATALOGUE.write_text(catalogue(known), encoding="utf-8", newline="\n")


def catalogue(known: bytes) -> str:
    """Return the catalogue as it should be, with the translations that are known."""
    old = read_po(BytesIO(known), locale="en")
    new = Catalog(locale="en", fuzzy=False)
    for message, context in messages():
        said = old.get(message, context or None)
        new.add(message, str(said.string) if said else "", context=context or None)
    for each in new:
        each.flags.clear()
    file = BytesIO()
    write_po(file, new, width=0, no_location=True, omit_header=True, sort_output=True)
    return _HEADER + file.getvalue().decode()


def messages() -> set[tuple[str, str]]:
    """Return what the console says, each with its context."""
    return {*_of_templates(), *_of_python(), *((word, "") for word in _of_files())}


def _of_templates() -> Iterator[tuple[str, str]]:
    found: list[str] = []

    def say(message: str) -> str:
        found.append(message)
        return message

    for path in sorted((ROOT / "console" / "templates").glob("*.html")):
        if path.name not in _CHINESE_ONLY:
            recast(path.read_text(encoding="utf-8"), say)
    return ((message, "") for message in found)


def _of_python() -> Iterator[tuple[str, str]]:
    spoken = [path for path in (ROOT / "console").glob("*.py") if path.name not in _NOT_SHOWN]
    spoken += [ROOT / "casework" / f"{name}.py" for name in _SPOKEN]
    for path in sorted(spoken):
        yield from _said(_tree(path), within=True)
    for name in _WORDS:
        yield from _said(_tree(ROOT / "casework" / f"{name}.py"), within=False)
    yield from _said(_tree(ROOT / "runtime" / "in_force.py"), within=True)
    for each in _tree(ROOT / "notifications" / "words.py").body:
        if isinstance(each, ast.FunctionDef) and each.name == "countdown":
            yield from _said(each, within=True)
    for path in sorted((ROOT / "casework").glob("*.py")):
        if path.stem not in _REFUSED_ELSEWHERE:
            yield from _refused(_tree(path))
    yield from _refused(_tree(ROOT / "exchange" / "cells.py"))
    yield from _said(_tree(ROOT / "policy" / "clock_rules.py"), within=True)


def _of_files() -> Iterator[str]:
    yield from (weekday_name(dt.date(2026, 3, day)) for day in range(2, 9))
    for fact in FACTS.values():
        yield from (word for word in (fact.title, fact.unit) if CJK.search(word))
    for path in sorted((ROOT / "config").glob("programmes/*.toml")):
        yield from _titles(tomllib.loads(path.read_text(encoding="utf-8")))
    for path in (ROOT / "config" / "timetable.toml", *(ROOT / "config").glob("calendars/*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from _titles({name: each for name, each in read.items() if name != "title"})


def _titles(part: object) -> Iterator[str]:
    """Yield what a shipped file calls its parts."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in {"title", "name"} and isinstance(value, str) and CJK.search(value):
                yield value
            else:
                yield from _titles(value)
    elif isinstance(part, list):
        for each in part:
            yield from _titles(each)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _said(node: ast.AST, *, within: bool) -> Iterator[tuple[str, str]]:
    """Yield the Chinese strings of a program; what it makes of parts has numbered gaps."""
    if _is_silent(node) or (isinstance(node, _SCOPES) and not within):
        return
    match node:
        case ast.JoinedStr():
            yield from _made(node)
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from _said(part.value, within=within)
        case ast.Constant(value=str(text)) if _is_word(text):
            yield text, ""
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _said(child, within=within)


def _refused(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what refusals say: in place, by a name at the top, or by a function that says why."""
    named = {
        target.id: node
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=str(called))) if called in _REFUSE:
                names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
                for name in names & named.keys():
                    yield from _said(named[name], within=False)
                yield from _said(node, within=True)
            case ast.FunctionDef(name=str(name)) if _WHY.search(name):
                yield from _said(node, within=True)


def _is_silent(node: ast.AST) -> bool:
    """Say whether a statement shows nothing: a docstring, or what a form offers to send."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(each, ast.Name) and each.id == "REASONS" for each in targets)


def _made(node: ast.JoinedStr) -> Iterator[tuple[str, str]]:
    """Yield a sentence with its gaps; a lone colon between them would match anything."""
    numbers = iter(range(len(node.values)))
    message = "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}"
        for part in node.values
    )
    fixed = "".join(PLACE.sub("", message).split())
    ours = _LETTER.search(fixed) or (CJK.search(fixed) and len(fixed) > 1) or fixed == "→"
    if ours and not _IS_FILE.search(message):
        yield message, MADE


def _is_word(text: str) -> bool:
    return bool(_LETTER.search(text)) and not _IS_FILE.search(text)


if __name__ == "__main__":
    main()
