"""What is overdue in rooms that do not know each other: the law's months, and keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from catalogue.actions import define
from catalogue.rulebook import rulebook
from dispatch.links import admitted
from notices.actions import set_contact
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


def test_an_outlet_without_an_account_gets_a_page_of_its_own_with_each_mail(depot: Depot) -> None:
    shipment = _shipment(depot)
    with depot.database.write() as session:
        book = rulebook(session)
        ours, outlet = book.organisations["WATERKANT"].id, book.organisations["VEZELHOF"].id
        set_contact(session, ours, outlet, address="post@vezelhof.example", language="nl")
    depot.later(days=15)
    with depot.database.write() as session:
        assert look_around(session, depot.now) == 1
        assert look_around(session, depot.now) == 0
        path = session.execute(text("SELECT path FROM mail")).scalar_one()
        admission = admitted(session, path.removeprefix("/outlet/"), depot.now)
        assert admission is not None
        assert admission.shipment == shipment
    depot.later(days=7)
    with depot.database.write() as session:
        assert look_around(session, depot.now) == 1
        assert admitted(session, path.removeprefix("/outlet/"), depot.now) is None
        paths = session.execute(text("SELECT path FROM mail ORDER BY id")).scalars().all()
        assert admitted(session, paths[-1].removeprefix("/outlet/"), depot.now) is not None


def _shipment(depot: Depot) -> str:
    batch = depot.log(100_000)["code"]
    depot.sort(batch, {"recycle": 100_000})
    with depot.database.read() as session:
        code = session.execute(text("SELECT code FROM bin ORDER BY id DESC LIMIT 1")).scalar_one()
    depot.close_bin(code, 100_000)
    return depot.ship(code)
