"""Permits, legs and waybills by calls: what the wire says, and what it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import Depot
from tests.waste import describe, make_waste, permit
from tests.web.api.calling import AT, Hall, command, scan


def filled(depot: Depot, destination: str, mass_g: int = 20_000) -> str:
    batch = depot.log(100_000)["code"]
    code = depot.open_bin(destination)
    depot.sort(batch, {code: mass_g})
    depot.close_bin(code, mass_g)
    return code


def shipping(*bins: str, **more: Any) -> dict[str, Any]:
    return scan(outlet="VEZELHOF", bins=list(bins), shipped_at=AT, **more)


def test_a_refusal_for_want_of_a_permit_reads_well(hall: Hall) -> None:
    make_waste(hall.depot, "burn", "191212")
    code = filled(hall.depot, "burn")
    refused = hall.post("/shipments", shipping(code))
    assert refused.status_code == 409
    told = refused.json()
    assert told["code"] == "permit_missing"
    assert told["title"] == "This outlet has no permit for this waste."
    assert (told["outlet"], told["destination"]) == ("VEZELHOF", "burn")
    permit(hall.depot, "VEZELHOF", "OD-1", until=date(2026, 3, 1))
    told = hall.post("/shipments", shipping(code)).json()
    assert (told["code"], told["permit"], told["until"]) == (
        "permit_expired",
        "OD-1",
        "2026-03-01",
    )


def test_what_a_tablet_loaded_without_a_permit_waits_for_a_team_leader(hall: Hall) -> None:
    make_waste(hall.depot, "burn", "191212")
    code = filled(hall.depot, "burn")
    (found,) = hall.sync(command("shipment", None, shipping(code)))["results"]
    assert found["status"] == "parked"
    assert found["answer"]["code"] == "permit_missing"


def test_a_manager_fills_in_a_permit_and_its_last_day(hall: Hall) -> None:
    make_waste(hall.depot, "burn", "191212")
    code = filled(hall.depot, "burn")
    said = {"organisation": "VEZELHOF", "roles": ["outlet"], "treatments": ["burn"],
            "permit": "OD-1", "permit_until": "2026-03-02"}  # fmt: skip
    manager = hall.caller("manager")
    wrong = manager.put("/reference/partner/VEZELHOF", said | {"permit_until": "soon"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "permit_until")
    assert manager.put("/reference/partner/VEZELHOF", said).status_code == 201
    assert hall.post("/shipments", shipping(code)).status_code == 201
    open_end = manager.put("/reference/partner/VEZELHOF", said | {"permit_until": None})
    assert open_end.status_code == 201


def test_the_waybill_has_the_figures_of_the_shipment_to_the_gram(hall: Hall) -> None:
    describe(hall.depot, "KARREWIEL", vihb="500001VXXX")
    bins = [filled(hall.depot, "reuse", 20_001), filled(hall.depot, "recycle", 33_333)]
    sent = hall.post(
        "/shipments", shipping(*bins, carrier="KARREWIEL", vehicle="12-STO-3", to_place="Kade 1")
    ).json()
    later = scan(carrier="KARREWIEL", vehicle="45-STO-6", departed_at="2026-03-02T11:30:00+01:00")
    hall.depot.later(hours=3)
    went = hall.post(f"/shipments/{sent['code']}/legs", later)
    assert (went.status_code, went.json()["leg"]) == (201, 2)
    told = hall.get(f"/shipments/{sent['code']}/waybill", by="outlet").json()
    shipment = hall.get(f"/shipments/{sent['code']}").json()
    assert told["mass_g"] == shipment["mass_g"] == sent["mass_g"] == 53_334
    assert [one["mass_g"] for one in told["goods"]] == [20_001, 33_333]
    assert [(leg["vehicle"], leg["from"], leg["carrier"]["vihb"]) for leg in told["legs"]] == [
        ("12-STO-3", "S1", "500001VXXX"),
        ("45-STO-6", "Kade 1", "500001VXXX"),
    ]
    assert told["number"] == sent["waybill"] == shipment["waybill"]


def test_no_waybill_tells_an_outlet_whose_it_was(hall: Hall) -> None:
    code = hall.depot.ship(filled(hall.depot, "reuse"))
    for ending in ("", ".xml"):
        told = hall.get(f"/shipments/{code}/waybill{ending}", by="outlet")
        assert told.status_code == 200
        assert "oorderhaven" not in told.text.lower()


def test_a_repeated_leg_is_booked_once(hall: Hall) -> None:
    code = hall.depot.ship(filled(hall.depot, "reuse"))
    said = scan(carrier="KARREWIEL", departed_at=AT)
    first = hall.post(f"/shipments/{code}/legs", said)
    again = hall.post(f"/shipments/{code}/legs", said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(hall.get(f"/shipments/{code}/waybill").json()["legs"]) == 1
