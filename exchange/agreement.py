"""One file may not say two things about the same enterprise, year or certificate."""

from collections.abc import Iterable, Iterator
from typing import Any

from exchange.fields import title_of
from exchange.headers import Table
from exchange.layouts import column_of, problem_at
from exchange.values import EnterpriseRow, FiguresRow, Held, Problem, Severity

_COMPARED = {"division_code": "division"} | {
    name: name
    for name in (
        "name",
        "registered_on",
        "industry",
        "address",
        "contact_name",
        "contact_email",
        "contact_phone",
        "change_note",
    )
}
_CERTIFICATES = {"hnte": "hnte_number", "tsme": "tsme_number"}


def contradictions(
    tables: Iterable[Table],
    enterprises: Iterable[EnterpriseRow],
    figures: Iterable[FiguresRow],
) -> tuple[list[EnterpriseRow], list[FiguresRow], list[Problem]]:
    """Return the rows that agree with those before them, and a problem for each that does not."""
    by_sheet = {table.sheet.name: table for table in tables}
    problems: list[Problem] = []
    kept, problems_of_rows = _enterprises(by_sheet, enterprises)
    problems += problems_of_rows
    kept_figures, problems_of_years = _figures(by_sheet, figures)
    problems += problems_of_years
    problems += _names(by_sheet, kept, kept_figures)
    return kept, kept_figures, problems


def _enterprises(
    tables: dict[str, Table], rows: Iterable[EnterpriseRow]
) -> tuple[list[EnterpriseRow], list[Problem]]:
    kept: list[EnterpriseRow] = []
    problems: list[Problem] = []
    seen: dict[str, list[EnterpriseRow]] = {}
    owners: dict[tuple[str, str], EnterpriseRow] = {}
    for row in rows:
        before = seen.setdefault(row.uscc, [])
        found = list(_conflicts(tables, row, before)) + list(_taken(tables, row, owners))
        same = next((each for each in before if each.sheet == row.sheet), None)
        if same and not found:
            message = f"与{_where(same, row)}是同一家企业，内容不矛盾，只算一家"
            problems.append(_problem(tables, row, "uscc", message, Severity.WARNING))
        problems += found
        if not found:
            before.append(row)
            kept.append(row)
    return kept, problems


def _conflicts(
    tables: dict[str, Table], row: EnterpriseRow, before: list[EnterpriseRow]
) -> Iterator[Problem]:
    for earlier in before:
        differing = list(_differences(earlier, row))
        if not differing:
            continue
        what = "；".join(
            f"{title}一处是“{_short(a)}”，一处是“{_short(b)}”" for title, a, b in differing[:3]
        )
        message = (
            f"与{_where(earlier, row)}是同一个统一社会信用代码，内容却不同：{what}；"
            "请核对代码，或删去其中一行"
        )
        yield _problem(tables, row, "uscc", message)
        return


def _differences(a: EnterpriseRow, b: EnterpriseRow) -> Iterator[tuple[str, Any, Any]]:
    pairs = [(title_of(f), getattr(a, n), getattr(b, n)) for n, f in _COMPARED.items()]
    pairs += [
        (title_of(name), a.statements[name], b.statements[name])
        for name in a.statements
        if name in b.statements
    ]
    held = {(each.kind, each.number): each.valid_from for each in a.held}
    pairs += [
        (f"{each.number} 的起始日期", held.get((each.kind, each.number)), each.valid_from)
        for each in b.held
    ]
    yield from (pair for pair in pairs if None not in pair[1:] and pair[1] != pair[2])


def _taken(
    tables: dict[str, Table],
    row: EnterpriseRow,
    owners: dict[tuple[str, str], EnterpriseRow],
) -> Iterator[Problem]:
    """Complain of a certificate number that another enterprise holds."""
    for held in row.held:
        owner = owners.setdefault((held.kind, held.number), row)
        if owner.uscc != row.uscc:
            message = f"编号 {held.number} 与{_where(owner, row)}的企业重复，请对照证书核对"
            yield _problem(tables, row, _field_of(held), message)


def _figures(
    tables: dict[str, Table], rows: Iterable[FiguresRow]
) -> tuple[list[FiguresRow], list[Problem]]:
    kept: dict[tuple[str, int], FiguresRow] = {}
    problems: list[Problem] = []
    for row in rows:
        first = kept.setdefault((row.uscc, row.year), row)
        if first is not row:
            message = (
                f"与{_where(first, row)}重复：同一企业 {row.year} 年的数据出现两次，请只留一行"
            )
            problems.append(_problem(tables, row, "uscc", message))
    return list(kept.values()), problems


def _names(
    tables: dict[str, Table], enterprises: list[EnterpriseRow], figures: list[FiguresRow]
) -> Iterator[Problem]:
    """Doubt a name that stands beside two codes, and figures under another name."""
    by_name: dict[str, EnterpriseRow] = {}
    for row in enterprises:
        first = by_name.setdefault(row.name, row)
        if first.uscc != row.uscc:
            message = f"与{_where(first, row)}企业名称相同而代码不同，请核对两个统一社会信用代码"
            yield _problem(tables, row, "name", message, Severity.WARNING)
    names = {row.uscc: row.name for row in enterprises}
    for each in figures:
        known = names.get(each.uscc, each.name)
        if each.name and each.name != known:
            message = f"同一个代码在名册中的名称是“{known}”，与这里不同，请核对代码"
            yield _problem(tables, each, "name", message, Severity.WARNING)


def _where(first: EnterpriseRow | FiguresRow, row: EnterpriseRow | FiguresRow) -> str:
    sheet = "" if first.sheet == row.sheet else f"工作表“{first.sheet}”"
    return f"{sheet}第 {first.row} 行"


def _problem(
    tables: dict[str, Table],
    row: EnterpriseRow | FiguresRow,
    field: str,
    message: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    table = tables[row.sheet]
    return problem_at(table, row.row - 1, column_of(table, field), message, severity)


def _field_of(held: Held) -> str:
    return _CERTIFICATES[held.kind]


def _short(value: Any) -> str:  # noqa: ANN401 - any field of a row
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
