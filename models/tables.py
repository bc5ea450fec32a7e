"""All tables in one place, for Alembic and for tests that compare databases."""

from models.absence import Absence
from models.accounts import Account, FailedTry, SignIn
from models.answer import Answer, Snooze
from models.api import KeptAnswer, Token
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
from models.confirmation import Confirmation, RehearsalRow
from models.deadline import Deadline
from models.decision import Assignment, Decision, Note, Undoing
from models.enterprise import Alias, BadAddress, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportBatch, ImportTrace, Upload
from models.ledger import (
    Alarm,
    AuditEntry,
    CalendarOverride,
    Heartbeat,
    Lease,
    Run,
    RunBatch,
)
from models.letter import Letter, LetterItem
from models.letter_event import LetterEvent
from models.merge import Merge
from models.names import name_gram
from models.secret import Secret
from models.tallies import case_tally, date_tally
from models.target import Target
from models.views import Feed, SavedView
from models.webhooks import Webhook, WebhookCall
from models.wording import LetterWording

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
    "Confirmation",
    "Deadline",
    "Decision",
    "Enterprise",
    "FailedTry",
    "Feed",
    "Heartbeat",
    "ImportBatch",
    "ImportTrace",
    "KeptAnswer",
    "Lease",
    "Letter",
    "LetterEvent",
    "LetterItem",
    "LetterWording",
    "Merge",
    "Note",
    "Person",
    "ProgrammeVersion",
    "Qualification",
    "Record",
    "RehearsalRow",
    "Review",
    "Run",
    "RunBatch",
    "SavedView",
    "Secret",
    "SignIn",
    "Snooze",
    "Statement",
    "Target",
    "Token",
    "Transition",
    "Undoing",
    "Upload",
    "Waiver",
    "Webhook",
    "WebhookCall",
    "case_tally",
    "date_tally",
    "metadata",
    "name_gram",
]
