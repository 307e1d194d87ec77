"""PostgreSQL's connections: what takes too long ends, what broke is made anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import Session

from store import postgresql
from store.engine import Database

QUARTER_S = 0.25


def answer(session: Session, statement: str) -> str:
    return str(session.connection().execute(text(statement)).scalar_one())


@pytest.fixture
def hurried(postgresql_database: Database) -> Iterator[Database]:
    """As a server that answers people, only in more of a hurry; with two connections at most."""
    database = Database(postgresql_database.url, pool_size=1, statement_s=QUARTER_S)
    yield database
    database.dispose()


def test_a_statement_that_runs_too_long_is_ended_unless_it_may_take_its_time(
    hurried: Database,
) -> None:
    too_long = f"SELECT pg_sleep({QUARTER_S * 1.2})"
    for transaction in (hurried.read, hurried.write):
        with pytest.raises(DBAPIError) as told, transaction() as session:
            answer(session, too_long)
        assert told.value.orig.sqlstate == "57014"  # type: ignore[union-attr]
    with hurried.read(patient=True) as session:
        answer(session, too_long)
        assert answer(session, "SHOW idle_in_transaction_session_timeout") == "0"
    with hurried.write(patient=True) as session:
        assert answer(session, "SHOW statement_timeout") == "0"
    # It was for that transaction alone.
    with hurried.write() as session:
        assert answer(session, "SHOW statement_timeout") == "250ms"
        assert answer(session, "SHOW idle_in_transaction_session_timeout") == "250ms"


def test_commands_take_their_time_and_the_address_of_the_database_has_the_last_word(
    postgresql_database: Database,
) -> None:
    with postgresql_database.read() as session:
        assert answer(session, "SHOW statement_timeout") == "0"
        assert answer(session, "SHOW lock_timeout") == "30s"
    url = postgresql_database.url.update_query_dict({"options": "-c lock_timeout=2s"})
    own = Database(url, statement_s=60)
    with own.read() as session:
        assert answer(session, "SHOW lock_timeout") == "2s"
        assert answer(session, "SHOW statement_timeout") == "1min"
    own.dispose()


def test_a_reader_leaves_what_was_prepared_for_the_next(hurried: Database) -> None:
    asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%site%'"
    for _ in range(8):
        with hurried.read() as session:
            answer(session, "SELECT count(*) FROM site")
    with hurried.read() as session:
        assert int(answer(session, asked)) > 0


def test_a_connection_that_broke_while_nobody_used_it_is_made_anew(
    hurried: Database, postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hurried.read() as session:
        broken = answer(session, "SELECT pg_backend_pid()")
    with postgresql_database.write() as session:
        answer(session, f"SELECT pg_terminate_backend({broken}, 10000)")
    # It was left alone for longer than it takes to be asked whether it is there.
    monkeypatch.setattr(postgresql, "ASK_AFTER_S", 0.0)
    with hurried.read() as session:
        assert answer(session, "SELECT pg_backend_pid()") != broken


def test_who_finds_all_connections_lent_waits_for_one_and_not_for_ever(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "POOL_PATIENCE_S", 0.05)
    small = Database(postgresql_database.url, pool_size=1)
    with small.read() as one, small.read() as another:
        answer(one, "SELECT 1")
        answer(another, "SELECT 1")
        with pytest.raises(NoConnection), small.read() as third:
            answer(third, "SELECT 1")
    with small.read() as session:
        assert answer(session, "SELECT 1") == "1"
    small.dispose()
