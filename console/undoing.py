"""撤销: one decision, or many of one go; first what comes back, then, when somebody is sure, it."""

from collections.abc import Iterator
from dataclasses import dataclass

from casework.assign import give_back
from casework.cases import CaseLine, cases_numbered
from casework.refusal import Refusal
from casework.typed import number_of
from casework.undo import TakenBack, foresee_taking_back, take_back
from casework.words import VERBS
from console.many import MOST
from console.site import Site
from console.visits import Answer, Sent, Shown, Visit
from models.decision import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What taking one act back would do, or did."""

    line: CaseLine
    says: str
    well: bool
    undo: str


def add_undoing(site: Site) -> None:
    """Add the act."""
    site.act("/undo", undo)


def undo(visit: Visit) -> Answer:
    """Show what taking acts back would do; when somebody is sure, do it, one by one."""
    back = visit.said("back")
    back = back if back.startswith("/cases") else "/cases"
    sure, reason = visit.said("sure") == "yes", visit.said("reason")
    if sure and not reason:
        return Sent(to=back, said="没有撤销：请写明理由", wrong=True)
    rows = list(_rows(visit, sure=sure, reason=reason))
    if not rows:
        return Sent(to=back, said="没有可以撤销的办理", wrong=True)
    well = sum(each.well for each in rows)
    return Shown(
        template="undo.html",
        values={"rows": rows, "well": well, "sure": sure, "reason": reason, "back": back},
    )


def _rows(visit: Visit, *, sure: bool, reason: str) -> Iterator[_Row]:
    for said in list(dict.fromkeys(visit.form.get("undo", ())))[:MOST]:
        kind, _, numbers = said.partition(".")
        case, number = (number_of(each) for each in numbers.partition(".")[::2])
        if case is None or number is None:
            continue
        line = cases_numbered(visit.services, [case]).get(case)
        act = {"decision": _decision, "given": _assignment}.get(kind)
        if line is None or act is None:
            continue
        says, well = act(visit, (case, number), sure=sure, reason=reason)
        yield _Row(line=line, says=says, well=well, undo=said)


def _decision(
    visit: Visit, numbers: tuple[int, int], *, sure: bool, reason: str
) -> tuple[str, bool]:
    by = visit.who.actor
    if sure:
        done = take_back(visit.services, numbers[1], reason=reason, by=by)
    else:
        done = foresee_taking_back(visit.services, numbers[1], by=by)
    return (done.reason, False) if isinstance(done, Refusal) else (_says(done), True)


def _says(done: TakenBack) -> str:
    if done.already:
        return "早已撤销"
    moved = done.from_title != done.to_title
    parts = (
        f"撤销“{VERBS[Verb(done.verb)]}”",
        f"{done.from_title} → {done.to_title}" if moved else f"仍在“{done.to_title}”",
        f"{done.letters} 处还没发出的内容不再发" if done.letters else "没有要收回的信",
        f"重新要办：{'、'.join(done.owed_again)}" if done.owed_again else "",
        f"不再要办：{'、'.join(done.no_longer_owed)}" if done.no_longer_owed else "",
    )
    return "；".join(part for part in parts if part)


def _assignment(
    visit: Visit,
    numbers: tuple[int, int],
    *,
    sure: bool,
    reason: str,  # noqa: ARG001 - as a decision is
) -> tuple[str, bool]:
    if not sure:
        return "改回原来的经办人", True
    done = give_back(visit.services, *numbers, by=visit.who.actor)
    if isinstance(done, Refusal):
        return done.reason, False
    return f"现在的经办人：{done.now or '（无人）'}", True
