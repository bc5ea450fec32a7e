"""All tables in one place, for Alembic and for tests that compare databases."""

from models.accounts import Account, FailedTry, SignIn
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

__all__ = [
    "Account",
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
    "FailedTry",
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
    "SignIn",
    "Statement",
    "Transition",
    "Waiver",
    "metadata",
]
