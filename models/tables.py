"""All tables in one place, for Alembic and for tests that compare databases."""

from models.base import metadata
from models.case import (
    Assessment,
    Case,
    ProgrammeVersion,
    Record,
    Review,
    Transition,
    Waiver,
)
from models.deadline import Deadline
from models.enterprise import Alias, BadAddress, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.ledger import (
    Alarm,
    AuditEntry,
    CalendarOverride,
    Heartbeat,
    ImportBatch,
    Lease,
    Run,
    RunBatch,
)
from models.letter import Letter, LetterItem
from models.secret import Secret

__all__ = [
    "Alarm",
    "Alias",
    "AnnualFigures",
    "Assessment",
    "AuditEntry",
    "BadAddress",
    "CalendarOverride",
    "Case",
    "Deadline",
    "Enterprise",
    "Heartbeat",
    "ImportBatch",
    "Lease",
    "Letter",
    "LetterItem",
    "Person",
    "ProgrammeVersion",
    "Qualification",
    "Record",
    "Review",
    "Run",
    "RunBatch",
    "Secret",
    "Statement",
    "Transition",
    "Waiver",
    "metadata",
]
