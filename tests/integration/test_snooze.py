"""Snooze (暂缓提醒): quiet until a day, with a reason; nothing is lost, the law is not silenced."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework import remind
from casework.compose import Nothing, compose
from casework.due import DueFilter, DueList, due
from casework.explain import Explanation, explain_deadline
from casework.outbox import Claim
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.refusal import Refusal
from casework.remind import sweep
from casework.rungs import rung_claims
from casework.services import Actor, Services
from casework.snoozing import Snoozed, snooze, unsnooze
from models.answer import Snooze
from models.deadline import Deadline
from models.ledger import AuditEntry
from models.letter import Letter, LetterItem
from policy.obligation import DeadlineKind
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, add_staff, sprout_catalogue

BY = Actor(name="李示例")
WHY = "企业负责人出差"
BEFORE, D7, MONDAY = dt.date(2026, 4, 22), dt.date(2026, 4, 23), dt.date(2026, 4, 27)
D1, DUE = dt.date(2026, 4, 29), dt.date(2026, 4, 30)


def _county(a_house: HouseMaker, engine: str, kind: DeadlineKind) -> Services:
    """One enterprise whose filing is due on 2026-04-30, on the day before a rung of it."""
    duties = tuple(replace(each, kind=kind) for each in SPROUT.obligations)
    catalogue = sprout_catalogue(obligations=duties)
    return a_house(engine, today=BEFORE, catalogue=catalogue, founding=_found)


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    sweep(services, today=BEFORE)


@pytest.fixture
def planned(a_house: HouseMaker, engine: str) -> Services:
    return _county(a_house, engine, DeadlineKind.PLANNED)


@pytest.fixture
def statutory(a_house: HouseMaker, engine: str) -> Services:
    return _county(a_house, engine, DeadlineKind.STATUTORY)


def _quiet(services: Services, until: dt.date, *, on: dt.date = BEFORE) -> Snoozed:
    done = snooze(services.on(on), 1, until, reason=WHY, by=BY)
    assert isinstance(done, Snoozed), done
    return done


def _items(services: Services) -> list[Any]:
    with services.database.reading() as session:
        return list(session.scalars(select(LetterItem).order_by(col(LetterItem.id))))


def _said(services: Services) -> list[tuple[str, str, str]]:
    """Return what was said since the snooze: the rung, to whom, and how it ended."""
    return sorted(
        (row.rung, row.key.rpartition(f"/{row.rung}/")[2], row.state) for row in _items(services)
    )


def test_what_comes_due_before_the_day_is_recorded_and_on_the_day_the_most_urgent_speaks_once(
    planned: Services,
) -> None:
    _quiet(planned, MONDAY)
    sweep(planned, today=D7)
    hushed = _items(planned)
    sweep(planned, today=MONDAY)
    sweep(planned, today=MONDAY)
    sweep(planned, today=dt.date(2026, 4, 28))

    assert {(row.rung, row.state, row.reason) for row in hushed} == {
        ("d-7", "suppressed", f"暂缓到 2026-04-27：{WHY}")
    }
    woken = _items(planned)[len(hushed) :]
    assert sorted((row.rung, row.state, row.speaks_on) for row in woken) == [
        ("d-7", "claimed", MONDAY),
        ("d-7", "claimed", MONDAY),
    ]
    assert {row.letter_id for row in hushed} == {None}


def test_a_statutory_dates_last_reminder_can_not_be_silenced_and_then_nothing_is_repeated(
    statutory: Services,
) -> None:
    assert _quiet(statutory, DUE).statutory
    for day in (D7, D1, DUE):
        sweep(statutory, today=day)

    assert _said(statutory) == [
        ("d-1", "contact", "claimed"),
        ("d-1", "staff/clerk", "claimed"),
        ("d-7", "contact", "suppressed"),
        ("d-7", "staff/clerk", "suppressed"),
    ]


def test_a_planned_date_may_be_quiet_until_its_own_day_and_then_speaks(planned: Services) -> None:
    assert not _quiet(planned, DUE).statutory
    for day in (D7, D1, DUE):
        sweep(planned, today=day)

    spoken = Counter((row.rung, row.state) for row in _items(planned))
    assert spoken == {("d-7", "suppressed"): 2, ("d-1", "suppressed"): 2, ("d-1", "claimed"): 2}


def test_asleep_over_the_day_the_most_urgent_rung_speaks_for_all(planned: Services) -> None:
    _quiet(planned, MONDAY)
    sweep(planned, today=D1)

    assert _said(planned) == [
        ("d-1", "contact", "claimed"),
        ("d-1", "staff/clerk", "claimed"),
        ("d-7", "contact", "superseded"),
        ("d-7", "staff/clerk", "superseded"),
    ]


def test_what_was_met_meanwhile_stays_quiet(planned: Services) -> None:
    _quiet(planned, MONDAY)
    sweep(planned, today=D7)
    done = Happened(target="1", kind="submitted", on=BEFORE, evidence="受理 1 号")
    record_event(planned, done, by=BY)
    sweep(planned, today=MONDAY)

    assert {row.state for row in _items(planned) if row.rung} == {"suppressed"}


def test_a_reminder_in_a_letter_that_has_not_left_is_taken_back_and_not_lost(
    planned: Services,
) -> None:
    sweep(planned, today=D7)
    done = _quiet(planned, MONDAY, on=D7)
    with planned.database.reading() as session:
        letters = session.scalars(select(col(Letter.id))).all()

    assert done.items == 2
    assert all(isinstance(compose(planned.on(D7), each or 0), Nothing) for each in letters)
    sweep(planned, today=MONDAY)
    assert Counter(row.state for row in _items(planned)) == {"suppressed": 2, "claimed": 2}


def test_what_was_told_already_is_not_told_again_on_the_day(planned: Services) -> None:
    sweep(planned, today=D7)
    with planned.database.writing() as session:
        for letter in session.scalars(select(Letter)):
            letter.state = "sent"
    assert _quiet(planned, MONDAY, on=D7).items == 0
    sweep(planned, today=MONDAY)

    assert len(_items(planned)) == 2


def test_ended_early_what_was_passed_over_speaks_at_once(planned: Services) -> None:
    _quiet(planned, MONDAY)
    sweep(planned, today=D7)
    friday = planned.on(dt.date(2026, 4, 24))
    done = unsnooze(friday, 1, reason="已回来", by=BY)
    again = unsnooze(friday, 1, reason="", by=BY)
    for day in (dt.date(2026, 4, 24), MONDAY):
        sweep(planned, today=day)

    assert isinstance(done, Snoozed)
    assert (done.until, done.items) == (None, 2)
    assert isinstance(again, Refusal)
    assert Counter(row.state for row in _items(planned)) == {"suppressed": 2, "claimed": 2}


def test_a_second_snooze_takes_the_place_of_the_first(planned: Services) -> None:
    _quiet(planned, MONDAY)
    _quiet(planned, dt.date(2026, 4, 28))
    for day in (D7, MONDAY):
        sweep(planned, today=day)
    assert {row.state for row in _items(planned)} == {"suppressed"}
    sweep(planned, today=dt.date(2026, 4, 28))

    assert Counter(row.state for row in _items(planned)) == {"suppressed": 2, "claimed": 2}


def test_ended_while_a_sweep_was_under_way_nothing_is_lost(
    planned: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _quiet(planned, MONDAY)
    ended: list[object] = []

    def meanwhile(*given: Any) -> Iterator[Claim]:
        if not ended:
            ended.append(unsnooze(planned.on(D7), 1, reason="已回来", by=BY))
        return rung_claims(*given)

    monkeypatch.setattr(remind, "rung_claims", meanwhile)
    sweep(planned, today=D7)

    assert isinstance(ended[0], Snoozed)
    assert {(row.rung, row.state) for row in _items(planned)} == {("d-7", "claimed")}


@pytest.mark.parametrize("moves", [False, True], ids=["certain now", "moved"])
def test_it_holds_when_the_date_becomes_certain_and_ends_when_it_moves(
    planned: Services, *, moves: bool
) -> None:
    _quiet(planned, MONDAY)
    with planned.database.writing() as session:
        old = session.get_one(Deadline, 1)
        new = Deadline(**old.model_dump(exclude={"id"}) | {"projection": 2})
        new.due_on = DUE + dt.timedelta(days=moves)
        new.ladder = old.ladder
        old.state = "superseded"
        session.add(new)
    sweep(planned, today=D7 + dt.timedelta(days=moves))
    rungs = {row.state for row in _items(planned)}

    assert rungs == ({"claimed"} if moves else {"suppressed"})
    if not moves:
        sweep(planned, today=MONDAY)
        assert "claimed" in {row.state for row in _items(planned)}


def test_one_whose_date_met_its_end_before_is_over_when_its_day_comes(planned: Services) -> None:
    _quiet(planned, MONDAY)
    with planned.database.writing() as session:
        session.get_one(Deadline, 1).state = "met"
    for day, over in ((D7, None), (MONDAY, MONDAY)):
        sweep(planned, today=day)
        with planned.database.reading() as session:
            assert session.scalars(select(col(Snooze.ended_on))).all() == [over]


@pytest.mark.parametrize(
    ("until", "why", "words"),
    [
        (dt.date(2026, 5, 6), WHY, "最晚只能暂缓到 2026-04-30"),
        (BEFORE, WHY, "不在今天以后"),
        (MONDAY, "  ", "请写明暂缓提醒的理由"),
    ],
)
def test_what_can_not_be_meant_is_refused_and_changes_nothing(
    planned: Services, until: dt.date, why: str, words: str
) -> None:
    before = dump(planned.database)
    refused = snooze(planned.on(BEFORE), 1, until, reason=why, by=BY)

    assert isinstance(refused, Refusal)
    assert words in refused.reason
    assert differences(before, dump(planned.database)) == []


def test_what_is_over_or_not_there_can_not_be_snoozed(planned: Services) -> None:
    late = snooze(planned.on(dt.date(2026, 5, 6)), 1, dt.date(2026, 5, 7), reason=WHY, by=BY)
    none = snooze(planned.on(BEFORE), 99, MONDAY, reason=WHY, by=BY)
    with planned.database.writing() as session:
        session.get_one(Deadline, 1).state = "met"
    met = snooze(planned.on(BEFORE), 1, MONDAY, reason=WHY, by=BY)

    assert [each.reason[:6] for each in (late, none) if isinstance(each, Refusal)] == [
        "截止日 20",
        "没有编号为 ",
    ]
    assert isinstance(met, Refusal)


def test_staff_see_it_and_who_did_it_is_on_record(planned: Services) -> None:
    _quiet(planned, MONDAY)
    told = explain_deadline(planned.on(BEFORE), 1)
    listed = due(planned.on(BEFORE), DueFilter())
    with planned.database.reading() as session:
        acts = session.execute(select(col(AuditEntry.act), col(AuditEntry.by))).all()

    assert isinstance(told, Explanation)
    assert isinstance(listed, DueList)
    assert ("暂缓提醒", f"到 2026-04-27，李示例：{WHY}") in {
        (each.about, each.said) for each in told.reasons
    }
    assert [line.snoozed_until for line in listed.lines if line.id == 1] == [MONDAY]
    assert ("snooze", "李示例") in {tuple(row) for row in acts}
