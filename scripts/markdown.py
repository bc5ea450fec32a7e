"""Tables and small words that every page of the manual uses."""

from collections.abc import Iterable, Iterator, Sequence

from policy.confirm import Confirm
from policy.facts import ANNUAL, fact_named

DOUBT = "【待核实】"
_YEARS = {"1": "上年", "2": "前年", "3": "大前年"}


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


def title_of(name: str) -> str:
    """Return the Chinese name of a fact, or of its value in one year (``sales_2``)."""
    stem, _, back = name.rpartition("_")
    if stem in ANNUAL and back in _YEARS:
        return f"{_YEARS[back]}{fact_named(stem).title}"
    return fact_named(name).title


def points(low: int, high: int) -> str:
    """Return 8 分, or 7–8 分."""
    return f"{low} 分" if low == high else f"{low}–{high} 分"
