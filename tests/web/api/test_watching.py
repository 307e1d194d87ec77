"""What the service tells of itself to who watches over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from accounts.devices import enrol, heard, issue_code
from accounts.queries import viewer_as
from catalogue.access import Viewer
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from dispatch.views import overdue
from store.engine import Database
from store.jobs import enqueue
from tests.builders import Depot
from tests.web.api.calling import Hall, command, intake, sorting
from tests.web.api.counting import statements
from tests.web.api.good import shipped
from web import meters
from web.health import Readiness
from web.queries import Kept, late_shipments, standing
from web.watching import Watch, processes

TOKEN: Final = "of-who-watches"
Figures = dict[tuple[str, ...], float]


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watched(hall: Hall, clock: Clock) -> Iterator[Callable[[], Figures]]:
    """Reads all figures, as they are now."""
    state = hall.app.state
    before = state.settings
    state.settings = replace(before, metrics_token=TOKEN)
    state.watch = Watch(clock=clock)

    def read() -> Figures:
        clock.now += 1_000
        answer = _ask(hall, TOKEN)
        assert answer.status_code == 200, answer.text
        return {
            (sample.name, *(word for _, word in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    yield read
    state.settings, state.watch = before, Watch()


def _ask(hall: Hall, token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return hall.client.get("/metrics", headers=headers)


@pytest.mark.usefixtures("watched")
def test_only_who_shows_the_token_of_the_installation_reads_figures(hall: Hall) -> None:
    administrator = hall.caller("administrator").token
    shown = [None, "wrong", administrator, f"{TOKEN}x", TOKEN]
    assert [_ask(hall, token).status_code for token in shown] == [401, 401, 401, 401, 200]


def test_where_nobody_watches_there_are_no_figures(hall: Hall) -> None:
    assert _ask(hall, TOKEN).status_code == 404


def test_scans_are_counted_by_site_and_kind_when_they_are_committed(
    hall: Hall, watched: Callable[[], Figures]
) -> None:
    before = watched()
    said = intake()
    code = hall.post("/batches", said).json()["code"]
    assert hall.post("/batches", said).status_code == 200, "a repeat is not a scan"
    assert hall.post(f"/batches/{code}/sortings", sorting(400_000)).status_code == 409
    sent = [command("sort", code, sorting(1_000)), command("sort", code, sorting(900_000))]
    assert [one["status"] for one in hall.sync(*sent)["results"]] == ["accepted", "parked"]
    after = watched()
    grown = {
        name: count - before.get(name, 0.0)
        for name, count in after.items()
        if name[0].startswith("stofstroom_scans_") and name[0].endswith("_total")
    }
    assert {name: count for name, count in grown.items() if count} == {
        ("stofstroom_scans_booked_total", "intake", "S1"): 1,
        ("stofstroom_scans_booked_total", "sorting", "S1"): 1,
        ("stofstroom_scans_refused_total", "sorting", "S1"): 1,
        ("stofstroom_scans_parked_total", "sorting", "S1"): 1,
    }
    answers = ("stofstroom_answer_seconds_count", "scan")
    assert after[answers] - before[answers] == 3


def test_what_is_rolled_back_is_not_counted(depot_of_one: Database) -> None:
    before = meters.PARKED.labels("S1", "intake")._value.get()
    with pytest.raises(ZeroDivisionError), depot_of_one.write() as session:
        meters.note_kept(session, "parked", "log", "S1")
        raise ZeroDivisionError
    assert meters.PARKED.labels("S1", "intake")._value.get() == before
    with depot_of_one.write() as session:
        meters.note_kept(session, "parked", "log", "S1")
    assert meters.PARKED.labels("S1", "intake")._value.get() == before + 1


@pytest.fixture
def depot_of_one() -> Database:
    return Database("sqlite://")


def test_what_stands_open_is_told_by_site(hall: Hall, watched: Callable[[], Figures]) -> None:
    depot = hall.depot
    hall.park()
    with depot.database.write() as session:
        leader = _leader(session)
        code = issue_code(session, "S1-A", "Bench one", viewer=leader, now=depot.now)
        tablet = enrol(session, code, now=depot.now).device_id
        heard(
            session, tablet, now=depot.now, app_version="1", waiting=7, attention=0, counter=7
        )  # fmt: skip
        enqueue(session, "anything", {}, now=depot.now)
    shipped(depot)
    now = watched()
    assert now["stofstroom_scans_waiting", "S1"] == 1
    assert now["stofstroom_tablets_silent", "S1"] == now["stofstroom_shipments_late", "S1"] == 0
    assert now["stofstroom_scans_waiting", "S2"] == 0
    depot.now += timedelta(days=20)
    then = watched()
    assert then["stofstroom_scans_waiting_oldest_seconds", "S1"] == 20 * 86_400
    assert then["stofstroom_tablets_silent", "S1"] == 1
    assert then["stofstroom_tablets_silent_scans", "S1"] == 7
    assert then["stofstroom_jobs", "waiting"] >= 1
    assert then["stofstroom_jobs_oldest_seconds",] == 20 * 86_400
    with depot.database.read() as session:
        book = rulebook(session)
        late = overdue(session, book, _leader(session), now=depot.now)
        size = session.connection().exec_driver_sql("SELECT count(*) FROM entry").scalar()
    assert then["stofstroom_shipments_late", "S1"] == len(late) == 1
    entries = [count for name, count in then.items() if name[0] == "stofstroom_chain_entries"]
    assert sum(entries) == size
    assert then["stofstroom_database_up",] == 1
    assert then["stofstroom_database_bytes",] > 0


def test_both_kinds_of_database_tell_the_same(parallel_depot: Depot) -> None:
    shipped(parallel_depot)
    database, then = parallel_depot.database, parallel_depot.now + timedelta(days=20)
    with database.read() as session:
        book = rulebook(session)
        now = standing(session, book, database.dialect, then)
        late = late_shipments(session, book, then)
    assert late["S1"] == 1
    assert now.kept["S1"] == Kept(0, None)
    assert now.chains["site:S1"].size > now.chains["site:S1"].signed
    assert now.jobs == now.mails == {"waiting": 0, "failed": 0}
    assert now.size > 10_000


def _leader(session: Session) -> Viewer:
    book = rulebook(session)
    return viewer_as(book, Role.TEAM_LEADER, book.organisations["WATERKANT"].id)


def test_figures_take_ten_statements_however_many_sites_and_none_when_asked_again(
    hall: Hall, watched: Callable[[], Figures], clock: Clock
) -> None:
    hall.park()
    watched()
    with statements(hall.depot.database) as asked:
        watched()
    assert len(asked) <= 10
    with statements(hall.depot.database) as asked:
        clock.now += 2
        assert _ask(hall, TOKEN).status_code == 200
    assert asked == []


def test_figures_are_told_while_the_database_is_away(
    hall: Hall, watched: Callable[[], Figures]
) -> None:
    here = hall.app.state.database
    hall.app.state.database = Database("sqlite:////nowhere/at/all.sqlite3")
    try:
        away = watched()
    finally:
        hall.app.state.database = here
    assert away["stofstroom_database_up",] == 0
    assert away["stofstroom_processes",] >= 1
    assert ("stofstroom_database_bytes",) not in away


def test_the_processes_that_count_together_are_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = {one.name: one.samples[0].value for one in processes()}
    for number in (os.getppid(), 2**30):
        (tmp_path / f"counter_{number}.db").touch()
    monkeypatch.setenv(meters.FOLDER, str(tmp_path))
    together = {one.name: one.samples[0].value for one in processes()}
    assert (alone["stofstroom_processes"], together["stofstroom_processes"]) == (1, 2)
    assert together["stofstroom_memory_bytes"] > alone["stofstroom_memory_bytes"] > 1 << 20


def test_it_is_alive_without_a_database_and_ready_only_with_one(hall: Hall) -> None:
    state = hall.app.state
    here, keys = state.database, state.settings.keys

    def ready() -> tuple[int, str]:
        state.readiness = Readiness()
        answer = hall.client.get("/readyz", headers={"host": "10.1.2.3"})
        return answer.status_code, answer.json().get("reason", "")

    try:
        assert ready() == (503, "keys"), "nobody made them yet"
        hall.get("/keys")
        assert ready() == (200, "")
        state.database = Database("sqlite://")
        assert ready() == (503, "shape")
        state.database = Database("sqlite:////nowhere/at/all.sqlite3")
        assert ready() == (503, "database")
        assert hall.client.get("/healthz").json() == {"status": "ok"}
    finally:
        state.database = here
        keys.unlink(missing_ok=True)
    assert ready() == (503, "keys")
