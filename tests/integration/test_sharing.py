"""Several processes on one month: who does which batch, also after one of them died."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.gather import Batch
from casework.lease import Held, acquire
from casework.marks import lease_of
from casework.pipeline import finish_month, run_month, start_month
from casework.services import Services
from flows import sharing
from flows.sharing import Parts, take_part
from models.ledger import Lease, RunBatch
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
MONTH = "2026-03"
BATCHES = 5
LENGTH = dt.timedelta(seconds=90)


@pytest.fixture
def a_county(a_house: HouseMaker) -> Services:
    """Eight enterprises in batches of two, on PostgreSQL."""
    return _county(a_house)


def _county(a_house: HouseMaker) -> Services:
    services = a_house(
        "postgresql", catalogue=sprout_catalogue(), batch_size=2, process="here:1", program="0.1/2"
    )
    add_staff(services)
    for number in range(1, 2 * BATCHES - 1):
        add_firm(services, number)
    return services


def _parts(services: Services, process: str = "here:1") -> Parts:
    return Parts(services=replace(services, process=process), month=MONTH, length=LENGTH)


def _held_by_somebody(services: Services, batch: Batch, length: dt.timedelta = LENGTH) -> None:
    got = acquire(services, lease_of(batch), holder="elsewhere:1", length=length)
    assert isinstance(got, Held)


@pytest.mark.postgres
def test_two_take_each_batch_once_and_leave_what_one_leaves(
    a_county: Services, a_house: HouseMaker
) -> None:
    alone = _county(a_house)
    run_month(alone, MONTH, on=MARCH)
    start_month(a_county, MONTH)

    with ThreadPoolExecutor() as both:
        did = list(both.map(take_part, [_parts(a_county, f"here:{n}") for n in (1, 2)]))
    finish_month(a_county, MONTH)

    assert sum(did) == BATCHES
    assert not differences(dump(a_county.database), dump(alone.database))
    with a_county.database.reading() as session:
        assert set(session.scalars(select(col(RunBatch.version)))) == {1}
        assert not session.scalars(select(Lease)).all()


@pytest.mark.postgres
def test_a_helper_leaves_what_others_have_in_hand(a_county: Services) -> None:
    _held_by_somebody(a_county, start_month(a_county, MONTH)[1])

    assert take_part(_parts(a_county)) == BATCHES - 1


@pytest.mark.postgres
def test_who_began_the_month_does_what_a_dead_helper_left(
    a_county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _held_by_somebody(a_county, start_month(a_county, MONTH)[1])
    later = replace(_parts(a_county), services=replace(a_county, now=lambda: end))
    end = a_county.now()

    def pass_by(_seconds: float) -> None:
        nonlocal end
        end += LENGTH

    monkeypatch.setattr(sharing.time, "sleep", pass_by)

    assert take_part(later, to_the_end=True) == BATCHES


@pytest.mark.postgres
def test_a_batch_in_hand_stays_ours_however_long_it_takes(
    a_county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_month(a_county, MONTH)
    renewed = threading.Event()
    seen = sharing.renew

    def renew(*args: object, **kwargs: object) -> bool:
        kept = seen(*args, **kwargs)  # type: ignore[arg-type]
        renewed.set()
        return kept

    def slow(*_: object, **__: object) -> None:
        assert renewed.wait(30)
        raise ZeroDivisionError  # one such batch is enough

    monkeypatch.setattr(sharing, "renew", renew)
    monkeypatch.setattr(sharing, "run_batch", slow)
    short = replace(_parts(a_county), length=dt.timedelta(seconds=0.3))

    with pytest.raises(ZeroDivisionError):
        take_part(short)


@pytest.mark.postgres
def test_a_batch_that_fails_does_not_stop_the_others_and_is_told(
    a_county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *_ = start_month(a_county, MONTH)
    well = sharing.run_batch

    def run(services: Services, batch: Batch, *, on: dt.date) -> object:
        if batch == bad:
            raise ZeroDivisionError
        return well(services, batch, on=on)

    monkeypatch.setattr(sharing, "run_batch", run)
    with pytest.raises(ZeroDivisionError):
        take_part(_parts(a_county), to_the_end=True)

    monkeypatch.setattr(sharing, "run_batch", well)
    assert take_part(_parts(a_county)) == 1
