"""One good call of every kind: the paths, bodies and queries with which each succeeds.

Each makes what it needs in the depot first, so that it succeeds however often it is asked for.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import uuid4

from catalogue.actions import define
from catalogue.codes import CodeKind
from catalogue.rulebook import rulebook
from dispatch.documents import document_of, keep_document
from dispatch.queries import shipment_by_code
from labels.jobs import begin_end
from labels.label import Label, Size
from labels.queries import any_job
from labels.render import png
from scales.simulator import TcpScale
from tests.builders import Depot
from tests.nl.counter import settle_down
from tests.web.api.calling import AT, Caller, Hall, command, intake, scan, sorting, tablet

Route: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Good:
    """A call that succeeds for those who may make it. named: what stands in its path. png: the
    body where that is a picture."""

    named: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    png: bytes | None = None


PICTURES: Final = ("/photos", "/scan/picture", "/shipments/{code}/documents")
"""Calls whose bodies are no JSON, and that book nothing."""
GOOD: Final[dict[Route, Callable[[Hall], Good]]] = {}


def good(method: str, path: str) -> Callable[[Callable[[Hall], Good]], Callable[[Hall], Good]]:
    def note(make: Callable[[Hall], Good]) -> Callable[[Hall], Good]:
        GOOD[method, path] = make
        return make

    return note


def send(caller: Caller, route: Route, sent: Good) -> Any:
    method, path = route
    path = path.format(**sent.named)
    if method == "GET":
        return caller.get(path, **sent.query)
    if sent.png is not None:
        return caller.post_bytes(path, sent.png, **{"Content-Type": "image/png"})
    return caller.put(path, sent.body) if method == "PUT" else caller.post(path, sent.body)


def picture_of(code: str) -> bytes:
    """A photo of a label, as sharp as a camera wishes it were."""
    label = Label(kind=CodeKind.BATCH, heading="Batch", code=code, qr_text=f"https://x/{code}")
    return png(label, Size.ROLL)


def filled_bin(depot: Depot) -> str:
    """An open bin with 40 kg for reuse."""
    code = depot.open_bin("reuse")
    depot.sort(depot.log()["code"], {code: 40_000})
    return code


def closed_bin(depot: Depot) -> str:
    code = filled_bin(depot)
    depot.close_bin(code, 40_000)
    return code


def shipped(depot: Depot) -> str:
    """A shipment of 40 kg to Vezelhof."""
    return depot.ship(closed_bin(depot))


@good("POST", "/deliveries")
def announce(hall: Hall) -> Good:
    lines = [{"article_group": "uniform", "containers": 2, "mass_g": 600_000}]
    return Good(
        body=scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, lines=lines),
    )


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
    return Good({"code": shipped(hall.depot)})


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


def confirmed_batch(hall: Hall) -> str:
    """A batch of which 40 kg is in use again, as its outlet confirmed."""
    batch = str(hall.depot.log()["code"])
    code = hall.depot.open_bin("reuse")
    hall.depot.sort(batch, {code: 40_000})
    hall.depot.close_bin(code, 40_000)
    hall.depot.confirm(hall.depot.ship(code), {"reuse": 40_000})
    return batch


@good("POST", "/certificates")
def certify(hall: Hall) -> Good:
    return Good(body=scan(kind="reuse", scope="batch", code=confirmed_batch(hall)))


@good("GET", "/certificates/{code}")
def certificate(hall: Hall) -> Good:
    made = hall.post("/certificates", certify(hall).body)
    return Good({"code": made.json()["code"]})


@good("POST", "/certificates/{code}/withdrawal")
def withdraw(hall: Hall) -> Good:
    return Good(certificate(hall).named, scan(reason="mistake"))


for ending in ("/certificates/{code}.json", "/certificates/{code}.pdf", "/verify/{code}"):
    good("GET", ending)(certificate)


YEAR: Final = {"from": "2026-01-01", "to": "2027-01-01"}


@good("GET", "/reports/circularity")
def report(hall: Hall) -> Good:
    hall.depot.log()
    return Good(query={**YEAR, "by": "month"})


@good("GET", "/exports/{dataset}")
def export(hall: Hall) -> Good:
    hall.depot.log()
    return Good({"dataset": "movements"}, query={**YEAR, "format": "csv"})


@good("GET", "/exports/{dataset}.meta.json")
def export_meta(hall: Hall) -> Good:
    return export(hall)


@cache
def _soft_scale() -> TcpScale:
    """A scale that answers as long as the tests run."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(TcpScale())


