"""Confirming a rule with its document (核实), and taking that back; each is one row more."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.confirmed import rule_says
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_confirm
from casework.scope import sees_all
from casework.services import Actor, Services
from models.confirmation import Confirmation, Part
from models.ledger import Run, RunState
from models.writes import insert_new
from policy.confirm import Confirm
from policy.programme import Programme

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rule: of a programme, a criterion or an obligation; ``seq`` as it was seen."""

    programme: str
    part: str
    key: str
    seq: int  # rows on it so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Where somebody found it."""

    says: str  # the rule as it was compared
    document: str
    clause: str
    dated: dt.date | None
    url: str = ""


def confirm_rule(
    services: Services, rule: Rule, found: Document, *, by: Actor
) -> Confirmation | Refusal:
    """Record that a rule was found in its document."""
    programme, wrong = _known(services, rule, by)
    if programme is None or wrong:
        return wrong or _NO_RULE
    part = Part(rule.part)
    if not _waits(programme, part, rule.key):
        return Refusal(reason="这一条已经核实过，不用再核实")
    if found.says != rule_says(programme, part, rule.key):
        return Refusal(reason="这一条在您看的时候改过了，请重新看一遍再核实")
    if words := _wrong_document(services, found):
        return Refusal(reason=words)
    return _append(
        services,
        rule,
        (
            by,
            {
                "stands": True,
                "says": found.says,
                "document": found.document.strip(),
                "clause": found.clause.strip(),
                "dated": found.dated,
                "url": found.url.strip(),
                "reason": "",
            },
        ),
    )


def take_back(services: Services, rule: Rule, *, reason: str, by: Actor) -> Confirmation | Refusal:
    """Record that a confirmation was wrong: the rule waits for confirmation again."""
    programme, wrong = _known(services, rule, by)
    if programme is None or wrong:
        return wrong or _NO_RULE
    if refusal := no_reason(reason, "请写明为什么撤销核实"):
        return refusal
    with services.database.reading() as session:
        last = _last(session, rule)
    if last is None or not last.stands:
        return Refusal(reason="这一条没有核实过，不用撤销")
    kept = {name: getattr(last, name) for name in ("says", "document", "clause", "dated", "url")}
    return _append(services, rule, (by, {**kept, "stands": False, "reason": reason.strip()}))


def seq_of(services: Services, programme: str, part: str, key: str) -> int:
    """Return how many rows there are on a rule, to be sent back with what is decided."""
    with services.database.reading() as session:
        last = _last(session, Rule(programme=programme, part=part, key=key, seq=0))
    return last.seq if last else 0


_NO_RULE = Refusal(reason="没有这一条规则，可能规则文件已经改过")


def _known(services: Services, rule: Rule, by: Actor) -> tuple[Programme | None, Refusal | None]:
    """Return the programme, and why this person may not confirm its rules now, if so."""
    programme = services.catalogue.programmes.get(rule.programme)
    if programme is None or rule.part not in set(Part):
        return None, _NO_RULE
    if not rule_says(programme, Part(rule.part), rule.key):
        return None, _NO_RULE
    return programme, may_confirm(by) or _not_now(services)


def _not_now(services: Services) -> Refusal | None:
    with services.database.reading() as session:
        if not sees_all(session, services):
            return Refusal(reason="规则管着全部企业，请由负责全部企业的股长核实")
        if _month_under_way(session, services):
            return Refusal(reason="月度流程正在办，一次办理要用同一套规则。请等它办完再试")
    return None


def _month_under_way(session: Session, services: Services) -> bool:
    rows = session.scalars(
        select(Run).where(col(Run.kind) == runs.MONTHLY, col(Run.state) == RunState.RUNNING.value)
    )
    return any(not runs.is_dead(session, run, services.now()) for run in rows)


def _waits(programme: Programme, part: Part, key: str) -> bool:
    confirms = {each.key: each.confirm for each in programme.criteria}
    if part is Part.OBLIGATION:
        confirms = {each.key: each.confirm for each in programme.obligations}
    return confirms.get(key) is Confirm.NEEDS_CONFIRMATION


def _wrong_document(services: Services, found: Document) -> str:
    """Return how to mend what was typed; nothing when it is in order."""
    url, longest = found.url.strip(), max(map(len, (found.document, found.clause, found.url)))
    wrong = (
        (
            not found.document.strip() or not found.clause.strip(),
            "请写明文号（或文件名称）和条款，例如：国科发火〔2016〕32号，第九条",
        ),
        (longest > _LONGEST, f"文号、条款和网址各不超过 {_LONGEST} 个字"),
        (found.dated is None, "请写明文件的日期，例如 2016-01-29"),
        (
            (found.dated or services.today) > services.today,
            f"文件的日期 {found.dated} 还没有到，请核对",
        ),
        (
            bool(url) and urlsplit(url).scheme not in ("http", "https"),
            "网址要以 http:// 或 https:// 开头；没有网址的留空",
        ),
    )
    return next((words for holds, words in wrong if holds), "")


def _last(session: Session, rule: Rule) -> Confirmation | None:
    newest = select(func.max(col(Confirmation.id))).where(
        col(Confirmation.programme) == rule.programme,
        col(Confirmation.part) == rule.part,
        col(Confirmation.key) == rule.key,
    )
    return session.scalars(
        select(Confirmation).where(col(Confirmation.id) == newest.scalar_subquery())
    ).first()


def _append(
    services: Services, rule: Rule, what: tuple[Actor, dict[str, object]]
) -> Confirmation | Refusal:
    """Add a row, unless somebody else added one since this person looked."""
    by, told = what
    name = {"programme": rule.programme, "part": rule.part, "key": rule.key}
    row = {**name, "seq": rule.seq + 1, **told, "by": by.name, "at": services.now()}

    def attempt(session: Session) -> Confirmation | Refusal:
        before = _last(session, rule)
        number = before.seq if before else 0
        if number != rule.seq or not insert_new(session, Confirmation, [row], returning=("id",)):
            who = before.by if before else "同事"
            return Refusal(reason=f"{who}已经处理过这一条，请重新看一遍")
        made = _last(session, rule)
        assert made is not None  # noqa: S101 - we just added it
        act = "rule.confirm" if made.stands else "rule.take_back"
        detail = {"before": _detail(before), "after": _detail(made)}
        note(session, services, by, act, (f"{rule.programme}/{rule.part}/{rule.key}", detail))
        session.expunge(made)
        return made

    return services.database.transact(attempt)


def _detail(row: Confirmation | None) -> dict[str, object] | None:
    names = ("stands", "says", "document", "clause", "dated", "url", "reason")
    return None if row is None else {name: getattr(row, name) for name in names}
