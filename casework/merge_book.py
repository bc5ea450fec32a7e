"""What a merge would do, as it is put together: the rows, and in words what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from casework.merge_rows import Step, step
from casework.services import Services
from models.enterprise import Enterprise
from models.writes import table_of

MERGED = "企业已合并"
Row = Mapping[str, Any]


@dataclass(kw_only=True)
class Plan:
    """What is to be done, and in words what moves, what stays and what forbids it."""

    session: Session
    services: Services
    gone: Enterprise
    kept: Enterprise
    steps: list[Step] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    forbids: list[str] = field(default_factory=list)
    alias: bool = False  # the old name becomes another name of the one that stays
    left: set[int] = field(default_factory=set)  # cases that stay behind

    def rows(self, model: type[SQLModel], whose: Enterprise) -> list[Row]:
        """Return an enterprise's rows of a table."""
        table = table_of(model)
        wanted = select(table).where(table.c.enterprise_id == whose.id)
        return self._read(wanted.order_by(*table.primary_key.columns))

    def among(self, model: type[SQLModel], column: str, ids: Iterable[int]) -> list[Row]:
        """Return the rows of a table that point to one of these."""
        table = table_of(model)
        wanted = select(table).where(table.c[column].in_(list(ids)))
        return self._read(wanted.order_by(*table.primary_key.columns))

    def _read(self, wanted: Select[Any]) -> list[Row]:
        return [dict(row) for row in self.session.execute(wanted).mappings()]

    def move(self, model: type[SQLModel], row: Row, **more: object) -> None:
        """Let a row belong to the enterprise that stays."""
        self.steps.append(step(model, row, enterprise_id=self.kept.id, **more))

    def title(self, programme: str) -> str:
        """Return what a programme is called."""
        return self.services.catalogue.title_of(programme)
