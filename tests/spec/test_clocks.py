"""期限的中止、恢复、延期、免办：worked cases, one each in ``clocks.toml``."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.calendar_files import load_calendar
from config.settings import CONFIG_ROOM
from policy.clock_rules import Standing, why_not, why_not_back
from policy.clocks import Act, Entry, clock_of, moved
from policy.deadlines import Due, due_from
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation, Roll
from policy.workdays import Calendar

CASES = tomllib.loads((Path(__file__).parent / "clocks.toml").read_text(encoding="utf-8"))["case"]
CALENDAR, _ = load_calendar(CONFIG_ROOM / "calendars")


def _duty(case: dict[str, Any]) -> Obligation:
    return Obligation(
        key="example",
        title="示例",
        kind=DeadlineKind(case["kind"]),
        binds=Binds.ENTERPRISE,
        anchor=Anchor.MONTH_DAY,
        ladder="gentle",
        source="示例",
        workdays=case.get("workdays", 0),
        roll=Roll(case.get("roll", "none")),
        extension_days=case.get("extension_days"),
        extension_source=case.get("extension_source", ""),
    )


def _entry(step: dict[str, Any]) -> Entry:
    given = {"days": 0, "document": "", "reason": "示例", "by": "示例经办"} | step
    return Entry(**given | {"act": Act(step["act"])})


def _due(case: dict[str, Any], ledger: list[Entry], calendar: Calendar) -> Due:
    duty = _duty(case)
    return moved(due_from(duty, case["event_on"], calendar), clock_of(ledger), duty, calendar)


def _said(case: dict[str, Any], ledger: list[Entry], entry: Entry) -> str:
    def standing(acts: list[Entry]) -> Standing:
        return Standing(
            obligation=_duty(case),
            clock=clock_of(acts),
            due_on=_due(case, acts, CALENDAR).due_on,
            earliest=dt.date(2026, 1, 1),
        )

    now = standing(ledger)
    sentence = why_not(entry, now)
    if sentence or entry.act is not Act.UNDO or now.clock.last is None:
        return sentence
    return why_not_back(now.clock.last.act, standing([*ledger, entry]), entry.on)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_worked_case_ends_on_the_day_it_says(case: dict[str, Any]) -> None:
    ledger: list[Entry] = []
    *steps, last = map(_entry, case["steps"])
    for entry in steps:
        assert _said(case, ledger, entry) == ""
        ledger.append(entry)
    assert _said(case, ledger, last) == case.get("refused", "")
    if not case.get("refused"):
        ledger.append(last)

    assert _due(case, ledger, CALENDAR).due_on == case["ends"]


def test_the_cases_try_every_act() -> None:
    assert {step["act"] for case in CASES for step in case["steps"]} >= {
        *(each.value for each in Act if each is not Act.WAIVE)
    }
