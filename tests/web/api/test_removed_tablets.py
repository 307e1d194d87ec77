"""A tablet that is removed keeps what it did, and sends it when it is let in again."""

from __future__ import annotations

from accounts.devices import revoke_device
from accounts.queries import devices
from catalogue.rulebook import rulebook
from tests.web.api.calling import Hall, command, sorting, tablet
from tests.web.api.test_tablets import Tablet


def test_what_a_removed_tablet_kept_goes_in_when_it_is_let_in_again(
    hall: Hall,
) -> None:
    table = Tablet(hall)
    batch = hall.depot.log()["code"]
    kept_back = command("sort", batch, sorting())
    with hall.depot.database.write() as session:
        (row,) = devices(session, list(rulebook(session).stations_by_id))
        revoke_device(session, row.id, viewer=hall.depot.people["leader"], now=hall.depot.now)
    hall.app.state.remembered.forget()
    refused = table.raw({**tablet(kept_back), "app_version": "1+test"})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    hall.depot.later(hours=2)
    assert Tablet(hall, station="S1-IN").one(kept_back)[0] == "accepted"
    again = Tablet(hall, name="Tafel 2")
    assert again.one(kept_back)[0] == "repeated"
    too_much = command("sort", batch, sorting(400_000))
    status, answer = again.one(too_much)
    assert (status, answer["code"]) == ("parked", "mass_exceeded")
