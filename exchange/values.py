"""What a file says: rows that were understood, and a sentence for every cell that was not."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem keeps the file from being applied."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A cell that needs somebody's eye. ``row`` counts from 1 as the spreadsheet shows it.

    ``column`` is the header as it stands in the file, or the letter of a column without one;
    ``message`` is one Chinese sentence that says what is wrong and how to mend it. ``place``
    is the cell's address (``C7``), empty when the problem is one of the whole sheet.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    severity: Severity = Severity.ERROR
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate or registration number that the file says an enterprise holds."""

    kind: str  # hnte, tsme
    number: str
    valid_from: dt.date
    valid_to: dt.date
    field: str = ""  # 技术领域


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseRow:
    """One enterprise as a roster describes it; what the roster does not say is None."""

    sheet: str
    row: int
    uscc: str
    name: str
    division_code: str | None = None
    registered_on: dt.date | None = None
    industry: str | None = None
    address: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    change_note: str | None = None
    held: tuple[Held, ...] = ()
    # Standing facts of policy.facts: flags (bool), points (int), dates.
    statements: Mapping[str, bool | int | dt.date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresRow:
    """Annual facts of one enterprise and fiscal year: money in 分, counts as they are."""

    sheet: str
    row: int
    uscc: str
    name: str
    year: int
    values: Mapping[str, int]
    source: str  # where the values come from, in the words of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everything one file says. Nothing of it may be applied while it holds an error."""

    filename: str
    digest: str  # SHA-256 of the bytes
    enterprises: tuple[EnterpriseRow, ...] = ()
    figures: tuple[FiguresRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that keep the file from being applied."""
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)
