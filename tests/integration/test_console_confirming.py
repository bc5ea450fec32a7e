"""核实: a head finds a rule in its document; from then on it counts, for cases that start then."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from casework.confirming import Document, Rule, confirm_rule
from casework.pipeline import start_month
from casework.refusal import Refusal
from casework.services import Actor
from models.audit import broken_at
from models.case import Case
from models.enterprise import Role
from models.ledger import AuditEntry
from policy.confirm import Confirm
from policy.programme import Programme
from runtime.build import build, close, read_settings
from tests.integration.test_console_rules import own_programme
from tests.plugins.desk import NOW, Desk

FOUND = {"document": "示例科发〔2024〕1号", "clause": "第二条", "dated": "2024-03-01", "url": ""}
HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)


def sent(desk: Desk, seq: int, **others: str) -> dict[str, object]:
    """Return the form of the third criterion of 研发奖补, filled in."""
    rule = {"part": "criterion", "key": "misconduct", "seq": seq, "says": "应为“否”"}
    return {**rule, **FOUND, **others}


def rules_of_now(desk: Desk) -> Programme:
    """Return 研发奖补 as whoever opens the data folder now finds it."""
    services = build(read_settings(desk.home), now=lambda: NOW)
    close(services)
    found = services.catalogue.programmes["rd_subsidy"]
    same = found == desk.services.catalogue.programmes["rd_subsidy"]
    assert (services.program == desk.services.program) is same
    return found


def test_a_rule_that_a_head_found_counts_for_new_cases_until_it_is_taken_back(desk: Desk) -> None:
    head, page = desk.signed_in("head"), "/programmes/rd_subsidy"
    before = desk.services.catalogue.programmes["rd_subsidy"]
    form = head.get(f"{page}/confirm?part=criterion&key=misconduct").text
    wrong = head.post(f"{page}/confirm", sent(desk, 0, dated="2027-01-01")).text
    right = head.post(f"{page}/confirm", sent(desk, 0)).text
    twice = head.post(f"{page}/confirm", sent(desk, 0)).text

    assert "应为“否”" in form
    assert "2027-01-01 还没有到" in wrong
    assert "已核实。新的事项按核实后的规则办" in right
    assert "示例科发〔2024〕1号（2024-03-01） 第二条" in right
    assert "2 个版本在用" in head.get("/programmes").text
    assert "待核实</td><td>已核实" in head.get(f"{page}/changes?from={before.revision}").text
    assert "已经核实过" in twice
    after = rules_of_now(desk)
    assert after.revision != before.revision
    sure = {each.key: each.confirm for each in after.criteria}
    assert sure["misconduct"] is Confirm.CONFIRMED
    assert list(sure.values()).count(Confirm.NEEDS_CONFIRMATION) == len(sure) - 1
    with desk.services.database.reading() as session:
        kept = select(col(Case.revision)).where(col(Case.programme) == "rd_subsidy").distinct()
        assert session.scalars(kept).all() == [before.revision]


def test_a_confirmation_that_was_wrong_is_taken_back(desk: Desk) -> None:
    head, page = desk.signed_in("head"), "/programmes/rd_subsidy"
    before = desk.services.catalogue.programmes["rd_subsidy"]
    head.get(page)
    head.post(f"{page}/confirm", sent(desk, 0))
    assert rules_of_now(desk) != before
    head.get(page)
    fields = {"part": "criterion", "key": "misconduct", "seq": 1, "reason": "看错了文件"}
    back = head.post(f"{page}/take-back", fields).text
    assert "又是“待核实”" in back
    assert rules_of_now(desk) == before
    assert "没有核实过" in head.post(f"{page}/take-back", {**fields, "seq": 2}).text
    with desk.services.database.reading() as session:
        acts = session.scalars(select(col(AuditEntry.act)).where(col(AuditEntry.act).like("rule%")))
        assert acts.all() == ["rule.confirm", "rule.take_back"]
        assert broken_at(session) is None


def test_only_a_head_who_sees_all_confirms_and_not_in_the_middle_of_a_month(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/programmes")
    assert clerk.post("/programmes/rd_subsidy/confirm", sent(desk, 0)).status_code == 403
    assert "/confirm?" not in clerk.get("/programmes/rd_subsidy").text

    rule = Rule(programme="rd_subsidy", part="criterion", key="misconduct", seq=0)
    found = Document(says="应为“否”", document="x", clause="y", dated=NOW.date())
    part = replace(desk.services, division="431271")
    for services, by, says in (
        (desk.services, replace(HEAD, role=Role.CLERK), "由股长办理"),
        (part, HEAD, "负责全部企业的股长"),
    ):
        done = confirm_rule(services, rule, found, by=by)
        assert isinstance(done, Refusal)
        assert says in done.reason
    other = confirm_rule(desk.services, rule, replace(found, says="应为“是”"), by=HEAD)
    start_month(desk.services, "2026-04")
    busy = confirm_rule(desk.services, rule, found, by=HEAD)
    assert isinstance(other, Refusal)
    assert "改过了" in other.reason
    assert isinstance(busy, Refusal)
    assert "月度流程正在办" in busy.reason


def test_a_file_that_asks_for_something_else_waits_for_confirmation_again(desk: Desk) -> None:
    hnte = desk.services.catalogue.programmes["hnte"]
    duty = next(each for each in hnte.obligations if each.days == -15)
    rule = Rule(programme="hnte", part="obligation", key=duty.key, seq=0)
    says = "申报截止日前 15 天，遇休息日提前"
    found = Document(says=says, document="x", clause="y", dated=NOW.date())
    done = confirm_rule(desk.services, rule, found, by=HEAD)
    assert not isinstance(done, Refusal)
    sure = desk.signed_in("head").get("/programmes/hnte").text
    own_programme(desk.home, ("days = -15", "days = -20"))
    changed = desk.signed_in("head").get("/programmes/hnte").text

    assert "6 项待核实" in sure
    assert "7 项待核实" in changed
    assert "规则已经改过，要重新核实" in changed
