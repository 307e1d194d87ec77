"""What is noted of accounts and rights: kept for a year, changed by nobody, and told to a log."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from accounts.audit import Doing, erase_events, forget_addresses, note_event
from store.engine import Database

LONG_AGO = datetime(2020, 3, 2, 9, 0, tzinfo=UTC)


def noted(database: Database, target: str = "") -> None:
    with database.write() as session:
        note_event(
            session,
            Doing.SIGNED_IN,
            now=LONG_AGO,
            actor="person:3",
            address="192.0.2.7",
            details={"methods": "password"},
            target=target,
        )


def kept(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(text("SELECT kind, address FROM audit_event ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_event SET actor = 'person:4'",
        "UPDATE audit_event SET address = '192.0.2.8'",
        "UPDATE audit_event SET address = '', kind = 'signed_out'",
        "UPDATE audit_event SET erase_on = '2020-01-01'",
        "DELETE FROM audit_event WHERE erase_on > '2030-01-01'",
    ],
)
def test_what_was_noted_is_changed_by_nobody_and_lasts_its_time(
    database: Database, attempt: str
) -> None:
    noted(database)
    with database.write() as session:
        note_event(session, Doing.SIGNED_OUT, now=datetime(2999, 1, 1, tzinfo=UTC))
    with (
        pytest.raises(IntegrityError, match="audit_event is append-only"),
        database.write() as session,
    ):
        session.execute(text(attempt))
    assert kept(database) == [("signed_in", "192.0.2.7"), ("signed_out", "")]


def test_what_was_noted_is_forgotten_after_a_year(database: Database) -> None:
    noted(database)
    with database.write() as session:
        note_event(session, Doing.SIGNED_OUT, now=datetime(2999, 1, 1, tzinfo=UTC))
        assert erase_events(session, date(2021, 3, 1)) == 0
        assert erase_events(session, date(2021, 3, 2)) == 1
        # A clock that runs ahead forgets nothing before its day.
        assert erase_events(session, date(3999, 1, 1)) == 0
    assert kept(database) == [("signed_out", "")]


def test_of_who_is_erased_the_addresses_go_and_the_keys_stay(database: Database) -> None:
    noted(database)
    noted(database, target="person:4")
    with database.write() as session:
        forget_addresses(session, 4)
    assert kept(database) == [("signed_in", "192.0.2.7"), ("signed_in", "")]
    with database.write() as session:
        forget_addresses(session, 3)
    assert kept(database) == [("signed_in", ""), ("signed_in", "")]


def test_each_event_is_one_line_of_a_log_once_it_is_committed(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="stofstroom.audit")
    noted(sqlite_database, target='person:3\n{"event": "forged"}')
    with pytest.raises(KeyError), sqlite_database.write() as session:
        note_event(session, Doing.SIGNED_OUT, now=LONG_AGO)
        raise KeyError
    (line,) = [record.getMessage() for record in caplog.records]
    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2020-03-02T09:00:00.000+00:00",
        "event": "signed_in",
        "actor": "person:3",
        "target": 'person:3\n{"event": "forged"}',
        "organisation": None,
        "address": "192.0.2.7",
        "details": {"methods": "password"},
    }
