"""Registers and notifications as tables for files; the formats are those of every export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nl.lines import Delivered, Received
from nl.months import Told
from nl.rules import Counted
from reporting.columnar import Cell, Column, Kind
from reporting.formats import Format, chunks

_PARTIES: Final = ("name", "address", "registration")
_CARRIED: Final = (
    Column("carrier_name"),
    Column("carrier_address"),
    Column("ordered_by_name"),
    Column("ordered_by_address"),
    Column("state"),
    Column("missing"),
    Column("kept_until", Kind.DAY),
)
"""How it travelled, and how the line itself stands: the end of both registers."""

RECEIPTS: Final = (
    Column("day", Kind.DAY),
    Column("batch"),
    Column("delivery"),
    Column("reference"),
    *(Column(f"from_{part}") for part in _PARTIES),
    Column("usual_name"),
    Column("eural"),
    Column("stream_number"),
    Column("received_g", Kind.NUMBER),
    Column("returned_g", Kind.NUMBER),
    Column("mass_g", Kind.NUMBER),
    Column("quality"),
    Column("place"),
    Column("processing"),
    *_CARRIED,
)
DELIVERIES: Final = (
    Column("day", Kind.DAY),
    Column("shipment"),
    Column("waybill"),
    *(Column(f"to_{part}") for part in _PARTIES),
    Column("usual_name"),
    Column("eural"),
    Column("customs_code"),
    Column("stream_number"),
    Column("shipped_g", Kind.NUMBER),
    Column("returned_g", Kind.NUMBER),
    Column("mass_g", Kind.NUMBER),
    Column("place"),
    Column("processing"),
    Column("recovery"),
    *_CARRIED,
)
NOTIFIED: Final = (
    Column("kind"),
    Column("period"),
    Column("notification", Kind.NUMBER),
    Column("stream_number"),
    Column("party"),
    Column("eural"),
    Column("customs_code"),
    Column("usual_name"),
    Column("processing"),
    Column("loads", Kind.NUMBER),
    Column("mass_kg", Kind.NUMBER),
    Column("mass_g", Kind.NUMBER),
)

Lines = list[list[Cell]]


def receipts_file(
    lines: Sequence[Received], place: str, language: str, format: Format
) -> Iterator[bytes]:
    """The register of receipts. place: the address of the site."""
    return chunks(
        format, RECEIPTS, [_receipt(one, place, language) for one in lines], title="receipts"
    )


def deliveries_file(
    lines: Sequence[Delivered], place: str, language: str, format: Format
) -> Iterator[bytes]:
    """The register of deliveries onward. place: the address of the site."""
    return chunks(
        format, DELIVERIES, [_delivery(one, place, language) for one in lines], title="deliveries"
    )


def notified_file(told: Told, language: str, format: Format) -> Iterator[bytes]:
    """One notification, a line per stream."""
    return chunks(format, NOTIFIED, _told(told, language), title="notification")


def _receipt(one: Received, place: str, language: str) -> list[Cell]:
    number, carrier, orders = one.number, one.carrier, one.ordered_by
    return [
        one.day,
        one.batch,
        one.delivery,
        one.reference,
        one.party.name,
        one.party.address,
        one.party.registration,
        number.usual_name if number else one.group_names.get(language, one.group),
        one.waste_code,
        number.number if number else None,
        one.received_g,
        one.returned_g,
        one.net_g,
        one.quality,
        place,
        number.processing if number else None,
        carrier.name if carrier else None,
        carrier.address if carrier else None,
        orders.name if orders else None,
        orders.address if orders else None,
        one.state,
        " ".join(one.missing),
        one.kept_until,
    ]


def _delivery(one: Delivered, place: str, language: str) -> list[Cell]:
    route = one.route
    return [
        one.day,
        one.shipment,
        one.waybill,
        one.party.name,
        one.party.address,
        one.party.registration,
        route.usual_name or route.names.get(language, route.code),
        route.eural,
        route.customs_code,
        one.number.number if one.number else None,
        one.shipped_g,
        one.returned_g,
        one.net_g,
        place,
        route.processing,
        route.recovery,
        "; ".join(carrier.name for carrier in one.carriers),
        "; ".join(carrier.address for carrier in one.carriers),
        one.ordered_by.name,
        one.ordered_by.address,
        one.state,
        " ".join(one.missing),
        one.kept_until,
    ]


def _told(told: Told, language: str) -> Lines:
    about: list[Cell] = [f"{told.month:%Y-%m}", told.number]
    lines: Lines = [
        [
            "first_receipt" if one.first else "receipt",
            *about,
            one.number.number,
            one.number.party_name,
            one.number.eural,
            None,
            one.number.usual_name,
            one.number.processing,
            *_counts(one.counted),
        ]
        for one in told.receipts
    ]
    if told.is_nil:
        nothing: list[Cell] = [None] * 6
        lines.append(["nil", *about, *nothing, *_counts(Counted(0, 0, 0))])
    lines += [
        [
            "delivery",
            *about,
            None,
            one.party.name,
            one.route.eural or None,
            one.route.customs_code or None,
            one.route.usual_name or one.route.names.get(language, one.route.code),
            one.route.processing,
            *_counts(one.counted),
        ]
        for one in told.deliveries
    ]
    return lines


def _counts(counted: Counted) -> list[Cell]:
    return [counted.loads, counted.kg, counted.mass_g]
