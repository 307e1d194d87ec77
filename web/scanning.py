"""Anything a scanner reads, and what it is here: one place that understands all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer
from catalogue.codes import CodeKind, MisreadCode, parse
from catalogue.errors import NotFound
from catalogue.kinds import Pool
from catalogue.rulebook import Rulebook
from chain.rows import SEQ_BITS
from dispatch.queries import shipment_by_code
from intake.views import delivery_by_code, delivery_by_reference
from labels import gs1_reading
from labels.gs1 import is_sscc
from streams.queries import (
    batch_by_code,
    bin_by_code,
    contents_of_bin,
    standings_of_batch,
)
from streams.rules import mass_in

AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Fa-f]")
SSCC_IN_TEXT = re.compile(r"^(?:\x1d)?(?:\(00\)|00)(\d{18})")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan turned out to be. kind `unknown` when it is nothing here."""

    kind: str
    code: str | None
    read: str
    now: dict[str, Any]


def recognise(session: Session, book: Rulebook, text: str, viewer: Viewer) -> Seen:
    """What was scanned, as far as it exists for the viewer: under its own code, whatever label it
    was that was scanned. At most six statements."""
    plain = cleaned(text)
    if sscc := _sscc_of(plain):
        own = _by_sscc(session, book, sscc, text, viewer)
        return own or _of_others(session, book, plain, text, viewer)
    try:
        code = parse(plain)
    except MisreadCode:
        return _chosen(session, book, plain, text, viewer)
    if code.kind is CodeKind.PRACTICE:
        return Seen("practice", code.text, text, {})
    try:
        return _seen(session, book, code.kind, code.text, text, viewer)
    except NotFound:
        return Seen("unknown", None, text, {"misread": False})


def cleaned(text: str) -> str:
    """The text without the scanner's own marks: AIM prefix, line ends, and our address."""
    plain = AIM_PREFIX.sub("", text.strip("\r\n\t \x00"))
    if plain.lower().startswith(("http://", "https://")):
        path = urlsplit(plain).path.rstrip("/")
        digital_link = re.search(r"/00/(\d{18})$", path)
        plain = f"00{digital_link[1]}" if digital_link else path.rsplit("/", 1)[-1]
    return plain.strip()


def _sscc_of(plain: str) -> str | None:
    found = SSCC_IN_TEXT.match(plain)
    return found[1] if found and is_sscc(found[1]) else None


