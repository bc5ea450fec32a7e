"""Every act of the console is pressed by a test in a real window, with and without scripts."""

import ast
from collections.abc import Iterator
from pathlib import Path

from console.app import make_app
from tests.house.tree import ROOT

# Acts before the door: who presses them is nobody yet.
OUTSIDE = {"/language", "/sign-in", "/welcome/{secret}", "/a/{token}"}


def marked() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield each route that a test says it presses, and the test."""
    for file in sorted((ROOT / "tests" / "acceptance").glob("test_*.py")):
        for test in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(test, ast.FunctionDef):
                yield from ((route, test) for route in _routes(test))


def _routes(test: ast.FunctionDef) -> Iterator[str]:
    for each in test.decorator_list:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.presses":
            yield from (str(ast.literal_eval(said)) for said in each.args)


def test_every_act_is_pressed_both_ways(tmp_path: Path) -> None:
    entries = make_app(tmp_path).state.site.entries
    acts = {each.path for each in entries if each.method == "POST"} | OUTSIDE
    both, any_way = set(), set()
    for route, test in marked():
        any_way.add(route)
        if any(ast.unparse(each) == "BOTH_WAYS" for each in test.decorator_list):
            both.add(route)

    assert any_way - acts == set(), "no such act"
    assert acts - any_way == set(), "never pressed in a real window"
    assert any_way - both == set(), "pressed only with scripts, or only without"
