"""One good call of every kind around papers, figures and labels: see `good.py`."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from datetime import date, timedelta
from functools import cache
from typing import Final
from uuid import uuid4

from catalogue.actions import define
from labels.jobs import begin_end
from labels.queries import any_job
from scales.simulator import TcpScale
from tests.nl.counter import settle_down
from tests.web.api.calling import Hall, scan
from tests.web.api.goods import (
    Good,
    good,
)


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


@good("POST", "/reports/issued")
def issue_report(hall: Hall) -> Good:
    hall.depot.log()
    return Good(body=scan(**YEAR, supplier="NOORDERHAVEN"))


@good("GET", "/reports/issued/{number}")
def issued_report(hall: Hall) -> Good:
    made = hall.post("/reports/issued", issue_report(hall).body, by="manager")
    return Good({"number": made.json()["number"]})


for ending in (".json", ".pdf", ".xlsx", ".csv"):
    good("GET", f"/reports/issued/{{number}}{ending}")(issued_report)


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
_plain_read("/reports/issued")
_plain_read("/checkpoints")
_plain_read("/keys")
_plain_read("/print-jobs")
