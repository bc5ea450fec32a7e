"""Where the story of an enterprise comes from, source by source, and each row in words."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlmodel import col

from casework.audit_words import act_words, detail_words
from casework.firm_book import Book, Line
from casework.words import ANSWERS, CLOCK_ACTS, DEADLINES, VERBS
from models.answer import Answer
from models.case import ProgrammeVersion, Record, Transition, Waiver
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState
from models.decision import Assignment, Decision, Note, Undoing, Verb
from models.enterprise import Person
from models.imports import ImportBatch, ImportTrace
from models.ledger import AuditEntry
from models.letter import Letter
from policy.answers import AnswerKind
from policy.clocks import Act

_QUIET = (Verb.HOLD.value, Verb.RESUME.value)  # a move or a waiver tells the others


Row = Sequence[Any]


def _case_link(number: int | None) -> str:
    return f"/cases/{number}" if number else ""


def _moves(book: Book) -> Select[Any]:
    of = col(Transition.case_id).in_(book.cases)
    return select(col(Transition.at), col(Transition.id), Transition).where(of)


def _move(book: Book, row: Row) -> Line:
    move: Transition = row[0]
    ways = (book.stage(move.case_id, move.from_stage), book.stage(move.case_id, move.to_stage))
    what = f"{book.case_words(move.case_id)}：{' → '.join(ways)}"
    why = f"{move.actor}：{move.reason}"
    return Line(at=book.at(move.at), kind="流转", what=what, why=why, link=_case_link(move.case_id))


def _records(book: Book) -> Select[Any]:
    of = col(Record.enterprise_id) == book.firm.id
    return select(col(Record.at), col(Record.id), Record).where(of)


def _record(book: Book, row: Row) -> Line:
    record: Record = row[0]
    void = "（已作废）" if record.revoked else ""
    what = f"{record.by} 登记 {record.on} {book.record(record.programme, record.kind)}{void}"
    link = _case_link(record.case_id)
    return Line(at=book.at(record.at), kind="登记", what=what, why=record.evidence, link=link)


def _decisions(book: Book) -> Select[Any]:
    of = (col(Decision.case_id).in_(book.cases), col(Decision.verb).in_(_QUIET))
    return select(col(Decision.at), col(Decision.id), Decision).where(*of)


def _decision(book: Book, row: Row) -> Line:
    made: Decision = row[0]
    what = f"{made.by} {VERBS[Verb(made.verb)]} {book.case_words(made.case_id)}"
    link = _case_link(made.case_id)
    return Line(at=book.at(made.at), kind="决定", what=what, why=made.reason, link=link)


def _waivers(book: Book) -> Select[Any]:
    of = col(Waiver.case_id).in_(book.cases)
    return select(col(Waiver.at), col(Waiver.id), Waiver).where(of)


def _waiver(book: Book, row: Row) -> Line:
    waiver: Waiver = row[0]
    what = f"{waiver.by} 免除“{waiver.need}”（{book.case_words(waiver.case_id)}）"
    link = _case_link(waiver.case_id)
    return Line(at=book.at(waiver.at), kind="决定", what=what, why=waiver.reason, link=link)


def _undoings(book: Book) -> Select[Any]:
    of = col(Decision.case_id).in_(book.cases)
    wanted = select(col(Undoing.at), col(Undoing.decision_id), Undoing, Decision)
    return wanted.join(Decision, col(Decision.id) == col(Undoing.decision_id)).where(of)


def _undoing(book: Book, row: Row) -> Line:
    undoing, made = row
    words = book.case_words(made.case_id)
    what = f"{undoing.by} 撤销“{VERBS[Verb(made.verb)]}”（{words}）"
    link = _case_link(made.case_id)
    return Line(at=book.at(undoing.at), kind="决定", what=what, why=undoing.reason, link=link)


def _letters(book: Book) -> Select[Any]:
    wanted = select(col(Letter.sent_at), col(Letter.id), Letter, col(Person.name))
    joined = wanted.join(Person, col(Person.id) == col(Letter.person_id))
    return joined.where(col(Person.enterprise_id) == book.firm.id)


def _letter(book: Book, row: Row) -> Line:
    letter, name = row
    what = f"发信给 {name or '联系人'}：{letter.subject}"
    return Line(at=book.at(letter.sent_at), kind="信函", what=what, link=f"/letters/{letter.id}")


def _dates(book: Book) -> Select[Any]:
    of = col(Deadline.enterprise_id) == book.firm.id
    return select(col(Deadline.opened_at), col(Deadline.id), Deadline).where(of)


def _date(book: Book, row: Row) -> Line:
    date: Deadline = row[0]
    title = book.services.catalogue.title_of(date.programme)
    verb = "截止日改为" if date.projection > 1 else "截止日"
    what = f"{date.title}（{title}）：{verb} {date.due_on}"
    state = DeadlineState(date.state)
    now = "" if state is DeadlineState.OPEN else f"现在：{DEADLINES[state]}"
    if now and date.closed_on:
        now = f"{now}，{date.closed_on}"
    return Line(
        at=book.at(date.opened_at), kind="日期", what=what, why=now, link=f"/dates/{date.id}"
    )


def _clocks(book: Book) -> Select[Any]:
    of = col(ClockEvent.enterprise_id) == book.firm.id
    return select(col(ClockEvent.at), col(ClockEvent.id), ClockEvent).where(of)


def _clock(book: Book, row: Row) -> Line:
    event: ClockEvent = row[0]
    days = f" {event.days} 天" if event.days else ""
    known = book.services.catalogue.programmes.get(event.programme)
    duties = {each.key: each.title for each in known.obligations} if known else {}
    about = duties.get(event.obligation, event.obligation)
    what = f"{event.by} {CLOCK_ACTS[Act(event.act)]}{days}：{about}"
    why = "，".join(filter(None, (event.reason, event.document)))
    return Line(at=book.at(event.at), kind="期限", what=what, why=why)


def _answers(book: Book) -> Select[Any]:
    wanted = select(col(Answer.at), col(Answer.id), Answer, Deadline)
    joined = wanted.join(Deadline, col(Deadline.id) == col(Answer.deadline_id))
    return joined.where(col(Deadline.enterprise_id) == book.firm.id)


def _answer(book: Book, row: Row) -> Line:
    answer, date = row
    what = f"企业答复“{ANSWERS[AnswerKind(answer.kind)]}”：{date.title}"
    why = answer.receipt or answer.words
    return Line(at=book.at(answer.at), kind="答复", what=what, why=why, link=f"/dates/{date.id}")


def _imports(book: Book) -> Select[Any]:
    wanted = select(col(ImportBatch.at), col(ImportTrace.id), ImportBatch)
    joined = wanted.join(ImportTrace, col(ImportTrace.batch_id) == col(ImportBatch.id))
    return joined.where(col(ImportTrace.uscc).in_(book.codes))


def _import(book: Book, row: Row) -> Line:
    batch: ImportBatch = row[0]
    back = f"{batch.undone_by} 已撤销这一批" if batch.undone_at else ""
    what = f"{batch.by} 导入 {batch.filename}"
    return Line(at=book.at(batch.at), kind="导入", what=what, why=back, link=f"/imports/{batch.id}")


def _notes(book: Book) -> Select[Any]:
    of = col(Note.enterprise_id) == book.firm.id
    return select(col(Note.at), col(Note.id), Note).where(of)


def _note(book: Book, row: Row) -> Line:
    note: Note = row[0]
    text = "（已划去）" if note.struck_at else note.text
    return Line(at=book.at(note.at), kind="备注", what=f"{note.by}：{text}", link="#notes")


def _given(book: Book) -> Select[Any]:
    wanted = select(col(Assignment.at), col(Assignment.id), Assignment, col(Person.name))
    joined = wanted.outerjoin(Person, col(Person.id) == col(Assignment.person_id))
    return joined.where(col(Assignment.case_id).in_(book.cases))


def _give(book: Book, row: Row) -> Line:
    given, name = row
    to = f"指派给 {name}" if name else "不再指派给谁"
    what = f"{given.by}：{book.case_words(given.case_id)} {to}"
    return Line(at=book.at(given.at), kind="指派", what=what, link=_case_link(given.case_id))


def _rules(book: Book) -> Select[Any]:
    """Ask for versions of its programmes' rules that came after its first case."""
    programmes = sorted({each.programme for each in book.cases.values()})
    days = [each.opened_on for each in book.cases.values()]
    first = dt.datetime.combine(min(days, default=dt.date.max), dt.time(), tzinfo=dt.UTC)
    seen = col(ProgrammeVersion.seen_at)
    of = (col(ProgrammeVersion.programme).in_(programmes), seen >= first)
    numbers = {key: number for number, key in enumerate(programmes)} or {"": 0}
    row = case(numbers, value=col(ProgrammeVersion.programme), else_=0)
    return select(seen, row, ProgrammeVersion).where(*of)


