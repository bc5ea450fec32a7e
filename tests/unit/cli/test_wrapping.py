"""Chinese on a narrow screen: lines break between characters, never before a full stop."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cli.tables import table
from cli.wrapping import Words, breaks

SENTENCE = "研发费用占销售收入 4.6%，要求不低于 5%（国科发火〔2016〕32号）。请补充材料。"


def shown(thing: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(thing)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", range(8, 90, 3))
def test_nothing_is_lost_and_no_line_is_too_long(width: int) -> None:
    grid = Table.grid()  # printed alone it would be joined into a text of the library's own
    grid.add_row(Words(SENTENCE))
    lines = [line.rstrip() for line in shown(grid, width)]

    assert "".join(lines).replace(" ", "") == SENTENCE.replace(" ", "")
    assert max(map(cell_len, lines)) <= width
    assert not [line for line in lines if line[:1] in set("，。；：、！？）〕")]
    assert not [line for line in lines if line[-1:] in set("（〔")]


def test_a_code_longer_than_the_line_is_cut() -> None:
    assert breaks("91431281MA4L0000XX", 10) == [10]


def test_a_table_that_has_no_room_becomes_lines() -> None:
    made = table("截止日", "事项", "说明", "件#")
    made.add_row("2026-03-02", "年度研发费用填报到期提醒", SENTENCE, "3")

    wide, narrow = shown(made, 140), shown(made, 40)

    assert any("截止日" in line for line in wide)
    assert narrow[0].startswith("- 2026-03-02 · ")
    assert any("件 3" in line for line in narrow)
