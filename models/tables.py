"""All tables in one place, for Alembic and for tests that compare databases."""

from models.absence import Absence
from models.accounts import Account, FailedTry, SignIn
from models.answer import Answer, Snooze
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
from models.clock import ClockEvent
from models.deadline import Deadline
from models.decision import Assignment, Decision, Note, Undoing
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
    "Absence",
    "Account",
    "Alarm",
    "Alias",
    "AnnualFigures",
    "Answer",
    "Assessment",
    "Assignment",
    "AuditEntry",
    "BadAddress",
    "CalendarOverride",
    "Case",
    "ClockEvent",
    "Deadline",
    "Decision",
    "Enterprise",
    "FailedTry",
    "Heartbeat",
    "ImportBatch",
    "Lease",
    "Letter",
    "LetterItem",
    "Note",
    "Person",
    "ProgrammeVersion",
    "Qualification",
    "Record",
    "Review",
    "Run",
    "RunBatch",
    "Secret",
    "SignIn",
    "Snooze",
    "Statement",
    "Transition",
    "Undoing",
    "Waiver",
    "metadata",
]
