"""Reading a roster: every sheet with a header, and everything that is wrong, at once."""

from dataclasses import dataclass, field
from pathlib import Path

from exchange.agreement import contradictions
from exchange.cells import Read
from exchange.entries import enterprise_of, figures_of
from exchange.headers import Table, find_table
from exchange.layouts import doubts
from exchange.rows import read_rows
from exchange.values import EnterpriseRow, FiguresRow, Problem, Roster, Severity
from exchange.workbook import Book, Sheet, book_of, digest_of, read_bytes

# Sheets of our own that hold no data: the instructions and the list of problems.
HELP_SHEET, PROBLEM_SHEET = "填表说明", "问题清单"

_NO_HEADER = (
    "没有找到表头；表头应含“统一社会信用代码”和“企业名称”，放在前 15 行内，"
    "可用 peiyu template roster 生成模板"
)
_NOTHING = "没有读到任何企业或年度数据；请在表头下面逐行填写后再导入"


@dataclass(slots=True)
class _Said:
    """What the sheets say so far."""

    enterprises: list[EnterpriseRow] = field(default_factory=list)
    figures: list[FiguresRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_roster(path: Path) -> Roster:
    """Return what a file says. Nothing is raised for what a file may hold."""
    data = read_bytes(path)
    if isinstance(data, str):
        return Roster(filename=path.name, digest="", problems=(_of_file(path.name, data),))
    return roster_of(path.name, data)


def roster_of(name: str, data: bytes) -> Roster:
    """Return what the bytes of a file of this name say."""
    digest = digest_of(data)
    book = book_of(name, data)
    if isinstance(book, str):
        return Roster(filename=name, digest=digest, problems=(_of_file(name, book),))
    said = _read(book, name)
    return Roster(
        filename=name,
        digest=digest,
        enterprises=tuple(said.enterprises),
        figures=tuple(said.figures),
        problems=tuple(said.problems),
    )


def _read(book: Book, name: str) -> _Said:
    said = _Said()
    tables = []
    for sheet in book.sheets:
        if sheet.name.strip() in (HELP_SHEET, PROBLEM_SHEET) or not _says_something(sheet):
            continue
        table = find_table(sheet)
        if table is None or sheet.hidden:
            said.problems += _left_out(sheet, table)
        else:
            tables.append(table)
    if not tables:
        said.problems = [_of_file(name, _NO_HEADER)]
        return said
    for table in tables:
        _take(table, said)
    said.enterprises, said.figures, found = contradictions(tables, said.enterprises, said.figures)
    said.problems += found
    wrong = any(problem.severity is Severity.ERROR for problem in said.problems)
    if not (said.enterprises or said.figures or wrong):
        said.problems.append(_of_sheet(tables[0].sheet, tables[0].body, _NOTHING))
    return said


def _take(table: Table, said: _Said) -> None:
    said.problems += doubts(table)
    for row in read_rows(table):
        if row.values or row.figures:
            if row.is_left_blank("uscc"):
                row.say_of("uscc", Read(error="没有填统一社会信用代码，请对照营业执照补上"))
            enterprise = enterprise_of(row)
            said.enterprises += [enterprise] if enterprise else []
            said.figures += figures_of(row)
        said.problems += row.problems


def _says_something(sheet: Sheet) -> bool:
    return any(cell != "" for row in sheet.rows for cell in row)


def _left_out(sheet: Sheet, table: Table | None) -> list[Problem]:
    if sheet.hidden and table is None:
        return []
    why = "是隐藏的，没有读取；需要导入请先取消隐藏" if sheet.hidden else "里没有找到表头，没有读取"
    message = f"工作表“{sheet.name}”{why}"
    return [_of_sheet(sheet, 1, message)]


def _of_sheet(sheet: Sheet, row: int, message: str) -> Problem:
    return Problem(
        sheet=sheet.name,
        row=row,
        column="",
        value="",
        message=message,
        severity=Severity.WARNING,
    )


def _of_file(name: str, message: str) -> Problem:
    return Problem(sheet="", row=0, column="", value=name, message=message)
