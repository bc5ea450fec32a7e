"""The dates of a merge: which move, which end where they are, and what was said of them."""

from typing import Any

from casework.merge_book import MERGED, Plan, Row
from casework.merge_rows import step
from models.answer import Answer, Snooze
from models.case import Review, Transition
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState
from models.letter import LetterItem
from policy.answers import AnswerState

_NAMING = ("programme", "obligation", "subject", "period")


def dates(made: Plan) -> None:
    """Move the dates whose matter only the other one has, with their clocks and answers."""
    known = {_natural(row) for row in made.rows(Deadline, made.kept)}
    moved: list[Row] = []
    for row in made.rows(Deadline, made.gone):
        if row["case_id"] not in made.left and _natural(row) not in known:
            made.move(Deadline, row)
            moved.append(row)
        else:
            _close(made, row)
    events = made.rows(ClockEvent, made.gone)
    names = {_natural(row) for row in moved}
    for event in events:
        if _natural(event) in names:
            made.move(ClockEvent, event)
    is_open = [row for row in moved if row["state"] == DeadlineState.OPEN.value]
    made.moves += [f"截止事项：{row['title']} {row['due_on']}" for row in is_open]
    if len(moved) > len(is_open):
        made.moves.append(f"已了结的截止事项 {len(moved) - len(is_open)} 件")
    _rename(made, {row["id"] for row in moved})


def _natural(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _NAMING)


def _close(made: Plan, row: Row) -> None:
    """Let a date that both have, or whose case stays behind, end where it is."""
    if row["state"] != DeadlineState.OPEN.value:
        return
    about = f"截止事项“{row['title']}”（{row['due_on']}）"
    waits = [
        each
        for each in made.among(Answer, "deadline_id", [row["id"]])
        if each["state"] == AnswerState.WAITING.value
    ]
    quiet = [s for s in made.among(Snooze, "deadline_id", [row["id"]]) if s["ended_on"] is None]
    touched = [each for each in made.rows(ClockEvent, made.gone) if _natural(each) == _natural(row)]
    if waits or quiet or touched:
        made.forbids.append(f"两家都有{about}，要并入的一方有答复、暂缓提醒或期限办理，请先处理")
        return
    closed = {"state": DeadlineState.WAIVED.value, "closed_on": made.services.today}
    made.steps.append(step(Deadline, row, **closed, reason=MERGED))
    made.stays.append(f"{about}（以保留的一家为准，这一件按免办了结）")


def _rename(made: Plan, dates: set[int]) -> None:
    """Give what was said and answered the name of the enterprise that stays: nothing said twice."""
    moved = [each.key[0] for each in made.steps if each.table == "case"]
    cases = [number for number in moved if number not in made.left]
    transitions = [row["id"] for row in made.among(Transition, "case_id", cases)]
    reviews = [row["id"] for row in made.among(Review, "case_id", cases)]
    items: dict[int, Row] = {}
    for column, ids in (
        ("deadline_id", dates),
        ("transition_id", transitions),
        ("review_id", reviews),
    ):
        items |= {row["id"]: row for row in made.among(LetterItem, column, ids)}
    old, new = f"/{made.gone.uscc}/", f"/{made.kept.uscc}/"
    for row in items.values():
        if old in row["key"]:
            made.steps.append(step(LetterItem, row, key=row["key"].replace(old, new, 1)))
    answers = made.among(Answer, "deadline_id", dates)
    for row in answers:
        named = {
            name: row[name].replace(made.gone.uscc, made.kept.uscc, 1) for name in ("key", "matter")
        }
        made.steps.append(step(Answer, row, **named))
    if answers:
        made.moves.append(f"企业答复 {len(answers)} 件")
