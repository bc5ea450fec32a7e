import datetime as dt
from typing import Any

import pytest

from policy.programme import Final, Gate, Need, NeedKind, Phase, Programme, Stage
from policy.stages import CaseFacts, Decision, How, Seen, Waiting, next_step
from policy.workdays import Calendar

TODAY = dt.date(2026, 3, 2)  # a Monday
CALENDAR = Calendar(gazetted=frozenset({2026}), off=frozenset({dt.date(2026, 3, 5)}))
FIGURES = Need(kind=NeedKind.FIGURES, title="数据齐全")
CRITERIA = Need(kind=NeedKind.CRITERIA, title="条件符合")
RECEIPT = Need(kind=NeedKind.RECORD, title="提交回执", record="receipt")
PUBLICITY = Need(kind=NeedKind.WORKDAYS, title="公示期", record="published", workdays=10)


def a_programme(*needs: Need, **changes: Any) -> Programme:
    first: dict[str, Any] = {
        "key": "first",
        "title": "第一步",
        "phase": Phase.SCREENING,
        "needs": needs,
        "following": "second",
    }
    finals = {"won": Final.ACHIEVED, "lost": Final.REJECTED, "over": Final.LAPSED}
    return Programme(
        key="example",
        title="示例培育项目",
        source="示例",
        stages=(
            Stage(**first | changes),
            Stage(key="second", title="第二步", phase=Phase.TRAINING, following="won"),
            *(
                Stage(key=key, title=key, phase=Phase.CERTIFICATION, final=final)
                for key, final in finals.items()
            ),
        ),
    )


def a_case(**changes: Any) -> CaseFacts:
    facts: dict[str, Any] = {"stage": "first", "cycle": 2026, "verdict": "meets", "outcomes": {}}
    return CaseFacts(**facts | changes)


def step(programme: Programme, today: dt.date = TODAY, **facts: Any) -> Decision:
    return next_step(programme, a_case(**facts), today=today, calendar=CALENDAR)


def seen(kind: str, day: int, evidence: str = "") -> Seen:
    return Seen(kind=kind, on=dt.date(2026, 3, day), evidence=evidence)


def waits(need: Need, **facts: Any) -> str | None:
    """Return what the case waits for under this one need; None when it moves on."""
    decision = step(a_programme(need), **facts)
    if decision.how is How.MOVE:
        return None
    (waiting,) = decision.waiting
    assert waiting.title == need.title
    return waiting.reason


# --- moving


def test_a_stage_without_needs_moves_on_at_once() -> None:
    assert step(a_programme()) == Decision(how=How.MOVE, to="second", reason="无须等待")


def test_a_move_gives_its_reasons_and_its_evidence() -> None:
    decision = step(a_programme(FIGURES, RECEIPT), records=[seen("receipt", 2, "回执 007")])

    assert decision == Decision(
        how=How.MOVE,
        to="second",
        reason="数据齐全；提交回执",
        evidence=("所需数据齐全", "提交回执（2026-03-02）：回执 007"),
    )


def test_a_gate_of_the_staff_proposes_only() -> None:
    decision = step(a_programme(FIGURES, gate=Gate.STAFF))

    assert (decision.how, decision.to) == (How.PROPOSE, "second")
    assert decision.evidence == ("所需数据齐全",)


def test_what_has_ended_stays() -> None:
    assert step(a_programme(), stage="won") == Decision(how=How.STAY)


def test_a_stage_that_leads_nowhere_stays() -> None:
    assert step(a_programme(following=None)) == Decision(how=How.STAY)


def test_a_case_that_is_held_stays_though_nothing_is_missing() -> None:
    assert step(a_programme(), held=True) == Decision(how=How.STAY)


def test_every_need_that_waits_is_told() -> None:
    decision = step(a_programme(FIGURES, RECEIPT, PUBLICITY), outcomes={"a": "unknown"})

    assert decision == Decision(
        how=How.STAY,
        waiting=(
            Waiting(title="数据齐全", reason="1 项条件缺数据"),
            Waiting(title="提交回执", reason="尚未登记：提交回执"),
            Waiting(title="公示期", reason="尚未登记：公示期的起始日"),
        ),
    )


def test_a_need_that_somebody_waived_is_not_asked_for() -> None:
    programme = a_programme(RECEIPT, FIGURES)

    decision = step(programme, waived=frozenset({"first/提交回执"}))

    assert (decision.how, decision.reason) == (How.MOVE, "数据齐全")
    assert step(programme, waived=frozenset({"second/提交回执"})).how is How.STAY


