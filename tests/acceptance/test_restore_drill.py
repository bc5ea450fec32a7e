"""The drill: demo data, a backup, lost days, destroyed, restored; and no letter is sent twice."""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.deliver import deliver
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.release import caught_up, release, suppress
from casework.remind import sweep
from casework.services import Services
from cli.demo_story import CLERK, FIRST_RUN, play
from config.settings import Settings
from models.engine import Database, make_engine
from models.enterprise import Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.folder import FolderCarrier
from runtime.backup import make_backup
from runtime.restore import Restored, Wish, restore
from tests.plugins.county import County
from tests.plugins.house import ZONE, services_on
from tests.plugins.postgres import PostgresServer

LAST_GOOD_DAY = dt.date(2026, 1, 9)
LOST = dt.date(2026, 3, 4)  # everything since the backup is gone
END = dt.date(2026, 3, 20)

Said = set[tuple[str, ...]]


@pytest.mark.long
def test_demo_data_backed_up_destroyed_and_restored_sends_no_letter_twice(
    a_county: County, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = Settings(home=tmp_path / "home", database=_placed(a_county, engine, tmp_path / "home"))
    with _working(home.database_url, tmp_path / "before") as services:
        _month(services, FIRST_RUN)
        _day(services, FIRST_RUN)
        sweep(_on(services, LAST_GOOD_DAY))  # its letters still wait when the backup is made
        backup = make_backup(home, now=_morning(LAST_GOOD_DAY)).file
        shutil.move(backup, tmp_path)
        _lost_days(services)
        said = _said(services)
    assert len(list((tmp_path / "before").glob("*.eml"))) > 100

    target = _destroyed(home, engine, request)
    wish = Wish(file=tmp_path / backup.name, now=_morning(LOST), by=CLERK, database=target)
    told = restore(home, wish, lambda _table, _rows: None)
    assert isinstance(told, Restored)
    assert told.held > 0

    url = target or f"sqlite:///{home.home / 'peiyu.db'}"
    with _working(url, tmp_path / "after") as services:
        assert isinstance(caught_up(_on(services, LOST), by=CLERK), Refusal)
        _caught_up(services)
        again = _said(services, since=LOST)
        held = _said(services, states=(LetterState.HELD,))
        new = len(list((tmp_path / "after").glob("*.eml")))

        assert again & said == set()  # nothing twice
        assert held & said  # which it would have been
        assert any(kind == "rung" for _, kind, *_ in again)  # what came due since did leave
        assert new == _letters(services, LetterState.SENT) - _sent_before_the_backup(services)
        _every_letter_has_an_end_with_a_reason(services)
        _a_person_decides(services, tmp_path / "after", new)


def _lost_days(services: Services) -> None:
    """Work on after the backup, as if nothing were to happen."""
    deliver(_on(services, LAST_GOOD_DAY))
    play(services)
    for day in _workdays(services, LAST_GOOD_DAY, LOST):
        if day.day == 2:  # the first working day of February and of March
            _month(services, day)
        _day(services, day)


def _caught_up(services: Services) -> None:
    """Do again what was lost, and go on."""
    play(_on(services, LOST))
    _month(services, dt.date(2026, 2, 28), at=LOST)
    _month(services, LOST)
    _day(services, LOST)
    assert caught_up(_on(services, LOST), by=CLERK) == LOST
    for day in _workdays(services, LOST, END):
        _day(services, day)


def _a_person_decides(services: Services, folder: Path, before: int) -> None:
    """Release one held letter, which leaves once; the others are never sent."""
    day = _on(services, END + dt.timedelta(days=3))
    with services.database.reading() as session:
        first = session.scalars(
            select(col(Letter.id))
            .where(col(Letter.state) == LetterState.HELD.value)
            .order_by(col(Letter.id))
        ).first()
    assert first is not None
    released = release(day, [first], by=CLERK)
    assert not isinstance(released, Refusal)
    assert isinstance(release(day, [first], by=CLERK), Refusal)
    assert not isinstance(suppress(day, None, reason="已当面告知", by=CLERK), Refusal)
    deliver(day)
    deliver(day)

    assert len(list(folder.glob("*.eml"))) == before + 1
    with services.database.reading() as session:
        assert session.get_one(Letter, first).state == LetterState.SENT.value
    assert _letters(services, LetterState.HELD) == 0
    _every_letter_has_an_end_with_a_reason(services)


def _every_letter_has_an_end_with_a_reason(services: Services) -> None:
    with services.database.reading() as session:
        letters = session.scalars(select(Letter)).all()
        twice = {(each.person_id, _local(each.sent_at)) for each in letters if each.sent_at}
        unplaced = session.scalars(
            select(LetterItem).where(
                col(LetterItem.state) == ItemState.CLAIMED.value,
                col(LetterItem.letter_id).is_(None),
            )
        ).all()
    ends = {LetterState.SENT, LetterState.HELD, LetterState.SUPPRESSED}
    assert {each.state for each in letters} <= {end.value for end in ends}
    assert all(each.reason for each in letters)
    assert len(twice) == sum(each.sent_at is not None for each in letters)  # one a day
    assert not unplaced


def _said(
    services: Services,
    *,
    states: tuple[LetterState, ...] = (LetterState.SENT,),
    since: dt.date = dt.date.min,
) -> Said:
    """Return what letters said to whom; a proposal made again counts as the same."""
    with services.database.reading() as session:
        rows = session.execute(
            select(col(Person.key), col(LetterItem.kind), col(LetterItem.key), col(Letter.sent_at))
            .join(Letter, col(Letter.id) == col(LetterItem.letter_id))
            .join(Person, col(Person.id) == col(LetterItem.person_id))
            .where(
                col(Letter.state).in_([state.value for state in states]),
                col(LetterItem.state) == ItemState.CLAIMED.value,
            )
        ).all()
    return {
        (person, kind, *_without_its_day(key))
        for person, kind, key, sent_at in rows
        if sent_at is None or _local(sent_at) >= since
    }


def _without_its_day(key: str) -> tuple[str, ...]:
    parts = key.split("/")
    return tuple(parts[:5] if parts[0] == "review" else parts)


def _letters(services: Services, state: LetterState) -> int:
    with services.database.reading() as session:
        return len(session.scalars(select(Letter).where(col(Letter.state) == state.value)).all())


def _sent_before_the_backup(services: Services) -> int:
    with services.database.reading() as session:
        sent = session.scalars(select(col(Letter.sent_at))).all()
    return sum(each is not None and _local(each) < LOST for each in sent)


def _workdays(services: Services, after: dt.date, until: dt.date) -> Iterator[dt.date]:
    calendar, day = services.calendar(), after
    while (day := calendar.next_workday(day + dt.timedelta(days=1))) <= until:
        yield day


def _month(services: Services, on: dt.date, *, at: dt.date | None = None) -> None:
    run_month(_on(services, at or on), f"{on:%Y-%m}", on=on)


def _day(services: Services, on: dt.date) -> None:
    sweep(_on(services, on))
    deliver(_on(services, on))


def _on(services: Services, day: dt.date) -> Services:
    return replace(services, now=lambda: _morning(day))


def _morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=ZONE)


def _local(moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZONE).date()


@contextmanager
def _working(url: str, letters: Path) -> Iterator[Services]:
    services = services_on(url, today=FIRST_RUN, open_carrier=lambda: FolderCarrier(letters))
    yield services
    services.database.close()


def _placed(county: County, engine: str, home: Path) -> str:
    """Put the county into a data folder; return what its settings say of the database."""
    home.mkdir()
    if engine == "postgresql":
        return county.first
    shutil.copyfile(county.first.removeprefix("sqlite:///"), home / "peiyu.db")
    return ""


def _destroyed(home: Settings, engine: str, request: pytest.FixtureRequest) -> str | None:
    """Lose the data; return where it is to be restored to."""
    if engine == "sqlite":
        (home.home / "peiyu.db").write_bytes(b"a broken disk" * 1000)
        return None
    server: PostgresServer = request.getfixturevalue("postgres_server")
    database = Database(make_engine(home.database_url))
    server.drop(str(database.engine.url.database))
    database.close()
    name = server.create()
    request.addfinalizer(lambda: server.drop(name))
    return server.url(name)
