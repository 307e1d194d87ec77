"""How things look over the wire: rows of the rooms as JSON objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalogue.access import Viewer
from catalogue.kinds import Pool, Role
from certificates.views import CertifiedGrams
from chain.queries import EntryRow
from dispatch.views import ListedShipment, WholeShipment
from intake.views import ListedDelivery, ListedFind
from streams.queries import BatchRow
from streams.rules import Standing, input_g, mass_in
from streams.views import KeptScan, ListedBatch, ListedBin, Told, WholeBatch, WholeBin

SEES_SCANS = frozenset({Role.WORKER, Role.TEAM_LEADER, Role.AUDITOR})
"""Who undoes needs `scan_id`; time and station of a scan would tell the pace of people."""


def batch(row: BatchRow, held_g: int) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site.code,
        "supplier": row.supplier.code,
        "article_group": row.group.code,
        "received_day": row.received_day.isoformat(),
        "gross_g": row.gross_g,
        "tare_g": row.tare_g,
        "mass_g": row.gross_g - row.tare_g,
        "held_g": held_g,
        "quality": row.quality.value,
        "pieces": row.pieces,
        "eural": row.eural,
        "state": row.state.value,
        "held": row.held,
    }


def listed_batch(listed: ListedBatch) -> dict[str, Any]:
    return batch(listed.batch, listed.held_g)


def whole_batch(
    whole: WholeBatch,
    viewer: Viewer,
    *,
    delivery: str | None,
    certified: Sequence[CertifiedGrams] = (),
) -> dict[str, Any]:
    """A batch with where its grams stand and its history. For suppliers: days, not hours.
    certified: what certificates that count state of it."""
    return {
        **batch(whole.batch, mass_in(whole.standings, Pool.HOLDING)),
        "input_g": input_g(whole.standings),
        "quarantine_g": mass_in(whole.standings, Pool.QUARANTINE),
        "delivery": delivery,
        "replaced_by": whole.replaced_by,
        "places": [standing(row) for row in whole.standings],
        "gates": [
            {"gate": gate.gate, "free_g": gate.free_g, "free_pieces": gate.free_pieces}
            for gate in whole.gates
        ],
        "entries": [told(row, viewer, of_batch=whole.batch.code) for row in whole.history],
        "certificates": [
            {
                "code": row.certificate,
                "kind": row.kind,
                "stream": row.stream,
                "mass_g": row.mass_g,
            }
            for row in certified
        ],
    }


def standing(row: Standing) -> dict[str, Any]:
    return {
        "place": row.spot.place.code,
        "article_group": row.spot.group.code,
        "quality": row.spot.quality.value,
        "mass_g": row.mass_g,
        "pieces": row.pieces,
    }


def told(row: Told, viewer: Viewer, *, of_batch: str | None = None) -> dict[str, Any]:
    """An entry of a history. of_batch: only the lines of that batch (others are others')."""
    entry = row.entry
    lines = [
        line
        for line in entry.body.get("lines", ())
        if of_batch is None or line["batch"] == of_batch
    ]
    said: dict[str, Any] = {
        "entry": entry.code,
        "kind": entry.kind,
        "day": entry.day.isoformat(),
        "reason": entry.body.get("reason"),
        "reversed": row.undone,
        "reverses": entry.reverses is not None,
        "hash": entry.hash,
        "lines": lines,
    }
    if viewer.role in SEES_SCANS:
        said |= _scan_of(entry) | {"note": row.note}
    return said


def _scan_of(entry: EntryRow) -> dict[str, Any]:
    return {
        "scan_id": entry.scan_id,
        "at": entry.at.isoformat(),
        "station": entry.body.get("station"),
        "reverses_scan_id": entry.reverses,
    }


def listed_bin(listed: ListedBin) -> dict[str, Any]:
    row = listed.bin
    return {
        "code": row.code,
        "site": row.site.code,
        "destination": row.destination.code if row.destination else None,
        "stream": row.destination.stream.value if row.destination else None,
        "container": row.container.code if row.container else None,
        "state": row.state.value,
        "mass_g": listed.mass_g,
        "gross_g": row.gross_g,
        "tare_g": row.tare_g,
    }


def whole_bin(whole: WholeBin, viewer: Viewer) -> dict[str, Any]:
    mass_g = sum(row.mass_g for row in whole.contents)
    return {
        **listed_bin(ListedBin(whole.bin, mass_g)),
        "contents": [{"batch": row.batch.code, **standing(row)} for row in whole.contents],
        "entries": [told(row, viewer) for row in whole.history],
    }


def listed_delivery(row: ListedDelivery) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site.code,
        "supplier": row.supplier,
        "expected_on": row.expected_on.isoformat(),
        "announced_g": row.announced_g,
        "received_g": row.received_g,
        "batches": row.batches,
        "flagged": row.flagged,
        "state": row.state,
        "reference": row.reference,
        "lines": list(row.lines),
    }


def listed_shipment(row: ListedShipment) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site,
        "outlet": row.outlet,
        "carrier": row.carrier,
        "waybill": row.waybill,
        "shipped_on": row.shipped_on.isoformat(),
        "mass_g": row.mass_g,
        "in_transit_g": row.in_transit_g,
        "confirmed_g": row.confirmed_g,
        "refused_g": row.refused_g,
        "returned_g": row.returned_g,
        "due_on": row.due_on.isoformat(),
        "treatments": list(row.treatments),
        "state": row.state,
    }


def whole_shipment(whole: WholeShipment, viewer: Viewer) -> dict[str, Any]:
    """A shipment. Staff also see what of whom is in it; an outlet sees only its bins."""
    said: dict[str, Any] = {
        **listed_shipment(whole.listed),
        "bins": [
            {
                "code": row.code,
                "destination": row.destination.code if row.destination else None,
                "mass_g": (row.gross_g or 0) - (row.tare_g or 0),
            }
            for row in whole.bins
        ],
    }
    said["documents"] = [
        {"hash": row.hash, "media_type": row.media_type, "size": row.size}
        for row in whole.documents
    ]
    if viewer.is_staff:
        said["contents"] = [{"batch": row.batch.code, **standing(row)} for row in whole.contents]
        said["entries"] = [told(row, viewer) for row in whole.history]
    return said


def listed_find(row: ListedFind) -> dict[str, Any]:
    return {
        "code": row.code,
        "site": row.site,
        "kind": row.kind,
        "count": row.count,
        "mass_g": row.mass_g,
        "batch": row.batch,
        "day": row.day.isoformat(),
        "handed_over": row.handed_over,
        "reversed": row.reversed,
    }


def kept_scan(row: KeptScan) -> dict[str, Any]:
    problem: Mapping[str, Any] = row.problem
    return {
        "scan_id": row.scan_id,
        "site": row.site,
        "kind": row.kind,
        "target": row.target,
        "status": row.status,
        "command": dict(row.command),
        "code": problem["code"],
        "figures": dict(problem["figures"]),
        "received_on": row.received_on.isoformat(),
        "settled_reason": row.reason,
    }


def page(items: Sequence[dict[str, Any]], key: str, limit: int) -> tuple[list[Any], str | None]:
    """The items, and the key to ask the next page with when there may be one."""
    more = items[-1][key] if len(items) == limit and items else None
    return list(items), more
