"""What staff look at: the board, what is due, the list of cases, one case, letters, reasons."""

import datetime as dt

import pytest
from sqlalchemy import event

from casework.board import board
from casework.case_page import CasePage, case_page
from casework.cases import CaseFilter, cases
from casework.decide import Verb, Wish, decide_case
from casework.deliver import deliver
from casework.due import DueFilter, DueList, due, matters
from casework.explain import Explanation, explain_case, explain_day, explain_deadline
from casework.letters_page import LetterFilter, outbox
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor, Services
from config.calendar_files import load_years
from config.settings import CONFIG_ROOM
from models.letter import LetterState
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

DAY = dt.date(2026, 3, 2)
CLERK = Actor(name="李经办")
JUDGED = {"field_fits": "true"}


def _opened(services: Services) -> None:
    add_staff(services)
    for number in (1, 2, 3):
        add_firm(services, number, statements=JUDGED)
    add_firm(services, 4, sales=None, contact=False)
    run_month(services, "2026-03", on=DAY)


@pytest.fixture
def office(a_house: HouseMaker, engine: str) -> Services:
    """An office in its second month: three firms in the pool, one that lacks figures."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_opened)


def act(services: Services, case_id: int, verb: Verb) -> None:
    done = decide_case(services, Wish(case_id=case_id, verb=verb, reason="示例理由"), by=CLERK)
    assert not isinstance(done, Refusal), done


def page_of(services: Services, words: str, programme: str | None = None) -> CasePage:
    found = case_page(services, words, programme)
    assert isinstance(found, CasePage), found
    return found


def list_of(services: Services, **wanted: object) -> DueList:
    found = due(services, DueFilter(**wanted))  # type: ignore[arg-type]
    assert isinstance(found, DueList), found
    return found


def explained(found: Explanation | Refusal) -> Explanation:
    assert isinstance(found, Explanation), found
    return found


def test_the_board_counts_cases_by_stage_and_what_waits(office: Services) -> None:
    (sprout,) = board(office).programmes

    stages = {stage.stage: stage for phase in sprout.phases for stage in phase.stages}
    assert {key: stage.cases for key, stage in stages.items() if stage.cases} == {
        "screening": 1,
        "pool": 3,
    }
    assert stages["pool"].waiting == sprout.waiting == 3
    assert sprout.cases == 4
    assert sprout.open_deadlines == 4
    assert [phase.title for phase in sprout.phases] == ["摸底筛选", "培训辅导", "申报", "认定"]


def test_the_board_shows_what_is_held_over_its_limit_or_over(office: Services) -> None:
    act(office, 1, Verb.APPROVE)
    act(office, 2, Verb.APPROVE)
    act(office, 2, Verb.HOLD)
    act(office, 3, Verb.WITHDRAW)

    (sprout,) = board(office.on(dt.date(2026, 3, 16))).programmes

    training = next(
        stage for phase in sprout.phases for stage in phase.stages if stage.stage == "training"
    )
    # 2 March is the first workday of ten; the 16th is the eleventh.
    assert (training.cases, training.held, training.over_limit) == (2, 1, 2)
    assert (sprout.held, sprout.over_limit) == (1, 2)
    assert {end.stage: end.cases for end in sprout.finals if end.cases} == {"withdrawn": 1}


def test_a_case_is_within_its_limit_on_the_last_day(office: Services) -> None:
    act(office, 1, Verb.APPROVE)

    (sprout,) = board(office.on(dt.date(2026, 3, 13))).programmes

    assert sprout.over_limit == 0


def test_the_board_of_another_cycle_is_empty(office: Services) -> None:
    assert board(office, cycle=2025).programmes[0].cases == 0


def test_an_empty_house_has_an_empty_board(house: Services) -> None:
    found = board(house)

    assert found.enterprises == 0
    assert {each.cases for each in found.programmes} == {0}


def test_what_is_due_explains_itself_and_counts_down(office: Services) -> None:
    found = list_of(office, days=90)

    assert len(found.lines) == 4
    first = found.lines[0]
    assert (first.due_on, first.days_left) == (dt.date(2026, 4, 30), 59)
    assert "示例办法 第九条" in first.explanation
    assert not first.flags
    assert [len(matter.lines) for matter in matters(found.lines)] == [4]


def test_what_is_due_later_is_not_shown(office: Services) -> None:
    assert list_of(office, days=58).lines == ()


def test_an_overdue_date_stays_until_it_is_met(office: Services) -> None:
    later = office.on(dt.date(2026, 5, 6))

    assert {line.days_left for line in list_of(later, days=0).lines} == {-6}
    assert len(list_of(later, overdue=True).lines) == 4
    assert list_of(office, overdue=True, days=90).lines == ()


def test_due_dates_of_one_enterprise(office: Services) -> None:
    found = list_of(office, days=90, enterprise="企业2号", programme="苗圃")

    assert [line.enterprise for line in found.lines] == ["示例企业2号有限公司"]


def test_due_dates_of_an_unknown_enterprise_are_refused(office: Services) -> None:
    assert isinstance(due(office, DueFilter(enterprise="没有这家")), Refusal)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        pytest.param(CaseFilter(), [1, 2, 3, 4], id="all"),
        pytest.param(CaseFilter(programme="苗圃"), [1, 2, 3, 4], id="programme"),
        pytest.param(CaseFilter(stage="pool"), [1, 2, 3], id="stage"),
        pytest.param(CaseFilter(stage="待审"), [1, 2, 3], id="stage-by-title"),
        pytest.param(CaseFilter(stage="没有"), [], id="no-such-stage"),
        pytest.param(CaseFilter(phase="training"), [], id="phase"),
        pytest.param(CaseFilter(waiting=True), [1, 2, 3], id="waiting"),
        pytest.param(CaseFilter(held=True), [], id="held"),
        pytest.param(CaseFilter(ended=True), [], id="ended"),
        pytest.param(CaseFilter(cycle=2026), [1, 2, 3, 4], id="cycle"),
        pytest.param(CaseFilter(cycle=2025), [], id="other-cycle"),
        pytest.param(CaseFilter(words="企业3号"), [3], id="name"),
        pytest.param(CaseFilter(words="91431281maxx00002x"), [2], id="credit-code"),
    ],
)
def test_cases_are_filtered(office: Services, wanted: CaseFilter, numbers: list[int]) -> None:
    enterprises = [
        int(line.enterprise.removeprefix("示例企业").partition("号")[0])
        for line in cases(office, wanted).lines
    ]

    assert sorted(enterprises) == numbers


def test_cases_are_read_page_by_page_and_each_once(office: Services) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = cases(office, CaseFilter(), after=after, limit=2)
        seen += [line.id for line in page.lines]
        after = page.following

    assert len(seen) == len(set(seen)) == 4
    assert seen == sorted(seen)


def test_a_line_says_where_a_case_stands(office: Services) -> None:
    (line,) = cases(office, CaseFilter(words="企业1号")).lines

    assert (line.stage_title, line.waiting, line.verdict) == ("入库待审", True, "meets")
    assert line.workdays == 1


def test_a_case_page_tells_what_the_criteria_say_and_on_which_figures(office: Services) -> None:
    page = page_of(office, "示例企业1号有限公司")

    assert page.judgement is not None
    assert page.judgement.verdict_title == "符合"
    sales, field = page.judgement.findings
    assert (sales.outcome_title, sales.unit) == ("符合", "万元")
    assert "200" in sales.text
    assert field.data == ("示例",)
    known = {(line.fact, line.year): line.value for line in page.figures}
    assert known == {("sales", 2025): "200 万元", ("field_fits", None): "是"}


def test_a_case_page_shows_the_way_and_who_must_act(office: Services) -> None:
    page = page_of(office, "示例企业1号有限公司")

    places = {stage.title: stage.place for stage in page.stages}
    assert places["摸底"] == "done"
    assert places["入库待审"] == "now"
    assert places["培训"] == "ahead"
    assert "已认定" not in places
    assert (page.next_stage, page.next_by_person) == ("培训", True)
    assert page.rules_of_today


def test_a_case_page_says_what_it_waits_for(office: Services) -> None:
    page = page_of(office, "示例企业4号有限公司")

    assert [(wait.title, wait.reason) for wait in page.waiting] == [
        ("数据齐全", "1 项条件缺数据"),
        ("条件符合", "1 项条件缺数据"),
    ]
    assert {line.value for line in page.figures} == {""}


def test_a_case_page_keeps_the_whole_history(office: Services) -> None:
    act(office, 1, Verb.APPROVE)
    happened = Happened(target="1", kind="trained", on=DAY, evidence="签到表第3页")
    assert not isinstance(record_event(office, happened, by=CLERK), Refusal)
    page = page_of(office, "1")

    assert [move.to_title for move in page.history.moves] == ["入库待审", "培训", "申报"]
    assert page.history.moves[1].actor == CLERK.name
    assert page.history.moves[2].evidence == ("参加培训（2026-03-02）：签到表第3页",)
    assert [(record.title, record.by) for record in page.history.records] == [
        ("参加培训", CLERK.name)
    ]
    assert [review.state_title for review in page.history.reviews] == ["同意"]
    assert [line.title for line in page.deadlines] == ["提交申报"]
    assert {said.to for said in page.history.letters} >= {"张示例", "示例clerk"}


def test_a_waived_need_stands_in_the_history(office: Services) -> None:
    act(office, 1, Verb.APPROVE)
    wish = Wish(case_id=1, verb=Verb.WAIVE, reason="去年参加过", need="培训")
    assert not isinstance(decide_case(office, wish, by=CLERK), Refusal)

    page = page_of(office, "1")

    assert [(each.need, each.reason) for each in page.history.waivers] == [
        ("参加培训", "去年参加过")
    ]
    assert page.stage_title == "申报"


def test_an_ended_case_still_has_its_page(office: Services) -> None:
    act(office, 1, Verb.WITHDRAW)

    page = page_of(office, "1")

    assert page.final == "已放弃"
    assert [(stage.title, stage.place) for stage in page.stages] == [
        ("摸底", "done"),
        ("入库待审", "done"),
        ("放弃", "now"),
    ]
    assert not page.waiting
    assert not page.over_limit


def test_a_case_that_is_not_there_is_refused(office: Services) -> None:
    assert case_page(office, "999") == Refusal(reason="没有编号为 999 的事项")


def test_a_verdict_is_explained_with_sources_of_rule_and_figure(office: Services) -> None:
    found = explained(explain_case(office, "1"))

    assert "入库待审" in found.answer
    assert "符合" in found.answer
    field = next(each for each in found.reasons if each.about.startswith("技术领域"))
    assert field.source == "示例办法 第二条；数据：示例"
    assert any(each.about == "截止：提交申报" for each in found.reasons)


def test_waiting_is_explained_too(office: Services) -> None:
    found = explained(explain_case(office, "企业4号"))

    assert any(each.about == "等待：数据齐全" for each in found.reasons)
    assert isinstance(explain_case(office, "没有这家"), Refusal)


def test_a_deadline_is_explained_with_its_rungs(office: Services) -> None:
    number = list_of(office, days=90).lines[0].id
    found = explained(explain_deadline(office, number))

    assert found.answer.startswith("截止 2026-04-30（周四）")
    abouts = [each.about for each in found.reasons]
    assert abouts.count("提醒") == 4
    first = next(each for each in found.reasons if each.about == "提醒")
    assert first.said == "2026-03-31（周二）告知，发给企业联系人"
    assert isinstance(explain_deadline(office, 999), Refusal)


def test_the_outbox_names_recipients_and_what_nobody_could_be_told(office: Services) -> None:
    on = office.on(dt.date(2026, 4, 23))
    sweep(on)
    waiting = outbox(on, LetterFilter())

    counts = {each.state: each.letters for each in waiting.counts}
    assert counts["queued"] == len(waiting.letters) == sum(counts.values())
    assert {line.role_title for line in waiting.letters} == {"企业联系人", "经办"}
    assert [line.reason for line in waiting.unsaid] == ["企业没有登记联系人"]
    assert waiting.more == 0


def test_the_outbox_counts_all_letters_once_until_something_changes(office: Services) -> None:
    on = office.on(dt.date(2026, 4, 23))
    sweep(on)
    asked: list[str] = []
    counting = ("SELECT letter.state, count", "SELECT count")

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(on.database.engine, "before_cursor_execute", note)
    try:
        first = outbox(on, LetterFilter())
        assert [each for each in asked if each.startswith(counting)]
        asked.clear()
        assert outbox(on, LetterFilter()) == first
        assert outbox(on, LetterFilter(state=LetterState.QUEUED)).letters == first.letters
        assert not [each for each in asked if each.startswith(counting)]
    finally:
        event.remove(on.database.engine, "before_cursor_execute", note)
    deliver(on)
    after = {each.state: each.letters for each in outbox(on, LetterFilter()).counts}
    assert after["sent"] == len(first.letters)
    assert after["queued"] == 0


def test_delivered_letters_are_counted_and_found(office: Services) -> None:
    on = office.on(dt.date(2026, 4, 23))
    sweep(on)
    deliver(on)

    sent = outbox(on, LetterFilter(state=LetterState.SENT, words="企业2号"))
    assert [line.enterprise for line in sent.letters] == ["示例企业2号有限公司"]
    assert sent.letters[0].subject
    assert outbox(on, LetterFilter(send_on=DAY), limit=1).more >= 0
    assert outbox(on, LetterFilter(state=LetterState.FAILED)).letters == ()


def test_a_long_outbox_says_how_many_are_left_out(office: Services) -> None:
    found = outbox(office, LetterFilter(), limit=0)

    assert found.more == sum(each.letters for each in found.counts)


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        pytest.param(dt.date(2026, 10, 3), "不是工作日：国庆节", id="holiday"),
        pytest.param(dt.date(2026, 10, 10), "是工作日：调休上班", id="make-up-day"),
        pytest.param(dt.date(2026, 3, 2), "是工作日", id="workday"),
        pytest.param(dt.date(2027, 3, 1), "是工作日（暂估）", id="provisional"),
        pytest.param(dt.date(2030, 3, 3), "不是工作日：周日（暂估）", id="no-file"),
    ],
)
def test_a_day_is_explained(a_house: HouseMaker, day: dt.date, answer: str) -> None:
    services = a_house()
    years, _ = load_years(CONFIG_ROOM / "calendars")

    found = explain_day(services.calendar(), day, years=years, declared={day: "放假：示例"})

    assert found.answer.endswith(answer)
    assert found.reasons[0].said == "放假：示例"
    assert any(each.about == "放假安排" for each in found.reasons)
