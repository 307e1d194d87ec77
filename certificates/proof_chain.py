"""Reads of the proof chain: where every gram of a delivery, or of one batch, stands and since when.

Everybody who may see the delivery sees its chain; who sees only its own goods sees only those.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer
from catalogue.kinds import BatchState, BinState, Stream
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import Rulebook
from certificates.proof_facts import Moved, certified_g, standing_since
from certificates.proof_rules import BatchFacts, Chain, Promise, Stand, chain_of
from certificates.tables import Certificate, CertificateText
from certificates.views import certified_of_batches
from dispatch.rules import due_on
from intake.views import ListedDelivery, delivery_by_code
from store.columns import table_of
from streams.ledger import site_day
from streams.queries import BatchRow, batch_by_code, batch_row, standings_of_batches
from streams.rules import Standing
from streams.views import visible_batches

_certificate = table_of(Certificate)
_text = table_of(CertificateText)


@dataclass(frozen=True, slots=True)
class ProofChain:
    """The chain of a delivery, or of one batch. left: batches that turned out to be of somebody
    else. groups: article group per batch. certificates: those that count of it. All are codes."""

    site: SiteRow
    supplier: str
    delivery: ListedDelivery | None
    chain: Chain
    groups: Mapping[str, str]
    left: Sequence[str] = ()
    certificates: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Travelling:
    """A shipment that is under way. is_refused: by the outlet, all that still is."""

    code: str
    outlet: str
    left_on: date
    due_on: date
    is_refused: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read of some batches at once."""

    standings: Mapping[int, Sequence[Standing]]
    since: Mapping[tuple[int, int], date]
    bins: Mapping[int, tuple[str, bool]]
    shipments: Mapping[int, _Travelling]
    certified: Mapping[str, Mapping[Stream, int]]
    certificates: Sequence[str] = field(default=())


def proof_of_delivery(
    session: Session,
    book: Rulebook,
    code: str,
    viewer: Viewer,
    *,
    now: datetime,
) -> ProofChain:
    """How far a delivery came. Eleven statements, and some for each certificate that something
    happened to since. Raises NotFound."""
    delivery = delivery_by_code(session, book, code, viewer)
    rows = _batches_of(session, book, delivery.code, viewer)
    here = [row for row in rows if row.state not in GONE]
    known = _known(session, book, here)
    return ProofChain(
        site=delivery.site,
        supplier=delivery.supplier,
        delivery=delivery,
        chain=chain_of(
            Promise(
                announced_g=delivery.announced_g,
                expected_on=delivery.expected_on,
                limit_permille=delivery.site.announced_limit_permille,
            ),
            [_facts(book, row, known) for row in here],
            today=site_day(now, delivery.site),
        ),
        groups={row.code: row.group.code for row in here},
        left=[row.code for row in rows if row.state is BatchState.REPLACED],
        certificates=known.certificates,
    )


def proof_of_batch(
    session: Session,
    book: Rulebook,
    code: str,
    viewer: Viewer,
    *,
    now: datetime,
) -> ProofChain:
    """How far one batch came. Nine statements, and some as above. Raises NotFound."""
    row = batch_by_code(session, book, code, viewer)
    here = [row] if row.state not in GONE else []
    known = _known(session, book, here)
    return ProofChain(
        site=row.site,
        supplier=book.organisations_by_id[row.supplier.id].code,
        delivery=None,
        chain=chain_of(
            None,
            [_facts(book, each, known) for each in here],
            today=site_day(now, row.site),
        ),
        groups={row.code: row.group.code},
        left=[row.code] if row.state is BatchState.REPLACED else [],
        certificates=known.certificates,
    )


GONE = (BatchState.REVERSED, BatchState.REPLACED)
"""Batches of which nothing stands any more under their own code."""


def _batches_of(session: Session, book: Rulebook, delivery: str, viewer: Viewer) -> list[BatchRow]:
    batch, receipt, announced = _tables("batch", "receipt", "delivery")
    rows = session.execute(
        select(batch)
        .select_from(
            batch.join(receipt, receipt.c.batch_id == batch.c.id).join(
                announced, announced.c.id == receipt.c.delivery_id
            )
        )
        .where(announced.c.code == delivery, visible_batches(book, viewer))
        .order_by(batch.c.id)
    )
    return [batch_row(book, row) for row in rows]


def _known(session: Session, book: Rulebook, rows: Sequence[BatchRow]) -> _Known:
    """Everything about these batches. Eight statements."""
    ids = [row.id for row in rows]
    standings: dict[int, list[Standing]] = defaultdict(list)
    for standing in standings_of_batches(session, ids):
        standings[standing.batch.id].append(standing)
    places = {s.spot.place.id for some in standings.values() for s in some}
    certificates = sorted({one.certificate for one in certified_of_batches(session, ids)})
    return _Known(
        standings=standings,
        since=standing_since(_moves(session, ids)),
        bins=_bins(session, places),
        shipments=_shipments(session, book, places),
        certified=_certified(session, certificates, {row.code for row in rows}),
        certificates=certificates,
    )


