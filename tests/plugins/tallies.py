"""What is counted beside cases and dates is what a count of them says, whoever wrote them how.

``a_house`` asks it of every house when its test is over.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import col

from models.case import Case, Review, ReviewState
from models.deadline import Deadline, DeadlineState
from models.engine import Database
from models.tallies import NUMBERS, case_tally, date_tally

Numbers = Counter[tuple[Any, ...]]  # (what is counted, and how it is alike) -> how many


def assert_tallied(database: Database) -> None:
    """Fail unless both tables of numbers say what the rows say."""
    with database.reading() as session:
        open_ones = (Review.state, ReviewState.OPEN), (Deadline.state, DeadlineState.OPEN)
        waits, due = (col(state) == is_open.value for state, is_open in open_ones)
        waiting = set(session.scalars(select(col(Review.case_id)).where(waits)))
        cases = session.scalars(select(Case)).all()
        dates = session.scalars(select(Deadline).where(due)).all()
        kept = {table: session.execute(select(table)).all() for table in (case_tally, date_tally)}
    counted: Numbers = Counter(("number", *_case(each)) for each in cases)
    counted += Counter(("waiting", *_case(each)) for each in cases if each.id in waiting)
    assert _summed(case_tally, kept[case_tally]) == counted
    assert _summed(date_tally, kept[date_tally]) == Counter(
        ("number", *_date(each)) for each in dates
    )


def _case(case: Case) -> tuple[Any, ...]:
    since = case.entered_on if case.final is None else None
    place = (case.programme, case.stage, case.revision, case.held, case.final)
    return (*place, since, case.cycle)


def _date(date: Deadline) -> tuple[Any, ...]:
    unsure = (date.estimated, date.provisional, date.needs_confirmation)
    what = (date.kind, date.programme, date.title)
    return (date.due_on, date.suspended_on is not None, *what, *unsure)


def _summed(table: Table, rows: Iterable[Any]) -> Numbers:
    names = [column.name for column in table.c]
    sums: Numbers = Counter()
    for row in rows:
        said = dict(zip(names, row, strict=True))
        alike = tuple(value for name, value in said.items() if name not in NUMBERS)
        for name in said.keys() & NUMBERS:
            sums[name, *alike] += said[name]
    return Counter({key: number for key, number in sums.items() if number})
