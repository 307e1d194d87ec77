"""What belongs to somebody else answers exactly like what does not exist.

What a path names is in tests/access: here is what tablets, bodies, lists and questions name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from catalogue.codes import CodeKind, mint
from tests.access.nothing import nothing_like
from tests.web.api.calling import TAKER, Hall, command, intake, sorting
from tests.web.api.good import GOOD, YEAR, Good, Route, send
from tests.web.api.test_permissions import KINDS as KINDS_OF_ACT
from tests.web.api.test_permissions import MAY, by_tablet, spelled

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


NOTHING: Final = {
    "site": "S9",
    "station": "S9-A",
    "supplier": "NIEMAND",
    "outlet": "NIEMAND",
}


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


Place = Callable[[dict[str, Any], str], None]


def at(*path: str | int) -> Place:
    """Puts a value where the path leads in a body."""

    def put(body: dict[str, Any], value: str) -> None:
        found: Any = body
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = value

    return put


def into_a_bin(body: dict[str, Any], code: str) -> None:
    body["parts"] = [{"bin": code, "mass_g": 1_000}]


IN_BODIES: Final[tuple[tuple[Route, str, Place], ...]] = (
    (("POST", "/deliveries"), "supplier", at("supplier")),
    (("POST", "/deliveries"), "site", at("site")),
    (("POST", "/codes"), "station", at("station")),
    (("POST", "/batches"), "site", at("site")),
    (("POST", "/batches"), "station", at("station")),
    (("POST", "/batches"), "supplier", at("supplier")),
    (("POST", "/batches"), "delivery", at("delivery")),
    (("POST", "/batches/{code}/sortings"), "station", at("station")),
    (("POST", "/batches/{code}/sortings"), "bin", into_a_bin),
    (("POST", "/bins/{code}/sortings"), "station", at("station")),
    (("POST", "/bins/{code}/sortings"), "bin", into_a_bin),
    (("POST", "/batches/{code}/gates"), "station", at("station")),
    (("POST", "/bins/{code}/gates"), "station", at("station")),
    (("POST", "/batches/{code}/weighings"), "station", at("station")),
    (("POST", "/batches/{code}/correction"), "supplier", at("supplier")),
    (("POST", "/batches/{code}/close"), "station", at("station")),
    (("POST", "/batches/{code}/reopen"), "station", at("station")),
    (("POST", "/finds"), "station", at("station")),
    (("POST", "/finds"), "batch", at("batch")),
    (("POST", "/batches/{code}/items"), "station", at("station")),
    (("POST", "/items/{number}/destruction"), "station", at("station")),
    (("POST", "/bins"), "site", at("site")),
    (("POST", "/shipments"), "outlet", at("outlet")),
    (("POST", "/shipments"), "bin", at("bins", 0)),
    (("POST", "/waste/stream-numbers"), "site", at("site")),
    (("POST", "/waste/stream-numbers"), "supplier", at("partner")),
    (("POST", "/waste/stream-numbers"), "supplier", at("carrier")),
    (("POST", "/waste/stream-numbers/{number}/carriage"), "supplier", at("carrier")),
    (("POST", "/waste/stream-numbers/{number}/carriage"), "supplier", at("ordered_by")),
    (("POST", "/waste/notifications"), "site", at("site")),
    (("POST", "/shipments/{code}/legs"), "outlet", at("carrier")),
    (("POST", "/shipments/{code}/legs"), "outlet", at("ordered_by")),
    (("POST", "/shipments/{code}/returns"), "bin", at("lines", 0, "bin")),
)
"""Where a body names a thing or a party."""


@pytest.mark.parametrize(
    ("route", "noun", "put"),
    IN_BODIES,
    ids=[f"{spelled(route)} {noun}" for route, noun, _put in IN_BODIES],
)
def test_a_body_that_names_what_is_of_others_is_like_one_that_names_nothing(
    hall: Hall, route: Route, noun: str, put: Place
) -> None:
    kinds = {"batch": CodeKind.BATCH, "bin": CodeKind.BIN, "delivery": CodeKind.DELIVERY}
    nothing = NOTHING.get(noun) or mint(kinds[noun])
    told = []
    for code in (foreign_things(hall)[noun], nothing):
        sent = GOOD[route](hall)
        body = json.loads(json.dumps(sent.body))
        if route[1].endswith("returns"):
            body["lines"][0] = {}
        put(body, code)
        by = "leader" if "leader" in MAY[route] else min(MAY[route])
        answer = send(hall.caller(by), route, Good(sent.named, body))
        told.append((answer.status_code, answer.json()["code"], answer.text.replace(code, "CODE")))
    assert told[0] == told[1]
    assert told[0][:2] == (404, "not_found")


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
