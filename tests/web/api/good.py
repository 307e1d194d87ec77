"""One good call of every kind: the paths, bodies and queries with which each succeeds.

Each makes what it needs in the depot first, so that it succeeds however often it is asked for.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from catalogue.rulebook import rulebook
from dispatch.documents import document_of, keep_document
from dispatch.queries import shipment_by_code
from tests.builders import Depot
from tests.web.api.calling import AT, Hall, command, intake, scan, sorting, tablet
from tests.web.api.good_papers import YEAR, confirmed_batch, doubtful_label
from tests.web.api.goods import (
    GOOD,
    PICTURES,
    Good,
    Route,
    closed_bin,
    filled_bin,
    good,
    picture_of,
    send,
    shipped,
)

__all__ = [
    "GOOD",
    "PICTURES",
    "YEAR",
    "Good",
    "Route",
    "closed_bin",
    "confirmed_batch",
    "doubtful_label",
    "filled_bin",
    "good",
    "picture_of",
    "send",
    "shipped",
]


@good("POST", "/deliveries")
def announce(hall: Hall) -> Good:
    lines = [{"article_group": "uniform", "containers": 2, "mass_g": 600_000}]
    return Good(
        body=scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, lines=lines),
    )


@good("POST", "/deliveries/file")
def announce_a_file(hall: Hall) -> Good:
    lines = f"supplier,site,expected_on,reference,mass_kg\nNOORDERHAVEN,S1,{AT[:10]},MV-1,600\n"
    return Good(csv=lines.encode())


@good("POST", "/deliveries/{code}/withdrawal")
def take_an_announcement_back(hall: Hall) -> Good:
    return Good({"code": hall.depot.announce(300_000)["code"]}, scan(scanned_at=AT))


@good("POST", "/codes")
def reserve(hall: Hall) -> Good:
    return Good(body=scan(station="S1-IN", kind="batch", count=3))


@good("POST", "/batches")
def log(hall: Hall) -> Good:
    return Good(body=intake())


@good("POST", "/batches/{code}/sortings")
def sort(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]}, sorting())


@good("POST", "/bins/{code}/sortings")
def sort_again(hall: Hall) -> Good:
    return Good({"code": filled_bin(hall.depot)}, sorting(to="recycle"))


def _through_the_gate() -> dict[str, Any]:
    return scan(station="S1-A", scanned_at=AT, gate="logo", mass_g=1_000)


@good("POST", "/batches/{code}/gates")
def pass_gate(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]}, _through_the_gate())


@good("POST", "/bins/{code}/gates")
def pass_gate_in_a_bin(hall: Hall) -> Good:
    return Good({"code": filled_bin(hall.depot)}, _through_the_gate())


@good("POST", "/batches/{code}/weighings")
def weigh(hall: Hall) -> Good:
    said = scan(station="S1-A", scanned_at=AT, gross_g=319_000, tare_g=20_000, quality="measured")
    return Good({"code": hall.depot.log()["code"]}, said)


@good("POST", "/batches/{code}/correction")
def correct(hall: Hall) -> Good:
    said = scan(reason="mistake", scanned_at=AT, gross_g=321_000)
    return Good({"code": hall.depot.log()["code"]}, said)


@good("POST", "/batches/{code}/close")
def close(hall: Hall) -> Good:
    code = hall.depot.log()["code"]
    hall.depot.sort(code, {"reuse": 300_000})
    return Good({"code": code}, scan(station="S1-A", scanned_at=AT, losses=[]))


@good("POST", "/batches/{code}/reopen")
def reopen(hall: Hall) -> Good:
    code = close(hall).named["code"]
    hall.depot.close(code)
    return Good({"code": code}, scan(station="S1-A", scanned_at=AT, reason="mistake"))


def _aside() -> dict[str, Any]:
    return scan(reason="mistake", scanned_at=AT, mass_g=10_000)


@good("POST", "/batches/{code}/hold")
def hold(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]}, _aside())


@good("POST", "/batches/{code}/release")
def release(hall: Hall) -> Good:
    code = hall.depot.log()["code"]
    hall.depot.hold(code, 20_000)
    return Good({"code": code}, _aside())


@good("POST", "/batches/{code}/refusal")
def refuse(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]}, _aside())


@good("POST", "/scans/{scan_id}/reversal")
def undo(hall: Hall) -> Good:
    hall.depot.log()
    return Good({"scan_id": hall.depot.scan_id}, scan(reason="mistake", scanned_at=AT))


@good("POST", "/labels/{code}/replacement")
def relabel(hall: Hall) -> Good:
    (blank,) = hall.depot.reserve()
    return Good({"code": hall.depot.log()["code"]}, scan(code=blank, reason="torn", scanned_at=AT))


@good("POST", "/finds")
def find(hall: Hall) -> Good:
    batch = hall.depot.log()["code"]
    return Good(body=scan(station="S1-A", batch=batch, kind="wallet", count=1, scanned_at=AT))


@good("POST", "/finds/{code}/handover")
def hand_over(hall: Hall) -> Good:
    return Good({"code": hall.depot.find(None)}, scan(first="Anna", second="Bas", receiver="Mien"))


@good("POST", "/batches/{code}/items")
def note_item(hall: Hall) -> Good:
    batch = hall.depot.log(article_group="vest")["code"]
    return Good({"code": batch}, scan(number=_number(), station="S1-A", scanned_at=AT))


@good("POST", "/items/{number}/destruction")
def destroy_item(hall: Hall) -> Good:
    number = number_noted(hall.depot)
    said = scan(station="S1-B", method="cut_apart", scanned_at=AT, document="a" * 64)
    return Good({"number": number}, said)


def _number() -> str:
    """A number that no item has yet."""
    return f"KV-{uuid4().hex[:12]}1".upper()


def number_noted(depot: Depot) -> str:
    """An item by its number."""
    number = _number()
    depot.note_item(depot.log(article_group="vest")["code"], number)
    return number


@good("POST", "/bins")
def open_bin(hall: Hall) -> Good:
    return Good(body=scan(site="S1", destination="reuse"))


@good("POST", "/bins/{code}/close")
def close_bin(hall: Hall) -> Good:
    return Good(
        {"code": filled_bin(hall.depot)}, scan(scanned_at=AT, gross_g=60_000, tare_g=20_000)
    )


@good("POST", "/shipments")
def ship(hall: Hall) -> Good:
    bins = [closed_bin(hall.depot)]
    said = {"carrier": "KARREWIEL", "vehicle": "12-STO-3", "to_place": "Kade 1"}
    return Good(body=scan(outlet="VEZELHOF", bins=bins, shipped_at=AT, **said))


@good("POST", "/shipments/{code}/legs")
def add_leg(hall: Hall) -> Good:
    said = scan(carrier="KARREWIEL", vehicle="12-STO-3", departed_at=AT)
    return Good({"code": shipped(hall.depot)}, said)


@good("POST", "/shipments/{code}/returns")
def take_back(hall: Hall) -> Good:
    said = scan(lines=[{"mass_g": 10_000}], reason="damp", returned_at=AT)
    return Good({"code": shipped(hall.depot)}, said)


@good("POST", "/shipments/{code}/confirmation")
def confirm(hall: Hall) -> Good:
    said = scan(lines=[{"treatment": "reuse", "mass_g": 40_000}], confirmed_at=AT)
    return Good({"code": shipped(hall.depot)}, said)


@good("POST", "/sync")
def sync(hall: Hall) -> Good:
    return Good(body=tablet(command("sort", hall.depot.log()["code"], sorting())))


@good("POST", "/scan")
def read_a_label(hall: Hall) -> Good:
    return Good(body={"text": hall.depot.log()["code"]})


@good("POST", "/scan/picture")
def read_a_picture(hall: Hall) -> Good:
    return Good(png=picture_of(hall.depot.log()["code"]))


@good("POST", "/photos")
def keep_a_photo(hall: Hall) -> Good:
    return Good(png=picture_of(hall.depot.log()["code"]))


@good("GET", "/photos/{hash}")
def show_a_photo(hall: Hall) -> Good:
    kept = send(hall.caller("leader"), ("POST", "/photos"), keep_a_photo(hall))
    return Good({"hash": kept.json()["hash"]})


@good("POST", "/parked/{scan_id}/settlement")
def settle(hall: Hall) -> Good:
    return Good({"scan_id": hall.park()}, scan(decision="drop", reason="mistake"))


@good("PUT", "/reference/{noun}/{code}")
def say(hall: Hall) -> Good:
    names = {"nl": "stof", "en": "dust"}
    return Good({"noun": "gate", "code": "dusted"}, {"names": names})


@good("GET", "/batches/{code}")
def batch(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]})


@good("GET", "/deliveries/{code}/proof")
def prove_delivery(hall: Hall) -> Good:
    code = hall.depot.announce(300_000)["code"]
    hall.depot.log(delivery=code)
    return Good({"code": code})


@good("GET", "/batches/{code}/proof")
def prove_batch(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]})


@good("GET", "/bins/{code}")
def bin_(hall: Hall) -> Good:
    return Good({"code": filled_bin(hall.depot)})


@good("GET", "/shipments/{code}/waybill")
@good("GET", "/shipments/{code}/waybill.pdf")
@good("GET", "/shipments/{code}/waybill.xml")
@good("GET", "/shipments/{code}")
def shipment(hall: Hall) -> Good:
    return Good({"code": shipped(hall.depot)})


@good("POST", "/shipments/{code}/link")
def make_link(hall: Hall) -> Good:
    return Good({"code": shipped(hall.depot)}, {"days": 30})


@good("POST", "/shipments/{code}/link/revocation")
def end_link(hall: Hall) -> Good:
    return Good({"code": shipped(hall.depot)}, {})


@good("POST", "/shipments/{code}/documents")
def bring_document(hall: Hall) -> Good:
    return Good({"code": shipped(hall.depot)}, png=picture_of(hall.depot.log()["code"]))


@good("GET", "/shipments/{code}/documents/{hash}")
def read_document(hall: Hall) -> Good:
    code = shipped(hall.depot)
    paper = document_of(picture_of(code))
    with hall.depot.database.write() as session:
        row = shipment_by_code(session, rulebook(session), code, hall.depot.people["leader"])
        keep_document(session, paper, row.id, now=hall.depot.now)
    return Good({"code": code, "hash": paper.hash})


@good("GET", "/floor/world")
def floor_world(hall: Hall) -> Good:
    hall.depot.log()
    return Good(query={"station": "S1-A"})
