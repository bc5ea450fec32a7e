"""What a bureau meets in its first year: late starts, cases sent back, results after New Year."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.decide import Decided, Verb, Wish, decide_case
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.remind import sweep
from casework.reproject import reproject
from casework.services import Actor, Services
from config.catalogue import Catalogue
from models.case import Case
from models.deadline import Deadline
from models.figures import Qualification
from models.letter import LetterItem
from notifications.memory import MemoryCarrier
from policy.confirm import Confirm
from policy.obligation import Anchor, Binds, Obligation, WindowStatus
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, WINDOW, add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
LATE = dt.date(2026, 4, 25)  # five days before the filing is due, after its reminder of day 7
CLERK = Actor(name="示例经办")
_UNSURE = Confirm.NEEDS_CONFIRMATION


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """A clerk and a head, and no enterprise yet."""
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    return services


def _rows(services: Services, model: type[SQLModel]) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def _said(services: Services) -> list[tuple[str, str, str]]:
    """Return (rung, recipient, state) of every reminder so far."""
    rows = [row for row in _rows(services, LetterItem) if row.kind == "rung"]
    return sorted((row.rung, row.key.split(f"/{row.rung}/")[1], row.state) for row in rows)


def _record(services: Services, kind: str, on: dt.date = MARCH, **more: Any) -> Recorded:
    given: dict[str, Any] = {"target": "1", "on": on, "evidence": "示例凭据"}
    done = record_event(services, Happened(kind=kind, **given | more), by=CLERK)
    assert isinstance(done, Recorded), done
    return done


def _decide(services: Services, verb: Verb, reason: str = "示例理由") -> None:
    done = decide_case(services, Wish(case_id=1, verb=verb, reason=reason), by=CLERK)
    assert isinstance(done, Decided), done


def _states(services: Services, obligation: str) -> list[tuple[int, str]]:
    rows = [row for row in _rows(services, Deadline) if row.obligation == obligation]
    return [(row.projection, row.state) for row in rows]


def test_a_date_that_is_near_when_it_appears_is_told_at_once(county: Services) -> None:
    add_firm(county, sales=None)
    run_month(county, "2026-04", on=LATE)

    assert _said(county) == [
        ("d-30", "contact", "superseded"),
        ("d-7", "contact", "claimed"),
        ("d-7", "staff/clerk", "claimed"),
    ]


def test_what_was_told_when_the_date_appeared_is_not_told_again_by_the_sweep(
    county: Services,
) -> None:
    add_firm(county, sales=None)
    sweep(county, today=dt.date(2026, 4, 22))
    d7 = dt.date(2026, 4, 23)
    run_month(county, "2026-04", on=d7)
    before = _said(county)
    sweep(county, today=d7)

    assert _said(county) == before
    assert ("d-7", "contact", "claimed") in before


def test_a_date_of_the_past_is_not_mailed_when_it_is_entered_late(county: Services) -> None:
    add_firm(county, sales=None)
    run_month(county, "2026-04", on=dt.date(2026, 5, 1))  # a run of April, made up for in May

    assert [row.due_on for row in _rows(county, Deadline)] == [dt.date(2026, 4, 30)]
    assert _said(county) == []


def test_a_change_that_is_entered_late_is_told_at_once(county: Services) -> None:
    add_firm(county)
    run_month(county, "2026-03", on=MARCH)
    late = county.on(dt.date(2026, 4, 28))
    _record(late, "renamed", dt.date(2026, 2, 1))  # to be reported by 2026-05-01

    told = [rung for rung, to, state in _said(county) if (to, state) == ("contact", "claimed")]
    assert told == ["d-7"]


def _owed_in_one_stage() -> Catalogue:
    """Return a catalogue whose filing is owed in its stage only, and met by leaving it."""
    file, *others = SPROUT.obligations
    duty = replace(file, met_by="", stages=("filing",))
    return sprout_catalogue(obligations=(duty, *others))


def _filed_and_sent_back(services: Services) -> None:
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    _decide(services, Verb.APPROVE)
    _record(services, "trained")
    _record(services, "submitted")
    _decide(services, Verb.RETURN)


def test_a_case_that_is_sent_back_owes_its_date_again(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=_owed_in_one_stage())
    add_staff(services)
    _filed_and_sent_back(services)

    assert _states(services, "file") == [(1, "met"), (2, "open")]
    run_month(services, "2026-03", on=MARCH)
    assert _states(services, "file") == [(1, "met"), (2, "open")]
    assert reproject(services, apply=False).moved == ()


def test_a_case_that_is_sent_back_after_the_date_owes_nothing_again(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=_owed_in_one_stage())
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    _decide(services, Verb.APPROVE)
    _record(services, "trained")
    _record(services, "submitted")
    _decide(services.on(dt.date(2026, 5, 6)), Verb.RETURN)

    assert _states(services, "file") == [(1, "met")]


def test_a_date_that_a_record_met_stays_met_while_the_stage_lasts(county: Services) -> None:
    add_firm(county)
    run_month(county, "2026-03", on=MARCH)
    _record(county, "submitted")  # recorded early: the case still waits in the pool
    run_month(county, "2026-03", on=MARCH)

    assert _states(county, "file") == [(1, "met")]


def test_the_enterprise_is_told_what_a_person_decided(county: Services) -> None:
    add_firm(county)
    run_month(county, "2026-03", on=MARCH)
    _decide(county, Verb.APPROVE)
    _record(county, "trained")
    _record(county, "submitted")
    _decide(county, Verb.RETURN, "审计报告缺 2024 年")

    told = [row.key.rpartition("/")[2] for row in _rows(county, LetterItem) if row.kind == "move"]
    assert told == ["2", "3", "4", "5"]  # approved, trained, submitted, returned


def test_no_second_case_is_opened_while_the_first_awaits_its_result(county: Services) -> None:
    add_firm(county)
    run_month(county, "2026-03", on=MARCH)
    _decide(county, Verb.APPROVE)
    _record(county, "trained")
    _record(county, "submitted")
    january, february = dt.date(2027, 1, 4), dt.date(2027, 2, 1)
    run_month(county, "2027-01", on=january)
    assert [(case.cycle, case.stage) for case in _rows(county, Case)] == [(2026, "publicity")]

    _record(county.on(january), "refused", january)
    run_month(county, "2027-02", on=february)
    assert [(case.cycle, case.final) for case in _rows(county, Case)] == [
        (2026, "rejected"),
        (2027, None),
    ]


def test_no_second_case_is_opened_while_the_first_is_in_somebody_elses_hands(
    a_house: HouseMaker, engine: str
) -> None:
    stages = tuple(replace(each, lapses=each.key != "filing") for each in SPROUT.stages)
    services = a_house(engine, catalogue=sprout_catalogue(stages=stages))
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    _decide(services, Verb.APPROVE)
    _record(services, "trained")
    run_month(services, "2027-01", on=dt.date(2027, 1, 4))

    assert [(case.cycle, case.stage) for case in _rows(services, Case)] == [(2026, "filing")]


def test_a_change_can_be_reported_after_its_case_has_ended(county: Services) -> None:
    add_firm(county)
    run_month(county, "2026-03", on=MARCH)
    _record(county, "renamed")
    _decide(county, Verb.WITHDRAW)
    january = dt.date(2027, 1, 4)
    run_month(county, "2027-01", on=january)
    done = _record(
        county.on(january), "rename_reported", january, target="示例企业1号", programme="sprout"
    )

    assert done.case_id == 2
    assert done.closed == ("更名报告",)


def _certificate_duties() -> tuple[Obligation, ...]:
    file, _, report = SPROUT.obligations
    expires = replace(
        report,
        key="expires",
        title="证书到期",
        anchor=Anchor.EXPIRES,
        month_day=None,
        years_after_issue=None,
        met_by="",
    )
    tax = replace(
        file,
        key="tax",
        title="年底税款",
        binds=Binds.ENTERPRISE,
        anchor=Anchor.MONTH_DAY,
        month_day=(12, 31),
        only_renewal=True,
        stages=(),
        met_by="",
    )
    return expires, tax


def test_a_new_certificate_ends_what_concerned_the_old_one(
    a_house: HouseMaker, engine: str
) -> None:
    catalogue = sprout_catalogue(obligations=_certificate_duties(), qualification="hnte")
    services = a_house(engine, catalogue=catalogue)
    add_staff(services)
    firm = add_firm(services, certified_on=dt.date(2023, 12, 1))
    other = add_firm(services, 2, certified_on=dt.date(2023, 12, 1))
    run_month(services, "2026-10", on=dt.date(2026, 10, 9))
    renewed = Qualification(
        enterprise_id=firm,
        kind="hnte",
        number="GR202643000999",
        valid_from=dt.date(2026, 11, 20),
        valid_to=dt.date(2029, 11, 19),
    )
    with services.database.writing() as session:
        session.add(renewed)
    run_month(services, "2026-12", on=dt.date(2026, 12, 1))

    rows = [row for row in _rows(services, Deadline) if row.due_on.year == 2026]
    mine = {row.obligation: (row.state, row.reason) for row in rows if row.enterprise_id == firm}
    reason = "已取得新的证书（GR202643000999）"
    assert mine == {"expires": ("met", reason), "tax": ("met", reason)}
    assert {row.state for row in rows if row.enterprise_id == other} == {"open"}


def test_a_date_that_became_certain_while_its_letter_waited_is_still_told(
    a_house: HouseMaker, engine: str
) -> None:
    expected = replace(WINDOW, status=WindowStatus.ESTIMATED)
    guessed = replace(sprout_catalogue(), windows={"sprout": (expected,)})
    services = a_house(engine, catalogue=guessed)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    d30, carrier = dt.date(2026, 3, 31), MemoryCarrier()
    sweep(services, today=d30)

    certain = replace(services, catalogue=sprout_catalogue(), open_carrier=lambda: carrier)
    run_month(certain, "2026-03", on=d30)
    deliver(certain.on(d30))

    assert _states(services, "file") == [(1, "superseded"), (2, "open")]
    (letter,) = carrier.messages
    assert "4月30日" in letter.text
    assert "预计" not in letter.text


@pytest.mark.parametrize("sure", [True, False], ids=["confirmed", "taken back"])
def test_a_rule_that_is_confirmed_or_not_after_all_marks_open_dates_and_says_nothing_again(
    a_house: HouseMaker, engine: str, *, sure: bool
) -> None:
    unsure = sprout_catalogue(
        obligations=tuple(replace(each, confirm=_UNSURE) for each in SPROUT.obligations)
    )
    was, now = (unsure, sprout_catalogue()) if sure else (sprout_catalogue(), unsure)
    carrier = MemoryCarrier()
    services = replace(a_house(engine, catalogue=was), open_carrier=lambda: carrier)
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    d30 = dt.date(2026, 3, 31)
    sweep(services, today=d30)
    deliver(services.on(d30))
    said, letters = _said(services), len(carrier.messages)
    assert said

    changed, april = replace(services, catalogue=now), dt.date(2026, 4, 1)
    run_month(changed.on(april), "2026-04", on=april)
    sweep(changed, today=april)
    deliver(changed.on(april))

    dates = [row for row in _rows(services, Deadline) if row.obligation == "file"]
    marks = [(each.state, each.needs_confirmation) for each in dates]
    assert marks == [("superseded", sure), ("open", not sure)]
    assert reproject(changed.on(april), apply=False).moved == ()
    assert (_said(services), len(carrier.messages)) == (said, letters)


def test_a_date_that_moved_while_its_letter_waited_is_told_as_it_is_now(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    d30, carrier = dt.date(2026, 3, 31), MemoryCarrier()
    sweep(services, today=d30)

    sooner = replace(WINDOW, closes=dt.date(2026, 4, 20))
    moved = replace(
        services,
        catalogue=replace(sprout_catalogue(), windows={"sprout": (sooner,)}),
        open_carrier=lambda: carrier,
    )
    run_month(moved, "2026-03", on=d30)
    deliver(moved.on(d30))

    (letter,) = carrier.messages
    assert "4月20日" in letter.text
    assert "4月30日" not in letter.text


def _january(**changes: Any) -> Catalogue:
    """Return a catalogue whose only duty is every enterprise's, on 10 January."""
    file, *_ = SPROUT.obligations
    duty = replace(
        file,
        key="statistics",
        binds=Binds.ENTERPRISE,
        anchor=Anchor.MONTH_DAY,
        month_day=(1, 10),
        stages=(),
        **changes,
    )
    return sprout_catalogue(obligations=(duty,))


def test_a_date_of_every_enterprise_in_january_is_there_for_its_december_reminders(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=_january())
    add_firm(services)
    run_month(services, "2026-12", on=dt.date(2026, 12, 1))
    sweep(services, today=dt.date(2026, 12, 11))

    assert [row.due_on for row in _rows(services, Deadline)] == [dt.date(2027, 1, 10)]
    assert _said(services) == [("d-30", "contact", "claimed")]


def test_what_is_true_of_this_year_alone_says_nothing_about_next_january(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, catalogue=_january(only_renewal=True))
    add_firm(services, certified_on=dt.date(2023, 12, 1))  # it expires in 2026
    run_month(services, "2026-12", on=dt.date(2026, 12, 1))

    assert _rows(services, Deadline) == []