def _moves(session: Session, batch_ids: Collection[int]) -> Iterable[Moved]:
    movement, entry = _tables("movement", "entry")
    rows = session.execute(
        select(
            movement.c.batch_id,
            movement.c.source_id,
            movement.c.target_id,
            movement.c.mass_g,
            entry.c.day,
        )
        .select_from(movement.join(entry, entry.c.id == movement.c.entry_id))
        .where(movement.c.batch_id.in_(batch_ids))
        .order_by(movement.c.entry_id, movement.c.line)
    )
    return [Moved(*row) for row in rows]


def _bins(session: Session, place_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """By place: the bin that it is, and whether that one is closed."""
    place, bin_ = _tables("place", "bin")
    rows = session.execute(
        select(place.c.id, bin_.c.code, bin_.c.state)
        .select_from(place.join(bin_, bin_.c.id == place.c.bin_id))
        .where(place.c.id.in_(place_ids))
    )
    return {row.id: (row.code, row.state == BinState.CLOSED.value) for row in rows}


def _shipments(
    session: Session, book: Rulebook, place_ids: Collection[int]
) -> dict[int, _Travelling]:
    """By place: the shipment that it is part of."""
    place, shipment, balance = _tables("place", "shipment", "balance")
    own = place.alias("own")
    open_g = (
        select(func.sum(balance.c.mass_g))
        .select_from(balance.join(own, own.c.id == balance.c.place_id))
        .where(own.c.shipment == shipment.c.code)
        .scalar_subquery()
    )
    rows = session.execute(
        select(place.c.id, shipment, open_g.label("open_g"))
        .select_from(place.join(shipment, shipment.c.code == place.c.shipment))
        .where(place.c.id.in_(place_ids))
    )
    found = {}
    for row in rows:
        operator = book.operator(book.sites_by_id[row.site_id])
        found[row.id] = _Travelling(
            code=row.code,
            outlet=book.organisations_by_id[row.outlet_id].code,
            left_on=row.shipped_on,
            due_on=due_on(row.shipped_on, operator.partners.get(row.outlet_id)),
            is_refused=(row.refused_g or 0) >= row.open_g,
        )
    return found


def _certified(
    session: Session, certificates: Collection[str], batches: Collection[str]
) -> dict[str, dict[Stream, int]]:
    """Grams of these batches that the certificates state, per stream. One statement."""
    texts = session.execute(
        select(_text.c.content)
        .select_from(_text.join(_certificate, _certificate.c.id == _text.c.certificate_id))
        .where(_certificate.c.code.in_(certificates))
    ).scalars()
    lines: dict[str, list[tuple[tuple[str, ...], Stream, int]]] = defaultdict(list)
    for text in texts:
        for line in json.loads(text)["document"]["lines"]:
            if line["batch"] in batches:
                lines[line["batch"]].append(_stated(line))
    return {batch: certified_g(own) for batch, own in lines.items()}


_TOLD_APART = (
    "destination", "version", "article_group", "quality", "entry", "confirmation", "shipment",
)  # fmt: skip


def _stated(line: Mapping[str, Any]) -> tuple[tuple[str, ...], Stream, int]:
    told_apart = tuple(str(line[name]) for name in _TOLD_APART)
    return told_apart, Stream(line["stream"]), int(line["mass_g"])


def _facts(book: Rulebook, row: BatchRow, known: _Known) -> BatchFacts:
    destinations = book.operator(row.site).destinations_by_id
    return BatchFacts(
        code=row.code,
        state=row.state,
        held=row.held,
        received_on=row.received_day,
        stands=[
            _stand(standings, known, destinations)
            for standings in _by_place(known.standings.get(row.id, ()))
        ],
        certified_g=known.certified.get(row.code, {}),
    )


def _by_place(standings: Iterable[Standing]) -> list[list[Standing]]:
    """Found groups and qualities at one place together."""
    found: dict[int, list[Standing]] = defaultdict(list)
    for standing in standings:
        found[standing.spot.place.id].append(standing)
    return [found[key] for key in sorted(found) if sum(s.mass_g for s in found[key])]


def _stand(
    same: Sequence[Standing],
    known: _Known,
    destinations: Mapping[int, DestinationRow],
) -> Stand:
    place, batch = same[0].spot.place, same[0].batch
    destination = destinations.get(place.destination_id or 0)
    bin_code, is_closed = known.bins.get(place.id, ("", False))
    sent = known.shipments.get(place.id)
    detail = place.code.split("/")[2] if place.code.count("/") > 1 else ""
    return Stand(
        pool=place.pool,
        mass_g=sum(standing.mass_g for standing in same),
        since=sent.left_on if sent else known.since.get((batch.id, place.id)),
        subject=bin_code or (sent.code if sent else detail),
        stream=destination.stream if destination else None,
        is_closed=is_closed,
        outlet=sent.outlet if sent else "",
        due=sent.due_on if sent else None,
        is_refused=bool(sent and sent.is_refused),
    )


def _tables(*names: str) -> list[Any]:
    return [SQLModel.metadata.tables[name] for name in names]
