"""Housekeeping: old things go, a few at a time; what a promise needs stays, whatever its age."""

import datetime as dt
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from casework import housekeeping
from casework.housekeeping import Cellar, HousekeepingReport, tidy
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from config.settings import KeepPart
from models import upkeep
from models.api import KeptAnswer, Token
from models.audit import append, broken_at, entry_of
from models.case import Transition
from models.deadline import Deadline
from models.ledger import AuditEntry, Run, RunBatch
from models.letter import Letter, LetterItem
from models.webhooks import Webhook, WebhookCall
from models.writes import insert_new
from notifications.folder import file_name
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import LADDER, add_firm, add_staff, add_three_firms, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
LATER = dt.date(2028, 6, 1)  # more than two years after everything below
MOMENT = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
GONE = {"closed_on": dt.date(2026, 5, 2), "reason": "示例"}


def _found(services: Services) -> None:
    add_staff(services)
    add_three_firms(services)
    run_month(services, "2026-03", on=MARCH)
    for day in ("2026-03-30", "2026-03-31", "2026-04-22", "2026-04-23", "2026-04-29", "2026-05-06"):
        sweep(services, today=dt.date.fromisoformat(day))


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three enterprises, one that nobody can write to, after a spring of daily sweeps."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _cellar(home: Path, **changes: Any) -> Cellar:
    letters = home / "letters"
    letters.mkdir(parents=True, exist_ok=True)
    return replace(Cellar(home=home, letters=letters, keep=KeepPart()), **changes)


def _tidy(services: Services, home: Path, day: dt.date = LATER, **how: Any) -> HousekeepingReport:
    return tidy(services.on(day), _cellar(home, **how))


def _keys(services: Services, *where: Any) -> set[str]:
    with services.database.reading() as session:
        return set(session.scalars(select(col(LetterItem.key)).where(*where)))


def _slots(services: Services, kind: str) -> Sequence[str]:
    with services.database.reading() as session:
        wanted = select(col(Run.slot)).where(col(Run.kind) == kind).order_by(col(Run.slot))
        return session.scalars(wanted).all()


def _close_all(services: Services) -> None:
    with services.database.writing() as session:
        session.execute(update(Deadline).values(state="waived", **GONE))


def _sweeps_again(services: Services) -> None:
    """Let the office work on, so that the newest sweep is no old one."""
    sweep(services, today=LATER - dt.timedelta(days=1))


def test_nothing_that_is_young_is_removed(county: Services, tmp_path: Path) -> None:
    _close_all(county)
    before = dump(county.database)
    report = _tidy(county, tmp_path, day=dt.date(2026, 6, 1))

    assert (report.runs, report.batches, report.unsaid, report.letter_files) == (0, 0, 0, 0)
    after = dump(county.database)
    assert [row for row in after["run"] if row not in before["run"]] != []  # its own
    assert differences(before | {"run": []}, after | {"run": []}) == []


def test_the_claims_of_an_open_deadline_stay_however_old_they_are(
    county: Services, tmp_path: Path
) -> None:
    _sweeps_again(county)
    before = _keys(county)
    report = _tidy(county, tmp_path)

    assert report.unsaid == 0
    assert _keys(county) == before


def test_claims_that_said_nothing_go_with_what_is_over_and_what_was_said_stays(
    county: Services, tmp_path: Path
) -> None:
    said = _keys(county, col(LetterItem.letter_id).is_not(None))
    _close_all(county)
    _sweeps_again(county)
    silent = len(_keys(county)) - len(said)
    report = _tidy(county, tmp_path)

    assert report.unsaid == silent > 0
    assert _keys(county) == said


def test_a_sweep_after_housekeeping_sends_nothing_again(county: Services, tmp_path: Path) -> None:
    """Not even when each day of the past is swept anew, with dates that are open once more."""
    _close_all(county)
    _sweeps_again(county)
    _tidy(county, tmp_path)
    with county.database.writing() as session:
        session.execute(update(Deadline).values(state="open", closed_on=None, reason=""))
        letters = session.scalar(select(func.count()).select_from(Letter))
    for day in (LATER, LATER + dt.timedelta(days=1)):
        sweep(county, today=day)

    with county.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == letters
    spoken = _keys(county, col(LetterItem.state) == "claimed")
    unheard = 3  # rungs for the contact that the third enterprise does not have
    assert len(spoken) == sum(len(rung.to) for rung in LADDER.rungs) * 3 - unheard


