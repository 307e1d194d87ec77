"""One way to be told each refusal: what somebody does, and is refused for.

`tests/house/test_errors.py` checks that no code is missing here and that each is what is said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from starlette.requests import Request

from catalogue.codes import CodeKind, mint
from catalogue.errors import MassExceeded
from catalogue.rulebook import rulebook
from dispatch.returning import ReturnLine
from intake.codes import ReserveCodes, reserve_codes
from labels.jobs import Order
from streams.scans import keep
from tests.builders import Depot, part
from tests.certificates.office import burnt_vests, certify
from tests.nl.counter import Counter
from tests.waste import make_waste, permit
from web import printing
from web.api.acts import BY_KIND
from web.api.ending import require_may
from web.api.sync import require_understood
from web.deps import signed_in

PROVOKED: dict[str, Callable[[Depot], object]] = {}


def provokes(code: str) -> Callable[[Callable[[Depot], object]], Callable[[Depot], object]]:
    """Note down that a function is refused with this code."""

    def note(provoke: Callable[[Depot], object]) -> Callable[[Depot], object]:
        assert code not in PROVOKED, f"{code} is provoked already"
        PROVOKED[code] = provoke
        return provoke

    return note


def sold(depot: Depot) -> str:
    """A closed bin with 40 kg for reuse."""
    batch = depot.log()["code"]
    code = str(depot.sort(batch, {"reuse": 40_000})["bins"][0])
    depot.close_bin(code, 40_000)
    return code


@provokes("malformed")
def weigh_nothing(depot: Depot) -> None:
    depot.log(0)


@provokes("scan_reused")
def send_other_content(depot: Depot) -> None:
    depot.log(1_000)
    with depot.scanning(scan_id=depot.scan_id):
        depot.log(1_001)


@provokes("not_found")
def sort_what_is_not_there(depot: Depot) -> None:
    depot.sort(mint(CodeKind.BATCH), {"reuse": 1})


@provokes("not_allowed")
def release_as_a_worker(depot: Depot) -> None:
    batch = depot.log()["code"]
    depot.hold(batch)
    with depot.as_("worker"):
        depot.release(batch)


@provokes("unauthenticated")
def call_without_a_token(depot: Depot) -> None:
    signed_in(Request({"type": "http", "headers": []}))


@provokes("mass_exceeded")
def sort_more_than_is_held(depot: Depot) -> None:
    depot.sort(depot.log(1_000)["code"], {"burn": 2_000})


@provokes("batch_closed")
def sort_out_of_a_closed_batch(depot: Depot) -> None:
    batch = depot.log(1_000)["code"]
    depot.refuse(batch)
    depot.sort(batch, {"burn": 1})


@provokes("batch_held")
def sort_out_of_a_held_batch(depot: Depot) -> None:
    batch = depot.log()["code"]
    depot.hold(batch)
    depot.sort(batch, {"burn": 1})


@provokes("bin_closed")
def sort_into_a_closed_bin(depot: Depot) -> None:
    code = sold(depot)
    depot.sort(depot.log()["code"], {code: 1})


@provokes("bin_open")
def ship_an_open_bin(depot: Depot) -> None:
    depot.ship(depot.open_bin("reuse"))


@provokes("bin_empty")
def close_an_empty_bin(depot: Depot) -> None:
    depot.close_bin(depot.open_bin("reuse"), 1_000)


@provokes("gate_missing")
def sell_without_taking_the_logo_off(depot: Depot) -> None:
    depot.sort(depot.log()["code"], {"sale": 1})


@provokes("destination_forbidden")
def reuse_what_must_be_destroyed(depot: Depot) -> None:
    depot.sort(depot.log()["code"], [part(1, "reuse", article_group="secret")])


@provokes("permit_missing")
def ship_waste_without_a_permit(depot: Depot) -> None:
    make_waste(depot, "reuse", "200110")
    depot.ship(sold(depot))


@provokes("permit_expired")
def ship_waste_after_the_permit(depot: Depot) -> None:
    make_waste(depot, "reuse", "200110")
    permit(depot, "VEZELHOF", "OD-1", until=depot.now.date() - timedelta(days=1))
    depot.ship(sold(depot))


@provokes("waybill_taken")
def ship_twice_on_one_waybill(depot: Depot) -> None:
    depot.ship(sold(depot), waybill="BC 1")
    depot.ship(sold(depot), waybill="BC 1")


@provokes("leg_too_early")
def drive_on_before_it_left(depot: Depot) -> None:
    shipment = depot.ship(sold(depot))
    depot.later(hours=-1)
    depot.add_leg(shipment)


@provokes("balance_open")
def close_what_is_still_held(depot: Depot) -> None:
    depot.close(depot.log()["code"])


@provokes("loss_limit")
def lose_more_than_dust_may(depot: Depot) -> None:
    depot.close(depot.log(100_000)["code"], {"dust": 1_001})


@provokes("already_reversed")
def undo_twice(depot: Depot) -> None:
    depot.log()
    scan = depot.scan_id
    depot.reverse(scan)
    depot.reverse(scan)


@provokes("moved_on")
def undo_what_was_used(depot: Depot) -> None:
    batch = depot.log()["code"]
    scan = depot.scan_id
    depot.sort(batch, {"burn": 1})
    depot.reverse(scan)


@provokes("not_reversible")
def undo_a_hand_over(depot: Depot) -> None:
    depot.hand_over(depot.find(None))
    depot.reverse(depot.scan_id)


@provokes("practice_label")
def log_a_practice_label(depot: Depot) -> None:
    depot.log(code=mint(CodeKind.PRACTICE))


@provokes("code_taken")
def log_one_label_twice(depot: Depot) -> None:
    (code,) = depot.reserve()
    depot.log(code=code)
    depot.log(code=code)


@provokes("number_taken")
def note_one_number_twice(depot: Depot) -> None:
    depot.note_item(depot.log(article_group="vest")["code"], "KV-1001")
    depot.note_item(depot.log(article_group="vest")["code"], "kv-1001")


@provokes("two_persons")
def hand_over_alone(depot: Depot) -> None:
    depot.hand_over(depot.find(None), first="Anna Bos", second="anna  bos")


@provokes("state_forbids")
def take_back_what_was_confirmed(depot: Depot) -> None:
    shipment = depot.ship(sold(depot))
    depot.confirm(shipment, {"reuse": 40_000})
    depot.take_back(shipment, ReturnLine(bin=None, mass_g=1))


@provokes("no_printer")
def print_where_no_printer_stands(depot: Depot) -> None:
    with depot.database.write() as session:
        wanted = Order(scan_id=str(uuid4()), code="S2-IN")
        printing.order(session, wanted, viewer=depot.people["leader"], now=depot.now)


@provokes("clock_doubt")
def log_tomorrow(depot: Depot) -> None:
    with depot.scanning(scanned_at=depot.now + timedelta(days=1)):
        depot.log()


@provokes("reason_needed")
def undo_because_it_is_damp(depot: Depot) -> None:
    depot.log()
    depot.reverse(depot.scan_id, reason="damp")


@provokes("parked")
def send_a_parked_scan_again(depot: Depot) -> None:
    command = ReserveCodes(**depot.carried(), station="S1-IN", kind="batch", count=1)
    with depot.database.write() as session:
        site = rulebook(session).sites["S1"]
        refusal = MassExceeded(held_g=0, sorted_g=1, tolerance_g=0)
        keep(
            session,
            status="parked",
            refusal=refusal,
            kind="codes",
            target=None,
            command=command,
            request={},
            site=site,
            now=depot.now,
        )
    depot.do(reserve_codes, command)


@provokes("nothing_to_certify")
def certify_what_nobody_confirmed(depot: Depot) -> None:
    certify(depot, "reuse", "batch", depot.log()["code"])


@provokes("number_missing")
def certify_a_vest_without_its_number(depot: Depot) -> None:
    certify(depot, "destruction", "batch", burnt_vests(depot))


@provokes("needs_leader")
def release_from_a_tablet(depot: Depot) -> None:
    require_may(BY_KIND["release"], depot.people["worker"])


@provokes("app_outdated")
def sync_as_nobody_does_any_more(depot: Depot) -> None:
    require_understood("0+older")


@provokes("eural_malformed")
def log_with_a_code_that_is_none(depot: Depot) -> None:
    depot.log(eural="kleding")


@provokes("stream_number_malformed")
def type_a_number_too_short(depot: Depot) -> None:
    Counter(depot).make(number="08P04")


@provokes("stream_number_taken")
def take_a_number_twice(depot: Depot) -> None:
    counter = Counter(depot)
    counter.make(number="08P04ABC1234")
    counter.make(number="08P04ABC1234", eural="200111")


@provokes("stream_number_exists")
def number_the_same_waste_twice(depot: Depot) -> None:
    counter = Counter(depot)
    counter.make()
    counter.make()


@provokes("stream_number_incomplete")
def number_the_waste_of_somebody_without_an_address(depot: Depot) -> None:
    Counter(depot).make(supplier="ZEEKANT")


@provokes("notification_early")
def notify_a_month_that_goes_on(depot: Depot) -> None:
    Counter(depot).send(depot.now.date().replace(day=1))


@provokes("nothing_to_notify")
def notify_a_month_twice(depot: Depot) -> None:
    counter = Counter(depot)
    counter.send(date(2026, 2, 1))
    counter.send(date(2026, 2, 1))
