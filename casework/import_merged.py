"""Rows of a roster that name an enterprise by a code that was merged into another one.

They are taken for rows of the one that stays, and the file is told so. Where the file says the
same of both, somebody must say which is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.scope import sees
from casework.services import Services
from exchange.values import EnterpriseRow, FiguresRow, Problem, Roster, Severity
from models.enterprise import Enterprise
from models.merge import Merge

_R = TypeVar("_R", EnterpriseRow, FiguresRow)


def as_merged(session: Session, services: Services, roster: Roster) -> Roster:
    """Return the roster with every row under the code that stands."""
    look = _Look(_merged(session, services))
    if not look.into:
        return roster
    enterprises = tuple(look.standing(roster.enterprises))
    figures = tuple(look.standing(roster.figures))
    return replace(
        roster,
        enterprises=enterprises,
        figures=figures,
        problems=(*roster.problems, *look.problems),
    )


@dataclass(slots=True)
class _Look:
    """What was merged into what: code -> the enterprise that stands, and whether it is ours."""

    into: dict[str, tuple[Enterprise, bool]]
    problems: list[Problem] = field(default_factory=list)

    def standing(self, rows: tuple[_R, ...]) -> Iterator[_R]:
        """Yield the rows under the codes that stand."""
        said = {_about(row) for row in rows if row.uscc not in self.into}
        for row in rows:
            if row.uscc not in self.into:
                yield row
                continue
            kept, is_ours = self.into[row.uscc]
            moved = replace(row, uscc=kept.uscc, name=kept.name if is_ours else row.name)
            if _about(moved) in said:
                again = "本文件里还有它的另一行，请只留一行"
                self._say(row, kept, again, Severity.ERROR)
                continue
            said.add(_about(moved))
            if is_ours:
                self._say(row, kept, "这一行按它登记", Severity.WARNING)
            yield moved

    def _say(
        self, row: EnterpriseRow | FiguresRow, kept: Enterprise, then: str, how: Severity
    ) -> None:
        self.problems.append(
            Problem(
                sheet=row.sheet,
                row=row.row,
                column="统一社会信用代码",
                value=row.uscc,
                message=f"这个代码已并入 {kept.name}（{kept.uscc}），{then}",
                severity=how,
            )
        )


def _about(row: EnterpriseRow | FiguresRow) -> tuple[str, int]:
    return row.uscc, row.year if isinstance(row, FiguresRow) else 0


def _merged(session: Session, services: Services) -> dict[str, tuple[Enterprise, bool]]:
    """Return code -> the enterprise into which it went in the end."""
    rows = session.execute(
        select(col(Merge.gone_id), col(Merge.kept_id)).where(col(Merge.undone_at).is_(None))
    )
    into = {gone: kept for gone, kept in rows}  # noqa: C416 - rows are no pairs to mypy
    found: dict[str, tuple[Enterprise, bool]] = {}
    for gone, kept in into.items():
        while kept in into:
            kept = into[kept]  # noqa: PLW2901 - it went on
        stands = session.get_one(Enterprise, kept)
        code = session.get_one(Enterprise, gone).uscc
        found[code] = (stands, sees(session, services, kept))
    return found
