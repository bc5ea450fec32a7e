"""Answers on both engines: one row each, told to the clerk, confirmed into the very record."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework import links
from casework.answers import Given, Gone, Question, Wish, answer, look
from casework.answers_page import AnswerList, list_answers
from casework.case_page import CasePage, case_page
from casework.decide import Decided, Verb, decide_case
from casework.decide import Wish as DecisionWish
from casework.deliver import deliver
from casework.due import DueFilter, DueLine, DueList, due
from casework.matters import matter_of
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.refusal import Refusal
from casework.remind import sweep
from casework.revoke import Revoked, revoke_record
from casework.services import Actor, Services
from casework.settle import SettledAnswer, confirm, give_back, handled
from models.answer import Answer
from models.case import Record
from models.deadline import Deadline
from models.enterprise import Enterprise, Person
from models.ledger import AuditEntry
from models.letter import LetterItem
from models.secret import Secret
from notifications.memory import MemoryCarrier
from policy.answers import AnswerKind
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, add_staff, sprout_catalogue

BY = Actor(name="李示例")
DAY = dt.date(2026, 4, 23)  # seven days before the filing
SEEN, DONE, HELP = (Wish(kind=kind, receipt="受理 1 号", words="请来电") for kind in AnswerKind)


def _found(services: Services) -> None:
    add_staff(services)
    for number in (1, 2):
        add_firm(services, number, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Two enterprises whose filing is due on 2026-04-30; pages are served somewhere."""
    return a_house(
        engine,
        today=DAY,
        catalogue=sprout_catalogue(),
        public_url="https://peiyu.example",
        founding=_found,
    )


def _token(services: Services, number: int = 1) -> str:
    """Return the token of the link to a deadline."""
    secret = links.secret_of(services)
    with services.database.reading() as session:
        deadline = session.get_one(Deadline, number)
        enterprise = session.get_one(Enterprise, deadline.enterprise_id)
        person = session.scalars(
            select(Person).where(col(Person.enterprise_id) == enterprise.id)
        ).one()
        matter = matter_of(enterprise, deadline)
        return links.token(secret, (deadline, person), matter=matter, on=DAY)


def _answered(services: Services, wish: Wish, number: int = 1) -> int:
    """Answer, and return the number of the answer."""
    given = answer(services, _token(services, number), wish)
    assert isinstance(given, Given)
    assert given.news
    with services.database.reading() as session:
        return max(session.scalars(select(col(Answer.id)))) or 0


def _due(services: Services) -> tuple[DueLine, ...]:
    listed = due(services, DueFilter())
    assert isinstance(listed, DueList)
    return listed.lines


def _states(services: Services) -> list[str]:
    with services.database.reading() as session:
        return [row.state for row in session.scalars(select(Deadline).order_by(col(Deadline.id)))]


def test_answers_at_once_make_one_row_and_one_item_for_the_clerk(county: Services) -> None:
    token = _token(county)
    with ThreadPoolExecutor(4) as people:
        sent = [people.submit(answer, county, token, HELP) for _ in range(8)]
    given = [each.result() for each in sent]
    with county.database.reading() as session:
        rows = session.scalars(select(Answer)).all()
        items = session.scalars(select(LetterItem).where(col(LetterItem.kind) == "answer")).all()

    assert Counter(each.news for each in given if isinstance(each, Given)) == {
        True: 1,
        False: 7,
    }
    assert len(rows) == 1
    assert [(item.answer_id, item.state) for item in items] == [(rows[0].id, "claimed")]


def test_the_key_of_the_links_is_made_once_by_whoever_is_first(county: Services) -> None:
    with ThreadPoolExecutor(4) as makers:
        keys = {each.result() for each in [makers.submit(links.secret_of, county)] * 4}
    with county.database.reading() as session:
        assert len(session.scalars(select(Secret)).all()) == 1

    assert len(keys) == 1
    assert len(keys.pop()) >= 16  # 128 bit


def test_to_take_note_comes_first_or_not_at_all_and_the_others_stay_possible(
    county: Services,
) -> None:
    _answered(county, SEEN)
    _answered(county, DONE)
    late = answer(county, _token(county), SEEN)
    asked = look(county, _token(county))

    assert isinstance(late, Given)
    assert not late.news
    assert isinstance(asked, Question)
    assert [each.title for each in asked.said] == ["已知悉", "已办理"]
    assert asked.may == (AnswerKind.HELP,)
    assert set(_states(county)) == {"open"}  # an answer closes nothing


