"""The page for other programs names every key that they can meet."""

import re
from dataclasses import fields

import pytest
from pydantic import BaseModel

from casework.absences import AbsenceLine
from casework.answers_page import AnswerLine, AnswerList
from casework.board import Board, FinalCount, PhaseCount, ProgrammeBoard, StageCount
from casework.case_history import History
from casework.case_page import CasePage, WaitLine
from casework.cases import CaseLine, CaseList
from casework.clocks import ClockChange
from casework.digest import DigestReport
from casework.due import DueLine, DueList
from casework.housekeeping import HousekeepingReport
from casework.import_back import Kept
from casework.import_batches import BatchLine, BatchList
from casework.import_changes import Change
from casework.import_undo import Undoing
from casework.letters_page import LetterLine, Outbox
from casework.reproject import MovedDate, Reprojection
from casework.runs_page import RunLine
from casework.settle import SettledAnswer
from casework.snoozing import Snoozed
from casework.tokens import MadeToken, TokenLine
from casework.told import Told
from casework.webhooks_page import HookLine
from config.robots import RobotPart
from config.settings import (
    AttentionPart,
    ConsolePart,
    KeepPart,
    LogPart,
    OfficeSettings,
    PrefectPart,
    Settings,
    SmtpPart,
)
from config.webhooks import WebhookPart
from notifications.letters import MonthFigure, MonthLine, MonthSummary
from policy.silence import Trouble
from tests.house.tree import text

SHOWN = (
    *(Board, ProgrammeBoard, PhaseCount, StageCount, FinalCount),
    *(DueList, DueLine, CaseList, CaseLine, CasePage, WaitLine, History, Outbox, LetterLine),
    *(ClockChange, MovedDate, Reprojection, Told),
    *(AbsenceLine, MonthSummary, MonthLine, MonthFigure),
    *(DigestReport, HousekeepingReport, RunLine, Trouble),
    *(TokenLine, MadeToken, HookLine),
    *(AnswerList, AnswerLine, SettledAnswer, Snoozed),
    *(BatchList, BatchLine, Undoing, Change, Kept),
)
PAGE = set(re.findall(r"`([a-z_]+)`", text("docs/for-programs.md")))


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.__name__)
def test_every_key_of_a_fixed_form_is_named(shown: type) -> None:
    assert {each.name for each in fields(shown)} <= PAGE


PARTS = (
    *(Settings, OfficeSettings, SmtpPart, AttentionPart, KeepPart, LogPart, PrefectPart),
    *(ConsolePart, RobotPart, WebhookPart),
)


@pytest.mark.parametrize("part", PARTS)
def test_every_setting_is_named(part: type[BaseModel]) -> None:
    assert part.model_fields.keys() - {"home"} <= PAGE
