"""Police the tail: no long file, no long function, no deep nesting; each exception has a reason."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import files, text

FILE_LINES = 300
TEST_FILE_LINES = 500
FUNCTION_LINES = 40
PARAMETERS = 5
NESTING = 3

_AS_MADE = "the first tables as Alembic wrote them; a revision that ran somewhere is never edited"
# "path" or "path::function" -> why it may be over its budget. An entry that is no longer
# needed fails, so the table only ever holds what is true.
EXCEPTIONS: dict[str, str] = {
    "cli/wrapping.py::wrap": "takes the place of a method of the terminal library",
    "migrations/versions/0001_the_first_tables.py": _AS_MADE,
    "migrations/versions/0001_the_first_tables.py::upgrade": _AS_MADE,
    "migrations/versions/0001_the_first_tables.py::downgrade": _AS_MADE,
}

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMMANDS = {"command", "callback"}  # typer: each parameter is an option of the command


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Something over its budget."""

    where: str
    what: str


def test_nothing_is_over_its_budget() -> None:
    over = [excess for excess in _everything() if excess.where not in EXCEPTIONS]

    assert not over, "\n".join(f"{excess.where}: {excess.what}" for excess in over)


def test_every_exception_is_still_needed_and_says_why() -> None:
    over = {excess.where for excess in _everything()}

    assert EXCEPTIONS.keys() <= over
    assert all(reason.strip() for reason in EXCEPTIONS.values())


@pytest.mark.parametrize(
    ("source", "what"),
    [
        pytest.param("x = 1\n" * 301, "301 lines", id="file"),
        pytest.param("def f():\n" + "    x = 1\n" * 40, "41 lines", id="function"),
        pytest.param("def f(a, b, *, c, d, e, f): ...\n", "6 parameters", id="parameters"),
        pytest.param(
            "def f():\n if a:\n  for b in c:\n   with d:\n    if e:\n     pass\n",
            "nested 4 deep",
            id="nesting",
        ),
    ],
)
def test_the_measure_sees_what_is_over(source: str, what: str) -> None:
    assert [excess.what for excess in _measure(Path("policy/example.py"), source)] == [what]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = 1\n" * 300, id="file"),
        pytest.param("def f():\n" + "    x = 1\n" * 39, id="function"),
        pytest.param("class C:\n def f(self, a, b, c, d, e): ...\n", id="self-is-not-counted"),
        pytest.param("@app.command()\ndef f(a, b, c, d, e, f): ...\n", id="typer-command"),
        pytest.param(
            "def f():\n if a: pass\n elif b: pass\n elif c: pass\n elif d: pass\n", id="elif"
        ),
    ],
)
def test_the_measure_lets_pass_what_is_within(source: str) -> None:
    assert not list(_measure(Path("cli/example.py"), source))


def _everything() -> Iterator[Excess]:
    for path in files():
        if path.suffix != ".py":
            continue
        if path.parts[0] == "tests":
            yield from _file(path, text(path), TEST_FILE_LINES)
        else:
            yield from _measure(path, text(path))


def _measure(path: Path, source: str) -> Iterator[Excess]:
    yield from _file(path, source, FILE_LINES)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _FUNCTIONS):
            yield from _function(path, node)


def _file(path: Path, source: str, budget: int) -> Iterator[Excess]:
    lines = source.count("\n")
    if lines > budget:
        yield Excess(where=path.as_posix(), what=f"{lines} lines")


def _function(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Excess]:
    where = f"{path.as_posix()}::{node.name}"
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield Excess(where=where, what=f"{lines} lines")
    parameters = _parameters(node)
    if parameters > PARAMETERS and not (path.parts[0] == "cli" and _is_command(node)):
        yield Excess(where=where, what=f"{parameters} parameters")
    depth = _depth(node)
    if depth > NESTING:
        yield Excess(where=where, what=f"nested {depth} deep")


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    calls = [deco.func if isinstance(deco, ast.Call) else deco for deco in node.decorator_list]
    return any(isinstance(call, ast.Attribute) and call.attr in _COMMANDS for call in calls)


def _depth(node: ast.AST, *, is_elif: bool = False) -> int:
    """Return how many blocks stand inside each other; an `elif` is no deeper than its `if`."""
    own = isinstance(node, (*_BLOCKS, ast.Match)) and not is_elif
    inner = (
        _depth(child, is_elif=_is_elif(node, child))
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (*_FUNCTIONS, ast.ClassDef))
    )
    return own + max(inner, default=0)


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
