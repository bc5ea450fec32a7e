"""The week of the staff of one division: what is overdue, due, waiting, and what went wrong."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.board import over_limit
from casework.counted import alike_cases, by_place, workdays_until
from casework.dates_alike import AlikeDates, first_of_each, open_dates
from casework.recipients import NO_CONTACT, NO_EMAIL, NOBODY
from casework.rulebook import read_rules
from casework.scope import among
from casework.services import Services
from casework.stopped import stopped_dates
from casework.words import KINDS, LETTERS
from models.case import Case, Review, ReviewState, Transition
from models.deadline import Deadline
from models.divisions import within
from models.duties import enterprises_by_id
from models.enterprise import Enterprise, Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.letters import WeekLine, WeekRows, WeekSection, WeekSummary
from notifications.words import countdown, day
from policy.deadlines import days_left
from policy.obligation import DeadlineKind, Tone
from policy.programme import Stage
from policy.timetable import week_of
from policy.workdays import ONE_DAY

Conditions: TypeAlias = Sequence[ColumnElement[bool]]

SHOWN = 5  # lines of a section: the gravest
ALL_LINES = 500
_GRAVEST_FIRST = tuple(KINDS)
_FLAGS = ("预计", "暂估", "待核实")


def week_of_staff(
    session: Session, services: Services, divisions: Sequence[str], *, most: int = SHOWN
) -> WeekSummary | None:
    """Return what the staff of divisions should know this week; None when there is nothing.

    ``most`` lines of what no list shows; of the rest the gravest.
    """
    sections = tuple(_sections(session, services, divisions, most))
    return empty_week(services.today, sections) if sections else None


def has_week(session: Session, services: Services, divisions: Sequence[str]) -> bool:
    """Say whether there is anything that the staff of divisions should know this week."""
    return any(_sections(session, services, divisions))


def _sections(
    session: Session, services: Services, divisions: Sequence[str], most: int = SHOWN
) -> Iterator[WeekSection]:
    """Yield what there is something to say of, each looked for as it is asked for."""
    dates = among(session, divisions, col(Deadline.enterprise_id))
    cases = among(session, divisions, col(Case.enterprise_id))
    looks = (
        partial(_dates, session, services, dates, overdue=True),
        partial(_dates, session, services, dates, overdue=False),
        partial(_reviews, session, services, cases),
        partial(_others, session, services, cases),
        partial(stopped_dates, session, services, dates, most),
        partial(_wrong, session, services, divisions, most),
    )
    yield from (section for look in looks if (section := look()).count)


def empty_week(today: dt.date, sections: tuple[WeekSection, ...] = ()) -> WeekSummary:
    """Return the summary of the week of a day."""
    monday = today - today.weekday() * ONE_DAY
    number = int(week_of(today).rpartition("W")[2])
    return WeekSummary(number=number, first=monday, last=monday + 6 * ONE_DAY, sections=sections)


def _section(
    title: str, tone: Tone, lines: Sequence[WeekLine], *, count: int, of: int | None = None
) -> WeekSection:
    """Return the gravest lines of what is counted; ``of`` is how many lines there are in all."""
    shown = tuple(lines[:SHOWN])
    more = (len(lines) if of is None else of) - len(shown)
    return WeekSection(title=title, tone=tone.value, count=count, lines=shown, more=more)


def _dates(session: Session, services: Services, here: Conditions, *, overdue: bool) -> WeekSection:
    """Sum up open dates: those that passed, or those up to Sunday; one line for one duty."""
    today = services.today
    until = today - ONE_DAY if overdue else today + (6 - today.weekday()) * ONE_DAY
    rows = open_dates(session, here, since=None if overdue else today, until=until)
    graded = sorted(rows, key=lambda row: (_GRAVEST_FIRST.index(DeadlineKind(row.kind)), *row[1:4]))
    lines = graded[:SHOWN]
    firms = first_of_each(session, here, lines)
    names = enterprises_by_id(session, set(firms.values()))
    return _section(
        "已经超期" if overdue else "本周到期",
        Tone.OVERDUE if overdue else Tone.URGENT,
        [_date_line(services, row, names[firms[row]].name) for row in lines],
        of=len(graded),
        count=sum(row.number for row in rows),
    )


def _date_line(services: Services, row: AlikeDates, name: str) -> WeekLine:
    kind, due_on, programme, title, *marks, number = row
    left = countdown(days_left(due_on, services.today))
    firms = name if number == 1 else f"{name} 等 {number} 家"
    return WeekLine(
        what=f"{title}（{services.catalogue.title_of(programme)}）",
        details=(KINDS[DeadlineKind(kind)], day(due_on, services.today), left, firms),
        flags=tuple(flag for flag, holds in zip(_FLAGS, marks, strict=True) if holds),
        rows=_rows("dates", programme=programme, kind=kind, title=title, on=due_on),
    )


def _rows(of: str, **keys: object) -> WeekRows:
    return WeekRows(of=of, keys={name: str(key) for name, key in keys.items()})


def _reviews(session: Session, services: Services, here: Conditions) -> WeekSection:
    """Sum up the proposals that wait for a decision, the oldest first."""
    ours = [col(Review.case_id).in_(select(col(Case.id)).where(*here))] if here else []
    waiting = select(col(Review.id)).where(col(Review.state) == ReviewState.OPEN.value, *ours)
    count = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    opened = col(Review.opened_on)
    last = waiting.with_only_columns(opened).order_by(opened).offset(SHOWN - 1).limit(1)
    until = session.scalar(last)  # an index finds it; of those opened by then the names decide
    oldest = [opened <= until] if until else []
    rows = session.execute(
        select(Review, Case, col(Enterprise.name))
        .join(Case, col(Case.id) == col(Review.case_id))
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .where(col(Review.state) == ReviewState.OPEN.value, *ours, *oldest)
        .order_by(opened, col(Enterprise.uscc))
        .limit(SHOWN)
    ).all()
    rules = read_rules(session, services, {case.revision for _, case, _ in rows})
    lines = []
    for review, case, name in rows:
        programme = rules[case.revision]
        step = f"{programme.stage(review.stage).title} → {programme.stage(review.proposes).title}"
        waited = (services.today - review.opened_on).days
        lines.append(
            WeekLine(
                what=f"{name}（{programme.title}）",
                details=(step, f"已等 {waited} 天"),
                rows=_rows("case", id=review.case_id),
            )
        )
    return _section("等本局审核", Tone.REMINDER, lines, count=count, of=count)


def _others(session: Session, services: Services, here: Conditions) -> WeekSection:
    """Sum up the cases that wait for an enterprise or another office, the latest stages first."""
    rows = [each for each in alike_cases(session, here) if each.since and not each.held]
    rules = read_rules(session, services, {each.revision for each in rows})
    days = [each.since for each in rows if each.since]
    workdays = workdays_until(services.calendar(session), services.today, days)
    cases: Counter[tuple[str, Stage]] = Counter()
    late: Counter[tuple[str, Stage]] = Counter()
    for (revision, key), alike in by_place(rows):
        stage, title = rules[revision].stage(key), rules[revision].title
        number = sum(each.number - each.waiting for each in alike)
        if stage.needs and number:
            cases[title, stage] += number
            late[title, stage] += sum(
                each.number - each.waiting
                for each in alike
                if over_limit(stage, workdays[each.since])
            )
    graded = sorted(cases, key=lambda place: (-late[place], -cases[place], place[0]))
    keys = {each.title: each.key for each in rules.values()}
    lines = [_place_line(place, keys[place[0]], cases[place], late[place]) for place in graded]
    return _section("等补数据或登记", Tone.NOTICE, lines, count=cases.total())


def _place_line(place: tuple[str, Stage], key: str, number: int, late: int) -> WeekLine:
    programme, stage = place
    wanted = "、".join(need.title for need in stage.needs)
    over = (f"其中 {late} 家已超过本环节的时限",) if late else ()
    return WeekLine(
        what=f"{stage.title}（{programme}）",
        details=(f"{number} 家", f"等：{wanted}", *over),
        rows=_rows("cases", programme=key, stage=stage.key),
    )


def _wrong(
    session: Session, services: Services, divisions: Sequence[str], most: int
) -> WeekSection:
    """Sum up letters that did not arrive, and whom nobody could be told of, lately."""
    since = _last_week(session, services)
    lines = [*_letters(session, divisions, since), *_unsaid(session, divisions, since)]
    shown, more = tuple(lines[:most]), max(len(lines) - most, 0)
    tone, count = Tone.FINAL.value, len(lines)
    return WeekSection(title="没有办成", tone=tone, count=count, lines=shown, more=more)


def _last_week(session: Session, services: Services) -> dt.date:
    """Return the Monday of the last week before this one in which anybody worked.

    The summary of that week left in its first hours, and what went wrong later is still untold.
    """
    today = services.today
    worked = services.calendar(session).previous_workday(today - (today.weekday() + 1) * ONE_DAY)
    return worked - worked.weekday() * ONE_DAY


def _letters(session: Session, divisions: Sequence[str], since: dt.date) -> Iterable[WeekLine]:
    """Yield the letters that came to nothing lately, and all that wait for a person."""
    place = func.coalesce(col(Enterprise.division_code), col(Person.division_code))
    rows = session.execute(
        select(Letter, col(Person.name), col(Enterprise.name))
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .where(
            text("letter.state IN ('failed', 'unknown', 'held')"),  # as its index says it
            or_(col(Letter.state) == LetterState.HELD.value, col(Letter.send_on) >= since),
            within(divisions, place),
        )
        .order_by(col(Letter.send_on), col(Letter.id))
    )
    for letter, name, enterprise in rows:
        whose = f"{enterprise} {name}".strip() if enterprise else name
        why = f"：{letter.reason}" if letter.reason else ""
        state = LETTERS[LetterState(letter.state)]
        yield WeekLine(
            what=f"给{whose}的信",
            details=(f"{letter.send_on:%m-%d}", f"{state}{why}"),
            rows=_rows("letter", id=letter.id),
        )


def _unsaid(session: Session, divisions: Sequence[str], since: dt.date) -> Iterable[WeekLine]:
    """Yield the enterprises of which nobody could be told something lately."""
    whose = func.coalesce(col(Deadline.enterprise_id), col(Case.enterprise_id))
    rows = session.execute(
        select(col(Enterprise.uscc), col(Enterprise.name), col(LetterItem.reason), func.count())
        .select_from(LetterItem)
        .outerjoin(Deadline, col(Deadline.id) == col(LetterItem.deadline_id))
        .outerjoin(Transition, col(Transition.id) == col(LetterItem.transition_id))
        .outerjoin(Case, col(Case.id) == col(Transition.case_id))
        .join(Enterprise, col(Enterprise.id) == whose)
        .where(
            col(LetterItem.state) == ItemState.SUPPRESSED.value,
            col(LetterItem.reason).in_((NO_CONTACT, NO_EMAIL, NOBODY)),
            col(LetterItem.speaks_on) >= since,
            within(divisions, col(Enterprise.division_code)),
        )
        .group_by(col(Enterprise.uscc), col(Enterprise.name), col(LetterItem.reason))
        .order_by(func.count().desc(), col(Enterprise.uscc), col(LetterItem.reason))
    )
    for uscc, name, reason, number in rows:
        yield WeekLine(
            what=name,
            details=(reason, f"{number} 件事没有告知"),
            rows=_rows("enterprise", uscc=uscc),
        )
