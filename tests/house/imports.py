"""What a module imports, read without running it."""

import ast
from collections.abc import Iterator


def imported(source: str, *, when_read: bool = False) -> set[str]:
    """Return the top-level names a module imports: anywhere, or only when it is itself read."""
    tree = ast.parse(source)
    nodes = _when_read(tree.body) if when_read else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _when_read(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what runs when a module is read, except under a condition, such as the system's."""
    for node in body:
        yield node
        if isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
            yield from _when_read(node.body)
