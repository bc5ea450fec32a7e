"""What happens in the demonstration between its two monthly runs: an invented spring.

The first 高企 candidates go as far along the way as the table says, on days of early 2026; one
of them is certified by the time of the second run, because its publicity period has ended.
"""

import datetime as dt
from dataclasses import dataclass, replace

from casework.cases import CaseFilter, cases
from casework.decide import Decided, Verb, Wish, decide_case
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff, list_staff
from casework.targets import NewTarget, set_target
from models.enterprise import Role
from policy.stock import Measure

COUNTY = "431281"
FIRST_RUN = dt.date(2026, 1, 5)
SECOND_RUN = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办", source="demo")
HEAD = Actor(name="示例股长", source="demo")

STAFF = (
    NewStaff(
        login="clerk",
        name="示例经办",
        role=Role.CLERK,
        email="clerk@bureau.example",
        division_code=COUNTY,
    ),
    NewStaff(
        login="head",
        name="示例股长",
        role=Role.HEAD,
        email="head@bureau.example",
        division_code=COUNTY,
    ),
    NewStaff(
        login="leader",
        name="示例分管领导",
        role=Role.LEADER,
        email="leader@bureau.example",
        division_code=COUNTY,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody does about a case on a day."""

    on: dt.date
    words: str
    record: str = ""  # empty: an approval
    evidence: str = ""


ACTS = (
    Act(on=dt.date(2026, 1, 12), words="情况属实，同意纳入培育库"),
    Act(on=dt.date(2026, 1, 14), words="", record="plan", evidence="示例走访记录 2026-01-14"),
    Act(on=dt.date(2026, 1, 21), words="", record="training", evidence="示例签到表 2026-01-21"),
    Act(on=dt.date(2026, 1, 28), words="", record="materials", evidence="示例材料清单"),
    Act(on=dt.date(2026, 1, 30), words="", record="precheck", evidence="示例预审意见"),
    Act(on=dt.date(2026, 2, 2), words="预审通过，同意上报"),
    Act(on=dt.date(2026, 2, 3), words="", record="submission", evidence="示例提交回执"),
    Act(on=dt.date(2026, 2, 5), words="", record="recommendation", evidence="示例推荐函"),
    Act(on=dt.date(2026, 2, 9), words="", record="publicity", evidence="示例公示，自2月9日起"),
    Act(on=dt.date(2026, 2, 28), words="", record="certified", evidence="示例公告"),
)
TARGETS = (("hnte", Measure.NEW, 2), ("tsme", Measure.GRANTED, 65))
# How many of the acts each of the first candidates gets.
HOW_FAR = (10, 9, 8, 6, 5, 4, 3, 2, 1, 1)


# Those who keep the program and look after it: they are there once somebody looks in a browser.
KEEPERS = tuple(
    NewStaff(
        login=role.value,
        name=f"示例{title}",
        role=role,
        email=f"{role.value}@bureau.example",
        division_code=COUNTY,
    )
    for role, title in (
        (Role.OPERATOR, "运维"),
        (Role.AUDITOR, "审计"),
        (Role.ADMIN, "系统管理员"),
    )
)


def register_everybody(services: Services) -> None:
    """Register whoever of the invented people is not there; who was changed stays so."""
    known = {each.login for each in list_staff(services, everybody=True)}
    for each in (*STAFF, *KEEPERS):
        if each.login not in known:
            add_staff(services, each, by=CLERK)


def register_staff(services: Services) -> None:
    """Register the office's invented people; again changes nothing."""
    for each in STAFF:
        add_staff(services, each, by=CLERK)


def set_targets(services: Services) -> None:
    """Enter the office's invented targets of the year; again changes nothing."""
    ours = replace(services, division=COUNTY)
    for programme, measure, number in TARGETS:
        document = "示例科发〔2026〕1号（虚构）"
        new = NewTarget(
            programme=programme, year=2026, measure=measure, number=number, document=document
        )
        set_target(ours, new, by=HEAD)


def play(services: Services) -> tuple[int, tuple[str, ...]]:
    """Do what happened in the spring; return how many acts were done, and what was refused."""
    waiting = cases(services, CaseFilter(programme="hnte", waiting=True), limit=len(HOW_FAR))
    done, refusals = 0, []
    for line, many in zip(waiting.lines, HOW_FAR, strict=False):
        for act in ACTS[:many]:
            outcome = _do(services.on(act.on), line.id, act)
            if isinstance(outcome, Refusal):
                refusals.append(f"{line.enterprise}：{outcome.reason}")
                break
            done += 1
    return done, tuple(refusals)


def _do(services: Services, case_id: int, act: Act) -> Decided | Recorded | Refusal:
    if not act.record:
        wish = Wish(case_id=case_id, verb=Verb.APPROVE, reason=act.words)
        return decide_case(services, wish, by=HEAD)
    happened = Happened(target=str(case_id), kind=act.record, on=act.on, evidence=act.evidence)
    return record_event(services, happened, by=CLERK)
