"""Whose enterprises a roster speaks of: staff import those of their own division and below it."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from casework.import_known import enterprises_of
from casework.services import Services
from exchange.values import EnterpriseRow, FiguresRow, Problem, Roster, Severity
from policy.divisions import below

_ELSEWHERE = "这家企业不在您负责的行政区划，请删去这一行，由当地办理"


def within_ours(session: Session, services: Services, roster: Roster) -> Roster:
    """Return the roster without the rows of others, each with a sentence that refuses it.

    Nothing that is known of an enterprise elsewhere is compared, so nothing of it is told. A
    newcomer whose row names no division gets that of the importer, and the file is told so.
    """
    if not services.division:
        return roster
    codes = sorted({row.uscc for row in _rows(roster)})
    known = {code: row["division_code"] for (code,), row in enterprises_of(session, codes).items()}
    look = _Look(services.division, known, {(each.sheet, each.row) for each in roster.errors})
    ours = tuple(look.filled(row) for row in roster.enterprises if not look.why_not(row))
    others = {row.uscc for row in roster.enterprises if look.why_not(row)}
    figures = tuple(
        row for row in roster.figures if row.uscc not in others and not look.why_not(row)
    )
    return replace(
        roster,
        enterprises=ours,
        figures=figures,
        problems=(*roster.problems, *look.refusals(roster), *look.filled_in(roster)),
    )


class _Look:
    """What eyes of one division may import, given the divisions of those that are known."""

    def __init__(self, division: str, known: dict[str, str], wrong: set[tuple[str, int]]) -> None:
        self._division, self._known, self._wrong = division, known, wrong

    def why_not(self, row: EnterpriseRow | FiguresRow) -> str:
        """Return why a row may not be imported, or nothing."""
        if row.uscc in self._known and not self._is_ours(self._known[row.uscc]):
            return _ELSEWHERE
        said = row.division_code if isinstance(row, EnterpriseRow) else None
        if said and not self._is_ours(said):
            return (
                f"行政区划 {said} 不在您负责的范围（{self._division}），"
                "请核对代码；确实属于那里的，由当地办理"
            )
        return ""

    def filled(self, row: EnterpriseRow) -> EnterpriseRow:
        """Return the row with the importer's division where a newcomer names none."""
        return replace(row, division_code=self._division) if self._is_homeless(row) else row

    def refusals(self, roster: Roster) -> Iterator[Problem]:
        """Yield a sentence for each row that is not ours."""
        for row in _rows(roster):
            if why := self.why_not(row):
                yield Problem(
                    sheet=row.sheet,
                    row=row.row,
                    column="统一社会信用代码",
                    value=row.uscc,
                    message=why,
                )

    def filled_in(self, roster: Roster) -> Iterator[Problem]:
        """Yield one sentence for all newcomers that got the importer's division."""
        homeless = [row for row in roster.enterprises if self._is_homeless(row)]
        if homeless:
            yield Problem(
                sheet=homeless[0].sheet,
                row=homeless[0].row,
                column="行政区划代码",
                value="",
                message=f"有 {len(homeless)} 家新企业没有填行政区划代码（这是第一家），"
                f"将按您的 {self._division} 登记；不对请填上 6 位代码",
                severity=Severity.WARNING,
            )

    def _is_homeless(self, row: EnterpriseRow) -> bool:
        # A row that is wrong anyway may say a division that could not be read.
        is_new = row.uscc not in self._known and (row.sheet, row.row) not in self._wrong
        return is_new and not row.division_code

    def _is_ours(self, division: str) -> bool:
        return division.startswith(below(self._division))


def _rows(roster: Roster) -> tuple[EnterpriseRow | FiguresRow, ...]:
    return (*roster.enterprises, *roster.figures)