def test_confirmed_it_is_the_record_that_the_obligation_names(county: Services) -> None:
    number = _answered(county, DONE)
    done = confirm(county, number, by=BY)
    with county.database.reading() as session:
        (record,) = session.scalars(select(Record)).all()
        acts = session.scalars(select(col(AuditEntry.act)).order_by(col(AuditEntry.id))).all()
        who = session.scalars(select(AuditEntry).where(col(AuditEntry.act) == "answer")).one()

    assert isinstance(done, SettledAnswer)
    assert (done.state, done.closed) == ("confirmed", ("提交申报",))
    assert (record.kind, record.evidence, record.on, record.by) == (
        *("submitted", "受理 1 号"),
        *(DAY, "李示例"),
    )
    assert _states(county) == ["met", "open"]
    assert {"answer", "record", "answer.confirmed"} <= set(acts)
    assert (who.by, who.source) == ("张示例", "link")


def test_of_two_clerks_who_confirm_at_once_one_is_told_that_it_is_done(county: Services) -> None:
    number = _answered(county, DONE)
    with ThreadPoolExecutor(2) as clerks:
        done = [clerks.submit(confirm, county, number, by=BY) for _ in range(2)]
    kinds = Counter(type(each.result()).__name__ for each in done)
    with county.database.reading() as session:
        records = session.scalars(select(Record)).all()

    assert kinds == {"SettledAnswer": 1, "Refusal": 1}
    assert len(records) == 1


def test_two_that_record_the_very_same_at_once_make_one_record(county: Services) -> None:
    told = Happened(target="1", kind="submitted", on=DAY, evidence="受理 1 号")
    with ThreadPoolExecutor(4) as clerks:
        done = [clerks.submit(record_event, county, told, by=BY) for _ in range(4)]
    assert not [each.exception() for each in done if each.exception()]
    with county.database.reading() as session:
        assert len(session.scalars(select(Record)).all()) == 1


