# ruff: noqa: S608 - every word of these statements is ours
"""An invented office of any number of cases, written set-based: no flow runs for it.

Half as many enterprises as cases. Of the cases one in twelve has ended, one in twenty-five waits
for a decision; each has four dates, of which most were met. Twenty clerks share a fifth of them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, insert, text
from sqlalchemy.orm import Session

from benchmarks.county import NINE, opened, settle
from casework.recipients import NO_CONTACT
from casework.services import Services
from models.case import ProgrammeVersion
from models.engine import make_engine
from models.enterprise import Person, Role
from models.writes import insert_new
from policy.deadlines import Basis, Due
from policy.obligation import DeadlineKind
from policy.programme import Programme, Stage
from runtime.schema import upgrade

TODAY = dt.date(2026, 3, 3)
CLERKS = 20
PARTICULAR, USUAL = "云帆", "钒业"  # two characters that few names have, and many
_AROUND = 400  # days before today, and after it
_PLACES = ("洪江", "黔城", "安江", "托口", "雪峰", "沅河", "岔头", "江市", "湾溪", "群峰")
_WORDS = "金鑫源盛华泰和顺恒达永兴瑞丰天宇博雅康宁嘉禾中正信诚云帆海纳锦程鸿图卓越"
_TRADES = ("机械", "电子", "生物", "农业", "陶瓷", "竹木", "医药", "新材", "信息", "食品", USUAL)
_OFTEN = 11  # of twelve cases stand in a stage that is not the last

_shelf = MetaData()


def _picked(name: str, *columns: Column[object]) -> Table:
    """Return a table for a while, of which rows are picked by a number."""
    number = Column("n", Integer, primary_key=True)
    return Table(f"pick_{name}", _shelf, number, *columns, prefixes=["TEMPORARY"])


_SAID = ("programme", "revision", "stage", "phase", "final")
_day = _picked("day", Column("day", Date))
_place, _word, _trade = (
    _picked(name, Column("word", String)) for name in ("place", "word", "trade")
)
_slot = _picked("slot", *(Column(name, String) for name in _SAID))


def office(path: Path | str, cases: int) -> None:
    """Make the office."""
    engine = make_engine(path if isinstance(path, str) else f"sqlite:///{path}")
    upgrade(engine)
    with opened(path, today=TODAY) as services:
        with services.database.writing() as session:
            _shelve(session, services)
            _people(session)
            for statement in _STATEMENTS:
                session.execute(text(statement), _asked(cases))
        with services.database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    engine.dispose()
    if isinstance(path, Path):
        settle(path)


def _asked(cases: int) -> dict[str, object]:
    due = Due(
        due_on=TODAY,
        kind=DeadlineKind.SERVICE,
        basis=Basis(
            event="进入本环节",
            event_on=TODAY,
            offset="5 个工作日",
            raw_on=TODAY,
            roll="",
            unpublished=(),
            source="示例",
        ),
    )
    at = NINE.replace(tzinfo=None)
    unsaid = NO_CONTACT
    return {"cases": cases, "at": at, "basis": due.to_json(), "unsaid": unsaid, "today": TODAY}


def _shelve(session: Session, services: Services) -> None:
    _shelf.create_all(session.connection())
    days = [TODAY + dt.timedelta(days=n - _AROUND) for n in range(2 * _AROUND)]
    session.execute(insert(_day), [{"n": n, "day": day} for n, day in enumerate(days)])
    for table, words in ((_place, _PLACES), (_word, _WORDS), (_trade, _TRADES)):
        session.execute(insert(table), [{"n": n, "word": word} for n, word in enumerate(words)])
    programmes = [each for each in services.catalogue.programmes.values() if each.stages]
    slots = list(_slots(programmes))
    session.execute(insert(_slot), [{"n": n, **slot} for n, slot in enumerate(slots)])
    text_of = services.catalogue.text_of
    kept = [
        {"revision": p.revision, "programme": p.key, "content": text_of(p.key), "seen_at": NINE}
        for p in programmes
    ]
    insert_new(session, ProgrammeVersion, kept)


def _slots(programmes: Iterable[Programme]) -> Iterator[dict[str, str | None]]:
    """Yield 36 places of each programme; in twelve a case stands eleven times in an open stage."""
    for programme in programmes:
        going = cycle([stage for stage in programme.stages if stage.final is None])
        gone = cycle([stage for stage in programme.stages if stage.final is not None])
        for _ in range(3):
            for stage in (*islice(going, _OFTEN), next(gone)):
                yield dict(zip(_SAID, _said(programme, stage), strict=True))


def _said(programme: Programme, stage: Stage) -> tuple[str | None, ...]:
    final = stage.final.value if stage.final else None
    return programme.key, programme.revision, stage.key, stage.phase.value, final


def _people(session: Session) -> None:
    insert_new(
        session,
        Person,
        [
            {
                "id": number,
                "key": f"staff/clerk{number}",
                "role": Role.CLERK.value,
                "name": f"示例经办{number}",
                "email": f"clerk{number}@bureau.example",
                "division_code": "431281",
            }
            for number in range(1, CLERKS + 1)
        ],
    )


_CASES = "WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < :cases)"
_FIRMS = _CASES.replace(":cases", ":cases / 2")
_STATEMENTS = (
    f"""INSERT INTO enterprise (id, uscc, name, division_code, industry,
        address, change_note, added_at)
    {_FIRMS} SELECT seq.n, '91431281MA' || (1000000 + seq.n) || 'X',
        '怀化' || p.word || a.word || b.word || t.word || '有限公司', '431281', '', '', '', :at
    FROM seq JOIN pick_place p ON p.n = seq.n % 10 JOIN pick_word a ON a.n = seq.n * 31 / 7 % 36
    JOIN pick_word b ON b.n = seq.n * 17 / 11 % 36
    JOIN pick_trade t ON t.n = seq.n * 13 / 3 % 11""",
    f"""INSERT INTO alias (enterprise_id, name)
    {_FIRMS} SELECT seq.n, '原' || a.word || b.word || '厂' FROM seq
    JOIN pick_word a ON a.n = seq.n * 7 / 3 % 36 JOIN pick_word b ON b.n = seq.n * 5 / 3 % 36
    WHERE seq.n % 10 = 0""",
    f"""INSERT INTO person (id, key, role, name, email, phone, enterprise_id, division_code, active)
    {_FIRMS} SELECT {CLERKS} + n, 'contact/91431281MA' || (1000000 + n) || 'X', 'contact',
        '示例联系人',
        'contact' || n || '@firm.example', '', n, '', true FROM seq""",
    f"""INSERT INTO qualification
        (enterprise_id, kind, number, valid_from, valid_to, field, source)
    {_FIRMS} SELECT seq.n, CASE WHEN seq.n % 20 = 0 THEN 'hnte' ELSE 'tsme' END, 'GR' || seq.n,
        b.day, e.day, '', '' FROM seq JOIN pick_day b ON b.n = seq.n * 7 % 400
    JOIN pick_day e ON e.n = 350 + seq.n * 7 % 400 WHERE seq.n % 10 = 0""",
    f"""INSERT INTO "case" (id, enterprise_id, programme, cycle, round, revision, stage, phase,
        final, held, version, opened_on, entered_on, assessed, records_after, officer_id)
    {_CASES} SELECT seq.n, 1 + seq.n / 2 % (:cases / 2), s.programme,
        2026, 1 + seq.n % 2, s.revision, s.stage, s.phase,
        s.final, seq.n % 97 = 0, 1, d.day, d.day, '2026-03', 0,
        CASE WHEN seq.n % 5 = 0 THEN 1 + seq.n / 5 % {CLERKS} END
    FROM seq JOIN pick_slot s ON s.n = seq.n * 7919 % 108
    JOIN pick_day d ON d.n = 150 + seq.n * 7 % 250""",
    f"""INSERT INTO assessment (period, case_id, "on", revision, verdict, score_low,
        score_high, findings)
    {_CASES} SELECT '2026-03', n, :today, '', 'meets', 50 + n % 50, 60 + n % 40, '{{}}' FROM seq""",
    f"""INSERT INTO review (case_id, stage, proposes, summary, opened_on, state, decided_by, reason)
    {_CASES} SELECT c.id, c.stage, c.stage, '示例', d.day,
        CASE WHEN seq.n % 25 = 0 THEN 'open' ELSE 'approved' END, '', ''
    FROM seq JOIN "case" c ON c.id = seq.n JOIN pick_day d ON d.n = 400 - seq.n % 20
    WHERE (seq.n % 25 = 0 AND c.final IS NULL) OR seq.n % 10 = 1""",
    f"""INSERT INTO transition (case_id, seq, from_stage, to_stage, "on", actor, reason,
        evidence, at)
    {_CASES} SELECT seq.n, 1, 'screening', c.stage, c.entered_on, '示例', '', '[]', :at
    FROM seq JOIN "case" c ON c.id = seq.n""",
    f"""INSERT INTO deadline (enterprise_id, case_id, programme, obligation, subject, period,
        projection, title, kind, ladder, due_on, provisional, estimated, needs_confirmation, basis,
        "where", prepare, met_by, suspended_on, state, closed_on, reason, opened_at)
    {_CASES} SELECT c.enterprise_id, c.id, c.programme, 'bench' || k.n, 'case/' || c.id, '2026', 1,
        '示例截止事项' || k.n, 'service', 'window', d.day, false, false, k.n = 3, :basis,
        '', '', '',
        CASE WHEN seq.n % 501 = 0 THEN d.day END,
        CASE WHEN k.n < 2 OR c.final IS NOT NULL OR (k.n = 3 AND seq.n % 2 = 0)
            THEN 'met' ELSE 'open' END, NULL, '', :at
    FROM seq JOIN "case" c ON c.id = seq.n JOIN pick_place k ON k.n < 4
    JOIN pick_day d ON d.n = 396 + (seq.n * 37 + k.n * 101) % 400""",
    f"""INSERT INTO letter (id, person_id, send_on, letter, state, attempts, lease, message_id,
        return_path, subject, may_repeat, reason)
    {_FIRMS} SELECT seq.n, {CLERKS} + seq.n, d.day, 'contact_daily',
        CASE WHEN seq.n % 5000 = 0 THEN 'failed' ELSE 'sent' END, 1, 1, '', '', '示例', false, ''
    FROM seq JOIN pick_day d ON d.n = 399 - seq.n % 90""",
    f"""INSERT INTO letter_item (key, kind, state, person_id, letter_id, deadline_id, rung, tone,
        speaks_on, reason)
    {_FIRMS} SELECT 'bench/' || seq.n, 'rung',
        CASE WHEN seq.n % 100 = 0 THEN 'suppressed' ELSE 'claimed' END, {CLERKS} + seq.n,
        CASE WHEN seq.n % 100 > 0 THEN seq.n END, seq.n * 4, 'd-7', '', d.day,
        CASE WHEN seq.n % 100 = 0 THEN :unsaid ELSE '' END
    FROM seq JOIN pick_day d ON d.n = 399 - seq.n % 90""",
)
