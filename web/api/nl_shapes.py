"""Rows of the Dutch counter as JSON objects."""

from __future__ import annotations

from typing import Any

from nl.lines import Delivered, Received
from nl.months import Month, Told
from nl.queries import NumberRow, Party


def stream_number(row: NumberRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "site": row.site,
        "direction": row.direction,
        "partner": row.partner,
        "from_day": row.from_day.isoformat(),
        "lapses_on": row.lapses_on.isoformat() if row.lapses_on else None,
        "eural": row.eural,
        "usual_name": row.usual_name,
        "processing": row.processing,
        "party": {"name": row.party_name, "registration": row.party_registration},
        "origin": row.origin._asdict(),
        "route_collection": row.route_collection,
        "collector_scheme": row.collector_scheme,
        "carriage": [
            {
                "from_day": one.from_day.isoformat(),
                "carrier": one.carrier,
                "ordered_by": one.ordered_by,
            }
            for one in row.driven
        ],
    }


def received(line: Received, place: str) -> dict[str, Any]:
    number = line.number
    return {
        "day": line.day.isoformat(),
        "batch": line.batch,
        "delivery": line.delivery,
        "reference": line.reference,
        "from": _party(line.party),
        "usual_name": number.usual_name if number else None,
        "article_group": line.group,
        "eural": line.waste_code,
        "stream_number": number.number if number else None,
        "received_g": line.received_g,
        "returned_g": line.returned_g,
        "mass_g": line.net_g,
        "quality": line.quality,
        "place": place,
        "processing": number.processing if number else None,
        "carrier": _party(line.carrier),
        "ordered_by": _party(line.ordered_by),
        "state": line.state,
        "replaced_by": line.replaced_by,
        "missing": list(line.missing),
        "kept_until": line.kept_until.isoformat(),
    }


def delivered(line: Delivered, place: str) -> dict[str, Any]:
    return {
        "day": line.day.isoformat(),
        "shipment": line.shipment,
        "waybill": line.waybill,
        "to": _party(line.party),
        "destination": line.route.code,
        "usual_name": line.route.usual_name,
        "eural": line.route.eural,
        "customs_code": line.route.customs_code,
        "stream_number": line.number.number if line.number else None,
        "shipped_g": line.shipped_g,
        "returned_g": line.returned_g,
        "mass_g": line.net_g,
        "place": place,
        "processing": line.route.processing,
        "recovery": line.route.recovery,
        "carriers": [_party(carrier) for carrier in line.carriers],
        "ordered_by": _party(line.ordered_by),
        "state": line.state,
        "missing": list(line.missing),
        "kept_until": line.kept_until.isoformat(),
    }


def month(found: Month) -> dict[str, Any]:
    return {
        "site": found.site.code,
        "month": f"{found.month:%Y-%m}",
        "must_notify": found.site.must_notify,
        "deadline": found.deadline.isoformat(),
        "sent": [_told(one) for one in found.sent],
        "due": _told(found.due) if found.due else None,
        "without_number_g": sum(line.net_g for line in found.unnumbered),
        "too_small": found.small._asdict(),
        "as_of": found.as_of,
    }


def _told(told: Told) -> dict[str, Any]:
    return {
        "number": told.number,
        "nil": told.is_nil,
        "sent_on": told.sent.sent_on.isoformat() if told.sent else None,
        "as_of": told.sent.as_of if told.sent else None,
        "received": [
            {"stream_number": one.number.number, "first": one.first, **one.counted._asdict()}
            for one in told.receipts
        ],
        "delivered": [
            {
                "to": one.party.code,
                "destination": one.route.code,
                "eural": one.route.eural,
                "customs_code": one.route.customs_code,
                **one.counted._asdict(),
            }
            for one in told.deliveries
        ],
    }


def _party(party: Party | None) -> dict[str, str] | None:
    if party is None:
        return None
    return {
        "code": party.code,
        "name": party.name,
        "address": party.address,
        "registration": party.registration,
    }