# --- each kind of need


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ({}, None),
        ({"a": "met", "b": "unmet", "c": "needs_person"}, None),
        ({"a": "unknown", "b": "unknown", "c": "met"}, "2 项条件缺数据"),
    ],
)
def test_figures_wait_for_what_is_unknown(outcomes: dict[str, str], reason: str | None) -> None:
    assert waits(FIGURES, outcomes=outcomes) == reason


def test_a_need_looks_only_at_the_criteria_it_names() -> None:
    some = Need(kind=NeedKind.FIGURES, title="部分数据", criteria=("a", "gone"))

    assert waits(some, outcomes={"a": "met", "b": "unknown"}) is None
    assert waits(some, outcomes={"a": "unknown", "b": "met"}) == "1 项条件缺数据"


@pytest.mark.parametrize(
    ("outcomes", "refusing", "reason"),
    [
        ({"a": "met"}, (), None),
        ({"a": "needs_person", "b": "met"}, (), None),
        pytest.param({"a": "unmet"}, (), None, id="unconfirmed-never-refuses"),
        ({"a": "unmet", "b": "unknown"}, ("a",), "1 项条件不符合"),
        ({"a": "unknown", "b": "met"}, (), "1 项条件缺数据"),
    ],
)
def test_criteria_wait_while_one_refuses_or_is_unknown(
    outcomes: dict[str, str], refusing: tuple[str, ...], reason: str | None
) -> None:
    assert waits(CRITERIA, outcomes=outcomes, refusing=frozenset(refusing)) == reason


def test_criteria_that_pass_say_what_is_left_to_a_person() -> None:
    clear = step(a_programme(CRITERIA), outcomes={"a": "met"})
    left = step(a_programme(CRITERIA), outcomes={"a": "met", "b": "needs_person", "c": "unmet"})

    assert clear.evidence == ("条件均符合",)
    assert left.evidence == ("无不符合项，2 项待人工判断",)


def test_a_record_counts_from_its_day_on() -> None:
    assert waits(RECEIPT, records=[seen("receipt", 3)]) == "尚未登记：提交回执"
    assert waits(RECEIPT, records=[seen("other", 2)]) == "尚未登记：提交回执"
    assert step(a_programme(RECEIPT), records=[seen("receipt", 2)]).evidence == (
        "提交回执（2026-03-02）",
    )


def test_the_newest_record_of_a_kind_counts() -> None:
    records = [seen("receipt", 2, "新"), seen("receipt", 1, "旧")]

    assert step(a_programme(RECEIPT), records=records).evidence == ("提交回执（2026-03-02）：新",)


def test_a_publicity_period_waits_through_its_tenth_workday() -> None:
    """From Monday 2 March, its day included, with the 5th off: the tenth workday is the 16th."""
    last = dt.date(2026, 3, 16)
    records = [seen("published", 2)]

    during = step(a_programme(PUBLICITY), today=last, records=records)
    after = step(a_programme(PUBLICITY), today=last + dt.timedelta(days=1), records=records)

    assert during.waiting == (
        Waiting(title="公示期", reason="公示期：10 个工作日，至 2026-03-16 止", until=last),
    )
    assert (after.how, after.evidence) == (How.MOVE, ("公示期：2026-03-02 至 2026-03-16 期满",))


# --- ending


def test_a_refusal_ends_the_case() -> None:
    programme = a_programme(RECEIPT, rejects_on="refused")

    told = step(programme, records=[seen("refused", 2, "专家评审 62 分")])
    silent = step(programme, records=[seen("refused", 2)])

    assert told == Decision(
        how=How.MOVE, to="lost", reason="2026-03-02 登记未通过", evidence=("专家评审 62 分",)
    )
    assert silent.evidence == ()
    assert step(programme, records=[seen("receipt", 2)]).to == "second"


def test_a_case_still_here_when_its_year_is_over_lapses() -> None:
    programme = a_programme(RECEIPT, lapses=True)

    decision = step(programme, today=dt.date(2027, 1, 1))

    assert decision == Decision(how=How.MOVE, to="over", reason="2026 年度已结束，未进入下一环节")
    assert step(programme, today=dt.date(2026, 12, 31)).how is How.STAY
    assert step(a_programme(RECEIPT), today=dt.date(2027, 1, 1)).how is How.STAY


def test_a_programme_without_such_an_end_keeps_waiting() -> None:
    whole = a_programme(RECEIPT, lapses=True, rejects_on="refused")
    short = Programme(key="short", title="", source="", stages=whole.stages[:3])

    decision = step(short, today=dt.date(2027, 1, 4), records=[seen("refused", 2)])

    assert decision.how is How.STAY
