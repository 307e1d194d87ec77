"""Whether a session is still in use is known at once, and written down seldom and by nobody who
waits for an answer."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from accounts.actions import create_person, open_session
from accounts.queries import Signed, viewer_of
from accounts.sessions import SEEN_LATE_MAX, Limits
from catalogue.access import Viewer
from catalogue.kinds import Role
from store.engine import Database
from tests.builders import Depot
from web.seeing import Seen

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMITS = Limits()
MINUTE = timedelta(minutes=1)
ME = Signed(
    viewer=Viewer(role=Role.MANAGER, organisation_id=1, operator_id=1),
    actor="person:1", name="Anna", language="nl", kind="session",
    token_id=1, since=NOW, seen_at=NOW,
)  # fmt: skip


def test_who_goes_on_working_stays_signed_in_without_a_word_written() -> None:
    seen = Seen()
    for minutes in range(0, 11 * 60, 50):
        assert not seen.ran_out(ME, LIMITS, NOW + minutes * MINUTE)
    assert seen.ran_out(ME, LIMITS, NOW + timedelta(hours=12))


def test_who_was_away_too_long_is_out_and_stays_out() -> None:
    seen = Seen()
    assert not seen.ran_out(ME, LIMITS, NOW + 20 * MINUTE)
    assert not seen.ran_out(ME, LIMITS, NOW + 79 * MINUTE)
    away = NOW + (79 + 60) * MINUTE
    assert seen.ran_out(ME, LIMITS, away)
    assert seen.ran_out(ME, LIMITS, away)


def test_another_process_never_shortens_what_was_promised() -> None:
    # It wrote at nine, was used until five past, and nothing here knows of that.
    late = NOW + LIMITS.idle + 5 * MINUTE
    assert not Seen().ran_out(ME, LIMITS, late)
    assert Seen().ran_out(ME, LIMITS, NOW + LIMITS.idle + SEEN_LATE_MAX)


def test_tablets_and_machines_know_no_such_limit() -> None:
    for kind in ("device", "api"):
        assert not Seen().ran_out(replace(ME, kind=kind), LIMITS, NOW + timedelta(days=9))


def test_a_session_is_written_down_at_most_once_in_five_minutes(
    depot: Depot,
) -> None:
    database: Database = depot.database
    with database.write() as session:
        key = create_person(
            session,
            email="anna@example.org",
            name="Anna",
            password="thee met citroen",
            role=Role.MANAGER,
            organisation="WATERKANT",
            now=NOW,
        )
        token = open_session(session, key, now=NOW)
    seen = Seen()

    def look(minutes: int) -> datetime | None:
        with database.read() as session:
            me = viewer_of(session, token, NOW)
        assert me is not None
        assert not seen.ran_out(me, LIMITS, NOW + minutes * MINUTE)
        seen.write_down(database)
        return me.seen_at

    assert [look(minutes) for minutes in (1, 4, 5, 9, 10, 11)] == [
        *[NOW] * 3,
        *[NOW + 5 * MINUTE] * 2,
        NOW + 10 * MINUTE,
    ]


def test_what_is_due_is_written_when_the_server_stops(depot: Depot) -> None:
    seen, stop = Seen(), threading.Event()
    seen.ran_out(replace(ME, token_id=10_000), LIMITS, NOW + 9 * MINUTE)
    stop.set()
    seen.run(depot.database, stop)
    assert not seen._due
