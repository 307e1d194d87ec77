"""A site in numbers, as the first page shows it."""

from __future__ import annotations

from catalogue.rulebook import rulebook
from streams.ledger import site_day
from streams.today import SiteNow, site_now
from streams.views import flags_of
from tests.builders import Depot


def _now(depot: Depot, site: str = "S1") -> SiteNow:
    with depot.database.read() as session:
        row = rulebook(session).sites[site]
        return site_now(session, row, site_day(depot.now, row))


def test_a_site_counts_what_came_waits_and_travels(depot: Depot) -> None:
    yesterday = depot.log(80_000)["code"]
    depot.later(days=1)
    today, wrong = depot.log(300_000)["code"], depot.log(50_000)
    depot.reverse(depot.scan_id)
    depot.sort(today, {"reuse": 100_000})
    depot.sort(yesterday, {"recycle": 80_000})
    assert wrong["mass_g"] == 50_000
    assert _now(depot) == SiteNow(
        came_count=1, came_g=300_000, sorting_count=2, waiting_g=200_000, travelling_g=0
    )


def test_what_left_travels_until_it_is_confirmed(depot: Depot) -> None:
    depot.sort(depot.log(100_000)["code"], {"reuse": 100_000})
    with depot.database.read() as session:
        (code,) = session.connection().exec_driver_sql("SELECT code FROM bin").one()
    depot.close_bin(code, 100_000)
    shipment = depot.ship(code)
    assert _now(depot).travelling_g == 100_000
    depot.confirm(shipment, {"reuse": 100_000})
    assert _now(depot).travelling_g == 0


def test_another_site_has_numbers_of_its_own(depot: Depot) -> None:
    depot.log(100_000)
    assert _now(depot, "S2") == SiteNow(
        came_count=0, came_g=0, sorting_count=0, waiting_g=0, travelling_g=0
    )


def test_a_flag_is_gone_when_what_raised_it_is_undone(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    with depot.database.read() as session:
        assert [flag.code for flag in flags_of(session, batch)] == ["unannounced"]
    depot.reverse(depot.scan_id)
    with depot.database.read() as session:
        assert flags_of(session, batch) == []