def test_claims_that_the_next_sweep_may_speak_for_stay(county: Services, tmp_path: Path) -> None:
    """The office slept for two years: its newest sweep is older than the claims are kept."""
    with county.database.writing() as session:
        session.execute(update(LetterItem).values(state="suppressed", letter_id=None))
    _close_all(county)
    lately = _keys(county, col(LetterItem.speaks_on) >= dt.date(2026, 5, 6))
    _tidy(county, tmp_path)

    assert lately
    assert _keys(county) == _keys(county) | lately


def test_old_runs_go_but_the_newest_of_each_kind_and_what_is_unfinished_stay(
    county: Services, tmp_path: Path
) -> None:
    run_month(county, "2026-04", on=dt.date(2026, 4, 1))
    with county.database.writing() as session:
        session.execute(update(Run).where(col(Run.slot) == "2026-04").values(state="running"))
        session.execute(update(Run).values(started_at=MOMENT, finished_at=MOMENT))
        rows = [{"programme": "sprout", "period": "2026-04", "batch": 0, "version": 1}]
        insert_new(session, RunBatch, rows)
    run_month(county, "2028-05", on=dt.date(2028, 5, 2))
    report = _tidy(county, tmp_path)

    assert _slots(county, "monthly") == ["2026-04", "2028-05"]
    assert _slots(county, "sweep") == ["2026-05-06"]
    assert report.runs == 6
    with county.database.reading() as session:
        periods = set(session.scalars(select(col(RunBatch.period))))
    assert periods == {"2026-04", "2028-05"}
    assert _tidy(county, tmp_path).runs == 0


def test_cases_dates_moves_and_the_audit_chain_stay(county: Services, tmp_path: Path) -> None:
    with county.database.writing() as session:
        for number in range(3):
            entry = entry_of(
                at=MOMENT, by=("示例", "cli"), act="示例", subject=str(number), detail={}
            )
            append(session, entry)
    _close_all(county)
    _sweeps_again(county)
    before = dump(county.database)
    _tidy(county, tmp_path)
    after = dump(county.database)

    changed = {table for table in before if before[table] != after[table]}
    assert changed == {"letter_item", "run", "run_batch"}
    with county.database.reading() as session:
        assert broken_at(session) is None
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 3


def test_a_dry_run_counts_the_same_and_touches_nothing(county: Services, tmp_path: Path) -> None:
    _close_all(county)
    _sweeps_again(county)
    letter = _old_file(tmp_path, "old.eml")
    before = dump(county.database)
    told = _tidy(county, tmp_path, dry_run=True)

    assert differences(before, dump(county.database)) == []
    assert letter.exists()
    assert told.dry_run
    done = _tidy(county, tmp_path)
    assert not letter.exists()
    assert replace(told, dry_run=False) == replace(done, freed_bytes=0)
    assert (done.unsaid, done.runs, done.batches, done.letter_files) > (0, 0, 0, 0)


