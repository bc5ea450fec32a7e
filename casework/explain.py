"""Why: a verdict, a deadline or a day, each answered in one line and then reason by reason."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.answers_page import answers_of
from casework.case_page import CasePage, Judgement, case_page
from casework.refusal import Refusal
from casework.services import Services
from casework.snooze import snoozes_in_force
from casework.told import natural_name
from casework.words import CLOCK_ACTS, DEADLINES, KINDS, RECIPIENTS, TONES
from config.calendar_files import CalendarYear
from models.answer import Snooze
from models.clock import entry_of, ledger_rows
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.clocks import Act, standing
from policy.deadlines import Due, explain
from policy.ladder import speaks_on
from policy.obligation import DeadlineKind, Ladder
from policy.workdays import Calendar, weekday_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: what it is about, what it says, and where that comes from."""

    about: str
    said: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An answer in one line, and its reasons."""

    subject: str
    answer: str
    reasons: tuple[Reason, ...]


def explain_case(
    services: Services, words: str, programme: str | None = None
) -> Explanation | Refusal:
    """Explain the newest verdict on a case: every criterion, its source, its figures."""
    page = case_page(services, words, programme)
    if isinstance(page, Refusal):
        return page
    judged = page.judgement
    reasons: list[Reason] = []
    if judged is not None:
        reasons += _findings(judged)
    reasons += [
        Reason(about=f"等待：{each.title}", said=each.reason, source=each.source)
        for each in page.waiting
    ]
    reasons += [
        Reason(about=f"截止：{line.title}", said=line.explanation)
        for line in page.deadlines
        if line.state == DeadlineState.OPEN.value
    ]
    return Explanation(subject=_subject(page), answer=_answer(page), reasons=tuple(reasons))


def _subject(page: CasePage) -> str:
    again = f"第 {page.round} 次" if page.round > 1 else ""
    return f"{page.enterprise}：{page.programme_title} {page.cycle} 年度{again}（编号 {page.id}）"


def _answer(page: CasePage) -> str:
    judged = page.judgement
    if judged is None:
        verdict = "还没有判断过"
    else:
        verdict = f"{judged.on} 判断：{judged.verdict_title}"
        if judged.score_low is not None:
            verdict += f"，得分 {score_text(judged.score_low, judged.score_high)} 分"
    rules = "" if page.rules_of_today else "；沿用立项时的规则"
    return f"现处“{page.stage_title}”（{page.phase_title}）；{verdict}{rules}"


def score_text(low: int | None, high: int | None) -> str:
    """Return a score, or the range it lies in."""
    return f"{low}" if low == high else f"{low}–{high}"


def _findings(judged: Judgement) -> Iterator[Reason]:
    for each in judged.findings:
        data = f"数据：{'、'.join(each.data)}" if each.data else ""
        yield Reason(
            about=f"{each.title}：{each.outcome_title}",
            said=each.text,
            source="；".join(filter(None, (each.source, data))),
        )


def explain_deadline(services: Services, number: int) -> Explanation | Refusal:
    """Explain a deadline: event, rule, skipped days, when it reminds whom, earlier dates."""
    calendar = services.calendar()
    with services.database.reading() as session:
        deadline = session.get(Deadline, number)
        if deadline is None:
            return Refusal(reason=f"没有编号为 {number} 的截止事项")
        enterprise = session.get_one(Enterprise, deadline.enterprise_id)
        earlier = _earlier(session, deadline)
        clock = list(_clock(session, deadline))
        said = [*_quiet(session, number), *_answered(session, number)]
    ladder = services.catalogue.ladders.get(deadline.ladder)
    reasons = [*_basis(deadline), *clock, *earlier, *said]
    runs = deadline.state == DeadlineState.OPEN.value and deadline.suspended_on is None
    if ladder is not None and runs:
        reasons += _rungs(ladder, deadline.due_on, calendar)
    return Explanation(
        subject=f"{enterprise.name}：{deadline.title}（截止事项编号 {deadline.id}）",
        answer=explain(Due.from_json(deadline.basis)),
        reasons=tuple(reasons),
    )


def _basis(deadline: Deadline) -> Iterator[Reason]:
    basis = Due.from_json(deadline.basis).basis
    state = DEADLINES[DeadlineState(deadline.state)]
    closed = f"，{deadline.closed_on}，{deadline.reason}" if deadline.closed_on else ""
    stopped = f"，{deadline.suspended_on} 起中止" if deadline.suspended_on else ""
    yield Reason(about="状态", said=f"{state}{closed}{stopped}")
    yield Reason(about="性质", said=KINDS[DeadlineKind(deadline.kind)])
    yield Reason(about="起算", said=f"{basis.event} {basis.event_on}", source=basis.source)
    if basis.offset:
        yield Reason(about="推算", said=basis.offset.strip(), source=basis.source)
    if basis.roll:
        yield Reason(about="顺延", said=f"{basis.rolled_from}：{basis.roll}", source=basis.source)
    if deadline.where:
        yield Reason(about="在哪里办", said=deadline.where)
    if deadline.prepare:
        yield Reason(about="准备什么", said=deadline.prepare)


def _quiet(session: Session, number: int) -> list[Reason]:
    """Return until when staff keep the date quiet, who, and why."""
    rows = session.scalars(
        select(Snooze).where(
            col(Snooze.id).in_(
                [each.id for each in snoozes_in_force(session) if each.deadline.id == number]
            )
        )
    )
    return [
        Reason(about="暂缓提醒", said=f"到 {row.until}，{row.by}：{row.reason}") for row in rows
    ]


def _answered(session: Session, number: int) -> list[Reason]:
    found = answers_of(session, {number}).get(number, ())
    return [Reason(about="企业答复", said=words) for words in found]


def _earlier(session: Session, deadline: Deadline) -> list[Reason]:
    """Return the dates that this one took the place of."""
    same = ("enterprise_id", "programme", "obligation", "subject", "period")
    rows = session.scalars(
        select(Deadline)
        .where(
            *(col(getattr(Deadline, name)) == getattr(deadline, name) for name in same),
            col(Deadline.projection) < deadline.projection,
        )
        .order_by(col(Deadline.projection))
    )
    return [
        Reason(about=f"第 {row.projection} 次推算", said=f"{row.due_on}，{row.closed_on} 调整")
        for row in rows
    ]


def _clock(session: Session, deadline: Deadline) -> Iterator[Reason]:
    """Yield what people did to the clock, what was taken back too: who, when, why."""
    ledger = [entry_of(row) for row in ledger_rows(session, natural_name(deadline))]
    stand = [id(entry) for entry in standing(ledger)]
    for entry in ledger:
        counts = entry.act is Act.UNDO or id(entry) in stand
        about = CLOCK_ACTS[entry.act] + ("" if counts else "（已撤销）")
        yield Reason(
            about=about, said=f"{entry.on} {entry.by}：{entry.reason}", source=entry.document
        )


def _rungs(ladder: Ladder, due_on: dt.date, calendar: Calendar) -> Iterator[Reason]:
    for rung in ladder.rungs:
        whom = "、".join(RECIPIENTS[to] for to in rung.to)
        day = speaks_on(rung, due_on, calendar)
        said = f"{day}（{weekday_name(day)}）{TONES[rung.tone]}，发给{whom}"
        yield Reason(about="提醒", said=said, source=ladder.title)


def explain_day(
    calendar: Calendar,
    day: dt.date,
    *,
    years: Mapping[int, CalendarYear],
    declared: Mapping[dt.date, str],
) -> Explanation:
    """Explain whether a day is worked. ``declared`` holds the reasons our own staff gave."""
    works = calendar.is_workday(day)
    name = f"{day}（{weekday_name(day)}）"
    why = "" if works else f"：{calendar.why_off(day)}"
    if works and day in calendar.work:
        why = "：调休上班"
    sure = "（暂估）" if calendar.is_provisional(day) else ""
    return Explanation(
        subject=name,
        answer=f"{name}{'是工作日' if works else '不是工作日'}{why}{sure}",
        reasons=tuple(_day_reasons(calendar, day, years, declared)),
    )


def _day_reasons(
    calendar: Calendar,
    day: dt.date,
    years: Mapping[int, CalendarYear],
    declared: Mapping[dt.date, str],
) -> Iterator[Reason]:
    if day in declared:
        yield Reason(about="本单位登记", said=declared[day])
    year = years.get(day.year)
    if year is None:
        yield Reason(about="放假安排", said=f"{day.year} 年的没有录入，按周一至周五推算")
    else:
        published = "已公布" if year.status == "gazetted" else "尚未公布，按法定节日推算"
        source = "；".join(filter(None, (year.document, year.source)))
        yield Reason(about="放假安排", said=f"{year.title}（{published}）", source=source)
    if not calendar.is_workday(day):
        following = calendar.next_workday(day)
        said = f"{following}（{weekday_name(following)}）"
        yield Reason(about="下一个工作日", said=said)
