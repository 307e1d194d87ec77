"""Waste leaves only for who may have it, with a number and a carrier that can be told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from catalogue.errors import (
    DestinationForbidden,
    LegTooEarly,
    Malformed,
    NotFound,
    PermitExpired,
    PermitMissing,
    Refusal,
    StateForbids,
    WaybillTaken,
)
from catalogue.rulebook import rulebook
from dispatch.returning import ReturnLine
from dispatch.waybills import StreamNumber, Waybill, waybill_of
from tests.audit import breaches
from tests.builders import Depot, part
from tests.waste import describe, make_waste, permit


def filled(depot: Depot, destination: str, mass_g: int = 20_000, **bin: str) -> str:
    """A closed bin with one batch in it."""
    batch = depot.log(100_000, supplier=bin.pop("supplier", "NOORDERHAVEN"))["code"]
    code = depot.open_bin(destination, **bin)
    depot.sort(batch, {code: mass_g})
    depot.close_bin(code, mass_g)
    return code


def waybill(depot: Depot, code: str, by: str = "leader", **more: object) -> Waybill:
    with depot.database.read() as session:
        viewer = depot.people[by]
        return waybill_of(session, rulebook(session), code, viewer, **more)  # type: ignore[arg-type]


def test_waste_does_not_reach_an_outlet_without_a_permit(depot: Depot) -> None:
    make_waste(depot, "burn", "191212")
    code = filled(depot, "burn")
    with pytest.raises(PermitMissing) as refused:
        depot.ship(code, outlet="SMELTERIJ")
    assert refused.value.figures == {"outlet": "SMELTERIJ", "destination": "burn"}
    permit(depot, "SMELTERIJ", "OD-17")
    shipment = depot.ship(code, outlet="SMELTERIJ")
    assert waybill(depot, shipment).permit == "OD-17"


def test_closing_a_bin_asks_for_no_permit(depot: Depot) -> None:
    make_waste(depot, "burn", "191212")
    assert filled(depot, "burn")


@pytest.mark.parametrize(("days", "refused"), [(0, False), (1, True)])
def test_a_permit_holds_through_its_last_day(depot: Depot, days: int, refused: bool) -> None:
    make_waste(depot, "burn", "191212")
    code = filled(depot, "burn")
    permit(depot, "SMELTERIJ", "OD-17", until=date(2026, 3, 2))
    # Half past eleven at night there is still the day of the permit, but for the last half hour.
    depot.now = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    depot.later(hours=days)
    if not refused:
        assert depot.ship(code, outlet="SMELTERIJ")
        return
    with pytest.raises(PermitExpired) as told:
        depot.ship(code, outlet="SMELTERIJ")
    assert told.value.figures == {
        "outlet": "SMELTERIJ",
        "destination": "burn",
        "permit": "OD-17",
        "until": "2026-03-02",
    }


def test_goods_that_are_no_waste_need_no_permit(depot: Depot) -> None:
    make_waste(depot, "reuse", "", recovery_code="R12")
    assert depot.ship(filled(depot, "reuse"))
    make_waste(depot, "recycle", "", recovery_code="R3")
    with pytest.raises(PermitMissing):
        depot.ship(filled(depot, "recycle"))


def test_a_permit_does_not_widen_what_an_outlet_may_treat(depot: Depot) -> None:
    make_waste(depot, "recycle", "191208")
    permit(depot, "SMELTERIJ", "OD-17")
    with pytest.raises(DestinationForbidden):
        depot.ship(filled(depot, "recycle"), outlet="SMELTERIJ")


def test_a_waybill_number_is_used_once_by_an_operator(parallel_depot: Depot) -> None:
    depot = parallel_depot
    first = depot.ship(filled(depot, "reuse"), waybill="BC 1")
    left = depot.scan_id
    code = filled(depot, "reuse")
    for taken in ("BC 1", " BC 1 ", first):
        with pytest.raises(WaybillTaken) as refused:
            depot.ship(code, waybill=taken)
        assert refused.value.figures == {"waybill": taken.strip(), "shipment": first}
    depot.reverse(left)
    assert waybill(depot, depot.ship(code, waybill="BC 1")).number == "BC 1"
    assert breaches(depot.database) == []


def test_without_a_number_the_waybill_has_the_code_of_the_shipment(depot: Depot) -> None:
    answer = depot.do_ship(filled(depot, "reuse"), outlet="VEZELHOF")
    assert answer["waybill"] == answer["code"] == waybill(depot, answer["code"]).number


def test_a_vehicle_does_not_drive_without_a_carrier(depot: Depot) -> None:
    code = filled(depot, "reuse")
    for said in ({"vehicle": "12-STO-3"}, {"to_place": "Kade 1"}, {"ordered_by": "VEZELHOF"}):
        with pytest.raises(Malformed):
            depot.ship(code, **said)
    with pytest.raises(NotFound):
        depot.ship(code, carrier="KARREWIEL", ordered_by="VREEMD")
    assert depot.ship(code, carrier="KARREWIEL", vehicle="12-STO-3", ordered_by="VEZELHOF")


def test_legs_follow_each_other_from_the_site_to_the_outlet(parallel_depot: Depot) -> None:
    depot = parallel_depot
    describe(depot, "KARREWIEL", vihb="500001VXXX")
    describe(depot, "VEZELHOF", address="Spinstraat 9")
    code = filled(depot, "reuse")
    shipment = depot.ship(code, carrier="KARREWIEL", vehicle="12-STO-3", to_place="Overslag")
    depot.later(hours=3)
    assert depot.add_leg(shipment, vehicle="45-STO-6", ordered_by="VEZELHOF")["leg"] == 2
    told = waybill(depot, shipment)
    assert [
        (leg.number, leg.carrier.code, leg.vihb, leg.vehicle, leg.from_place, leg.to_place,
         leg.ordered_by.code)
        for leg in told.legs
    ] == [
        (1, "KARREWIEL", "500001VXXX", "12-STO-3", "S1", "Overslag", "WATERKANT"),
        (2, "KARREWIEL", "500001VXXX", "45-STO-6", "Overslag", "Spinstraat 9", "VEZELHOF"),
    ]  # fmt: skip
    assert told.legs[1].departed_at - told.legs[0].departed_at == depot.now - told.departed_at
    assert breaches(depot.database) == []


def test_a_leg_does_not_begin_before_the_one_before_it(depot: Depot) -> None:
    shipment = depot.ship(filled(depot, "reuse"), carrier="KARREWIEL")
    depot.later(hours=-1)
    with pytest.raises(LegTooEarly) as refused:
        depot.add_leg(shipment)
    assert refused.value.figures == {"shipment": shipment, "left_at": "2026-03-02T09:00+01:00"}


def test_a_leg_that_was_wrong_is_undone_and_booked_again(parallel_depot: Depot) -> None:
    depot = parallel_depot
    shipment = depot.ship(filled(depot, "reuse"), carrier="KARREWIEL")
    depot.later(hours=1)
    depot.add_leg(shipment, vehicle="WRONG")
    depot.reverse(depot.scan_id)
    assert depot.add_leg(shipment, vehicle="RIGHT")["leg"] == 3
    assert [leg.vehicle for leg in waybill(depot, shipment).legs] == [None, "RIGHT"]
    assert breaches(depot.database) == []


def test_a_shipment_that_was_undone_goes_nowhere(depot: Depot) -> None:
    shipment = depot.ship(filled(depot, "reuse"))
    depot.reverse(depot.scan_id)
    with pytest.raises(StateForbids):
        depot.add_leg(shipment)


@pytest.mark.parametrize("strange", ["VEZELHOF", "NOBODY"])
def test_only_a_carrier_carries_further(depot: Depot, strange: str) -> None:
    shipment = depot.ship(filled(depot, "reuse"))
    with pytest.raises(NotFound):
        depot.add_leg(shipment, carrier=strange)


@pytest.mark.parametrize("stranger", ["vezelhof", "smelterij", "noorderhaven", "outsider"])
def test_only_the_staff_of_the_site_say_how_it_went_on(depot: Depot, stranger: str) -> None:
    shipment = depot.ship(filled(depot, "reuse"))
    with depot.as_(stranger), pytest.raises(NotFound):
        depot.add_leg(shipment)


def test_a_waybill_says_what_left_to_the_gram_also_when_some_came_back(depot: Depot) -> None:
    make_waste(depot, "recycle", "191208", processing_code="C.02", usual_name="Gesorteerd textiel")
    permit(depot, "VEZELHOF", "OD-1")
    bins = [
        filled(depot, "recycle", 20_001, container="BOX1"),
        filled(depot, "recycle", 30_333, supplier="DUINRAND"),
        filled(depot, "reuse", 5_500),
    ]
    answer = depot.do_ship(*bins, outlet="VEZELHOF", carrier="KARREWIEL")
    shipment = answer["code"]
    before = waybill(depot, shipment)
    depot.take_back(shipment, ReturnLine(bin=bins[0], mass_g=None))
    told = waybill(depot, shipment, by="vezelhof")
    assert told.mass_g == before.mass_g == answer["mass_g"] == 55_834
    reuse, recycle = told.goods
    assert (reuse.mass_g, reuse.destination.is_waste, reuse.packing) == (5_500, False, {"": 1})
    assert (recycle.mass_g, recycle.packing) == (50_334, {"": 1, "box": 1})
    assert set(recycle.bins) == set(bins[:2])
    assert recycle.destination.usual_name == "Gesorteerd textiel"
    assert told.is_waste
    assert told.bins == 3


def test_stream_numbers_are_asked_for_waste_only(depot: Depot) -> None:
    make_waste(depot, "recycle", "191208")
    permit(depot, "VEZELHOF", "OD-1")
    shipment = depot.ship(filled(depot, "recycle"), filled(depot, "reuse"))
    asked = []

    def numbers(site: object, outlet: object, eural: str, on: date) -> StreamNumber:
        asked.append((eural, on))
        return StreamNumber("00101ABCDEFG", "Lompen", "C.02")

    reuse, recycle = waybill(depot, shipment, numbers=numbers).goods
    assert asked == [("191208", date(2026, 3, 2))]
    assert reuse.stream_number is None
    assert recycle.stream_number == StreamNumber("00101ABCDEFG", "Lompen", "C.02")


@pytest.mark.parametrize(("scale", "estimated_g"), [("OVERDUE", 40_000), ("SCALE1", 0)])
def test_what_is_estimated_is_told_on_the_waybill(
    depot: Depot, scale: str, estimated_g: int
) -> None:
    code = depot.open_bin("reuse")
    for supplier, quality in (("NOORDERHAVEN", "estimated"), ("DUINRAND", None)):
        batch = depot.log(50_000, supplier=supplier)["code"]
        depot.sort(batch, [part(20_000, bin=code, quality=quality)])
    depot.close_bin(code, 40_000, scale=scale)
    told = waybill(depot, depot.ship(code))
    assert (told.mass_g, told.estimated_g) == (40_000, estimated_g)


@pytest.mark.parametrize("stranger", ["smelterij", "noorderhaven", "outsider", "leader_s2"])
def test_a_waybill_is_for_its_site_and_its_outlet_only(depot: Depot, stranger: str) -> None:
    shipment = depot.ship(filled(depot, "reuse"))
    with pytest.raises(Refusal):
        waybill(depot, shipment, by=stranger)


def test_a_shipment_whose_leg_went_on_can_still_be_undone(parallel_depot: Depot) -> None:
    depot = parallel_depot
    shipment = depot.ship(filled(depot, "reuse"), carrier="KARREWIEL")
    left = depot.scan_id
    depot.add_leg(shipment, vehicle="12-STO-3")
    depot.reverse(left)
    told = waybill(depot, shipment)
    assert told.state == "reversed"
    assert [leg.vehicle for leg in told.legs] == ["12-STO-3"]
    assert breaches(depot.database) == []