def _rule(book: Book, row: Row) -> Line:
    version: ProgrammeVersion = row[0]
    title = book.services.catalogue.title_of(version.programme)
    keep = [c.cycle for c in book.cases.values() if c.revision == version.revision]
    why = f"{'、'.join(f'{each} 年' for each in sorted(set(keep)))}的事项按它办理" if keep else ""
    link = f"/programmes/{version.programme}"
    return Line(
        at=book.at(version.seen_at), kind="规则", what=f"{title}：规则有新版本", why=why, link=link
    )


def _acts(book: Book) -> Select[Any]:
    """Ask for what was done to the enterprise itself and to its contact."""
    kinds = ("", "contact/", "hnte/", "tsme/")
    subjects = [f"{kind}{code}" for code in book.codes for kind in kinds]
    own = or_(col(AuditEntry.act).startswith("enterprise."), col(AuditEntry.act) == "certificate")
    return select(col(AuditEntry.at), col(AuditEntry.id), AuditEntry).where(
        col(AuditEntry.subject).in_(subjects), own
    )


def _act(book: Book, row: Row) -> Line:
    entry: AuditEntry = row[0]
    what = f"{entry.by}：{act_words(entry.act)}"
    return Line(
        at=book.at(entry.at), kind="企业", what=what, why="；".join(detail_words(entry.detail))
    )


# In the order in which things of one moment are told.
STORIES: Sequence[tuple[Callable[[Book], Select[Any]], Callable[[Book, Row], Line]]] = (
    (_letters, _letter),
    (_answers, _answer),
    (_moves, _move),
    (_decisions, _decision),
    (_waivers, _waiver),
    (_undoings, _undoing),
    (_records, _record),
    (_clocks, _clock),
    (_dates, _date),
    (_given, _give),
    (_notes, _note),
    (_acts, _act),
    (_imports, _import),
    (_rules, _rule),
)
