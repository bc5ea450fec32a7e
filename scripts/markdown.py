"""Tables and small words that every page of the manual uses."""

from collections.abc import Iterable, Iterator, Sequence

from policy.confirm import Confirm

DOUBT = "【待核实】"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a Markdown table; an empty cell shows a dash."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        cells = (str(cell).replace("|", "／").strip() or "—" for cell in row)
        yield f"| {' | '.join(cells)} |"


def sourced(source: str, confirm: Confirm) -> str:
    """Return a source, marked when nobody compared the rule with it."""
    return source + (DOUBT if confirm is Confirm.NEEDS_CONFIRMATION else "")