@pytest.fixture
def without_a_record(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose filing no kind of record meets: it is met when its stage is left."""
    duties = tuple(replace(each, met_by="") for each in SPROUT.obligations)
    services = a_house(engine, today=DAY, catalogue=sprout_catalogue(obligations=duties))
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    return services


def _decided(services: Services, verb: Verb) -> None:
    wish = DecisionWish(case_id=1, verb=verb, reason="示例")
    assert isinstance(decide_case(services, wish, by=BY), Decided)


def test_what_no_record_meets_is_met_by_the_receipt_until_the_case_is_sent_back(
    without_a_record: Services,
) -> None:
    services = without_a_record
    done = confirm(services, _answered(services, DONE), by=BY)
    run_month(services, "2026-04", on=DAY)
    assert isinstance(done, SettledAnswer)
    assert done.closed == ("提交申报",)
    assert _states(services) == ["met"]

    _decided(services, Verb.RETURN)  # an earlier try: what was done for it no longer counts
    run_month(services, "2026-04", on=DAY)
    assert _states(services) == ["met", "open"]


def test_a_receipt_that_was_confirmed_by_mistake_can_be_taken_back(
    without_a_record: Services,
) -> None:
    services = without_a_record
    confirm(services, _answered(services, DONE), by=BY)
    told = Happened(target="1", kind="receipt.file", on=DAY)
    undone = revoke_record(services, told, reason="看错了", by=BY)
    page = case_page(services, "1")

    assert isinstance(undone, Revoked)
    assert undone.reopened == ("提交申报",)
    assert isinstance(page, CasePage)
    assert [each.title for each in page.history.records] == ["凭证核对：提交申报"]
    assert _states(services) == ["met", "open"]


def test_the_date_that_was_answered_is_met_and_not_another_of_the_same_duty(
    county: Services,
) -> None:
    with county.database.writing() as session:
        first = session.get_one(Deadline, 1)
        earlier = Deadline(**first.model_dump(exclude={"id"}) | {"period": "2025-1"})
        earlier.due_on = DAY - dt.timedelta(days=300)
        session.add(earlier)
    done = confirm(county, _answered(county, DONE), by=BY)

    assert isinstance(done, SettledAnswer)
    assert _states(county) == ["met", "open", "open"]


def test_recorded_by_hand_meanwhile_it_waits_no_more_and_may_still_be_confirmed(
    county: Services,
) -> None:
    number = _answered(county, DONE)
    told = Happened(target="1", kind="submitted", on=DAY, evidence="受理 9 号")
    record_event(county, told, by=BY)
    listed = list_answers(county)
    done = confirm(county, number, by=BY)
    with county.database.reading() as session:
        records = session.scalars(select(Record)).all()

    assert isinstance(listed, AnswerList)
    assert (listed.waiting, listed.answers[0].state_title) == (0, "已另行办结")
    assert isinstance(done, SettledAnswer)
    assert len(records) == 1


def test_returned_it_is_told_to_the_enterprise_and_may_be_answered_again(
    county: Services,
) -> None:
    number = _answered(county, DONE)
    done = give_back(county, number, reason="查不到", by=BY)
    carrier = county.open_carrier()
    assert isinstance(carrier, MemoryCarrier)
    deliver(county)
    (letter,) = [each for each in carrier.messages if "contact1" in each.to.email]

    assert isinstance(done, SettledAnswer)
    assert "核对没有通过：查不到" in letter.text
    assert "https://peiyu.example/a/" in letter.text
    assert _answered(county, DONE) == number + 1
    assert set(_states(county)) == {"open"}


def test_what_was_settled_before_the_letter_left_is_struck_from_it(county: Services) -> None:
    handled(county, _answered(county, HELP), reason="已来电", by=BY)
    _answered(county, SEEN, 2)
    carrier = county.open_carrier()
    assert isinstance(carrier, MemoryCarrier)
    deliver(county)
    (letter,) = carrier.messages

    assert "需要帮助" not in letter.text
    assert "■ 企业已知悉\n   · 示例企业2号有限公司：提交申报（4月23日）" in letter.text
    assert letter.subject == "【今日待办】企业已知悉 1 件"


def test_staff_read_what_was_answered_beside_the_date_and_in_their_reminder(
    county: Services,
) -> None:
    sweep(county, today=dt.date(2026, 4, 22))
    _answered(county, DONE)
    sweep(county, today=DAY)
    carrier = county.open_carrier()
    assert isinstance(carrier, MemoryCarrier)
    deliver(county)
    (letter,) = [each for each in carrier.messages if "clerk" in each.to.email]
    listed = _due(county)

    assert "企业已填报凭证号 受理 1 号（4月23日），等您核对" in letter.text
    assert "■ 企业答复，等您处理" in letter.text
    assert [line.answers for line in listed] == [
        ("已办理 受理 1 号（待处理，答复编号 1）",),
        (),
    ]


def test_a_link_of_somebody_who_left_or_of_what_is_gone_tells_nothing(county: Services) -> None:
    token = _token(county)
    with county.database.writing() as session:
        for person in session.scalars(select(Person)):
            person.active = False

    assert look(county, token) is Gone.UNKNOWN
    assert answer(county, token, SEEN) is Gone.UNKNOWN


def test_a_link_in_a_mailbox_to_which_we_write_no_more_tells_nothing(county: Services) -> None:
    before = _token(county)
    with county.database.writing() as session:
        contact = session.scalars(select(Person).where(col(Person.enterprise_id).is_not(None)))
        for person in contact:
            person.email = f"successor-{person.id}@firm.example"

    assert look(county, before) is Gone.UNKNOWN
    assert answer(county, before, DONE) is Gone.UNKNOWN
    assert isinstance(look(county, _token(county)), Question)


def test_a_link_follows_its_date_when_it_moves(county: Services) -> None:
    token = _token(county)
    _answered(county, SEEN)
    with county.database.writing() as session:
        old = session.get_one(Deadline, 1)
        new = Deadline(**old.model_dump(exclude={"id"}) | {"projection": 2})
        new.due_on, old.state = dt.date(2026, 5, 8), "superseded"
        session.add(new)
    asked = look(county, token)
    number = _answered(county, DONE, 1)

    assert isinstance(asked, Question)
    assert asked.due_on == dt.date(2026, 5, 8)
    assert [line.answers for line in _due(county) if line.due_on == asked.due_on] == [
        ("已知悉", "已办理 受理 1 号（待处理，答复编号 2）")
    ]
    assert isinstance(confirm(county, number, by=BY), SettledAnswer)
    assert _states(county) == ["superseded", "open", "met"]


@pytest.mark.parametrize("wish", [SEEN, HELP])
def test_only_a_receipt_can_be_confirmed_or_returned(county: Services, wish: Wish) -> None:
    number = _answered(county, wish)
    refused = (
        confirm(county, number, by=BY),
        give_back(county, number, reason="示例", by=BY),
        confirm(county, 99, by=BY),
        give_back(county, number, reason=" ", by=BY),
        handled(county, number, reason=" ", by=BY),
    )

    assert all(isinstance(each, Refusal) for each in refused)
    assert set(_states(county)) == {"open"}


def test_with_nobody_to_tell_the_answer_is_kept_and_that_is_recorded(
    a_house: HouseMaker, engine: str
) -> None:
    services = a_house(engine, today=DAY, catalogue=sprout_catalogue())
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    _answered(services, HELP)
    with services.database.reading() as session:
        (item,) = session.scalars(select(LetterItem)).all()

    assert (item.kind, item.state, item.reason) == (
        *("answer", "suppressed"),
        "没有登记负责的工作人员",
    )
