"""A PostgreSQL that takes too long, or goes away in the middle: who scans is told to come back, or
is answered; and whatever came of the first try, a scan is booked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from store.engine import Database
from tests.audit import breaches, rows
from tests.builders import Depot
from tests.conftest import _postgresql
from tests.web.api.calling import Hall, settings_of, sorting
from web.app import create_app


@pytest.fixture(scope="module")
def hall(cast_cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall whose server is in more of a hurry than usual: a third of a second, not a minute."""
    folder = tmp_path_factory.mktemp("hall")
    with _postgresql(cast_cluster, "template_cast") as made:
        database = Database(made.url, statement_s=0.3)
        app = create_app(settings_of(database, folder), database=database)
        hall = Hall(app, Depot(database), folder)
        hall.caller("worker")
        yield hall
        database.dispose()


def beside(hall: Hall) -> psycopg.Connection[Any]:
    """A connection of somebody else."""
    url = hall.depot.database.url
    where = f"dbname={url.database} user={url.username} host={url.query['host']}"
    return psycopg.connect(where, autocommit=True)


@contextmanager
def once_before(hall: Hall, beginning: str, strike: Callable[[int], None]) -> Iterator[None]:
    """Strike once, before a statement that begins so; told is the process at the other end."""
    struck = list[int]()

    def before(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning) and not struck:
            line: Any = connection.connection.dbapi_connection
            struck.append(line.info.backend_pid)
            strike(struck[0])

    engine = hall.depot.database.engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)
    assert struck


def booked(hall: Hall, scan_id: str) -> int:
    found = rows(
        hall.depot.database, f"SELECT count(*) AS n FROM entry WHERE scan_id = '{scan_id}'"
    )
    return int(found[0].n)


def test_what_takes_too_long_is_answered_with_later(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    other = Database(hall.depot.database.url)
    batch, body = hall.depot.log()["code"], sorting()
    with other.write() as session:
        session.connection().execute(text("LOCK TABLE batch IN ACCESS EXCLUSIVE MODE"))
        answers = [
            hall.get("/batches"),
            hall.post(f"/batches/{batch}/sortings", body, by="worker"),
        ]
    other.dispose()
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer.headers["retry-after"] == "2"
    assert "the database took too long" in caplog.text
    assert "Traceback" not in caplog.text
    assert hall.post(f"/batches/{batch}/sortings", body, by="worker").status_code == 201


def test_a_line_that_breaks_in_the_middle_of_a_scan_is_tried_again(hall: Hall) -> None:
    batch, body = hall.depot.log()["code"], sorting()

    def cut(pid: int) -> None:
        with beside(hall) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    with once_before(hall, "INSERT INTO entry", cut):
        answer = hall.post(f"/batches/{batch}/sortings", body, by="worker")
    assert answer.status_code == 201, answer.text
    assert booked(hall, body["scan_id"]) == 1
    assert breaches(hall.depot.database) == []


def test_a_scan_that_stands_still_gives_its_locks_up_and_is_tried_again(hall: Hall) -> None:
    batch, body = hall.depot.log()["code"], sorting()

    def stand_still(pid: int) -> None:
        with beside(hall) as other:
            while other.execute("SELECT 1 FROM pg_locks WHERE pid = %s", [pid]).fetchone():
                other.execute("SELECT pg_sleep(0.02)")

    with once_before(hall, "INSERT INTO entry", stand_still):
        answer = hall.post(f"/batches/{batch}/sortings", body, by="worker")
    assert answer.status_code == 201, answer.text
    assert booked(hall, body["scan_id"]) == 1


def test_a_line_that_breaks_after_the_commit_is_answered_with_what_was_booked(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, body = hall.depot.log()["code"], sorting()
    dialect, cut = hall.depot.database.engine.dialect, list[bool]()

    def commit(line: Any) -> None:
        line.commit()
        if not cut and booked_now(line):
            cut.append(True)
            line.dbapi_connection.close()
            raise psycopg.OperationalError("the line broke before the answer came")

    def booked_now(line: Any) -> bool:
        found = line.execute("SELECT 1 FROM entry WHERE scan_id = %s", [body["scan_id"]]).fetchone()
        line.rollback()
        return found is not None

    monkeypatch.setattr(dialect, "do_commit", commit)
    answer = hall.post(f"/batches/{batch}/sortings", body, by="worker")
    assert cut
    assert answer.status_code == 200, answer.text
    assert answer.json() == hall.post(f"/batches/{batch}/sortings", body, by="worker").json()
    assert booked(hall, body["scan_id"]) == 1
    assert breaches(hall.depot.database) == []


def test_a_site_does_not_wait_for_another_one(hall: Hall) -> None:
    batches = {
        site: hall.depot.log(site=site, station=f"{site}-IN")["code"] for site in ("S1", "S2")
    }
    other = Database(hall.depot.database.url)
    with other.write() as session:
        # Somebody at the one site is in the middle of a booking that takes its time.
        session.connection().execute(text("SELECT 1 FROM chain WHERE code = 'site:S1' FOR UPDATE"))
        at_s1, at_s2 = (
            hall.post(
                f"/batches/{batches[site]}/sortings",
                sorting() | {"station": f"{site}-A"},
                by="worker",
            )
            for site in ("S1", "S2")
        )
    other.dispose()
    assert (at_s1.status_code, at_s2.status_code) == (503, 201)
