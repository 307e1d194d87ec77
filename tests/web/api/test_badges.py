"""Badges at a tablet: what the world tells of them, and who is noted for what was done."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from accounts.badges import badge_hash, make_badge, revoke_badge, set_rule
from tests.web.api.calling import Hall, command, scan, sorting
from tests.web.api.test_floor_world import ask, tablet_at
from tests.web.api.test_tablets import Tablet


def made(hall: Hall, name: str = "Badge van Aafke", site: str = "S1") -> tuple[int, str]:
    with hall.depot.database.write() as session:
        viewer = hall.depot.people["leader"]
        return make_badge(session, site, name, viewer=viewer, now=hall.depot.now)


def noted(hall: Hall, sent: dict[str, Any]) -> str:
    with hall.depot.database.read() as session:
        kept = text("SELECT actor FROM actor WHERE scan_id = :scan_id")
        return str(session.execute(kept, {"scan_id": sent["scan_id"]}).scalar_one())


def test_the_world_tells_hashes_where_a_badge_is_asked_and_no_names(hall: Hall) -> None:
    _, code = made(hall)
    made(hall, site="S2")
    tablet = tablet_at(hall)
    assert ask(tablet)["badges"] == {"asks": "none", "rest_minutes": 30, "hashes": []}
    with hall.depot.database.write() as session:
        set_rule(session, "S1-A", "required", 15, viewer=hall.depot.people["leader"])
    answer = tablet.get("/floor/world")
    said = answer.json()["badges"]
    assert said == {"asks": "required", "rest_minutes": 15, "hashes": [badge_hash(code)]}
    assert "Aafke" not in answer.text
    assert code not in answer.text
    # Who is no tablet has no badge to check.
    assert hall.get("/floor/world", station="S1-A").json()["badges"]["hashes"] == []


def test_what_is_done_with_a_badge_is_noted_under_it(hall: Hall) -> None:
    number, code = made(hall)
    table, batch = Tablet(hall), hall.depot.log()["code"]
    sent = {**command("sort", batch, sorting()), "badge": badge_hash(code)}
    assert table.one(sent)[0] == "accepted"
    assert noted(hall, sent) == f"badge:{number}"
    # It is no part of what was done: without it, it is the same command.
    assert table.one({**sent, "badge": None})[0] == "repeated"


@pytest.mark.parametrize("which", ["revoked", "of another site", "unknown"])
def test_a_badge_that_is_not_valid_stops_nothing_and_is_noted_nowhere(
    hall: Hall, which: str
) -> None:
    number, code = made(hall, site="S2" if which == "of another site" else "S1")
    if which == "revoked":
        with hall.depot.database.write() as session:
            viewer, now = hall.depot.people["leader"], hall.depot.now
            revoke_badge(session, number, viewer=viewer, now=now)
    table, batch = Tablet(hall), hall.depot.log()["code"]
    shown = "a" * 64 if which == "unknown" else badge_hash(code)
    sent = {**command("sort", batch, sorting()), "badge": shown}
    assert table.one(sent)[0] == "accepted"
    assert noted(hall, sent).startswith("device:")


def test_who_is_no_tablet_is_noted_as_who_they_are(hall: Hall) -> None:
    _, code = made(hall)
    sent = {**command("sort", hall.depot.log()["code"], sorting()), "badge": badge_hash(code)}
    assert hall.sync(sent)["results"][0]["status"] == "accepted"
    assert noted(hall, sent).startswith("token:")


def test_a_scan_that_is_kept_says_no_badge(hall: Hall) -> None:
    _, code = made(hall)
    table, batch = Tablet(hall), hall.depot.log(1_000)["code"]
    for sent in (command("sort", batch, sorting(9_000)), command("sort", None, scan(x=1))):
        status, _ = table.one({**sent, "badge": badge_hash(code)})
        assert status in {"parked", "refused"}
    with hall.depot.database.read() as session:
        (rows,) = session.execute(text("SELECT count(*) FROM scan")).one()
        kept = session.execute(text("SELECT * FROM scan")).all()
    assert rows
    assert badge_hash(code) not in str(kept)
