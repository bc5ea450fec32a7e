"""Enterprises are found by words in their names: exactly those that contain them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, delete, insert, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from benchmarks import console
from casework.named import contains, named
from models.enterprise import Alias, Enterprise
from models.names import name_gram
from models.writes import table_of
from runtime.schema import downgrade, upgrade

AT = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
_SIGNS = st.text("科技有限aAB%_\\'é钒", max_size=7)


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An empty database."""
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('names') / 'peiyu.db'}")
    upgrade(engine)
    return engine


def _written(session: Session, names: list[str], others: list[str]) -> None:
    for model in (Alias, Enterprise):
        session.execute(delete(model))
    for number, name in enumerate(names, start=1):
        session.add(Enterprise(id=number, uscc=f"91431281MA{number:07}X", name=name, added_at=AT))
    session.flush()
    for number, name in enumerate(others[: len(names)], start=1):
        session.add(Alias(enterprise_id=number, name=name))
    session.flush()


def _found(session: Session, words: str) -> list[int | None]:
    wanted = select(col(Enterprise.id)).where(named(session, words)).order_by(col(Enterprise.id))
    return list(session.scalars(wanted))


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(_SIGNS, min_size=1, max_size=6),
    others=st.lists(_SIGNS, max_size=6),
    words=_SIGNS.filter(str.strip),
)
def test_what_is_found_is_what_contains_the_words(
    firms: Engine, names: list[str], others: list[str], words: str
) -> None:
    with Session(firms) as session:
        _written(session, names, others)
        firm = aliased(Enterprise)
        every = select(col(firm.id)).where(contains(firm, words)).order_by(col(firm.id))

        assert _found(session, words) == list(session.scalars(every))
        session.rollback()


def test_a_name_is_found_however_it_was_written(empty: Engine) -> None:
    upgrade(empty, "0017")  # names that were there before are found, too
    row = {"uscc": "91431281MA0000001X", "name": "洪江云帆Abc有限公司", "division_code": "431281"}
    rest = {"industry": "", "address": "", "change_note": "", "added_at": AT}
    with empty.begin() as connection:
        connection.execute(insert(table_of(Enterprise)), {"id": 1, **row, **rest})
    upgrade(empty)
    with Session(empty) as session:
        assert _found(session, "云帆") == [1]
        assert _found(session, "91431281ma") == [1]  # so a credit code begins
        session.execute(update(Enterprise).values(name="沅江海纳厂"))
        session.add(Alias(enterprise_id=1, name="老字号"))
        session.flush()
        assert [_found(session, words) for words in ("海纳", "字号", "云帆")] == [[1], [1], []]
        assert _found(session, "厂") == [1]
        session.commit()
    downgrade(empty, "0017")
    upgrade(empty)
    with Session(empty) as session:
        grams = set(session.scalars(select(name_gram.c.gram)))
        assert grams == {"沅江", "江海", "海纳", "纳厂", "老字", "字号"}
    empty.dispose()


@pytest.mark.long
def test_every_page_is_measured_in_a_small_office(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["--size", "400", "--repeats", "1"]) == 0

    assert capsys.readouterr().out.count("底线") == 1 + 23
