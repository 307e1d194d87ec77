"""Lists of deliveries and finds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from chain.tables import Entry
from intake.rules import beyond_limit
from intake.tables import Delivery, Find, Receipt
from store.columns import table_of
from streams.paging import Asked, newest_first, one_of
from streams.tables import Batch
from streams.views import at_site, parts_of, seen_in, sites_of

REFERENCES_AT_ONCE: Final = 500

_delivery = table_of(Delivery)
_receipt = table_of(Receipt)
_find = table_of(Find)
_batch = table_of(Batch)
_entry = table_of(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDelivery:
    """A delivery: announced against received. flagged: they differ beyond the site's limit."""

    code: str
    site: SiteRow
    supplier: str
    expected_on: date
    announced_g: int
    received_g: int
    batches: int
    state: str
    lines: Sequence[Mapping[str, Any]]
    reference: str | None = None

    @property
    def flagged(self) -> bool:
        return self.batches > 0 and beyond_limit(
            announced_mass_g=self.announced_g,
            received_g=self.received_g,
            limit_permille=self.site.announced_limit_permille,
        )


@dataclass(frozen=True, slots=True)
class AnnouncedBefore:
    """A delivery as it was announced under its supplier's own number."""

    code: str
    site_id: int
    supplier_id: int
    expected_on: date
    reference: str
    lines: Sequence[Mapping[str, Any]]
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFind:
    """A find: kind and count, never whose it was."""

    code: str
    site: str
    kind: str
    count: int
    mass_g: int | None
    batch: str | None
    day: date
    handed_over: bool
    reversed: bool


def list_deliveries(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked
) -> list[ListedDelivery]:
    """Deliveries, the latest expected first. Two statements."""
    exists = seen_in(book, viewer, _delivery)
    statement = select(_delivery).where(at_site(book, asked, _delivery))
    if asked.text:
        wanted = asked.text.strip()
        statement = statement.where(
            or_(
                _delivery.c.code.contains(wanted.upper(), autoescape=True),
                _delivery.c.reference.icontains(wanted, autoescape=True),
            )
        )
    if asked.state:
        statement = statement.where(_delivery.c.state == asked.state)
    if asked.day:
        statement = statement.where(_delivery.c.expected_on == asked.day)
    if asked.since:
        statement = statement.where(_delivery.c.expected_on >= asked.since)
    if asked.supplier:
        supplier = book.organisations.get(asked.supplier)
        ids = book.children(supplier.id) if supplier else frozenset()
        statement = statement.where(_delivery.c.supplier_id.in_(sorted(ids)))
    rows = session.execute(
        newest_first(
            statement, _delivery, asked, "expected_on", exists=exists,
            among=parts_of(book, viewer, _delivery),
        )
    ).all()  # fmt: skip
    received = _received(session, [row.id for row in rows])
    return [_listed(book, row, received.get(row.id, (0, 0))) for row in rows]


def delivery_by_code(session: Session, book: Rulebook, code: str, viewer: Viewer) -> ListedDelivery:
    """One delivery. Two statements. Raises NotFound."""
    row = session.execute(select(_delivery).where(_delivery.c.code == code)).one_or_none()
    if row is None:
        raise NotFound
    site = book.sites_by_id[row.site_id]
    require(
        viewer.sees_batch(
            operator_id=site.operator_id, site_id=site.id, supplier_id=row.supplier_id
        )
    )
    return _listed(book, row, _received(session, [row.id]).get(row.id, (0, 0)))


