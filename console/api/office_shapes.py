"""A year's figures, targets, imports and the audit, as programs get them."""

import datetime as dt

from pydantic import Field

from console.api.shapes import NEXT, USCC, Shape


class TargetProgress(Shape):
    """A target and how far it is; all in enterprises."""

    measure: str = Field(
        description="`new`, `granted` (new and renewed), `stock` (at the end) or `net`."
    )
    target: int = Field(description="What is to be reached.")
    reached: int = Field(description="How far it is.")
    at_most: int = Field(description="How far it can get if every case under way succeeds.")
    document: str = Field(description="The document that sets it.")


class YearFlow(Shape):
    """One programme's year (存量与增减) as on a day; all in enterprises."""

    programme: str = Field(description="Key of the programme.")
    title: str = Field(description="Its name.")
    on: dt.date = Field(description="The day: today, or the last of the year.")
    opening: int = Field(description="Those that held it when the year began.")
    new: int = Field(description="Those that came to hold it.")
    renewed: int = Field(description="Those that held it and renewed it.")
    lapsed: int = Field(description="Those that do not hold it any more.")
    closing: int = Field(description="Those that hold it: opening + new - lapsed.")
    expiring: int = Field(description="Of these, those for which it runs out before the year.")
    under_way: int = Field(description="Those with a case of this year under way.")
    targets: tuple[TargetProgress, ...] = Field(description="The targets of the own division.")


class YearFlows(Shape):
    """A year's stock and flow."""

    year: int = Field(description="The year.")
    programmes: tuple[YearFlow, ...] = Field(
        description="Programmes that end in a qualification; none of a year to come."
    )


class Target(Shape):
    """One word on a target; older words stay."""

    programme: str = Field(description="Key of the programme.")
    measure: str = Field(description="`new`, `granted`, `stock` or `net`.")
    seq: int = Field(description="Which word on it this is: sent as `seen` with the next.")
    number: int | None = Field(description="Enterprises; null: it was taken back.")
    document: str = Field(description="The document that says so.")
    by: str = Field(description="Who entered it.")
    at: dt.datetime = Field(description="When, UTC.")


class Targets(Shape):
    """Every word on the targets of a year, of the own division."""

    year: int = Field(description="The year.")
    targets: tuple[Target, ...] = Field(description="By programme, the newest first.")


class Import(Shape):
    """One import (导入) of a roster."""

    number: int = Field(description="Its number.")
    filename: str = Field(description="Name of the file.")
    by: str = Field(description="Who imported it.")
    at: dt.datetime = Field(description="When, UTC.")
    new: int = Field(description="Rows that were new.")
    changed: int = Field(description="Rows that changed something.")
    unchanged: int = Field(description="Rows that changed nothing.")
    undone_by: str = Field(description="Who took it back; empty: nobody.")
    undone_at: dt.datetime | None = Field(description="When, UTC.")


class Imports(Shape):
    """One page of imports."""

    imports: tuple[Import, ...] = Field(description="The newest first.")
    next: str | None = NEXT


class Change(Shape):
    """One thing that an import changes about an enterprise."""

    uscc: str = USCC
    enterprise: str = Field(description="Name of the enterprise.")
    what: str = Field(description="What, in Chinese.")
    before: str = Field(description="As staff read it before.")
    after: str = Field(description="As staff read it after.")


class Kept(Shape):
    """One thing of an import that can not be taken back."""

    uscc: str = USCC
    enterprise: str = Field(description="Name of the enterprise.")
    what: str = Field(description="What, in Chinese.")
    why: str = Field(description="Why not.")


class ImportWhole(Import):
    """One import whole, some of its changes at a time."""

    enterprises: int = Field(description="How many enterprises of ours it wrote about.")
    changes: tuple[Change, ...] = Field(description="What it changed.")
    taken: int = Field(description="How many things were taken back.")
    kept: tuple[Kept, ...] = Field(description="What could not be taken back.")
    next: str | None = NEXT


class AuditEntry(Shape):
    """One entry of the audit (操作记录)."""

    id: int = Field(description="Its number.")
    at: dt.datetime = Field(description="When.")
    by: str = Field(description="Who.")
    source: str = Field(description="From where, in Chinese.")
    act: str = Field(description="What, in Chinese.")
    about: str = Field(description="To what.")
    uscc: str = Field(description="Credit code of the enterprise it is about; empty: none.")
    details: tuple[str, ...] = Field(description="How exactly, in Chinese lines.")
    seal: str = Field(description="Its link of the chain.")


class Audit(Shape):
    """One page of the audit."""

    entries: tuple[AuditEntry, ...] = Field(description="The latest first.")
    next: str | None = NEXT
