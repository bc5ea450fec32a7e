"""Chinese on a screen of any width: where a line may break, and tables that stay legible."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod, RenderResult
from rich.containers import Lines
from rich.style import StyleType
from rich.table import Column, Row, Table
from rich.text import Text
from typing_extensions import override

_OPENING = "（〔【《“‘"  # never last in a line
_CLOSING = "，。；：、！？）〕】》”’"  # never first in a line
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uffef\u2014\u2026"
# A Chinese character, or a word of anything else, with the marks that cling to it.
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*\s*|\s+"
)
_SHORT = 12  # cells; a column of dates, numbers or words of one state is never broken
_LEAST = 14  # cells that a column of sentences needs to be read


def breaks(text: str, width: int) -> list[int]:
    """Return where to break a line: between Chinese characters, not only at spaces."""
    places, column = [], 0
    for start, piece in _pieces(text, width):
        if column and column + cell_len(piece.rstrip()) > width:
            places.append(start)
            column = 0
        column += cell_len(piece)
    return places


def _pieces(text: str, width: int) -> Iterator[tuple[int, str]]:
    for found in _PIECE.finditer(text):
        if cell_len(found[0].rstrip()) <= width:
            yield found.start(), found[0]
        else:  # a path or a code longer than the line
            yield from enumerate(found[0], start=found.start())


class Words(Text):
    """Text that is wrapped as Chinese is."""

    @classmethod
    def of(cls, cell: object) -> "Words":
        """Return a cell of a table as words; brackets in it are no markup."""
        if not isinstance(cell, Text):
            return cls(str(cell))
        made = cls(cell.plain, style=cell.style)
        for span in cell.spans:
            made.stylize(span.style, span.start, span.end)
        return made

    @override
    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        if no_wrap or width < 1:
            return super().wrap(
                console,
                width,
                justify=justify,
                overflow=overflow,
                tab_size=tab_size,
                no_wrap=no_wrap,
            )
        lines = Lines()
        for line in self.split(allow_blank=True):
            parts = line.divide(breaks(line.plain, width))
            for part in parts:
                part.rstrip()
            lines.extend(parts)
        if justify:
            lines.justify(console, width, justify=justify)
        return lines


class Sheet(Table):
    """A table whose short columns stay whole; where sentences have no room, rows become lines."""

    @override
    def add_row(
        self, *cells: object, style: StyleType | None = None, end_section: bool = False
    ) -> None:
        made = (None if cell is None else Words.of(cell) for cell in cells)
        super().add_row(*made, style=style, end_section=end_section)

    @override
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            column.no_wrap = column.no_wrap or _widest(column) <= _SHORT
        if self._has_room(options.max_width):
            yield from super().__rich_console__(console, options)
            return
        if self.title:
            yield Words.of(self.title)
        made = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
        made.add_column(no_wrap=True)
        made.add_column()
        for number, row in enumerate(self.rows):
            made.add_row("-", self._line(number, row))
        yield made

    def _has_room(self, width: int) -> bool:
        if any(column.ratio for column in self.columns):  # it was told how to share the width
            return True
        around = 3 * (len(self.columns) - 1) + 2
        fixed = sum(_widest(column) for column in self.columns if column.no_wrap)
        free = [_widest(column) for column in self.columns if not column.no_wrap]
        return width - around - fixed >= sum(min(each, _LEAST) for each in free)

    def _line(self, number: int, row: Row) -> Words:
        """Return one row in one line; a number needs its name to be understood."""
        line = Words(style=row.style or "")
        for column in self.columns:
            cell = Words.of(list(column.cells)[number])
            if cell.plain:
                line.append(" · " if line.plain else "")
                line.append(f"{column.header} " if column.justify == "right" else "")
                line.append_text(cell)
        return line


def _widest(column: Column) -> int:
    return max(cell_len(str(each)) for each in (column.header, *column.cells))
