"""How one would write it at first: objects and loops. Both do less than the engine does."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from benchmarks.county import EVERY, SECOND
from casework.services import Services
from models.case import Assessment, Case
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from models.figures import AnnualFigures, Qualification, Statement
from policy.ladder import speaks_on

_AT_ONCE = 1_000


def objects_month(services: Services) -> None:
    """Judge every case by ten hand-written rules on SQLModel objects.

    It opens and moves no case, computes no deadline and writes no letter; of assessments it
    writes those of the 3 % that have news.
    """
    with services.database.reading() as session:
        last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
    for low in range(0, last + 1, _AT_ONCE):
        with services.database.writing() as session:
            _judge(session, low, low + _AT_ONCE)


def _judge(session: Session, low: int, high: int) -> None:
    figures = _grouped(session, AnnualFigures, low, high)
    statements = _grouped(session, Statement, low, high)
    held = _grouped(session, Qualification, low, high)
    cases = _grouped(session, Case, low, high)
    span = (col(Enterprise.id) >= low, col(Enterprise.id) < high)
    for firm in session.scalars(select(Enterprise).where(*span)).all():
        id_ = firm.id or 0
        verdict = _verdict(firm, figures[id_], statements[id_], held[id_])
        for case in cases[id_] if id_ % EVERY == 0 else ():
            before = session.get(Assessment, (case.assessed, case.id))
            if before is not None:
                session.add(_again(before, verdict))


def _grouped(session: Session, model: Any, low: int, high: int) -> dict[int, list[Any]]:  # noqa: ANN401 - any table of an enterprise
    found: dict[int, list[Any]] = defaultdict(list)
    span = (model.enterprise_id >= low, model.enterprise_id < high)
    for row in session.scalars(select(model).where(*span)):
        found[row.enterprise_id].append(row)
    return found


def _verdict(
    firm: Enterprise,
    figures: Sequence[AnnualFigures],
    statements: Sequence[Statement],
    held: Sequence[Qualification],
) -> str:
    told = {each.fact: each.value == "true" for each in statements}
    newest = max(figures, key=lambda each: each.year)
    sales = sum(each.sales or 0 for each in figures)
    spent = sum(each.rd_hnte or 0 for each in figures)
    met = (
        told.get("resident", False),
        (SECOND - (firm.registered_on or SECOND)).days >= 365,
        (newest.ip_class1 or 0) + (newest.ip_class2 or 0) > 0,
        told.get("core_ip", False),
        told.get("field_fits", False),
        (newest.staff_rd or 0) * 10 >= (newest.staff_total or 0),
        spent * 100 >= sales * (3 if sales > 2_000_000_000 else 5),
        (newest.hightech_income or 0) * 100 >= (newest.total_income or 0) * 60,
        told.get("incident_checked", False),
        not any(each.valid_to.year > SECOND.year for each in held),
    )
    return "met" if all(met) else "unmet"


def _again(before: Assessment, verdict: str) -> Assessment:
    return Assessment(
        period=f"{SECOND:%Y-%m}",
        case_id=before.case_id,
        on=SECOND,
        revision=before.revision,
        verdict=verdict,
        score_low=before.score_low,
        score_high=before.score_high,
        findings=before.findings,
    )


def deadline_loop(services: Services) -> int:
    """Ask every open deadline, rung by rung, whether it speaks today; write nothing."""
    calendar, day = services.calendar(), services.today
    ladders = services.catalogue.ladders
    wanted = select(col(Deadline.id), col(Deadline.ladder), col(Deadline.due_on)).where(
        col(Deadline.state) == DeadlineState.OPEN.value
    )
    with services.database.reading() as session:
        return sum(
            speaks_on(rung, due_on, calendar) == day
            for _, ladder, due_on in session.execute(wanted)
            for rung in ladders[ladder].rungs
        )
