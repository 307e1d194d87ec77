"""A database that somebody else keeps busy is said to be so, and can be asked again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event, text

from store.engine import Database
from tests.audit import breaches
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.web.api.calling import Hall, command, settings_of, sorting, tablet
from web.app import create_app


def test_a_lock_that_does_not_come_is_answered_with_busy_and_not_as_a_mistake(
    postgresql_database: Database, tmp_path: Path
) -> None:
    with postgresql_database.write() as session:
        take_the_stage(session)
    # As the installation's own, but it waits a fifth of a second instead of thirty.
    impatient = Database(
        postgresql_database.url.update_query_dict({"options": "-c lock_timeout=200ms"})
    )
    depot = Depot(impatient)
    hall = Hall(create_app(settings_of(impatient, tmp_path), database=impatient), depot, tmp_path)
    batch, body = depot.log()["code"], sorting()
    hall.caller("worker")
    with postgresql_database.write() as session:
        session.connection().execute(text("SELECT 1 FROM chain FOR UPDATE"))
        session.connection().execute(text("SELECT 1 FROM batch FOR UPDATE"))
        answer = hall.post(f"/batches/{batch}/sortings", body, by="worker")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert hall.post(f"/batches/{batch}/sortings", body, by="worker").status_code == 201
    assert breaches(impatient) == []
    impatient.dispose()


def test_a_full_disk_is_answered_with_later_and_the_same_scan_goes_in_when_there_is_room(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_database.write() as session:
        take_the_stage(session)
        pages: int = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    crowded = Database(sqlite_database.url)
    event.listen(
        crowded.engine, "connect", lambda made, _: made.execute(f"PRAGMA max_page_count={pages}")
    )
    depot = Depot(sqlite_database)
    app = create_app(settings_of(sqlite_database, tmp_path), database=sqlite_database)
    hall = Hall(app, depot, tmp_path)
    batch = depot.log(900_000)["code"]
    hall.caller("worker")
    app.state.database = crowded
    bodies = [sorting() for _ in range(3)]
    path = f"/batches/{batch}/sortings"
    statuses = [hall.post(path, body, by="worker").status_code for body in bodies]
    assert {503} <= set(statuses) <= {201, 503}
    assert "the database fails on" in caplog.text
    assert "Traceback" not in caplog.text
    queue = tablet(*(command("sort", batch, sorting()) for _ in range(9)))
    assert hall.post("/sync", queue, by="worker").status_code == 503
    app.state.database = sqlite_database
    late = bodies[statuses.index(503)]
    assert hall.post(path, late, by="worker").status_code == 201
    told = hall.post("/sync", queue, by="worker").json()["results"]
    assert {one["status"] for one in told} == {"accepted"}, "what happened outside parks no scan"
    assert breaches(sqlite_database) == []
    crowded.dispose()
