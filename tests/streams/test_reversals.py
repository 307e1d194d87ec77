"""Who may undo what: a tablet only what was done at its own station."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.errors import NotAllowed
from catalogue.rulebook import rulebook
from tests.builders import Depot
from tests.cast import viewers


def with_tablets(depot: Depot) -> None:
    """Tablets join the people of the depot, by the name of their station."""
    with depot.database.read() as session:
        book, worker = rulebook(session), viewers(session)["worker"]
    for station in ("S1-A", "S1-B"):
        row = book.stations[station]
        depot.people[station] = replace(worker, site_id=row.site_id, station_id=row.id)


def sorted_at(depot: Depot, station: str) -> str:
    """The scan of a sorting at a station."""
    batch = depot.log(100_000)["code"]
    depot.sort(batch, {"burn": 5_000}, station=station)
    return depot.scan_id


def test_a_tablet_undoes_what_was_done_at_its_station(depot: Depot) -> None:
    with_tablets(depot)
    scan = sorted_at(depot, "S1-A")
    with depot.as_("S1-A"):
        assert depot.reverse(scan)["kind"] == "sort"


def test_a_tablet_does_not_undo_what_another_station_did(depot: Depot) -> None:
    with_tablets(depot)
    scan = sorted_at(depot, "S1-A")
    with depot.as_("S1-B"), pytest.raises(NotAllowed):
        depot.reverse(scan)
    with depot.as_("worker"):
        assert depot.reverse(scan)["kind"] == "sort"


def test_what_names_no_station_is_undone_at_any_of_the_site(depot: Depot) -> None:
    with_tablets(depot)
    depot.open_bin("burn")
    scan = depot.scan_id
    with depot.as_("S1-B"):
        assert depot.reverse(scan)["kind"] == "bin"


def test_a_tablet_undoes_no_more_than_any_worker(depot: Depot) -> None:
    with_tablets(depot)
    scan = sorted_at(depot, "S1-A")
    depot.later(hours=12, seconds=1)
    with depot.as_("S1-A"), pytest.raises(NotAllowed):
        depot.reverse(scan)
