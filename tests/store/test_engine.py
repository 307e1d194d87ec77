"""Check and write cannot be parted, and a reader sees one state."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlmodel import Session

from store.engine import Database

METADATA = MetaData()
HELD = Table("held", METADATA, Column("mass_g", BigInteger, nullable=False))
WAIT_S = 20.0


@pytest.fixture
def holding(empty_database: Database) -> Database:
    """A database in which 10 g are held."""
    with empty_database.connect_to_write() as connection:
        METADATA.create_all(connection)
        connection.execute(insert(HELD).values(mass_g=10))
    return empty_database


def held_g(session: Session) -> int:
    return int(session.execute(select(HELD.c.mass_g)).scalar_one())


def side_by_side(*works: Callable[[], None]) -> None:
    """Run each in a thread of its own and raise what any of them raised."""
    problems: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as problem:  # noqa: BLE001 (handed on below)
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    if problems:
        raise problems[0]


def take_all(database: Database, together: threading.Barrier, taken: list[int]) -> None:
    together.wait(WAIT_S)
    with database.write() as session:
        # On PostgreSQL the row lock does what BEGIN IMMEDIATE does on SQLite.
        mass_g = int(session.execute(select(HELD.c.mass_g).with_for_update()).scalar_one())
        if mass_g >= 10:
            session.execute(update(HELD).values(mass_g=HELD.c.mass_g - 10))
            taken.append(mass_g)


def test_two_writers_cannot_both_take_the_same_ten_grams(holding: Database) -> None:
    together = threading.Barrier(8)
    taken: list[int] = []
    side_by_side(*[lambda: take_all(holding, together, taken)] * 8)
    with holding.read() as session:
        assert held_g(session) == 0
    assert taken == [10]


def test_a_writer_of_another_process_waits_before_it_reads(holding: Database) -> None:
    """Two Database objects share no gate, as two processes do not: BEGIN IMMEDIATE must do it."""
    other = Database(holding.url)
    taken: list[int] = []
    late = threading.Thread(target=take_all, args=(other, threading.Barrier(1), taken))
    with holding.write() as session:
        mass_g = int(session.execute(select(HELD.c.mass_g).with_for_update()).scalar_one())
        late.start()
        late.join(0.3)
        assert late.is_alive()
        session.execute(update(HELD).values(mass_g=mass_g - 10))
    late.join(WAIT_S)
    assert not late.is_alive()
    with holding.read() as session:
        assert held_g(session) == 0
    assert taken == []
    other.dispose()


def test_an_error_leaves_nothing_written(holding: Database) -> None:
    with pytest.raises(KeyError), holding.write() as session:
        session.execute(update(HELD).values(mass_g=3))
        raise KeyError
    with holding.read() as session:
        assert held_g(session) == 10


def test_a_reader_sees_one_state_while_others_write(holding: Database) -> None:
    with holding.read() as reader:
        assert held_g(reader) == 10

        def write() -> None:
            with holding.write() as writer:
                writer.execute(update(HELD).values(mass_g=4))

        side_by_side(write)
        assert held_g(reader) == 10
    with holding.read() as reader:
        assert held_g(reader) == 4


def test_a_reader_cannot_write(holding: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), holding.read() as reader:
        reader.execute(update(HELD).values(mass_g=4))


def test_after_a_read_the_same_connection_can_write_again(holding: Database) -> None:
    single = Database(holding.url, pool_size=1)
    for mass_g in (7, 8):
        with single.read() as reader:
            held_g(reader)
        with single.write() as writer:
            writer.execute(update(HELD).values(mass_g=mass_g))
    with single.read() as reader:
        assert held_g(reader) == 8
    single.dispose()


def test_foreign_keys_are_enforced(empty_database: Database) -> None:
    with empty_database.connect_to_write() as connection:
        connection.execute(text("CREATE TABLE parent (id BIGINT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (parent_id BIGINT REFERENCES parent (id))"))
    with pytest.raises(IntegrityError), empty_database.write() as session:
        session.execute(text("INSERT INTO child VALUES (1)"))


def test_sqlite_keeps_what_it_acknowledged(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    database = Database("sqlite://")
    with database.connect_to_write() as connection:
        METADATA.create_all(connection)
        connection.execute(insert(HELD).values(mass_g=0))

    def add_often() -> None:
        for _ in range(50):
            with database.write() as session:
                session.execute(update(HELD).values(mass_g=held_g(session) + 1))
            with database.read() as session:
                assert held_g(session) > 0

    side_by_side(*[add_often] * 4)
    with database.read() as session:
        assert held_g(session) == 200
    database.dispose()


def test_a_commit_of_ones_own_inside_a_write_is_refused(holding: Database) -> None:
    with pytest.raises(InvalidRequestError, match="closed transaction"), holding.write() as session:
        session.commit()
        held_g(session)


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL"):
        Database(f"mysql:///{tmp_path}")
