"""What is overdue in rooms that do not know each other: the law's months, and keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from catalogue.actions import define
from catalogue.rulebook import rulebook
from notices.kinds import NoticeKind
from tests.builders import Depot
from tests.notices.reading import Readers
from web.housekeeping import look_around as look_in_turn
from web.keys import rotate
from web.notifying import look_around


def _look(readers: Readers) -> int:
    with readers.depot.database.write() as session:
        return look_around(session, readers.depot.now)


def _must_notify(depot: Depot, must: bool) -> None:
    with depot.database.write() as session:
        site = rulebook(session).sites["S1"]
        said = {"name": site.name, "timezone": site.timezone, "must_notify": must}
        said["processor_number"] = "12345"
        define(session, "WATERKANT", "site", "S1", said, now=depot.now)


def test_a_month_that_must_be_notified_is_told_a_week_before_its_last_day(depot: Depot) -> None:
    readers = Readers(depot)
    _must_notify(depot, True)
    depot.log(100_000)
    depot.now = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
    assert _look(readers) == 0
    depot.now = datetime(2026, 4, 21, 9, 0, tzinfo=UTC)
    assert _look(readers) == 1
    assert _look(readers) == 0
    row = readers.rows("manager")[0]
    assert (row.kind, row.subject) == (NoticeKind.NOTIFICATION_DUE, "S1")
    assert row.figures == {"month": "2026-03-01", "day": "2026-04-28"}


def test_a_site_without_that_duty_is_told_nothing(depot: Depot) -> None:
    readers = Readers(depot)
    _must_notify(depot, False)
    depot.now = datetime(2026, 4, 25, 9, 0, tzinfo=UTC)
    assert _look(readers) == 0


def test_a_new_key_is_told_to_the_manager_of_each_operator_once(
    depot: Depot, tmp_path: Path
) -> None:
    readers = Readers(depot)
    rotate(depot.database, tmp_path / "keys", now=depot.now)
    assert _look(readers) == 1
    assert _look(readers) == 0
    assert [row.kind for row in readers.rows("manager")] == [NoticeKind.KEY_ROTATED]


def test_looking_around_is_planned_again_in_the_same_transaction(depot: Depot) -> None:
    look_in_turn(depot.database, depot.now)
    look_in_turn(depot.database, depot.now)
    with depot.database.read() as session:
        waiting = session.connection().exec_driver_sql(
            "SELECT count(*) FROM job WHERE kind = 'look_for_overdue'"
        )
        assert waiting.scalar_one() == 1
