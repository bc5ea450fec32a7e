"""Many decisions at once are what they are one by one: the same rows, and each its own result."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import decide
from casework.decide import Decided, Verb, Wish, decide_case, decide_cases
from casework.pipeline import run_month
from casework.refusal import Overtaken, Refusal
from casework.services import Actor, Services
from models.case import Case
from models.engine import DatabaseGoneError, StaleWorkError
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

FIRMS = 12
CLERK = Actor(name="示例经办")


def _found(services: Services) -> None:
    add_staff(services)
    for number in range(FIRMS):
        add_firm(services, number)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))


@pytest.fixture
def two(a_house: HouseMaker, engine: str) -> tuple[Services, Services]:
    """Twice the same county, whose cases wait in the pool for a clerk."""
    made = [a_house(engine, catalogue=sprout_catalogue(), founding=_found) for _ in range(2)]
    return made[0], made[1]


def _wishes(services: Services) -> list[Wish]:
    """Return what is wished: most approved, one held, one seen before it changed, one not there."""
    with services.database.reading() as session:
        cases = session.scalars(select(Case).order_by(col(Case.id))).all()
    assert len(cases) == FIRMS
    verbs = {0: Verb.HOLD, 1: Verb.RESUME}
    wishes = [
        Wish(
            case_id=case.id or 0,
            verb=verbs.get(number, Verb.APPROVE),
            reason="" if number == 3 else "示例理由",
            expecting=99 if number == 2 else case.version,
        )
        for number, case in enumerate(cases)
    ]
    return [*wishes, Wish(case_id=10_000, verb=Verb.APPROVE, reason="示例理由")]


def test_together_and_one_by_one_leave_the_same_rows_and_say_the_same(
    two: tuple[Services, Services],
) -> None:
    one, other = two
    together = decide_cases(one, _wishes(one), by=CLERK)
    apart = [decide_case(other, wish, by=CLERK) for wish in _wishes(other)]

    assert list(together) == apart
    kinds = [type(each) for each in together]
    assert kinds.count(Decided) == FIRMS - 3
    assert isinstance(together[2], Overtaken)
    refused = [each.reason for each in together if isinstance(each, Refusal)]
    assert refused == [
        "事项没有暂缓，无须恢复",
        together[2].reason,
        "请写明理由",
        "没有编号为 10000 的事项",
    ]
    # What a batch counted is told of each batch: one of many, or one each.
    told = [
        {t: rows for t, rows in dump(each.database).items() if t != "run_batch"} for each in two
    ]
    assert len(told[0]["transition"]) > FIRMS
    assert differences(*told) == []


def test_nothing_is_decided_of_nothing(two: tuple[Services, Services]) -> None:
    assert decide_cases(two[0], [], by=CLERK) == []


def test_what_follows_is_worked_out_once_for_all_of_a_programme(
    two: tuple[Services, Services],
) -> None:
    def statements(services: Services, wishes: list[Wish]) -> int:
        seen: list[str] = []
        event.listen(
            services.database.engine,
            "before_cursor_execute",
            lambda _c, _u, said, *_: seen.append(said),
        )
        done = decide_cases(services, wishes, by=CLERK)
        assert all(isinstance(each, Decided) for each in done)
        return sum(said.startswith("SELECT annual_figures") for said in seen)

    few, many = (_wishes(each)[4:-1] for each in two)
    assert statements(two[0], few[:1]) == statements(two[1], many) > 0


def test_what_was_decided_before_something_broke_has_its_consequences(
    two: tuple[Services, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, wishes = two[0], _wishes(two[0])[4:8]
    real = decide._attempt

    def broken(services: Services, wish: Wish, by: Actor, session: Session) -> Any:
        if wish is wishes[1]:
            raise StaleWorkError
        if wish is wishes[3]:
            raise DatabaseGoneError
        return real(services, wish, by, session)

    followed: list[set[int]] = []

    def follow(_: Services, *, enterprises: Collection[int], **__: Any) -> None:
        followed.append(set(enterprises))

    monkeypatch.setattr(decide, "_attempt", broken)
    monkeypatch.setattr(decide, "run_some", follow)
    busy = decide_cases(services, wishes[:2], by=CLERK)[1]
    assert isinstance(busy, Refusal)
    assert busy.reason.startswith("别人正在办理这一项")
    with pytest.raises(DatabaseGoneError):
        decide_cases(services, wishes[2:], by=CLERK)

    with services.database.reading() as session:
        decided = [session.get_one(Case, wishes[each].case_id).enterprise_id for each in (0, 2)]
    assert followed == [{each} for each in decided]


def test_of_a_programme_whose_file_is_gone_a_case_is_decided_and_nothing_follows(
    two: tuple[Services, Services],
) -> None:
    services, wish = two[0], _wishes(two[0])[0]
    gone = replace(services, catalogue=replace(services.catalogue, programmes={}))

    (done,) = decide_cases(gone, [wish], by=CLERK)
    assert isinstance(done, Decided)
    (approved,) = decide_cases(gone, [_wishes(services)[5]], by=CLERK)
    assert isinstance(approved, Decided)
