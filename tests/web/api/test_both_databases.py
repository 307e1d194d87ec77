"""Every call once on SQLite and on PostgreSQL, with the ledger whole at the end."""

from __future__ import annotations

from accounts.actions import create_person, open_session
from catalogue.kinds import Role
from streams.verify import audit
from tests.audit import breaches
from tests.web.api.calling import Hall
from tests.web.api.good import GOOD, YEAR, Good, send
from tests.web.api.test_permissions import MAY
from tests.web.api.test_reads import pages
from tests.web.api.test_writes import TOLD_ONCE

TOLD_OTHERWISE = ("/sync", "/deliveries/file", TOLD_ONCE)
"""What says of a repeat that it is one, or gives something out once."""
FILES = ("csv", "jsonl", "parquet", "xlsx")
SEARCHED = {
    "vandaag noorderhaven": "batches",
    "open karren": "bins",
    "verwacht": "deliveries",
    "onderweg": "shipments",
    "vondsten 2-3-2026": "finds",
    "uniform wacht": "batches",
}


def test_every_call_succeeds_and_its_repeat_is_the_same_on_both_databases(busy_hall: Hall) -> None:
    for route in MAY:
        name = "leader" if "leader" in MAY[route] else min(MAY[route])
        sent = GOOD[route](busy_hall)
        first = send(busy_hall.caller(name), route, sent)
        assert first.is_success, (route, first.text)
        again = send(busy_hall.caller(name), route, sent)
        if route[0] == "POST" and route[1] not in TOLD_OTHERWISE:
            assert again.content == first.content, route
    assert breaches(busy_hall.depot.database) == []
    with busy_hall.depot.database.read() as session:
        assert list(audit(session)) == []


def test_every_list_is_paged_and_searched_alike_on_both_databases(busy_hall: Hall) -> None:
    for _ in range(3):
        for make in (GOOD[route] for route in GOOD if route[0] == "GET" and "{" in route[1]):
            make(busy_hall)
        busy_hall.park()
        busy_hall.depot.announce(1_000)
        busy_hall.depot.find(busy_hall.depot.log()["code"])
    for noun in ("batches", "bins", "deliveries", "shipments", "finds", "parked"):
        whole = busy_hall.get(f"/{noun}", limit=200).json()
        key = "scan_id" if noun == "parked" else "code"
        assert len(whole) >= 3, noun
        walked = [row[key] for page in pages(busy_hall, f"/{noun}", limit=2) for row in page]
        assert walked == [row[key] for row in whole], noun
        busy_hall.get(
            f"/{noun}", search="B", day="2026-03-02", supplier="NOORDERHAVEN", site="S1", state="x"
        ).raise_for_status()
    token = signed_in_leader(busy_hall)
    for words, noun in SEARCHED.items():
        page = busy_hall.client.get(f"/search?q={words}", headers={"cookie": f"stofstroom={token}"})
        assert f'href="/{noun}/' in page.text.partition("<table")[2], words


def signed_in_leader(hall: Hall) -> str:
    """A session of a team leader: a machine opens no page."""
    with hall.depot.database.write() as session:
        person_id = create_person(
            session,
            email="anna@example.org",
            name="Anna",
            password="a long pass phrase for tests",
            role=Role.TEAM_LEADER,
            organisation="WATERKANT",
            now=hall.depot.now,
        )
        return open_session(session, person_id, now=hall.depot.now)


def test_every_report_and_file_is_made_on_both_databases(busy_hall: Hall) -> None:
    for route in (("POST", "/shipments/{code}/confirmation"), ("POST", "/finds")):
        send(busy_hall.caller("leader"), route, GOOD[route](busy_hall)).raise_for_status()
    manager = busy_hall.caller("manager")
    for basis in ("received", "booked"):
        for by in ("month", "destination", "article_group", "supplier"):
            told = manager.get("/reports/circularity", **YEAR, basis=basis, by=by)
            assert (told.status_code, told.json()["input_g"]) == (200, 600_000), (basis, by)
    for dataset in ("movements", "batches", "figures"):
        for kind in FILES:
            route = ("GET", "/exports/{dataset}")
            made = send(manager, route, Good({"dataset": dataset}, query={**YEAR, "format": kind}))
            assert (made.status_code, len(made.content) > 0) == (200, True), (dataset, kind)
