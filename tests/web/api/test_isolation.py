"""What belongs to somebody else answers exactly like what does not exist.

What a path or a body names is in tests/access: here is what tablets, lists and questions name.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from catalogue.codes import CodeKind, mint
from tests.access.nothing import nothing_like
from tests.web.api.calling import TAKER, Hall, command, intake, sorting
from tests.web.api.good import GOOD, YEAR, send
from tests.web.api.test_permissions import KINDS as KINDS_OF_ACT
from tests.web.api.test_permissions import by_tablet

LEADER_ELSEWHERE: Final = ("foreign_leader", "leader_of_s2")
BY_TABLET: Final = sorted(kind for kind, path in KINDS_OF_ACT.items() if "{" in path)


@pytest.mark.parametrize("kind", BY_TABLET)
def test_a_tablet_elsewhere_finds_nothing_of_ours(hall: Hall, kind: str) -> None:
    """What cannot be found is refused, not parked: nothing of it waits at our site for anybody."""
    route = ("POST", KINDS_OF_ACT[kind])
    sent = GOOD[route](hall)
    kept = len(hall.get("/parked").json())
    for name in LEADER_ELSEWHERE:
        theirs, nothing = hall.sync(
            by_tablet(kind, sent), by_tablet(kind, nothing_like(KINDS_OF_ACT[kind], sent)), by=name
        )["results"]
        assert (theirs["status"], theirs["answer"]["code"]) == ("refused", "not_found")
        assert theirs["answer"] == nothing["answer"]
        assert hall.get("/parked", by=name).json() == []
    assert len(hall.get("/parked").json()) == kept


def test_what_waits_elsewhere_is_told_to_nobody(hall: Hall) -> None:
    """A batch whose intake is parked exists for nobody who could not have seen it."""
    hall.depot.later(days=5)
    (code,) = hall.depot.reserve()
    late = intake(code=code)
    (result,) = hall.sync(command("intake", None, late), by="worker")["results"]
    assert result["status"] == "parked"
    theirs, nothing = hall.sync(
        command("sort", code, sorting()),
        command("sort", mint(CodeKind.BATCH), sorting()),
        by="foreign_leader",
    )["results"]
    assert theirs["answer"] == nothing["answer"]
    assert (theirs["status"], theirs["answer"]["code"]) == ("refused", "not_found")


def foreign_things(hall: Hall) -> dict[str, str]:
    """One of everything that a body can name, at Buitenpost."""
    depot = hall.depot
    hall.caller("foreign_outlet")
    with depot.as_("outsider"):
        own: dict[str, Any] = {"site": "X1", "supplier": "VREEMD"}
        delivery = depot.announce(1_000, **own)["code"]
        batch = depot.log(station="X1-A", **own)["code"]
        code = depot.open_bin(None, site="X1")
    return {
        "delivery": delivery,
        "batch": batch,
        "bin": code,
        "site": "X1",
        "station": "X1-A",
        "supplier": "VREEMD",
        "outlet": TAKER["partner"]["organisation"],
    }


@pytest.mark.parametrize("name", ["foreign_leader", "foreign_auditor", "leader_of_s2"])
def test_lists_hold_nothing_of_others(hall: Hall, name: str) -> None:
    everything(hall)
    for noun in ("batches", "bins", "deliveries", "shipments", "finds", "parked"):
        assert hall.get(f"/{noun}").json(), noun
        assert hall.get(f"/{noun}", by=name).json() == [], noun


def everything(hall: Hall) -> None:
    """One of everything, for Noorderhaven and Vezelhof."""
    depot = hall.depot
    depot.announce(300_000)
    batch = depot.log()["code"]
    depot.find(batch)
    (code,) = depot.sort(batch, {"reuse": 10_000})["bins"]
    depot.close_bin(code, 10_000)
    depot.ship(code)
    hall.park()


def test_a_supplier_and_an_outlet_find_nothing_of_another(hall: Hall) -> None:
    everything(hall)
    for noun in ("batches", "deliveries"):
        assert hall.get(f"/{noun}", by="supplier").json(), noun
        assert hall.get(f"/{noun}", by="other_supplier").json() == [], noun
        assert hall.get(f"/{noun}", by="foreign_supplier").json() == [], noun
    assert hall.get("/shipments", by="outlet").json()
    assert hall.get("/shipments", by="other_outlet").json() == []


def test_a_supplier_asking_for_another_supplier_is_told_what_one_is_told_of_nobody(
    hall: Hall,
) -> None:
    everything(hall)
    for path in ("/reports/circularity", "/exports/movements", "/batches", "/deliveries"):
        query = YEAR if path.startswith(("/reports", "/exports")) else {}
        for name in ("other_supplier", "foreign_supplier", "foreign_manager"):
            if name.endswith("manager") and path in ("/batches", "/deliveries"):
                continue
            theirs = hall.get(path, by=name, supplier="NOORDERHAVEN", **query)
            nobody = hall.get(path, by=name, supplier="NIEMAND", **query)
            assert (theirs.status_code, theirs.content) == (nobody.status_code, nobody.content)


def test_figures_of_others_are_never_in_the_sum(hall: Hall) -> None:
    everything(hall)
    for name in ("other_supplier", "foreign_supplier", "foreign_manager", "foreign_auditor"):
        assert hall.get("/reports/circularity", by=name, **YEAR).json()["input_g"] == 0, name
        lines = hall.get("/exports/movements", by=name, **YEAR).text.splitlines()
        assert len(lines) == 1, name
    assert hall.get("/reports/circularity", by="supplier", **YEAR).json()["input_g"] > 0


def test_a_scan_of_what_is_of_others_is_unknown(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    theirs = hall.post("/scan", {"text": batch}, by="foreign_leader").json()
    nothing = mint(CodeKind.BATCH)
    nobodys = hall.post("/scan", {"text": nothing}, by="foreign_leader").json()
    assert theirs["kind"] == "unknown"
    assert json.dumps(theirs).replace(batch, nothing) == json.dumps(nobodys)


def test_reference_names_nobody_that_one_has_nothing_to_do_with(hall: Hall) -> None:
    foreign_things(hall)
    for name in ("supplier", "other_supplier", "outlet", "foreign_leader", "foreign_supplier"):
        said = json.dumps(hall.get("/reference", by=name).json())
        ours = name.removeprefix("foreign_") == name
        hidden = ("BUITENPOST", "VREEMD", "X1") if ours else ("WATERKANT", "NOORDERHAVEN", "S1")
        assert not [code for code in hidden if f'"{code}"' in said], name
    assert "DUINRAND" not in json.dumps(hall.get("/reference", by="supplier").json())
    assert "SMELTERIJ" not in json.dumps(hall.get("/reference", by="outlet").json())


def test_a_scan_number_of_others_tells_nothing_of_what_it_was_for(hall: Hall) -> None:
    """A scan number is unique everywhere, so that it is taken can be told, and nothing else."""
    hall.depot.log()
    taken = hall.depot.scan_id
    batch = foreign_things(hall)["batch"]
    body = {
        "scan_id": taken,
        "station": "X1-A",
        "scanned_at": "2026-03-02T09:00:00+01:00",
        "parts": [{"destination": "burn", "mass_g": 1}],
    }
    answer = hall.post(f"/batches/{batch}/sortings", body, by="foreign_leader")
    told = answer.json()
    assert (answer.status_code, told["code"], told["scan_id"]) == (422, "scan_reused", taken)
    assert set(told) == {"type", "code", "status", "title", "detail", "scan_id"}


def test_a_repeat_by_somebody_else_is_not_answered(hall: Hall) -> None:
    for route in (("POST", "/batches"), ("POST", "/batches/{code}/sortings")):
        sent = GOOD[route](hall)
        assert send(hall.caller("leader"), route, sent).status_code == 201
        for name in LEADER_ELSEWHERE:
            told = send(hall.caller(name), route, sent)
            assert (told.status_code, told.json()["code"]) == (422, "scan_reused")
        assert send(hall.caller("worker"), route, sent).status_code == 200