def delivery_by_reference(
    session: Session, book: Rulebook, texts: Sequence[str], viewer: Viewer
) -> ListedDelivery | None:
    """The delivery that its supplier calls so, at a site of the viewer; of several the one that is
    still expected, then the newest. Two statements, one when there is none."""
    wanted = [text.upper() for text in texts if text]
    row = session.execute(
        select(_delivery)
        .where(
            func.upper(_delivery.c.reference).in_(wanted),
            _delivery.c.site_id.in_(sites_of(book, viewer)),
            _delivery.c.state != "reversed",
        )
        .order_by((_delivery.c.state == "announced").desc(), _delivery.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return _listed(book, row, _received(session, [row.id]).get(row.id, (0, 0)))


def moment_announced(session: Session, code: str) -> datetime | None:
    """When a delivery is expected, to the minute; None where only its day is known. One
    statement."""
    payload = session.execute(
        select(_entry.c.payload)
        .select_from(_entry.join(_delivery, _delivery.c.id == _entry.c.id))
        .where(_delivery.c.code == code)
    ).scalar_one_or_none()
    said = json.loads(payload)["body"].get("expected_at") if payload else None
    return datetime.fromisoformat(said) if said else None


def announced_before(
    session: Session, supplier_ids: Collection[int], references: Collection[str]
) -> list[AnnouncedBefore]:
    """What these suppliers announced under these numbers of their own, in upper case: the oldest
    first, what was taken back included. One statement for a few hundred numbers each.
    """
    wanted = sorted(references)
    found = []
    for start in range(0, len(wanted), REFERENCES_AT_ONCE):
        rows = session.execute(
            select(_delivery)
            .where(
                _delivery.c.supplier_id.in_(sorted(supplier_ids)),
                func.upper(_delivery.c.reference).in_(wanted[start : start + REFERENCES_AT_ONCE]),
            )
            .order_by(_delivery.c.id)
        )
        found += [
            AnnouncedBefore(
                row.code,
                row.site_id,
                row.supplier_id,
                row.expected_on,
                row.reference,
                json.loads(row.lines),
                row.state == "reversed",
            )
            for row in rows
        ]
    return found


def batches_of_delivery(session: Session, code: str) -> list[str]:
    """Codes of the batches that came with a delivery, oldest first. One statement."""
    joined = _receipt.join(_batch, _batch.c.id == _receipt.c.batch_id).join(
        _delivery, _delivery.c.id == _receipt.c.delivery_id
    )
    rows = session.execute(
        select(_batch.c.code)
        .select_from(joined)
        .where(_delivery.c.code == code)
        .order_by(_batch.c.id)
    )
    return [row.code for row in rows]


def delivery_of_batch(session: Session, batch_id: int) -> str | None:
    """The delivery that a batch came with. One statement."""
    return session.execute(
        select(_delivery.c.code)
        .select_from(_delivery.join(_receipt, _receipt.c.delivery_id == _delivery.c.id))
        .where(_receipt.c.batch_id == batch_id)
    ).scalar_one_or_none()


def list_finds(session: Session, book: Rulebook, viewer: Viewer, asked: Asked) -> list[ListedFind]:
    """Finds, newest first. One statement."""
    exists = _find.c.site_id.in_(sites_of(book, viewer))
    statement = (
        select(_find, _batch.c.code.label("batch"), _entry.c.day)
        .select_from(
            _find.outerjoin(_batch, _batch.c.id == _find.c.batch_id).join(
                _entry, _entry.c.id == _find.c.id
            )
        )
        .where(at_site(book, asked, _find))
    )
    if asked.text:
        wanted = asked.text.strip().upper()
        statement = statement.where(
            or_(
                _find.c.code.contains(wanted, autoescape=True),
                _batch.c.code.contains(wanted, autoescape=True),
            )
        )
    if asked.day:
        statement = statement.where(_entry.c.day == asked.day)
    if asked.supplier:
        supplier = book.organisations.get(asked.supplier)
        ids = book.children(supplier.id) if supplier else frozenset()
        statement = statement.where(_batch.c.supplier_id.in_(sorted(ids)))
    if asked.state == "kept":
        statement = statement.where(_find.c.handover_id.is_(None), _find.c.reversed.is_(False))
    elif asked.state == "handed_over":
        statement = statement.where(_find.c.handover_id.is_not(None))
    parts = one_of(_find.c.site_id, sites_of(book, viewer))
    rows = session.execute(newest_first(statement, _find, asked, None, exists=exists, among=parts))
    kinds = {
        kind.id: code
        for operator in book.operators.values()
        for code, kind in operator.find_kinds.items()
    }
    return [
        ListedFind(
            code=row.code,
            site=book.sites_by_id[row.site_id].code,
            kind=kinds[row.kind_id],
            count=row._mapping["count"],
            mass_g=row.mass_g,
            batch=row.batch,
            day=row.day,
            handed_over=row.handover_id is not None,
            reversed=row.reversed,
        )
        for row in rows
    ]


def photos_of_find(session: Session, code: str) -> list[str]:
    """The photos that were taken of a find, in their order. One statement."""
    payload = session.execute(
        select(_entry.c.payload)
        .select_from(_entry.join(_find, _find.c.id == _entry.c.id))
        .where(_find.c.code == code)
    ).scalar_one_or_none()
    return list(json.loads(payload)["body"].get("photos", ())) if payload else []


def _received(session: Session, delivery_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(
            _receipt.c.delivery_id,
            func.sum(_batch.c.gross_g - _batch.c.tare_g),
            func.count(),
        )
        .select_from(_receipt.join(_batch, _batch.c.id == _receipt.c.batch_id))
        .where(
            _receipt.c.delivery_id.in_(delivery_ids),
            _batch.c.state.not_in(("reversed", "replaced")),
        )
        .group_by(_receipt.c.delivery_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _listed(book: Rulebook, row: Any, received: tuple[int, int]) -> ListedDelivery:
    return ListedDelivery(
        code=row.code,
        site=book.sites_by_id[row.site_id],
        supplier=book.organisations_by_id[row.supplier_id].code,
        expected_on=row.expected_on,
        announced_g=row.announced_g,
        received_g=received[0],
        batches=received[1],
        state=row.state,
        lines=json.loads(row.lines),
        reference=row.reference,
    )
