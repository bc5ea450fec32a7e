"""Merging two enterprises that are one (合并), and taking that back while nobody went on."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.merge_book import Plan
from casework.merge_plan import plan
from casework.merge_rows import do, from_json, hanging, seal_of, to_json, touched, undo
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.scope import seen_by, sees
from casework.services import Actor, Services
from models.engine import StaleWorkError
from models.enterprise import Alias, Enterprise
from models.ledger import Run, RunState
from models.merge import Merge
from models.writes import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a merge would do; ``seal`` is another one as soon as that is."""

    gone: Enterprise
    kept: Enterprise
    moves: tuple[str, ...]
    stays: tuple[str, ...]
    forbids: tuple[str, ...]
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLine:
    """A merge that is in force: the other enterprise, who did it, when and why."""

    id: int
    uscc: str
    name: str
    by: str
    at: dt.datetime
    reason: str
    stays: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Let ``gone`` go into ``kept``; ``seal`` is of the preview that somebody agreed to."""

    gone: str
    kept: str
    reason: str
    seal: str


def foresee(services: Services, gone: str, kept: str, *, by: Actor) -> Foreseen | Refusal:
    """Return what merging one enterprise into another would do; nothing is changed by it."""
    if refused := may_decide(by):
        return refused
    with services.database.reading() as session:
        pair = _pair(session, services, gone, kept)
        return pair if isinstance(pair, Refusal) else _told(plan(session, services, *pair))


def merge(services: Services, wish: Wish, *, by: Actor) -> Refusal | None:
    """Merge as it was foreseen, in one transaction; or say why not. Twice is once."""
    if refused := may_decide(by):
        return refused
    if refused := no_reason(wish.reason, "请写明为什么是同一家企业，例如“登记机关换发了代码”"):
        return refused

    def attempt(session: Session) -> Refusal | None:
        if _is_done(session, services, wish):
            return None
        made = _agreed(session, services, wish)
        if isinstance(made, Refusal):
            return made
        _write(session, services, made, (by, wish.reason.strip()))
        return None

    return services.database.transact(attempt)


def _agreed(session: Session, services: Services, wish: Wish) -> Plan | Refusal:
    """Return what is to be done, if it may be and is what somebody agreed to."""
    pair = _pair(session, services, wish.gone, wish.kept, locking=True)
    if isinstance(pair, Refusal):
        return pair
    if refused := _run_under_way(session, services):
        return refused
    made = plan(session, services, *pair)
    if made.forbids:
        return Refusal(reason=f"没有合并：{'；'.join(dict.fromkeys(made.forbids))}")
    if _told(made).seal != wish.seal:
        return Refusal(reason="您看过以后数据有变化，请重新看一遍再合并")
    return made


def unmerge(services: Services, number: int, *, reason: str, by: Actor) -> Refusal | None:
    """Take a merge back: every row as it was; refused once somebody went on with one of them."""
    if refused := may_decide(by):
        return refused
    if refused := no_reason(reason, "请写明撤销合并的理由"):
        return refused

    def attempt(session: Session) -> Refusal | None:
        row = session.get(Merge, number, with_for_update=True)
        both = row is not None and all(
            sees(session, services, each) for each in (row.gone_id, row.kept_id)
        )
        if row is None or not both:
            return Refusal(reason="没有这次合并")
        if row.undone_at is not None:
            return None
        return _run_under_way(session, services) or _back(
            session, services, row, (by, reason.strip())
        )

    return services.database.transact(attempt)


def merges_into(services: Services, enterprise_id: int) -> tuple[MergeLine, ...]:
    """Return the merges in force into an enterprise, the newest first."""
    wanted = (
        select(Merge, Enterprise)
        .join(Enterprise, col(Enterprise.id) == col(Merge.gone_id))
        .where(
            col(Merge.kept_id) == enterprise_id, col(Merge.undone_at).is_(None), *seen_by(services)
        )
        .order_by(col(Merge.id).desc())
    )
    with services.database.reading() as session:
        return tuple(_line(services, row, firm) for row, firm in session.execute(wanted))


def merged_into(services: Services, enterprise_id: int) -> Enterprise | None:
    """Return the enterprise into which this one was merged, if these eyes may see it."""
    wanted = select(Enterprise).join(Merge, col(Merge.kept_id) == col(Enterprise.id))
    mine = (col(Merge.gone_id) == enterprise_id, col(Merge.undone_at).is_(None))
    with services.database.reading() as session:
        return session.scalars(wanted.where(*mine, *seen_by(services))).first()


def _pair(
    session: Session, services: Services, gone: str, kept: str, *, locking: bool = False
) -> tuple[Enterprise, Enterprise] | Refusal:
    codes = (gone.strip().upper(), kept.strip().upper())
    wanted = select(Enterprise).where(col(Enterprise.uscc).in_(codes), *seen_by(services))
    wanted = wanted.order_by(col(Enterprise.id))
    found = session.scalars(wanted.with_for_update() if locking else wanted).all()
    firms = {firm.uscc: firm for firm in found}
    if codes[0] == codes[1]:
        return Refusal(reason="这是同一个信用代码，请填另一家企业的")
    for code in codes:
        if code not in firms:
            return Refusal(reason=f"没有统一社会信用代码为 {code} 的企业，请核对")
        if _in_force(session, firms[code]) is not None:
            return Refusal(reason=f"{firms[code].name}（{code}）已经并入别的企业，请先撤销那次合并")
    return firms[codes[0]], firms[codes[1]]


def _in_force(session: Session, firm: Enterprise) -> Merge | None:
    mine = (col(Merge.gone_id) == firm.id, col(Merge.undone_at).is_(None))
    return session.scalars(select(Merge).where(*mine)).first()


def _is_done(session: Session, services: Services, wish: Wish) -> bool:
    firms = {
        firm.uscc: firm
        for firm in session.scalars(
            select(Enterprise).where(
                col(Enterprise.uscc).in_((wish.gone, wish.kept)), *seen_by(services)
            )
        )
    }
    gone, kept = firms.get(wish.gone), firms.get(wish.kept)
    row = _in_force(session, gone) if gone else None
    return row is not None and kept is not None and row.kept_id == kept.id


def _run_under_way(session: Session, services: Services) -> Refusal | None:
    """Refuse while a run writes from what it read before: it would not know of the merge."""
    kinds = (runs.MONTHLY, runs.SWEEP)
    rows = session.scalars(
        select(Run).where(col(Run.kind).in_(kinds), col(Run.state) == RunState.RUNNING.value)
    )
    if any(not runs.is_dead(session, run, services.now()) for run in rows):
        return Refusal(reason="月度流程或提醒正在办，请等它办完再试")
    return None


def _told(made: Plan) -> Foreseen:
    names = (made.gone.name, made.kept.name)
    return Foreseen(
        gone=made.gone,
        kept=made.kept,
        moves=tuple(made.moves),
        stays=tuple(made.stays),
        forbids=tuple(dict.fromkeys(made.forbids)),
        seal=seal_of(made.steps, *names),
    )


def _write(session: Session, services: Services, made: Plan, why: tuple[Actor, str]) -> None:
    by, reason = why
    steps = do(session, made.steps)
    added = False
    if made.alias:
        name = {"enterprise_id": made.kept.id, "name": made.gone.name}
        added = bool(insert_new(session, Alias, [name], returning=("id",)))
    told = {
        "steps": to_json(steps),
        "alias": made.gone.name if added else "",
        "hanging": hanging(session, steps),
        "stays": made.stays,
    }
    row: dict[str, object] = {
        "gone_id": made.gone.id,
        "kept_id": made.kept.id,
        "moved": json.dumps(told, ensure_ascii=False),
        "reason": reason,
        "by": by.name,
        "at": services.now(),
        "undone_by": "",
        "undone_reason": "",
    }
    if not insert_new(session, Merge, [row], returning=("id",)):
        raise StaleWorkError(Merge.__name__)
    gone = f"{made.gone.name}（{made.gone.uscc}）"
    detail = {"gone": gone, "reason": reason, "moves": made.moves, "stays": made.stays}
    note(session, services, by, "enterprise.merge", (made.kept.uscc, detail))


def _back(
    session: Session, services: Services, row: Merge, why: tuple[Actor, str]
) -> Refusal | None:
    kept = session.get_one(Enterprise, row.kept_id, with_for_update=True)
    gone = session.get_one(Enterprise, row.gone_id, with_for_update=True)
    told = json.loads(row.moved)
    steps = from_json(told["steps"])
    if _in_force(session, kept) is not None:
        return Refusal(reason=f"{kept.name} 后来又并入了别的企业，请先撤销那次合并")
    changed = touched(session, steps)
    if not changed and hanging(session, steps) != told["hanging"]:
        changed = ["移过来的事项、截止事项或联系人上有了新的办理、提醒或信"]
    if changed:
        return Refusal(reason=f"合并以后已经接着办了，不能再撤销；变动过的有：{'、'.join(changed)}")
    undo(session, steps)
    if told["alias"]:
        mine = (col(Alias.enterprise_id) == kept.id, col(Alias.name) == told["alias"])
        session.execute(delete(Alias).where(*mine))
    by, reason = why
    row.undone_by, row.undone_at, row.undone_reason = by.name, services.now(), reason
    detail = {"gone": f"{gone.name}（{gone.uscc}）", "reason": reason}
    note(session, services, by, "enterprise.unmerge", (kept.uscc, detail))
    return None


def _line(services: Services, row: Merge, firm: Enterprise) -> MergeLine:
    return MergeLine(
        id=row.id or 0,
        uscc=firm.uscc,
        name=firm.name,
        by=row.by,
        at=row.at.astimezone(services.zone),
        reason=row.reason,
        stays=tuple(json.loads(row.moved)["stays"]),
    )
