"""Lists page by page, whole things, figures, labels and what a scanner reads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pytest
import zxingcpp
from PIL import Image

from catalogue.codes import CodeKind, mint
from labels.label import Size
from tests.reporting.recompute import recompute
from tests.web.api.calling import AT, Hall, intake, scan
from tests.web.api.good import YEAR, closed_bin, filled_bin, shipped

LISTS: Final = ("batches", "bins", "deliveries", "shipments", "finds", "parked")
TWENTY_ONE: Final = 21


def pages(hall: Hall, path: str, by: str = "leader", **query: Any) -> Iterator[list[Any]]:
    """Every page of a list, the way a caller follows it."""
    answer = hall.get(path, by=by, **query)
    while True:
        assert answer.status_code == 200, answer.text
        yield answer.json()
        link = answer.headers.get("link")
        if link is None:
            return
        assert link.endswith('; rel="next"')
        answer = hall.caller(by).follow(link)


def keys(rows: list[Any]) -> list[str]:
    return [row.get("code") if "scan_id" not in row else row["scan_id"] for row in rows]


def fill(hall: Hall, noun: str) -> None:
    """Twenty-one things of a noun, some of them made at the same moment."""
    depot = hall.depot
    code = depot.log(1_000)["code"] if noun in ("finds", "parked") else ""
    makes: Mapping[str, Callable[[], object]] = {
        "batches": lambda: depot.log(1_000),
        "bins": lambda: depot.open_bin("reuse"),
        "deliveries": lambda: depot.announce(1_000),
        "shipments": lambda: shipped(depot),
        "finds": lambda: depot.find(code),
        "parked": lambda: hall.park(code),
    }
    for number in range(TWENTY_ONE):
        if number % 4 == 0:
            depot.later(hours=7)
        makes[noun]()


@pytest.mark.parametrize("noun", LISTS)
def test_the_pages_of_a_list_hold_every_row_once(hall: Hall, noun: str) -> None:
    fill(hall, noun)
    whole = keys(hall.get(f"/{noun}", limit=200).json())
    assert len(whole) == len(set(whole)) == TWENTY_ONE
    for limit in (1, 5, 7, 200):
        walked = list(pages(hall, f"/{noun}", limit=limit))
        assert [key for page in walked for key in keys(page)] == whole, limit
        assert all(len(page) <= limit for page in walked), limit


def test_a_list_keeps_its_place_while_rows_come_and_change(hall: Hall) -> None:
    codes = [hall.depot.log(1_000)["code"] for _ in range(6)]
    walk = pages(hall, "/batches", limit=2, state="received")
    seen = keys(next(walk))
    hall.depot.sort(codes[4], {"reuse": 10})
    hall.depot.log(1_000)
    for page in walk:
        seen += keys(page)
    assert seen == codes[::-1]


def test_the_next_page_asks_what_the_first_one_asked(hall: Hall) -> None:
    for supplier in ("NOORDERHAVEN", "DUINRAND") * 3:
        hall.depot.log(1_000, supplier=supplier)
    walked = list(pages(hall, "/batches", limit=2, supplier="DUINRAND"))
    assert [row["supplier"] for page in walked for row in page] == ["DUINRAND"] * 3


def test_a_place_in_a_list_of_others_is_no_place(hall: Hall) -> None:
    """Otherwise the rows before it would tell when it came in."""
    hall.depot.log(1_000, supplier="DUINRAND")
    hall.depot.later(days=1)
    code = hall.depot.log(1_000)["code"]
    hall.depot.later(days=1)
    theirs = hall.get("/batches", by="other_supplier", after=code)
    nobodys = hall.get("/batches", by="other_supplier", after=mint(CodeKind.BATCH))
    assert theirs.json() == nobodys.json() == []


def test_lists_are_searched_by_code_day_supplier_site_and_state(hall: Hall) -> None:
    depot = hall.depot
    ours = depot.log(1_000)["code"]
    depot.later(days=1)
    theirs = depot.log(1_000, supplier="ZEEKANT")["code"]
    elsewhere = depot.log(1_000, site="S2", station="S2-IN", supplier="DUINRAND")["code"]
    depot.hold(theirs)

    def found(**query: str) -> list[str]:
        return keys(hall.get("/batches", **query).json())

    assert found(search=ours[3:8].lower()) == [ours]
    assert found(day="2026-03-02") == [ours]
    assert found(supplier="ZEEKANT") == [theirs]
    assert found(supplier="NOORDERHAVEN") == [theirs, ours], "a parent sees its children"
    assert found(site="S2") == [elsewhere]
    assert found(state="held") == [theirs]
    assert found(search="%") == found(search="_") == found(site="S9") == found(supplier="?") == []


def test_every_list_can_be_asked_for_one_site(hall: Hall) -> None:
    depot = hall.depot
    depot.announce(1_000)
    batch = depot.log()["code"]
    depot.find(batch)
    shipped(depot)
    hall.park()
    for noun in LISTS:
        assert hall.get(f"/{noun}", site="S1").json(), noun
        assert hall.get(f"/{noun}", site="S2").json() == [], noun


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"day": "2026-02-30"}, {"search": "\x00"}],
    ids=str,
)
def test_a_question_that_cannot_be_read_is_refused(hall: Hall, query: dict[str, Any]) -> None:
    for noun in LISTS:
        answer = hall.get(f"/{noun}", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), noun
        assert answer.json()["field"].endswith(next(iter(query)))


def test_a_batch_tells_where_its_grams_stand_and_what_happened(hall: Hall) -> None:
    depot = hall.depot
    code = depot.log(100_000)["code"]
    depot.pass_gate(code, "logo", 5_000)
    depot.sort(code, {"reuse": 30_000})
    depot.hold(code, 10_000)
    seen = hall.get(f"/batches/{code}", by="worker").json()
    assert (seen["state"], seen["mass_g"], seen["held_g"]) == ("sorting", 100_000, 60_000)
    assert sum(place["mass_g"] for place in seen["places"]) == 0
    assert seen["gates"] == [{"gate": "logo", "free_g": 5_000, "free_pieces": 0}]
    kinds = [entry["kind"] for entry in seen["entries"]]
    assert kinds == ["intake", "gate", "sort", "hold"]
    assert all(entry["scan_id"] and entry["at"] for entry in seen["entries"])
    for name in ("supplier", "manager"):
        told = hall.get(f"/batches/{code}", by=name).json()["entries"]
        assert not [entry for entry in told if {"scan_id", "at", "station"} & entry.keys()], name


def test_reference_says_all_that_the_contract_names(hall: Hall) -> None:
    said = hall.get("/reference", by="worker").json()
    assert {"code": "WATERKANT", "name": "Waterkant", "roles": ["operator"]} in said[
        "organisations"
    ]
    assert {"code", "site", "kind"} <= said["stations"][0].keys()
    sale = next(row for row in said["destinations"] if row["code"] == "sale")
    assert (sale["stream"], sale["gates"]) == ("reuse", ["logo"])
    assert {"code", "acts"} <= said["reasons"][0].keys()
    for noun in ("sites", "article_groups", "loss_kinds", "find_kinds"):
        assert said[noun], noun
    assert "sorting_guide" in said


def a_quarter(hall: Hall) -> None:
    """Three months of everything that moves grams, of two suppliers at two sites."""
    depot = hall.depot
    for number in range(6):
        supplier = ("NOORDERHAVEN", "DUINRAND", "ZEEKANT")[number % 3]
        batch = depot.log(200_000 + number, supplier=supplier, article_group="towel")["code"]
        depot.sort(batch, {"reuse": 50_000 + number, "recycle": 40_000, "burn": 7})
        depot.find(batch, mass_g=11)
        depot.hold(batch, 5_000)
        depot.weigh(batch, 104_900, loss_kind="moisture")
        if number % 2:
            depot.refuse(batch, 10_000)
            depot.later(days=20)
            depot.ship(closed_bin(depot))
        else:
            depot.confirm(shipped(depot), {"reuse": 40_000})
    depot.log(70_000, site="S2", station="S2-IN", supplier="DUINRAND", quality="estimated")


TERMS: Final = ("input_g", "returned_g", "estimated_g", "loss_g", "held_g", "finds_g", "losses",
                "in_transit_g")  # fmt: skip


ASKED: Final[Sequence[tuple[str, dict[str, str]]]] = (
    ("auditor", {}),
    ("supplier", {}),
    ("manager", {"site": "S2"}),
    ("auditor", {"supplier": "DUINRAND"}),
    ("manager", {"from": "2026-03-10", "to": "2026-04-17"}),
)


@pytest.mark.parametrize("basis", ["received", "booked"])
def test_a_report_is_what_pandas_makes_of_the_export(hall: Hall, basis: str) -> None:
    a_quarter(hall)
    for by, asked in ASKED:
        period = {name: asked.get(name, day) for name, day in YEAR.items()}
        words = {name: asked[name] for name in ("supplier", "site") if name in asked}
        told = hall.get("/reports/circularity", by=by, basis=basis, **period, **words).json()
        again = recompute(
            hall.get("/exports/movements", by=by, **YEAR, **words).text,
            first=date.fromisoformat(period["from"]),
            end=date.fromisoformat(period["to"]),
            basis=basis,
        )
        assert {term: told[term] for term in TERMS} == {term: again[term] for term in TERMS}, asked
        for stream, kept in told["streams"].items():
            for figure in ("mass_g", "confirmed_g", "estimated_g"):
                assert kept[figure] == again["streams"][stream][figure], (asked, stream, figure)
        assert_identities(told, basis)


def assert_identities(told: dict[str, Any], basis: str) -> None:
    """What the contract promises of every report, to the gram."""
    out_g = sum(kept["mass_g"] for kept in told["streams"].values())
    out_g += told["loss_g"] + told["finds_g"]
    if basis == "received":
        assert told["input_g"] == out_g + told["held_g"]
    else:
        assert told["opening_g"] + told["input_g"] == out_g + told["closing_g"]
    permille = [kept["permille"] for kept in told["streams"].values()]
    assert permille == [None] * 3 or sum(permille) == 1_000


def test_the_rows_of_a_report_add_up_to_the_whole(hall: Hall) -> None:
    a_quarter(hall)
    for by in ("month", "supplier", "article_group"):
        told = hall.caller("manager").get("/reports/circularity", **YEAR, by=by).json()
        assert len(told["rows"]) > 1 or by != "supplier"
        for stream, whole in told["streams"].items():
            sums = [row["streams"][stream]["mass_g"] for row in told["rows"]]
            assert sum(sums) == whole["mass_g"], (by, stream)


def test_control_totals_stand_beside_a_file_and_never_in_it(hall: Hall) -> None:
    a_quarter(hall)
    for dataset in ("movements", "batches", "figures"):
        answer = hall.get(f"/exports/{dataset}", by="manager", **YEAR)
        meta = hall.get(f"/exports/{dataset}.meta.json", by="manager", **YEAR).json()
        lines = answer.text.splitlines()
        assert int(answer.headers["x-control-rows"]) == len(lines) - 1 == meta["rows"], dataset
        assert int(answer.headers["x-control-mass-g"]) == meta["mass_g"], dataset


def test_only_auditors_get_the_time_and_place_of_a_scan(hall: Hall) -> None:
    a_quarter(hall)
    columns = {
        name: set(hall.get("/exports/movements", by=name, **YEAR).text.splitlines()[0].split(","))
        for name in ("auditor", "manager", "supplier")
    }
    precise = {"at", "station", "scan_id"}
    assert precise <= columns["auditor"]
    assert not precise & (columns["manager"] | columns["supplier"])


@pytest.mark.parametrize("size", list(Size))
def test_the_label_of_anything_reads_as_what_it_is(hall: Hall, size: Size) -> None:
    codes = [hall.depot.log()["code"], filled_bin(hall.depot), "S1-A", "BOX1"]
    for code in codes:
        answer = hall.get(f"/labels/{code}", by="worker", format="png", size=size.value, dpi=300)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), code
        picture = Image.open(io.BytesIO(answer.content)).convert("L")
        read = {found.text for found in zxingcpp.read_barcodes(picture)}
        kinds = {hall.post("/scan", {"text": text}).json()["code"] for text in read}
        assert code in kinds, (code, read)


@pytest.mark.parametrize(
    ("format", "media_type", "begins"),
    [
        ("png", "image/png", b"\x89PNG"),
        ("svg", "image/svg+xml", b"<"),
        ("pdf", "application/pdf", b"%PDF"),
        ("zpl", "application/vnd.zebra-zpl", b"^XA"),
    ],
)
def test_a_label_comes_in_every_format(
    hall: Hall, format: str, media_type: str, begins: bytes
) -> None:
    answer = hall.get(f"/labels/{hall.depot.log()['code']}", format=format)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.content.startswith(begins)


def test_a_scan_says_what_it_is_whatever_the_scanner_adds(hall: Hall) -> None:
    depot = hall.depot
    delivery = depot.announce(1_000)["code"]
    batch = depot.log()["code"]
    find = depot.find(batch)
    bin_code = filled_bin(depot)
    shipment = shipped(depot)
    known = {
        batch: "batch",
        bin_code: "bin",
        delivery: "delivery",
        shipment: "shipment",
        find: "find",
        "S1-A": "station",
        "BOX1": "container",
        mint(CodeKind.PRACTICE): "practice",
    }
    for code, kind in known.items():
        for text in (code, code.lower(), f"]C1{code}\r\n", f"https://example.org/b/{code}"):
            seen = hall.post("/scan", {"text": text}, by="worker").json()
            assert (seen["kind"], seen["code"], seen["read"]) == (kind, code, text)
    assert hall.post("/scan", {"text": batch}).json()["now"]["held_g"] == 300_000


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "💥", "B00000000000", "x" * 500, "]C1", "http://"]
)
def test_what_is_no_code_of_ours_is_unknown(hall: Hall, text: str) -> None:
    answer = hall.post("/scan", {"text": text})
    assert (answer.status_code, answer.json()["kind"]) == (200, "unknown")


def test_a_misread_code_is_never_another_batch(hall: Hall) -> None:
    code = hall.depot.log()["code"]
    for place in range(1, len(code)):
        sign = "7" if code[place] != "7" else "8"
        wrong = code[:place] + sign + code[place + 1 :]
        assert hall.post("/scan", {"text": wrong}).json()["kind"] == "unknown", wrong


def test_a_proof_leads_from_an_entry_to_a_signed_head(hall: Hall) -> None:
    for _ in range(5):
        hall.depot.log()
    heads = {head["log"]: head for head in hall.get("/checkpoints", by="supplier").json()}
    found = hall.get("/proofs/site:S1.4", by="supplier").json()
    assert (found["entry"], found["size"]) == ("site:S1#4", heads["site:S1"]["size"])
    assert found["root"] == heads["site:S1"]["root"]
    told = hall.get("/proofs/site:S1.400", by="supplier")
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


def test_a_day_ends_at_midnight_of_the_site(hall: Hall) -> None:
    hall.depot.now += timedelta(days=30)
    for moment in ("2026-03-31T23:59:59+02:00", "2026-03-31T22:00:00Z"):
        hall.post("/batches", intake(1_000, scanned_at=moment)).raise_for_status()
    days = [row["received_day"] for row in hall.get("/batches").json()]
    assert days == ["2026-04-01", "2026-03-31"]
    april = {"from": "2026-04-01", "to": "2026-05-01"}
    assert hall.get("/reports/circularity", **april).json()["input_g"] == 1_000


def test_an_outlet_sees_its_bins_and_not_whose_goods_are_in_them(hall: Hall) -> None:
    code = shipped(hall.depot)
    seen = hall.get(f"/shipments/{code}", by="outlet").json()
    assert {"contents", "entries"} & seen.keys() == set()
    assert "NOORDERHAVEN" not in str(seen)
    assert seen["bins"][0]["mass_g"] == 40_000
    returned = scan(lines=[{"mass_g": 1_000}], reason="damp", returned_at=AT)
    hall.post(f"/shipments/{code}/returns", returned).raise_for_status()
    assert hall.get(f"/shipments/{code}", by="outlet").json()["in_transit_g"] == 39_000