def _by_sscc(session: Session, book: Rulebook, sscc: str, text: str, viewer: Viewer) -> Seen | None:
    for operator in book.operators.values():
        prefix = operator.organisation.gs1_prefix
        if not prefix or not sscc[1:].startswith(prefix):
            continue
        chain_number, seq, modulus = sscc_serial(prefix, sscc)
        for kind in (CodeKind.BATCH, CodeKind.BIN):
            table = SQLModel.metadata.tables[kind.value]
            rows = session.execute(
                select(table.c.code)
                .where(
                    (table.c.id % (1 << SEQ_BITS)) % modulus == seq,
                    (table.c.id // (1 << SEQ_BITS)) % 100 == chain_number,
                )
                .order_by(table.c.id.desc())
                .limit(1)
            )
            for row in rows:
                try:
                    return _seen(session, book, kind, row.code, text, viewer)
                except NotFound:
                    continue
    return None


def sscc_parts(prefix: str, entry_id: int) -> tuple[int, int]:
    """Extension digit and serial of the SSCC of what an entry made.

    The digits that the prefix leaves hold two for the chain and the rest for the place in it; they
    come round again after 10^4 (prefix of 12 digits) to 10^9 entries, and GS1 asks for no re-use
    within twelve months: take a prefix that leaves enough.
    """
    room = 17 - len(prefix)
    modulus = 10 ** (room - 2)
    number = (entry_id >> SEQ_BITS) % 100 * modulus + (entry_id % (1 << SEQ_BITS)) % modulus
    return number // 10 ** (room - 1), number % 10 ** (room - 1)


def sscc_serial(prefix: str, sscc: str) -> tuple[int, int, int]:
    """Chain number, place in it, and the modulus of both, back from an SSCC."""
    room = 17 - len(prefix)
    modulus = 10 ** (room - 2)
    number = int(sscc[0] + sscc[1 + len(prefix) : -1])
    return number // modulus, number % modulus, modulus


def _seen(
    session: Session, book: Rulebook, kind: CodeKind, code: str, text: str, viewer: Viewer
) -> Seen:
    """What it is now. Raises NotFound when it does not exist for the viewer."""
    if kind is CodeKind.BATCH:
        batch = batch_by_code(session, book, code, viewer)
        standings = standings_of_batch(session, batch.id)
        now: dict[str, Any] = {
            "state": batch.state.value,
            "held": batch.held,
            "held_g": mass_in(standings, Pool.HOLDING),
            "supplier": batch.supplier.code,
            "article_group": batch.group.code,
        }
        return Seen(kind.value, batch.code, text, now)
    if kind is CodeKind.BIN:
        found = bin_by_code(session, book, code, viewer)
        now = {
            "state": found.state.value,
            "destination": found.destination.code if found.destination else None,
            "mass_g": mass_in(contents_of_bin(session, found.id), Pool.BIN),
        }
        return Seen(kind.value, found.code, text, now)
    return Seen(kind.value, code, text, _now(session, book, kind, code, viewer))


def _now(
    session: Session, book: Rulebook, kind: CodeKind, code: str, viewer: Viewer
) -> dict[str, Any]:
    if kind is CodeKind.DELIVERY:
        delivery = delivery_by_code(session, book, code, viewer)
        said = {"reference": delivery.reference} if delivery.reference else {}
        return {"state": delivery.state, "supplier": delivery.supplier, **said}
    if kind is CodeKind.SHIPMENT:
        shipment = shipment_by_code(session, book, code, viewer)
        return {"state": shipment.state, "waybill": shipment.waybill}
    return _find_now(session, book, code, viewer)


def _find_now(session: Session, book: Rulebook, code: str, viewer: Viewer) -> dict[str, Any]:
    table = SQLModel.metadata.tables["find"]
    row = session.execute(select(table).where(table.c.code == code)).one_or_none()
    site = book.sites_by_id.get(row.site_id) if row else None
    if (
        row is None
        or site is None
        or not viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    ):
        raise NotFound
    return {"count": row.count, "handed_over": row.handover_id is not None}


def _chosen(session: Session, book: Rulebook, plain: str, text: str, viewer: Viewer) -> Seen:
    """Codes that people chose: stations and containers; then what others wrote on their papers."""
    wanted = plain.upper()
    station, container = book.stations.get(wanted), book.containers.get(wanted)
    for kind, row in (("station", station), ("container", container)):
        if row is None:
            continue
        site = book.sites_by_id[row.site_id]
        if viewer.sees_site(operator_id=site.operator_id, site_id=site.id):
            tare = {"tare_g": container.tare_g} if kind == "container" and container else {}
            return Seen(kind, row.code, text, {"site": site.code, **tare})
    return _of_others(session, book, plain, text, viewer)


def _of_others(session: Session, book: Rulebook, plain: str, text: str, viewer: Viewer) -> Seen:
    """A supplier's own number of a delivery, the waybill of a shipment, or a GS1 code of others."""
    fields = gs1_reading.parts(text) or {}
    said = [plain, *(fields[name] for name in gs1_reading.REFERENCES if name in fields)]
    delivery = delivery_by_reference(session, book, [one[:60] for one in said], viewer)
    if delivery is not None:
        now = {"state": delivery.state, "supplier": delivery.supplier}
        return Seen("delivery", delivery.code, text, {**now, "reference": delivery.reference})
    table = SQLModel.metadata.tables["shipment"]
    rows = session.execute(select(table.c.code).where(table.c.waybill == plain[:60]).limit(2))
    for found in rows.scalars().all():
        try:
            return _seen(session, book, CodeKind.SHIPMENT, found, text, viewer)
        except NotFound:
            continue
    if fields:
        return Seen("unknown", None, text, {"gs1": fields, "misread": False})
    return Seen("unknown", None, text, {"misread": len(plain) >= 8 and plain.isalnum()})