def test_rows_are_removed_a_few_at_a_time(
    county: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_AT_ONCE", 2)
    whole = county.database.transact
    transactions: list[object] = []
    monkeypatch.setattr(
        county.database, "transact", lambda work: (transactions.append(work), whole(work))[1]
    )
    _close_all(county)
    with county.database.writing() as session:
        session.execute(update(Run).values(started_at=MOMENT, finished_at=MOMENT))
    report = _tidy(county, tmp_path)

    assert report.runs + report.unsaid > 4
    assert len(transactions) >= (report.runs + report.unsaid) // 2


def test_calls_that_ended_and_answers_that_nobody_is_promised_go(
    county: Services, tmp_path: Path
) -> None:
    due: dict[str, Any] = {"made_at": MOMENT, "next_at": MOMENT, "webhook": "board"}
    due |= {"attempts": 1, "lease": 1, "reason": ""}
    done = due | {"state": "done", "ended_at": MOMENT}
    add_firm(county, 9)
    run_month(county, "2026-04", on=dt.date(2026, 4, 1))
    with county.database.writing() as session:
        first = session.scalars(select(Transition)).first()
        assert first
        again = [first.model_dump(exclude={"id"}) | {"seq": seq} for seq in (8, 9)]
        insert_new(session, Transition, again)
        past, due_still, coming = sorted(session.scalars(select(col(Transition.id))))
        seen = {"name": "board", "since": MOMENT, "seen": due_still}
        insert_new(session, Webhook, [seen])
        of = ((past, done), (coming, done), (due_still, due | {"state": "due", "ended_at": None}))
        insert_new(session, WebhookCall, [{"transition_id": move} | call for move, call in of])
        token = {"person_id": 1, "name": "示例", "secret": "a", "made_by": "示例"}
        insert_new(session, Token, [token | {"made_at": MOMENT, "until": MOMENT}])
        kept = {"token_id": 1, "asked": "b", "status": 200, "answer": "{}"}
        now = county.on(LATER).now()
        for hours in (23, 25):
            at = now - dt.timedelta(hours=hours)
            insert_new(session, KeptAnswer, [kept | {"key": str(hours), "at": at}])

    assert _tidy(county, tmp_path, dry_run=True).calls == 2
    assert _tidy(county, tmp_path).calls == 2
    with county.database.reading() as session:
        assert set(session.scalars(select(col(WebhookCall.transition_id)))) == {due_still, coming}
        assert session.scalars(select(col(KeptAnswer.key))).all() == ["23"]


def _old_file(home: Path, name: str, *, years: int = 3) -> Path:
    path = _cellar(home).letters / name
    path.write_text("示例", encoding="utf-8")
    then = dt.datetime(2028 - years, 1, 1, tzinfo=dt.UTC).timestamp()
    os.utime(path, (then, then))
    return path


def test_old_letter_files_go_and_whatever_else_lies_there_stays(
    county: Services, tmp_path: Path
) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    outside.mkdir()
    old = [_old_file(home, name) for name in ("a.eml", ".b.part")]
    notes = _old_file(home, "notes.txt")
    young = _old_file(home, "c.eml", years=1)
    link = home / "letters" / "d.eml"
    target = outside / "theirs.eml"
    target.write_text("示例", encoding="utf-8")
    os.utime(target, (0, 0))
    link.symlink_to(target)
    report = _tidy(county, home)

    assert report.letter_files == 2
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in (notes, young, link, target))


def test_a_letters_folder_that_leads_out_of_the_data_folder_is_not_ours(
    county: Services, tmp_path: Path
) -> None:
    theirs = _old_file(tmp_path / "theirs", "a.eml")
    home = tmp_path / "home"
    home.mkdir()
    (home / "letters").symlink_to(theirs.parent)

    assert _tidy(county, home).letter_files == 0
    assert theirs.exists()


def test_the_file_that_tells_whether_a_letter_left_stays_until_that_is_settled(
    county: Services, tmp_path: Path
) -> None:
    message = "<example@bureau.example>"
    proof = _old_file(tmp_path, file_name(message))
    with county.database.writing() as session:
        first = session.scalars(select(Letter).order_by(col(Letter.id)).limit(1)).one()
        first.message_id, first.state = message, "transmitting"
    assert _tidy(county, tmp_path).letter_files == 0
    assert proof.exists()

    with county.database.writing() as session:
        session.execute(update(Letter).values(state="sent"))
    assert _tidy(county, tmp_path).letter_files == 1


def _leave_holes(services: Services) -> Path:
    """Fill the database with two megabytes and drop them again; return its file."""
    with services.database.writing() as session:
        session.connection().exec_driver_sql("CREATE TABLE filler (words TEXT)")
        session.connection().exec_driver_sql(
            "INSERT INTO filler WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 2000) SELECT hex(randomblob(500)) FROM n"
        )
    with services.database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE filler")
    return Path(services.database.engine.url.database or "")


def test_the_log_is_folded_in_and_free_space_is_given_back(
    a_house: HouseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MUCH_FREE", 100_000)
    services = a_house("sqlite")
    path = _leave_holes(services)
    before = path.stat().st_size + Path(f"{path}-wal").stat().st_size
    report = _tidy(services, tmp_path)

    wal = Path(f"{path}-wal")
    assert report.freed_bytes > 1_000_000
    assert path.stat().st_size + (wal.stat().st_size if wal.exists() else 0) < before - 1_000_000


def test_whoever_writes_is_not_kept_waiting_and_the_rest_is_done_all_the_same(
    a_house: HouseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MUCH_FREE", 100_000)
    monkeypatch.setattr(upkeep, "_PATIENCE_MS", 50)
    services = a_house("sqlite")
    path = _leave_holes(services)
    somebody = sqlite3.connect(path, isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")
    assert not upkeep.tend_file(path).compacted
    somebody.execute("ROLLBACK")
    somebody.close()

    assert upkeep.tend_file(path).compacted
    assert not upkeep.tend_file(path).compacted  # nothing is free any more
