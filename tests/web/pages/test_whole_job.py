"""The whole job on pages: from an announcement to a confirmed shipment."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import Depot
from tests.web.pages.conftest import Browser, code_in, hidden, words

BrowserOf = Callable[[str], Browser]

BATCH = {"station": "S1-IN", "supplier": "NOORDERHAVEN", "article_group": "uniform"}


def test_a_person_does_the_whole_job_on_pages(hall: Depot, browser_of: BrowserOf) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    announced = supplier.send(
        "/announce",
        do="book",
        supplier="NOORDERHAVEN",
        site="S1",
        expected_on="2026-03-02",
        **{"mass-0": "300"},
    )
    assert "De levering is aangekondigd." in words(announced)
    delivery = code_in(announced)
    assert delivery in leader.get("/today").text

    logged = leader.send("/batches/new", **BATCH, delivery=delivery, gross="320,5", tare="20,5")
    batch = code_in(logged)
    assert "Netto 300,000 kg" in words(logged)
    assert "geschat" in words(logged).lower()

    sorted_ = leader.send(
        f"/batches/{batch}/sort",
        station="S1-A",
        **{"mass-reuse": "100", "mass-recycle": "199,5"},
    )
    assert "De sortering is geboekt." in words(sorted_)
    assert "Wacht op sorteren – 0,500 kg" in words(sorted_)

    closed = leader.send(f"/batches/{batch}/close", station="S1-A", **{"loss-moisture": "0,5"})
    assert "De partij is gesloten." in words(closed)

    bins = [row["code"] for row in leader.get("/api/v1/bins").json()]
    for code, mass_g in zip(sorted(bins), _masses(leader, sorted(bins)), strict=True):
        full = leader.send(
            f"/bins/{code}/close", gross=f"{mass_g / 1000 + 20:.3f}", tare="20", scale=""
        )
        assert "De kar is gesloten." in words(full)

    sent = leader.send("/shipments/new", outlet="VEZELHOF", bins=bins, waybill="NL-1")
    shipment = code_in(sent)
    assert "Nog niet bevestigd 299 ,500 kg" in words(sent)

    outlet = browser_of("outlet")
    confirmed = outlet.send(
        f"/shipments/{shipment}/confirm", **{"mass-reuse": "100", "mass-recycle": "199,5"}
    )
    assert "De bevestiging is geboekt." in words(confirmed)
    assert "Nog niet bevestigd 0 ,000 kg" in words(confirmed)

    report = supplier.text("/portal")
    assert "U leverde 300,000 kg in." in report
    assert "ging 33,4% naar hergebruik, 66,6% naar recycling en 0,0% naar verbranding" in report
    assert "Voor 100,0% daarvan heeft de afnemer bevestigd" in report


def _masses(leader: Browser, codes: list[str]) -> list[int]:
    return [leader.get(f"/api/v1/bins/{code}").json()["mass_g"] for code in codes]


def test_a_gate_is_booked_before_what_lies_behind_it(hall: Depot, browser_of: BrowserOf) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    refused = worker.send(f"/batches/{batch}/sort", station="S1-A", **{"mass-sale": "40"})
    assert refused.status_code == 422
    assert "Poort logo" in words(refused)
    passed = worker.send(f"/batches/{batch}/gate", station="S1-A", gate="logo", mass="40")
    assert "logo · 40,000 kg" in words(passed)
    done = worker.send(f"/batches/{batch}/sort", station="S1-A", **{"mass-sale": "40"})
    assert "De sortering is geboekt." in words(done)


def test_a_work_bin_is_filled_and_sorted_again(hall: Depot, browser_of: BrowserOf) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    work = code_in(worker.send("/bins/new", site="S1", destination="", container=""))
    worker.send(f"/batches/{batch}/sort", station="S1-A", **{f"mass-bin-{work}": "60"})
    assert "Werkkar" in worker.text(f"/bins/{work}")
    again = worker.send(f"/bins/{work}/sort", station="S1-A", **{"mass-burn": "60"})
    assert "Deze kar is leeg." in words(again)


def test_the_same_form_sent_twice_books_once(hall: Depot, browser_of: BrowserOf) -> None:
    worker = browser_of("worker")
    form = {**hidden(worker.get("/batches/new").text), **BATCH, "gross": "50", "tare": "10"}
    first = worker.client.post("/batches/new", data=form)
    hall.later(seconds=40)
    second = worker.client.post("/batches/new", data=form)
    assert code_in(first) == code_in(second)
    assert len(worker.get("/api/v1/batches").json()) == 1


def test_a_refused_form_comes_back_as_it_was_typed_with_the_figures(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    before = hidden(worker.get(f"/batches/{batch}/sort").text)
    refused = worker.send(f"/batches/{batch}/sort", station="S1-A", **{"mass-reuse": "250"})
    assert refused.status_code == 422
    assert "Dit is meer dan er is." in words(refused)
    assert "Er is 100,000 kg U wilt boeken 250,000 kg" in words(refused)
    assert 'name="mass-reuse" inputmode="decimal" autocomplete="off" value="250"' in refused.text
    assert hidden(refused.text)["scan_id"] != before["scan_id"]
    again = worker.send(f"/batches/{batch}/sort", station="S1-A", **{"mass-reuse": "25"})
    assert "De sortering is geboekt." in words(again)


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_booked(
    hall: Depot, browser_of: BrowserOf
) -> None:
    worker = browser_of("worker")
    wrong = worker.send("/batches/new", **BATCH, gross="1.234.567", tare="", pieces="veel")
    assert wrong.status_code == 422
    assert wrong.text.count("Typ een gewicht in kg, zoals 12,345.") == 1
    assert "Vul dit in." in wrong.text
    assert "Typ een heel getal." in wrong.text
    assert 'aria-describedby=" gross-wrong" aria-invalid="true"' in wrong.text
    assert worker.get("/api/v1/batches").json() == []


def test_a_form_that_stood_open_too_long_is_booked_when_it_is_sent(
    hall: Depot, browser_of: BrowserOf
) -> None:
    worker = browser_of("worker")
    form = {**hidden(worker.get("/batches/new").text), **BATCH, "gross": "50", "tare": "10"}
    hall.later(hours=3)
    page = worker.client.post("/batches/new", data=form)
    assert "2 mrt 2026 12:00" in words(page)


def test_undoing_an_entry_leaves_both_in_the_history(hall: Depot, browser_of: BrowserOf) -> None:
    batch, worker = hall.log(100_000)["code"], browser_of("worker")
    hall.sort(batch, {"reuse": 40_000})
    assert f"/entries/{hall.scan_id}/undo" in worker.get(f"/batches/{batch}").text
    undone = worker.send(f"/entries/{hall.scan_id}/undo", reason="mistake")
    assert "De boeking is ongedaan gemaakt." in words(undone)
    assert "<del>Gesorteerd</del>" in undone.text
    assert "Wacht op sorteren – 100,000 kg" in words(undone)
    again = worker.send(f"/entries/{hall.scan_id}/undo", reason="mistake")
    assert "Dit is al eerder ongedaan gemaakt." in words(again)
