"""The monthly pipeline on a small programme: enrol, judge, move, propose, and never twice."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.decide import Verb, Wish, decide_case
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.services import Actor, Services
from models.case import Assessment, Case, Review, Transition
from models.deadline import Deadline
from models.figures import AnnualFigures
from models.ledger import CalendarOverride, Run
from models.letter import LetterItem
from models.writes import upsert
from policy.confirm import Confirm
from policy.obligation import Anchor, Binds, DeadlineKind, WindowStatus
from policy.programme import Criterion, Rule, Threshold
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import NOON, SPROUT, START, WINDOW, add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
APRIL = dt.date(2026, 4, 1)
CLERK = Actor(name="示例经办")


def _rows(services: Services, model: type[SQLModel], *where: Any) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).where(*where).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def _case(services: Services, enterprise: int = 1) -> Case:
    (case,) = _rows(services, Case, col(Case.enterprise_id) == enterprise)
    assert isinstance(case, Case)
    return case


def _record(services: Services, kind: str, on: dt.date, evidence: str = "示例凭据") -> Recorded:
    happened = Happened(target="1", kind=kind, on=on, evidence=evidence)
    done = record_event(services.on(max(on, MARCH)), happened, by=CLERK)
    assert isinstance(done, Recorded)
    return done


def _approve(services: Services) -> None:
    wish = Wish(case_id=1, verb=Verb.APPROVE, reason="材料属实")
    decide_case(services.on(MARCH), wish, by=CLERK)


def test_a_month_without_enterprises_is_a_month(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())

    assert run_month(services, "2026-03", on=MARCH).opened == 0
    (run,) = _rows(services, Run)
    assert run.state == "finished"


def test_who_meets_the_criteria_reaches_the_clerk_and_who_lacks_figures_waits(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    ready, silent, small = (
        add_firm(services, 1),
        add_firm(services, 2, sales=None),
        add_firm(services, 3, sales=1),
    )

    did = run_month(services, "2026-03", on=MARCH)

    stages = {case.enterprise_id: case.stage for case in _rows(services, Case)}
    assert stages == {ready: "pool", silent: "screening", small: "screening"}
    (review,) = _rows(services, Review)
    assert (review.stage, review.proposes, review.state) == ("pool", "training", "open")
    (move,) = _rows(services, Transition)
    assert (move.from_stage, move.to_stage, move.actor) == ("screening", "pool", "月度流程 2026-03")
    assert (did.opened, did.moved, did.reviews) == (3, 1, 1)
    verdicts = {row.case_id: row.verdict for row in _assessments(services)}
    assert sorted(verdicts.values()) == ["fails", "incomplete", "needs_person"]
    keys = [item.key for item in _rows(services, LetterItem)]
    assert keys == ["review/sprout/91431281MAXX00001X/2026.1/1/2026-03-02/staff/clerk"]


def _assessments(services: Services) -> Sequence[Assessment]:
    with services.database.reading() as session:
        return session.scalars(select(Assessment).order_by(col(Assessment.case_id))).all()


def test_a_second_run_of_the_month_changes_no_row(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    for number in range(1, 8):
        add_firm(services, number, sales=number * 40_000_000)
    run_month(services, "2026-03", on=MARCH)
    before = dump(services.database)

    again = run_month(services, "2026-03", on=MARCH)

    assert differences(before, dump(services.database)) == []
    assert (again.opened, again.moved, again.assessed, again.claims) == (0, 0, 0, 0)


def test_two_runs_at_once_leave_what_one_run_leaves(a_house: HouseMaker, engine: str) -> None:
    def a_county() -> Services:
        made = a_house(engine, catalogue=sprout_catalogue(), batch_size=4)
        add_staff(made)
        for number in range(1, 13):
            add_firm(made, number, sales=number * 20_000_000)
        return made

    alone, crowded = a_county(), a_county()
    run_month(alone, "2026-03", on=MARCH)
    with ThreadPoolExecutor(4) as runs:
        done = [runs.submit(run_month, crowded, "2026-03", on=MARCH) for _ in range(4)]

    assert [each.exception() for each in done] == [None] * 4
    assert differences(dump(alone.database), dump(crowded.database)) == []


def test_a_steady_month_writes_no_new_assessment(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)

    april = run_month(services, "2026-04", on=APRIL)

    assert [row.period for row in _assessments(services)] == ["2026-03"]
    assert (april.assessed, april.moved) == (0, 0)


def test_an_old_month_run_again_undoes_nothing_newer(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    firm = add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    with services.database.writing() as session:
        session.get_one(AnnualFigures, (firm, 2025)).sales = 150_000_000
    run_month(services, "2026-04", on=APRIL)
    before = dump(services.database)
    with services.database.writing() as session:
        session.get_one(AnnualFigures, (firm, 2025)).sales = 1

    old = run_month(services, "2026-03", on=MARCH)

    with services.database.writing() as session:
        session.get_one(AnnualFigures, (firm, 2025)).sales = 150_000_000
    assert (old.moved, old.reviews, old.assessed) == (0, 0, 0)
    assert differences(before, dump(services.database)) == []


def test_figures_that_arrive_later_move_the_case_in_the_next_month(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    firm = add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    with services.database.writing() as session:
        session.get_one(AnnualFigures, (firm, 2025)).sales = 150_000_000

    run_month(services, "2026-04", on=APRIL)

    assert _case(services).stage == "pool"
    assert [row.period for row in _assessments(services)] == ["2026-03", "2026-04"]


def test_a_case_goes_through_all_four_phases_on_what_happens_in_the_bureau(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    _approve(services)
    seen = [_case(services).stage]
    for kind, day in (
        ("trained", dt.date(2026, 3, 10)),
        ("submitted", dt.date(2026, 4, 7)),
        ("published", dt.date(2026, 4, 13)),
    ):
        _record(services, kind, day)
        seen.append(_case(services).stage)
    # 2026-04-13 is a Monday: five workdays end on Friday the 17th.
    run_month(services, "2026-04", on=dt.date(2026, 4, 17))
    seen.append(_case(services).stage)
    run_month(services, "2026-04", on=dt.date(2026, 4, 18))
    case = _case(services)

    assert seen == ["training", "filing", "publicity", "publicity", "publicity"]
    assert (case.stage, case.phase, case.final) == ("certified", "certification", "achieved")
    moves = _rows(services, Transition)
    assert [move.seq for move in moves] == [1, 2, 3, 4, 5]
    assert "公示期" in moves[-1].reason
    assert "2026-04-13 至 2026-04-17" in moves[-1].evidence


def test_an_event_that_ends_a_case_ends_it(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    _approve(services)
    _record(services, "trained", MARCH)
    _record(services, "submitted", MARCH)
    _record(services, "refused", MARCH, evidence="示例通知 3 号")

    assert (_case(services).stage, _case(services).final) == ("refused", "rejected")
    assert run_month(services, "2026-04", on=APRIL).moved == 0


@pytest.mark.fault("R18")
def test_what_is_not_filed_in_its_year_lapses_and_a_new_cycle_begins(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services, sales=None)
    run_month(services, "2026-12", on=dt.date(2026, 12, 1))
    run_month(services, "2027-01", on=dt.date(2027, 1, 4))

    cases = {case.cycle: case for case in _rows(services, Case)}
    assert (cases[2026].stage, cases[2026].final) == ("lapsed", "lapsed")
    assert cases[2027].final is None


def test_an_unconfirmed_rule_recommends_but_never_refuses(a_house: HouseMaker, engine: str) -> None:
    doubtful = Criterion(
        key="sales",
        code="S1",
        title="销售收入",
        fact="sales",
        rule=Rule.AT_LEAST,
        source="示例办法 第一条",
        confirm=Confirm.NEEDS_CONFIRMATION,
        thresholds=(Threshold(start=START, value=Fraction(100_000_000)),),
    )
    services = a_house(engine, catalogue=sprout_catalogue(criteria=(doubtful,)))
    add_firm(services, sales=1)

    run_month(services, "2026-03", on=MARCH)

    assert _case(services).stage == "pool"
    assert [row.verdict for row in _assessments(services)] == ["needs_person"]


def test_a_case_keeps_the_rules_it_started_with(a_house: HouseMaker, engine: str) -> None:
    strict = (
        replace(
            SPROUT.criteria[0], thresholds=(Threshold(start=START, value=Fraction(900_000_000)),)
        ),
    )
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services, 1, sales=None)
    run_month(services, "2026-03", on=MARCH)
    stricter = replace(services, catalogue=sprout_catalogue(criteria=strict))
    add_firm(services, 2, sales=500_000_000)
    with services.database.writing() as session:
        session.get_one(AnnualFigures, (1, 2025)).sales = 500_000_000

    run_month(stricter, "2026-04", on=APRIL)

    old, new = _case(services, 1), _case(services, 2)
    assert (old.stage, new.stage) == ("pool", "screening")
    assert old.revision != new.revision


def _due(services: Services) -> list[tuple[str, dt.date, str, int]]:
    rows = _rows(services, Deadline)
    return [(row.obligation, row.due_on, row.state, row.projection) for row in rows]


def test_a_deadline_is_opened_once_and_explains_itself(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    run_month(services, "2026-04", on=APRIL)

    assert _due(services) == [("file", dt.date(2026, 4, 30), "open", 1)]
    (row,) = _rows(services, Deadline)
    assert "示例办法 第九条" in row.basis


def test_a_deadline_whose_window_moved_is_superseded_and_never_mutated(
    a_house: HouseMaker, engine: str
) -> None:
    guessed = replace(WINDOW, status=WindowStatus.ESTIMATED)
    early = replace(sprout_catalogue(), windows={"sprout": (guessed,)})
    moved = replace(WINDOW, closes=dt.date(2026, 5, 15))
    services = a_house(engine, catalogue=early)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    later = replace(services, catalogue=replace(early, windows={"sprout": (moved,)}))

    did = run_month(later, "2026-04", on=APRIL)

    assert _due(services) == [
        ("file", dt.date(2026, 4, 30), "superseded", 1),
        ("file", dt.date(2026, 5, 15), "open", 2),
    ]
    assert (did.deadlines, did.superseded) == (0, 1)


def test_a_duty_of_a_certificate_binds_for_its_years_and_moves_with_no_case(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue(stages=()))
    add_firm(services, 1, certified_on=dt.date(2025, 10, 16))
    add_firm(services, 2, certified_on=dt.date(2022, 10, 16))
    run_month(services, "2026-03", on=MARCH)

    assert _due(services) == [("report", dt.date(2026, 5, 31), "open", 1)]
    assert _rows(services, Case) == []


def test_a_planned_date_that_nobody_met_leaves_the_list_and_a_statutory_one_stays_a_year(
    a_house: HouseMaker, engine: str
) -> None:
    yearly, _, _ = SPROUT.obligations
    law = replace(
        yearly,
        key="law",
        binds=Binds.ENTERPRISE,
        anchor=Anchor.MONTH_DAY,
        month_day=(5, 6),
        stages=(),
    )
    plan = replace(law, key="plan", kind=DeadlineKind.PLANNED)
    services = a_house(engine, catalogue=sprout_catalogue(stages=(), obligations=(law, plan)))
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    states = []
    for day in (dt.date(2026, 7, 1), dt.date(2026, 8, 3), dt.date(2027, 6, 1)):
        run_month(services, f"{day:%Y-%m}", on=day)
        rows = [row for row in _rows(services, Deadline) if row.period == "2026"]
        states.append({row.obligation: row.state for row in rows})

    assert states == [
        {"law": "open", "plan": "open"},
        {"law": "open", "plan": "waived"},
        {"law": "waived", "plan": "waived"},
    ]


@pytest.mark.fault("R18")
def test_a_duty_of_next_january_is_there_when_its_december_reminders_are_due(
    a_house: HouseMaker, engine: str
) -> None:
    yearly, _, _ = SPROUT.obligations
    early = replace(
        yearly, binds=Binds.ENTERPRISE, anchor=Anchor.MONTH_DAY, month_day=(1, 15), stages=()
    )
    services = a_house(engine, catalogue=sprout_catalogue(stages=(), obligations=(early,)))
    add_firm(services)
    run_month(services, "2026-10", on=dt.date(2026, 10, 8))

    assert _due(services) == [("file", dt.date(2027, 1, 15), "open", 1)]


def test_a_window_that_closed_is_let_go_when_a_later_one_is_open(
    a_house: HouseMaker, engine: str
) -> None:
    second = replace(WINDOW, batch=2, opens=dt.date(2026, 5, 6), closes=dt.date(2026, 6, 30))
    catalogue = replace(sprout_catalogue(), windows={"sprout": (WINDOW, second)})
    services = a_house(engine, catalogue=catalogue)
    add_firm(services, sales=None)
    for day in (MARCH, dt.date(2026, 5, 6)):
        run_month(services, f"{day:%Y-%m}", on=day)

    assert _due(services) == [
        ("file", dt.date(2026, 4, 30), "waived", 1),
        ("file", dt.date(2026, 6, 30), "open", 1),
    ]


def test_a_late_report_of_last_year_is_not_this_years_and_an_early_one_is(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue(stages=()))
    add_firm(services, certified_on=dt.date(2025, 10, 16))
    run_month(services, "2026-03", on=MARCH)
    late = Happened(
        target="示例企业1号有限公司",
        kind="reported",
        on=dt.date(2026, 6, 9),
        evidence="回执1",
        programme="sprout",
    )
    record_event(services.on(dt.date(2026, 6, 9)), late, by=CLERK)
    early = replace(late, on=dt.date(2027, 2, 1), evidence="回执2")
    run_month(services, "2027-02", on=dt.date(2027, 2, 1))
    record_event(services.on(dt.date(2027, 2, 1)), early, by=CLERK)
    run_month(services, "2027-03", on=dt.date(2027, 3, 1))

    assert _due(services) == [
        ("report", dt.date(2026, 5, 31), "met", 1),
        ("report", dt.date(2027, 5, 31), "met", 1),
    ]


def test_a_change_must_be_reported_within_three_months_also_when_no_case_is_open(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue(stages=()))
    add_firm(services)
    happened = Happened(
        target="91431281MAXX00001X",
        kind="renamed",
        on=dt.date(2026, 2, 28),
        evidence="通知书",
        programme="苗圃",
    )
    done = record_event(services, happened, by=CLERK)

    assert isinstance(done, Recorded)
    assert _due(services) == [("rename", dt.date(2026, 5, 28), "open", 1)]


def test_a_day_that_staff_declared_off_moves_what_rests_on_it(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    day = dt.date(2026, 3, 3)
    row = {"day": day, "working": False, "reason": "停电", "by": "示例经办", "at": NOON}
    with services.database.writing() as session:
        upsert(session, CalendarOverride, [row])

    calendar = services.calendar()

    assert not calendar.is_workday(day)
    assert calendar.nth_workday(MARCH, 2).date == dt.date(2026, 3, 4)
