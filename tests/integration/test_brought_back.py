"""A date that had ended and is owed once more: what waited in letters, and what came meanwhile."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.answers import Given, Question, answer, look
from casework.answers import Wish as Said
from casework.answers_page import AnswerList, list_answers
from casework.decide import Decided, Verb, Wish, decide_case
from casework.deliver import deliver
from casework.letter_acts import Chosen, Done, LetterAct, carry_out
from casework.links import secret_of, token
from casework.matters import matter_of
from casework.records import Happened, Recorded, record_event
from casework.remind import sweep
from casework.revoke import Revoked, revoke_record
from casework.services import Actor
from casework.snoozing import Snoozed, snooze
from casework.undo import TakenBack, take_back
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.memory import MemoryCarrier
from policy.answers import AnswerKind
from policy.clocks import Act
from policy.workdays import ONE_DAY
from tests.plugins.clocked import CLERK, DUE, Clocked

HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)
D7 = dt.date(2026, 4, 23)
D1 = dt.date(2026, 4, 29)
BOTH = ["clerk@bureau.example", "contact1@firm.example"]


@pytest.fixture
def engine() -> str:
    """One engine is enough: what is asked of the rows is plain."""
    return "sqlite"


def _withdrawn(filing: Clocked, day: dt.date) -> int:
    done = decide_case(
        filing.on(day), Wish(case_id=1, verb=Verb.WITHDRAW, reason="示例理由"), by=CLERK
    )
    assert isinstance(done, Decided)
    return done.decision


def _taken_back(filing: Clocked, decision: int, day: dt.date) -> None:
    done = take_back(filing.on(day), decision, reason="示例理由", by=HEAD)
    assert isinstance(done, TakenBack), done


def _sent(filing: Clocked, day: dt.date) -> list[str]:
    carrier = MemoryCarrier()
    deliver(replace(filing.on(day), open_carrier=lambda: carrier))
    return sorted(each.to.email for each in carrier.messages)


@pytest.mark.parametrize("act", [Act.WAIVE, Act.CANNOT_FILE])
def test_the_last_reminder_waits_through_an_end_that_is_taken_back(
    filing: Clocked, act: Act
) -> None:
    sweep(filing.on(D1))
    filing.done(D1, act)
    filing.done(D1, Act.UNDO)

    assert _sent(filing, D1) == BOTH
    said = [item for item in filing.rows(LetterItem) if item.rung == "d-1"]
    assert {item.deadline_id for item in said} == {filing.now.id}


def test_a_letter_that_was_held_speaks_of_the_date_that_came_back(filing: Clocked) -> None:
    sweep(filing.on(D1))
    waiting = tuple(
        each.id for each in filing.rows(Letter) if each.state == LetterState.QUEUED.value
    )
    held = carry_out(
        filing.on(D1), Chosen(act=LetterAct.HOLD, numbers=waiting), reason="示例", by=HEAD
    )
    assert isinstance(held, Done)
    _taken_back(filing, _withdrawn(filing, D1), D1)
    carry_out(filing.on(D1), Chosen(act=LetterAct.RELEASE, numbers=waiting), reason="示例", by=HEAD)

    assert _sent(filing, D1) == BOTH


def test_a_date_that_comes_back_overdue_is_said_to_be_overdue(filing: Clocked) -> None:
    after = dt.date(2026, 5, 6)  # the first workday after it; its sweep is done by then
    for day in (D7, D1, DUE):
        filing.day(day)
    decision = _withdrawn(filing, DUE)
    sweep(filing.on(after))
    _taken_back(filing, decision, after)

    assert _sent(filing, after) == ["clerk@bureau.example", "head@bureau.example"]
    said = [item for item in filing.rows(LetterItem) if item.deadline_id == filing.now.id]
    assert {(item.rung, item.state) for item in said} == {("d+1", ItemState.CLAIMED.value)}


@pytest.mark.parametrize("clock", [True, False])
def test_what_is_kept_quiet_stays_so_when_its_date_comes_back(
    filing: Clocked, *, clock: bool
) -> None:
    before, until = D7 - ONE_DAY, dt.date(2026, 4, 28)
    filing.day(before)
    number = filing.now.id or 0
    assert isinstance(snooze(filing.on(before), number, until, reason="示例", by=CLERK), Snoozed)
    filing.day(D7)
    if clock:
        filing.done(D7, Act.SUSPEND)
        filing.done(D7, Act.UNDO)
    else:
        _taken_back(filing, _withdrawn(filing, D7), D7)

    assert filing.day(D7 + ONE_DAY) == []
    assert sorted(each.to.email for each in filing.day(until)) == BOTH, "once, when it is over"


@pytest.mark.parametrize("clock", [True, False])
def test_an_answer_waits_on_when_its_date_comes_back(filing: Clocked, *, clock: bool) -> None:
    services = filing.on(D1)
    with services.database.reading() as session:
        contact = session.scalars(select(Person).where(col(Person.enterprise_id) == 1)).one()
        firm = session.get_one(Enterprise, 1)
    link = token(
        secret_of(services), (filing.now, contact), matter=matter_of(firm, filing.now), on=D1
    )
    given = answer(services, link, Said(kind=AnswerKind.DONE, receipt="受理 1 号"))
    assert isinstance(given, Given)
    if clock:
        filing.done(D1, Act.WAIVE)
        filing.done(D1, Act.UNDO)
    else:
        _taken_back(filing, _withdrawn(filing, D1), D1)

    listed = list_answers(services)
    assert isinstance(listed, AnswerList)
    assert [(each.waiting, each.deadline_id) for each in listed.answers] == [(True, filing.now.id)]
    assert listed.waiting == 1
    assert any("受理 1 号" in each.text for each in filing.day(D1) if "clerk" in each.to.email)
    again = look(services, link)
    assert isinstance(again, Question)
    assert again.closed == ""


def test_what_passed_while_a_record_was_wrong_is_said_when_it_is_revoked(filing: Clocked) -> None:
    day = D1 - ONE_DAY
    told = Happened(target="1", kind="submitted", on=day, evidence="受理 1 号")
    assert isinstance(record_event(filing.on(day), told, by=CLERK), Recorded)
    filing.day(day)
    sweep(filing.on(D1))
    assert isinstance(revoke_record(filing.on(D1), told, reason="示例", by=CLERK), Revoked)

    assert _sent(filing, D1) == BOTH
