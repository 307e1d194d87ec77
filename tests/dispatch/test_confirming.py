"""What an outlet says: less than it was sent, a part of it, or that it does not want it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from catalogue.actions import define
from catalogue.errors import (
    DestinationForbidden,
    Malformed,
    MassExceeded,
    MovedOn,
    ReasonNeeded,
    ScanReused,
)
from dispatch.confirming import Confirm, TreatedLine, confirm
from dispatch.returning import ReturnLine
from streams.ledger import content
from tests.audit import breaches, rows, stands
from tests.builders import Depot

SUPPLIERS = ("NOORDERHAVEN", "DUINRAND", "ZEEKANT", "OOSTDIJK", "WESTKADE")
PARTS_G = (41_307, 26_011, 17_902, 9_113, 5_667)
SENT_G = sum(PARTS_G)
CONTENT_OF_BEFORE = "793538561f67d13a0ef6916a6d58ef0c9d473e53f67e6d7dc72a1ec002ad5706"


def truck(depot: Depot, parts_g: Sequence[int] = PARTS_G) -> tuple[str, list[str]]:
    """A shipment of one bin for recycling, and the batches in it."""
    with depot.database.write() as session:
        for supplier in SUPPLIERS[3:]:
            name = {"name": supplier.capitalize()}
            define(session, "WATERKANT", "organisation", supplier, name, now=depot.now)
            serves = {"organisation": supplier, "roles": ["supplier"]}
            define(session, "WATERKANT", "partner", supplier, serves, now=depot.now)
    code = depot.open_bin("recycle")
    batches = []
    for index, mass_g in enumerate(parts_g):
        supplier = SUPPLIERS[index % len(SUPPLIERS)]
        batches.append(depot.log(60_000, supplier=supplier)["code"])
        depot.sort(batches[-1], {code: mass_g})
    depot.close_bin(code, sum(parts_g))
    return depot.ship(code), batches


def hamilton(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Largest remainder by exact fractions, ties to the first name: written apart from ours."""
    whole = sum(weights.values())
    exact = {name: Fraction(total * weight, whole) for name, weight in weights.items()}
    parts = {name: floor(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def told(depot: Depot, batches: Sequence[str], pool: str) -> dict[str, dict[str, int]]:
    """Per batch what stands in the places of a pool, by destination or kind."""
    found: dict[str, dict[str, int]] = {}
    for batch in batches:
        found[batch] = {}
        for place, mass_g in stands(depot.database, batch).items():
            if place.startswith(pool):
                name = place.split("/")[-1].split("@")[0]
                found[batch][name] = found[batch].get(name, 0) + mass_g
    return found


def shipment_row(depot: Depot, code: str) -> dict[str, Any]:
    (row,) = rows(
        depot.database,
        f"SELECT state, confirmed_g, refused_g, returned_g FROM shipment WHERE code = '{code}'",
    )
    return dict(row._mapping)


def flags(depot: Depot, subject: str) -> dict[str, dict[str, Any]]:
    found = rows(depot.database, f"SELECT code, figures FROM flag WHERE subject = '{subject}'")
    return {row.code: json.loads(row.figures) for row in found}


def test_an_outlet_that_confirms_less_and_burns_a_part_is_divided_over_five_batches(
    parallel_depot: Depot,
) -> None:
    depot = parallel_depot
    shipment, batches = truck(depot)
    less_g = SENT_G * 3 // 100
    total_g = SENT_G - less_g
    burnt_g = total_g * 5 // 100
    with depot.as_("vezelhof"):
        answer = depot.confirm(shipment, {"recycle": total_g - burnt_g, "burn": burnt_g})
    assert (answer["difference_g"], answer["state"]) == (-less_g, "confirmed")
    assert answer["flags"] == ["weighs_differently"]
    sent = dict(zip(batches, PARTS_G, strict=True))
    lost = hamilton(less_g, sent)
    arrived = {name: mass_g - lost[name] for name, mass_g in sent.items()}
    recycled = hamilton(total_g - burnt_g, arrived)
    burnt = {name: arrived[name] - recycled[name] for name in arrived}
    assert sum(burnt.values()) == burnt_g
    assert told(depot, batches, "CONFIRMED") == {
        name: {"recycle": recycled[name], "burn": burnt[name]} for name in batches
    }
    differences = {
        name: named["weighing_difference"] for name, named in told(depot, batches, "LOSS").items()
    }
    assert differences == lost
    assert flags(depot, shipment)["weighs_differently"]["weighed_g"] == total_g
    assert breaches(depot.database) == []


def test_half_a_shipment_that_is_refused_comes_back_and_is_sorted_again(
    parallel_depot: Depot,
) -> None:
    depot = parallel_depot
    shipment, batches = truck(depot)
    sent = dict(zip(batches, PARTS_G, strict=True))
    half_g = SENT_G // 2
    with depot.as_("vezelhof"):
        answer = depot.confirm(
            shipment,
            {"recycle": SENT_G - half_g},
            refused_g=half_g,
            refused_reason="mistake",
        )
    assert (answer["state"], answer["refused_g"], answer["in_transit_g"]) == (
        "shipped",
        half_g,
        half_g,
    )
    assert flags(depot, shipment) == {
        "refused_by_outlet": {"refused_g": half_g, "reason": "mistake"}
    }
    recycled = hamilton(SENT_G - half_g, sent)
    assert told(depot, batches, "CONFIRMED") == {
        name: {"recycle": mass_g} for name, mass_g in recycled.items()
    }
    with depot.as_("vezelhof"), pytest.raises(MassExceeded):
        depot.confirm(shipment, {"recycle": half_g})
    came_g = half_g - 150
    back = depot.take_back(shipment, ReturnLine(bin=None, mass_g=came_g), rest_g=0)
    assert (back["in_transit_g"], back["state"], back["flags"]) == (0, "confirmed", [])
    assert shipment_row(depot, shipment) == {
        "state": "confirmed",
        "confirmed_g": SENT_G - half_g,
        "refused_g": 0,
        "returned_g": came_g,
    }
    ((work,),) = rows(depot.database, "SELECT code FROM bin WHERE destination_id IS NULL")
    depot.sort(work, {"burn": came_g})
    burnt = {name: sum(named.values()) for name, named in told(depot, batches, "BIN").items()}
    lost = {name: sum(named.values()) for name, named in told(depot, batches, "LOSS").items()}
    assert sum(burnt.values()) == came_g
    for name in batches:
        assert recycled[name] + burnt[name] + lost[name] == sent[name]
        assert abs(burnt[name] - Fraction(came_g * sent[name], SENT_G)) < 2
    assert breaches(depot.database) == []


def test_a_shipment_is_confirmed_in_several_goes(parallel_depot: Depot) -> None:
    depot = parallel_depot
    shipment, batches = truck(depot, (60_000, 40_000))
    first = depot.confirm(shipment, {"recycle": 60_000}, rest_g=40_000)
    assert (first["state"], first["difference_g"], first["in_transit_g"]) == ("shipped", 0, 40_000)
    assert told(depot, batches, "SHIPPED") == {
        batches[0]: {"recycle": 24_000},
        batches[1]: {"recycle": 16_000},
    }
    second = depot.confirm(shipment, {"recycle": 30_000, "burn": 9_500})
    assert (second["shipped_g"], second["difference_g"]) == (40_000, -500)
    assert (second["state"], second["flags"]) == ("confirmed", [])
    assert shipment_row(depot, shipment)["confirmed_g"] == 99_500
    assert breaches(depot.database) == []


def test_what_is_still_to_come_may_weigh_less_already(depot: Depot) -> None:
    shipment, _ = truck(depot, (60_000, 40_000))
    first = depot.confirm(shipment, {"recycle": 60_000}, rest_g=35_000)
    assert (first["difference_g"], first["flags"]) == (-5_000, ["weighs_differently"])
    assert first["in_transit_g"] == 35_000
    assert breaches(depot.database) == []


def test_only_what_was_treated_is_known_better_than_before(depot: Depot) -> None:
    code = depot.open_bin("recycle")
    depot.sort(depot.log(60_000, quality="estimated")["code"], {code: 50_000})
    depot.close_bin(code, 50_000, scale="OVERDUE")
    shipment = depot.ship(code)
    depot.confirm(shipment, {"recycle": 20_000}, rest_g=30_000)
    found = rows(
        depot.database,
        "SELECT p.code AS place, b.quality, b.mass_g FROM balance b "
        "JOIN place p ON p.id = b.place_id "
        "WHERE p.pool IN ('SHIPPED', 'CONFIRMED') AND b.mass_g > 0",
    )
    assert sorted((row.place.split("/")[0], row.quality, row.mass_g) for row in found) == [
        ("CONFIRMED", "measured", 20_000),
        ("SHIPPED", "estimated", 30_000),
    ]


def test_every_answer_is_undone_the_last_one_first(parallel_depot: Depot) -> None:
    depot = parallel_depot
    shipment, batches = truck(depot)
    untouched = [stands(depot.database, batch) for batch in batches]
    before = shipment_row(depot, shipment)
    scans = []
    depot.confirm(
        shipment, {"recycle": 30_000}, refused_g=20_000, refused_reason="mistake", rest_g=50_000
    )
    scans.append(depot.scan_id)
    depot.take_back(shipment, ReturnLine(bin=None, mass_g=19_000), rest_g=500)
    scans.append(depot.scan_id)
    depot.confirm(shipment, {"recycle": 40_000, "burn": 9_000})
    scans.append(depot.scan_id)
    depot.take_back(shipment, ReturnLine(bin=None, mass_g=600), rest_g=0)
    scans.append(depot.scan_id)
    assert shipment_row(depot, shipment) == {
        "state": "confirmed",
        "confirmed_g": 79_000,
        "refused_g": 0,
        "returned_g": 19_600,
    }
    assert breaches(depot.database) == []
    for number, scan_id in enumerate(scans[:-1]):
        with pytest.raises(MovedOn) as refused:
            depot.reverse(scan_id)
        entries = refused.value.figures["entries"]
        assert isinstance(entries, list | tuple), number
        assert scans[-1] in entries, number
    for scan_id in reversed(scans):
        depot.reverse(scan_id)
        assert breaches(depot.database) == []
    assert shipment_row(depot, shipment) == before
    assert [stands(depot.database, batch) for batch in batches] == untouched


def test_more_comes_back_than_was_refused_and_is_named(depot: Depot) -> None:
    shipment, batches = truck(depot, (60_000, 40_000))
    depot.confirm(shipment, {"recycle": 90_000}, refused_g=10_000, refused_reason="mistake")
    with pytest.raises(MassExceeded):
        depot.take_back(shipment, ReturnLine(bin=None, mass_g=10_400))
    answer = depot.take_back(shipment, ReturnLine(bin=None, mass_g=10_400), rest_g=0)
    assert (answer["mass_g"], answer["in_transit_g"]) == (10_400, 0)
    assert answer["flags"] == ["weighs_differently"]
    lost = told(depot, batches, "LOSS")
    assert sum(named["weighing_difference"] for named in lost.values()) == -400
    assert breaches(depot.database) == []


def test_a_whole_shipment_that_is_refused_ends_as_come_back(depot: Depot) -> None:
    shipment, _ = truck(depot, (60_000, 40_000))
    answer = depot.confirm(shipment, {}, refused_g=100_000, refused_reason="mistake")
    assert (answer["mass_g"], answer["state"], answer["difference_g"]) == (0, "shipped", 0)
    (bin_code,) = (row.code for row in rows(depot.database, "SELECT code FROM bin"))
    assert depot.take_back(shipment, ReturnLine(bin=bin_code, mass_g=None))["state"] == "returned"
    assert shipment_row(depot, shipment)["refused_g"] == 0
    assert breaches(depot.database) == []


def test_a_refusal_needs_a_reason_and_a_treatment_needs_to_be_allowed(depot: Depot) -> None:
    shipment, _ = truck(depot)
    for reason in (None, "torn", "nonsense"):
        with pytest.raises(ReasonNeeded):
            depot.confirm(shipment, {"recycle": 1_000}, refused_g=1, refused_reason=reason)
    with pytest.raises(DestinationForbidden):
        depot.confirm(shipment, {"serial": 1_000}, rest_g=99_000)
    with pytest.raises(Malformed):
        depot.confirm(shipment, {"recycle": 1_000}, files=("0" * 64,))


def test_a_confirmation_of_before_says_the_same_as_ever(depot: Depot) -> None:
    """Its content had no word of refusals, and repeats of it come for years."""
    said: dict[str, Any] = {
        "scan_id": "0b6c5f3e-0000-4000-8000-000000000001",
        "scanned_at": depot.now,
        "lines": (TreatedLine(treatment="recycle", mass_g=5),),
        "document": None,
    }
    assert (
        content("confirm", "Z1", Confirm(**said))
        == "793538561f67d13a0ef6916a6d58ef0c9d473e53f67e6d7dc72a1ec002ad5706"
    )
    shipment, _ = truck(depot)
    command = Confirm(**(said | {"lines": (TreatedLine(treatment="recycle", mass_g=SENT_G),)}))
    first = depot.do(confirm, shipment, command)
    assert depot.do(confirm, shipment, command) == first
    with pytest.raises(ScanReused):
        depot.do(confirm, shipment, Confirm(**(said | {"rest_g": 0})))
