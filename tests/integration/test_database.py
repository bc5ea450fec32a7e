"""Sessions that lose no update, set-based writes, and the audit chain, on both engines."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.audit import append, broken_at, entry_of
from models.engine import RETRIES, StaleWorkError
from models.enterprise import Enterprise
from models.ledger import AuditEntry, CalendarOverride, Run
from models.writes import insert_new, upsert

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def _run(slot: str, counts: str = "0") -> dict[str, object]:
    row = {"kind": "count", "slot": slot, "state": "running"}
    return row | {"counts": counts, "started_at": NOON}


def _count_up(session: Session) -> None:
    row = session.scalars(select(Run).where(col(Run.slot) == "a").with_for_update()).one()
    row.counts = str(int(row.counts) + 1)


@pytest.mark.fault("R13")
def test_eight_writers_at_once_lose_no_update(house: Services) -> None:
    with house.database.writing() as session:
        insert_new(session, Run, [_run("a")])

    with ThreadPoolExecutor(8) as writers:
        done = [writers.submit(house.database.transact, _count_up) for _ in range(800)]
    assert [each.result() for each in done] == [None] * 800

    with house.database.reading() as session:
        assert session.scalars(select(Run)).one().counts == "800"


def test_what_a_failed_transaction_wrote_is_gone(house: Services) -> None:
    def half(session: Session) -> None:
        insert_new(session, Run, [_run("a")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        house.database.transact(half)

    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_a_reading_session_sees_one_state_whatever_is_written_meanwhile(house: Services) -> None:
    with house.database.reading() as session:
        assert session.scalars(select(col(Run.slot))).all() == []
        with house.database.writing() as other:
            insert_new(other, Run, [_run("a")])
        assert session.scalars(select(col(Run.slot))).all() == []

    with house.database.reading() as session:
        assert session.scalars(select(col(Run.slot))).all() == ["a"]


def test_a_reading_session_changes_nothing(house: Services) -> None:
    with house.database.reading() as session:
        session.execute(update(Run).values(counts="1"))
        session.add(Run(**_run("a")))
        session.flush()

    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_work_that_came_too_late_is_done_again_a_bounded_number_of_times(house: Services) -> None:
    tries: list[int] = []

    def late() -> str:
        tries.append(1)
        if len(tries) < RETRIES:
            raise StaleWorkError
        return "done"

    def always_late() -> None:
        tries.append(1)
        raise StaleWorkError

    assert house.database.retrying(late) == "done"
    assert len(tries) == RETRIES
    tries.clear()
    with pytest.raises(StaleWorkError):
        house.database.retrying(always_late)
    assert len(tries) == RETRIES


def test_a_faulty_statement_is_not_tried_again(house: Services) -> None:
    tries: list[int] = []

    def faulty(session: Session) -> None:
        tries.append(1)
        session.execute(select(func.no_such_function(1)))

    with pytest.raises(Exception, match="no_such_function") as raised:
        house.database.transact(faulty)
    assert not isinstance(raised.value, IntegrityError)
    assert tries == [1]


def test_asking_twice_inserts_once_and_says_which(house: Services) -> None:
    with house.database.writing() as session:
        first = insert_new(session, Run, [_run("a"), _run("b")], returning=("slot",))
        second = insert_new(session, Run, [_run("b"), _run("c")], returning=("slot",))

    assert sorted(first) == [("a",), ("b",)]
    assert second == [("c",)]


def test_many_rows_go_in_however_many_parameters_a_statement_may_have(house: Services) -> None:
    with house.database.writing() as session:
        insert_new(session, Run, [_run(str(number)) for number in range(10_000)])
        insert_new(session, Run, [])

    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 10_000


def test_an_upsert_replaces_all_but_the_key(house: Services) -> None:
    day = dt.date(2027, 2, 5)

    def override(reason: str) -> dict[str, object]:
        return {"day": day, "working": False, "reason": reason, "by": "经办", "at": NOON}

    with house.database.writing() as session:
        upsert(session, CalendarOverride, [override("预计放假")])
        upsert(session, CalendarOverride, [override("通知放假")])

    with house.database.reading() as session:
        assert session.scalars(select(CalendarOverride)).one().reason == "通知放假"


def test_a_moment_without_a_time_zone_is_refused_and_a_stored_one_comes_back_in_utc(
    house: Services,
) -> None:
    shanghai = dt.datetime(2026, 3, 2, 20, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    with house.database.writing() as session:
        session.add(Enterprise(uscc="91431281MAXX00015X", name="示例企业", added_at=shanghai))
    with house.database.reading() as session:
        added = session.scalars(select(Enterprise)).one().added_at

    assert (added, added.tzinfo) == (NOON, dt.UTC)
    naive = Enterprise(uscc="91431281MAXX00023Q", name="示例", added_at=NOON.replace(tzinfo=None))
    with pytest.raises(StatementError, match="time zone"), house.database.writing() as session:
        session.add(naive)


def test_a_word_outside_an_enum_is_refused_by_the_database(house: Services) -> None:
    with (
        pytest.raises((IntegrityError, OperationalError)),
        house.database.writing() as session,
    ):
        session.add(Run(**_run("a") | {"state": "lost"}))


def _noted(number: int) -> AuditEntry:
    by = ("经办", "cli")
    return entry_of(at=NOON, by=by, act="note", subject=str(number), detail={"number": number})


def test_the_audit_chain_is_whole_until_somebody_touches_it(house: Services) -> None:
    for number in range(4):
        house.database.transact(lambda session, n=number: append(session, _noted(n)))
    with house.database.reading() as session:
        assert broken_at(session) is None

    with house.database.writing() as session:
        session.execute(
            update(AuditEntry).where(col(AuditEntry.subject) == "2").values(detail="{}")
        )
    with house.database.reading() as session:
        third = session.scalars(select(AuditEntry).where(col(AuditEntry.subject) == "2")).one()
        assert broken_at(session) == third.id


def test_an_entry_that_was_taken_out_is_missed(house: Services) -> None:
    for number in range(3):
        house.database.transact(lambda session, n=number: append(session, _noted(n)))
    with house.database.writing() as session:
        session.delete(
            session.scalars(select(AuditEntry).where(col(AuditEntry.subject) == "1")).one()
        )

    with house.database.reading() as session:
        assert broken_at(session) is not None


def test_writers_at_once_make_one_chain(house: Services) -> None:
    with ThreadPoolExecutor(4) as writers:
        done = [
            writers.submit(
                house.database.transact, lambda session, n=number: append(session, _noted(n))
            )
            for number in range(12)
        ]
    assert [each.exception() for each in done] == [None] * 12

    with house.database.reading() as session:
        assert broken_at(session) is None
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 12
