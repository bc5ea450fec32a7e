"""The PostgreSQL that tests borrow is real, speaks Chinese, and is empty for each of them."""

import pytest
from sqlalchemy import create_engine, inspect, text

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_an_empty_database(postgres_url: str, turn: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE note (said text)"))
        connection.execute(text("INSERT INTO note VALUES ('洪江市')"))
        assert connection.scalar(text("SELECT length(said) FROM note")) == 3
    engine.dispose()
