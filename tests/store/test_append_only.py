"""What is written once stays as it is, whoever asks."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select, text
from sqlalchemy.exc import IntegrityError

from store.append_only import append_only
from store.engine import Database

METADATA = MetaData()
STONE = Table(
    "stone",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("words", BigInteger),
)
append_only(STONE)


@pytest.fixture
def written(empty_database: Database) -> Database:
    with empty_database.connect_to_write() as connection:
        METADATA.create_all(connection)
        connection.execute(insert(STONE), [{"id": 1, "words": 10}, {"id": 2, "words": 20}])
    return empty_database


@pytest.mark.parametrize(
    "attempt", ["UPDATE stone SET words = 11 WHERE id = 1", "DELETE FROM stone"]
)
def test_a_row_can_be_neither_changed_nor_deleted(written: Database, attempt: str) -> None:
    with (
        pytest.raises(IntegrityError, match="stone is append-only"),
        written.connect_to_write() as connection,
    ):
        connection.execute(text(attempt))
    with written.read() as session:
        assert session.execute(select(STONE)).all() == [(1, 10), (2, 20)]


def test_a_row_can_be_added(written: Database) -> None:
    with written.connect_to_write() as connection:
        connection.execute(insert(STONE).values(id=3, words=30))
    with written.read() as session:
        assert len(session.execute(select(STONE)).all()) == 3


def test_replacing_a_row_counts_as_deleting_it(written: Database) -> None:
    replacing = {
        "sqlite": "INSERT OR REPLACE INTO stone VALUES (1, 11)",
        "postgresql": "TRUNCATE stone",
    }
    with (
        pytest.raises(IntegrityError, match="stone is append-only"),
        written.connect_to_write() as connection,
    ):
        connection.execute(text(replacing[written.dialect]))
