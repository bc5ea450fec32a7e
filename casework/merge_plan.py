"""What merging one enterprise into another would do: what moves, what stays, what forbids it.

Nothing is guessed. Where both have the same thing that of the enterprise that stays stands, and
the other's is left where it is; where somebody worked on both, the merge is refused by name.
"""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.merge_book import MERGED, Plan, Row
from casework.merge_dates import dates
from casework.merge_rows import step
from casework.rulebook import rules_of
from casework.services import Services
from models.case import Case, Record, Review, ReviewState, Waiver
from models.clock import ClockEvent
from models.deadline import case_subject
from models.decision import Assignment, Decision, Note
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.letter import Letter, LetterState
from policy.facts import FACTS
from policy.programme import Final

_WAITING = (
    LetterState.QUEUED,
    LetterState.DEFERRED,
    LetterState.TRANSMITTING,
    LetterState.UNKNOWN,
    LetterState.HELD,
)


def plan(session: Session, services: Services, gone: Enterprise, kept: Enterprise) -> Plan:
    """Return what merging would do."""
    made = Plan(session=session, services=services, gone=gone, kept=kept)
    for part in (_cases, _records, dates, _qualifications, _figures, _statements):
        part(made)
    for part in (_names, _notes, _contact):
        part(made)
    return made


def _cases(made: Plan) -> None:
    known = {(row["programme"], row["cycle"]) for row in made.rows(Case, made.kept)}
    offsets = _offsets(made)
    for row in made.rows(Case, made.gone):
        name = f"{made.title(row['programme'])} {row['cycle']}"
        if (row["programme"], row["cycle"]) not in known:
            after = row["records_after"] and row["records_after"] + offsets[row["programme"]]
            made.move(Case, row, records_after=after)
            made.moves.append(f"事项：{name}")
            continue
        made.left.add(row["id"])
        if row["final"] is not None:
            made.stays.append(f"已结束的事项：{name}（两家都有，留在原代码下）")
        elif _was_worked_on(made, row):
            made.forbids.append(
                f"两家都有在办的“{name}”，要并入的一方已经有人办理过；"
                "请先在那一项里办完或放弃，或者换过来保留另一家"
            )
        else:
            _end(made, row, name)


def _end(made: Plan, row: Row, name: str) -> None:
    rules = rules_of(made.session, made.session.get_one(Case, row["id"]))
    end = rules.final(Final.WITHDRAWN)
    if end is None:
        made.forbids.append(f"两家都有“{name}”，而这个项目没有“放弃”环节")
        return
    ended = {"stage": end.key, "phase": end.phase.value, "final": Final.WITHDRAWN.value}
    today, version = made.services.today, row["version"] + 1
    made.steps.append(step(Case, row, **ended, entered_on=today, version=version))
    made.stays.append(
        f"在办事项：{name}（两家都有、没有人办理过，以保留的一家为准，这一项按放弃结束）"
    )
    for review in made.among(Review, "case_id", [row["id"]]):
        if review["state"] == ReviewState.OPEN.value:
            state = ReviewState.SUPERSEDED.value
            made.steps.append(step(Review, review, state=state, reason=MERGED))


def _was_worked_on(made: Plan, row: Row) -> bool:
    """Say whether a person did something about a case."""
    if row["held"] or row["officer_id"] or row["records_after"]:
        return True
    for model in (Decision, Record, Waiver, Assignment, Note):
        if made.among(model, "case_id", [row["id"]]):
            return True
    subject = case_subject(row["cycle"], row["round"])
    return any(
        (event["programme"], event["subject"]) == (row["programme"], subject)
        for event in made.rows(ClockEvent, made.gone)
    )


def _offsets(made: Plan) -> dict[str, int]:
    """Return programme -> by how much the numbers of moved records rise."""
    newest: dict[str, int] = {row["programme"]: 0 for row in made.rows(Case, made.gone)}
    for row in made.rows(Record, made.gone):
        newest.setdefault(row["programme"], 0)
    for row in made.rows(Record, made.kept):
        newest[row["programme"]] = max(newest.get(row["programme"], 0), row["seq"])
    return newest


def _records(made: Plan) -> None:
    offsets, moved = _offsets(made), 0
    for row in made.rows(Record, made.gone):
        if row["case_id"] not in made.left:
            made.move(Record, row, seq=row["seq"] + offsets[row["programme"]])
            moved += 1
    if moved:
        made.moves.append(f"登记 {moved} 条")


def _qualifications(made: Plan) -> None:
    for row in made.rows(Qualification, made.gone):
        made.move(Qualification, row)
        made.moves.append(f"资格：{row['number']}，到 {row['valid_to']}")


def _figures(made: Plan) -> None:
    known = {row["year"] for row in made.rows(AnnualFigures, made.kept)}
    for row in made.rows(AnnualFigures, made.gone):
        if row["year"] in known:
            made.stays.append(f"{row['year']} 年年度数据（两家都有，以保留的一家为准）")
        else:
            made.move(AnnualFigures, row)
            made.moves.append(f"{row['year']} 年年度数据")


def _statements(made: Plan) -> None:
    known: dict[str, set[dt.date]] = {}
    for row in made.rows(Statement, made.kept):
        known.setdefault(row["fact"], set()).add(row["as_of"])
    for row in made.rows(Statement, made.gone):
        fact, days = row["fact"], known.get(row["fact"], set())
        title = FACTS[fact].title if fact in FACTS else fact
        if any(day >= row["as_of"] for day in days):
            made.stays.append(f"其他情况：{title}（{row['as_of']}，保留的一家有不早于它的）")
        else:
            made.move(Statement, row)
            made.moves.append(f"其他情况：{title}（{row['as_of']}）")


def _names(made: Plan) -> None:
    known = {row["name"] for row in made.rows(Alias, made.kept)} | {made.kept.name}
    for row in made.rows(Alias, made.gone):
        if row["name"] not in known:
            made.move(Alias, row)
            made.moves.append(f"其他名称：{row['name']}")
    moved = {row["name"] for row in made.rows(Alias, made.gone)}
    made.alias = made.gone.name not in known | moved
    if made.alias:
        made.moves.append(f"名称：{made.gone.name}（记作其他名称）")


def _notes(made: Plan) -> None:
    rows = [row for row in made.rows(Note, made.gone) if row["case_id"] not in made.left]
    for row in rows:
        made.move(Note, row)
    if rows:
        made.moves.append(f"备注 {len(rows)} 条")


def _contact(made: Plan) -> None:
    theirs = made.rows(Person, made.gone)
    has = any(row["active"] for row in made.rows(Person, made.kept))
    if _letters_waiting(made, [row["id"] for row in theirs]):
        made.forbids.append(
            f"给 {made.gone.name} 联系人的信还没有发出（或等待确认），请等它发出，或先在信函里停发"
        )
    for row in theirs:
        who = "，".join(filter(None, (row["name"], row["email"])))
        if not made.rows(Person, made.kept):
            made.move(Person, row, key=f"contact/{made.kept.uscc}")
            made.moves.append(f"联系人：{who}")
        elif row["active"]:
            made.steps.append(step(Person, row, active=False))
            now = "以后只写给保留的一家的联系人" if has else "保留的一家没有在用的联系人，请登记"
            made.stays.append(f"联系人：{who}（不再写信；{now}）")


def _letters_waiting(made: Plan, people: list[int]) -> bool:
    states = [state.value for state in _WAITING]
    wanted = select(func.count()).where(
        col(Letter.person_id).in_(people), col(Letter.state).in_(states)
    )
    return bool(made.session.scalar(wanted))