@good("GET", "/waste/stream-numbers")
def numbers_of_a_site(hall: Hall) -> Good:
    return Good(query={"site": "S1"})


@good("POST", "/waste/stream-numbers")
def number_for(hall: Hall) -> Good:
    settle_down(hall.depot)
    said = {
        "site": "S1", "partner": "NOORDERHAVEN", "eural": "20 01 10", "processing": "C.03",
        "usual_name": f"Kleding {uuid4()}", "from_day": "2026-01-01", "carrier": "KARREWIEL",
    }  # fmt: skip
    return Good(body=scan(**said))


def numbered(hall: Hall) -> str:
    """A waste stream number of our own."""
    made = hall.post("/waste/stream-numbers", number_for(hall).body, by="manager")
    return str(made.json()["code"])


@good("POST", "/waste/stream-numbers/{number}/carriage")
def drives(hall: Hall) -> Good:
    said = {"from_day": "2026-02-01", "carrier": "KARREWIEL", "ordered_by": "NOORDERHAVEN"}
    return Good(named={"number": numbered(hall)}, body=scan(**said))


@good("GET", "/waste/registers/{which}")
def register_of_march(hall: Hall) -> Good:
    hall.depot.log()
    query = {"site": "S1", "from": "2026-03-01", "to": "2026-04-01"}
    return Good(named={"which": "receipts"}, query=query)


@good("GET", "/waste/notifications/{month}")
def month_of_the_register(hall: Hall) -> Good:
    return Good(named={"month": "2026-02"}, query={"site": "S1"})


@good("POST", "/waste/notifications")
def notify_february(hall: Hall) -> Good:
    numbered(hall)
    with hall.depot.scanning(scanned_at=hall.depot.now - timedelta(days=5)):
        hall.depot.log(eural="200110")
    said = {"site": "S1", "month": "2026-02"}
    return Good(body=scan(**said))


@good("GET", "/scales/{code}/reading")
def read_a_scale(hall: Hall) -> Good:
    due = date(2030, 1, 1)
    said = {"site": "S1", "name": "3", "division_g": 100, "max_g": 150_000, "calibration_due": due}
    with hall.depot.database.write() as session:
        wired = {**said, "address": _soft_scale().address}
        define(session, "WATERKANT", "scale", "WIRED", wired, now=hall.depot.now)
    return Good({"code": "WIRED"})


@good("GET", "/labels/{code}")
def label(hall: Hall) -> Good:
    return Good({"code": hall.depot.log()["code"]}, query={"format": "svg"})


@good("POST", "/print-jobs")
def want_label(hall: Hall) -> Good:
    return Good(body=scan(code=hall.depot.log()["code"]))


def doubtful_label(hall: Hall) -> tuple[str, str]:
    """A label that nobody knows of whether it was printed: its `scan_id` and its code."""
    wanted = want_label(hall).body or {}
    assert hall.post("/print-jobs", wanted).status_code == 201
    with hall.depot.database.write() as session:
        job = any_job(session, wanted["scan_id"])
        assert job is not None
        assert begin_end(session, job, now=hall.depot.now)
    return wanted["scan_id"], wanted["code"]


@good("POST", "/print-jobs/{scan_id}/again")
def print_again(hall: Hall) -> Good:
    return Good({"scan_id": doubtful_label(hall)[0]}, scan())


@good("POST", "/print-jobs/{scan_id}/cancel")
def want_no_label(hall: Hall) -> Good:
    return Good({"scan_id": doubtful_label(hall)[0]}, {})


@good("POST", "/print-jobs/{scan_id}/confirm")
def scan_fresh_label(hall: Hall) -> Good:
    scan_id, code = doubtful_label(hall)
    return Good({"scan_id": scan_id}, {"code": code})


@good("GET", "/proofs/{entry}")
def prove(hall: Hall) -> Good:
    hall.depot.log()
    return Good({"entry": "site:S1.2"})


@good("GET", "/proofs/consistency")
def prove_beginning(hall: Hall) -> Good:
    return Good(query={"chain": "site:S1", "from": 1})


def _plain_read(path: str) -> None:
    @good("GET", path)
    def read(hall: Hall) -> Good:
        return Good()


for plain in (
    "reference",
    "batches",
    "bins",
    "deliveries",
    "shipments",
    "finds",
    "items",
    "parked",
):
    _plain_read(f"/{plain}")
_plain_read("/certificates")
_plain_read("/checkpoints")
_plain_read("/keys")
_plain_read("/print-jobs")
