"""Small acts on pages: what is set aside, found, weighed again, put right, and what comes back."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import Depot
from tests.web.pages.conftest import Browser, code_in, words

BrowserOf = Callable[[str], Browser]


def test_a_batch_is_held_by_a_worker_and_released_by_a_team_leader(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, worker, leader = hall.log()["code"], browser_of("worker"), browser_of("leader")
    held = worker.send(f"/batches/{batch}/hold", reason="damp")
    assert "De partij is vastgezet." in words(held)
    assert "Vrijgeven" not in words(held)
    assert f"/batches/{batch}/sort" not in held.text
    assert "Vrijgeven" in leader.text(f"/batches/{batch}")
    released = leader.send(f"/batches/{batch}/release", reason="mistake")
    assert "De partij is vrijgegeven." in words(released)
    assert f"/batches/{batch}/sort" in released.text


def test_a_part_of_a_batch_goes_back_to_its_supplier(hall: Depot, browser_of: BrowserOf) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    page = worker.send(f"/batches/{batch}/refuse", reason="damp", mass="12,5")
    assert "12,500 kg · Wacht op sorteren → naar Teruggestuurd" in words(page)
    assert "Wacht op sorteren – 87,500 kg" in words(page)


def test_a_find_stops_the_batch_and_is_handed_over_by_two(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, worker = hall.log()["code"], browser_of("worker")
    page = worker.send(f"/batches/{batch}/found", station="S1-A", kind="knife", count="2")
    assert "Niet aanraken. Roep uw teamleider." in words(page)
    assert "Vastgezet" in words(page)
    find = next(row["code"] for row in worker.get("/api/v1/finds").json())
    handed = worker.send(f"/finds/{find}/hand-over", first="Anna", second="Bas", receiver="Politie")
    assert "De overdracht is geboekt." in words(handed)
    assert "Door Anna, Bas Ontvangen door Politie" in words(handed)


def test_what_is_left_is_weighed_again_and_the_loss_is_named(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    page = worker.send(
        f"/batches/{batch}/weigh", station="S1-A", gross="118", tare="20", loss_kind="moisture"
    )
    assert "Het gewicht is geboekt." in words(page)
    assert "moisture – 2,000 kg" in words(page)


def test_a_wrong_supplier_leads_on_to_the_new_batch(hall: Depot, browser_of: BrowserOf) -> None:
    batch, leader = hall.log(100_000)["code"], browser_of("leader")
    page = leader.send(f"/batches/{batch}/correct", reason="mistake", supplier="DUINRAND")
    new = code_in(page)
    assert new != batch
    assert "Duinrand" in words(page)
    assert new in leader.text(f"/batches/{batch}")


def test_a_closed_batch_is_opened_again(hall: Depot, browser_of: BrowserOf) -> None:
    batch, leader = hall.log(100_000)["code"], browser_of("leader")
    hall.sort(batch, {"reuse": 100_000})
    hall.close(batch)
    page = leader.send(f"/batches/{batch}/reopen", station="S1-A", reason="mistake")
    assert "De partij is weer open." in words(page)


def test_a_bin_that_came_back_is_ours_again(hall: Depot, browser_of: BrowserOf) -> None:
    batch, leader = hall.log(100_000)["code"], browser_of("leader")
    hall.sort(batch, {"reuse": 100_000})
    (code,) = (row["code"] for row in leader.get("/api/v1/bins").json())
    hall.close_bin(code, 100_000)
    shipment = hall.ship(code)
    page = leader.send(f"/shipments/{shipment}/return", reason="damp", bin=code)
    assert "Wat terugkwam is geboekt." in words(page)
    assert "Teruggekomen" in words(page)
