"""What fits a question, list by list: one statement each, and only what exists for the viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer
from catalogue.codes import CodeKind
from catalogue.near_codes import near, prefix, squeezed
from catalogue.rulebook import Rulebook
from certificates.views import visible
from streams.paging import Asked, newest_first
from streams.views import sites_of
from web.pages.searching_words import Question, Term

_tables: Final = SQLModel.metadata.tables
_batch, _bin, _balance, _place = (_tables[name] for name in ("batch", "bin", "balance", "place"))
_delivery, _receipt = _tables["delivery"], _tables["receipt"]
_find, _item = _tables["find"], _tables["serial_item"]
_shipment, _shipped = _tables["shipment"], _tables["shipment_bin"]
_entry = _tables["entry"]
_certificate, _withdrawal = _tables["certificate"], _tables["withdrawal"]

CONTAINERS_MAX: Final = 5
"""A word that begins more containers than these says nothing of a batch."""
_AFTER_EVERY_CODE: Final = "ZZZZZZZZZZZZZZZZ"
_STATES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "batches": {
        "open": ("received", "sorting"),
        "waiting": ("received",),
        "received": ("received",),
        "closed": ("closed",),
        "refused": ("refused",),
    },
    "bins": {"open": ("open",), "closed": ("closed",), "travelling": ("shipped",)},
    "deliveries": {
        "open": ("announced",),
        "expected": ("announced",),
        "received": ("received",),
    },
    "shipments": {
        "open": ("shipped",),
        "travelling": ("shipped",),
        "confirmed": ("confirmed",),
    },
}
"""What a word for a state means in each list; a list that has no such state has nothing."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom is looked, and where in a list to go on. by_hour: who asks may know hours."""

    book: Rulebook
    viewer: Viewer
    zone: str
    limit: int
    after: str | None = None
    by_hour: bool = False

    @property
    def sites(self) -> list[int]:
        return sites_of(self.book, self.viewer)

    def exists(self, table: Table) -> ColumnElement[bool]:
        """The condition under which a row of goods exists for the viewer."""
        own = table.c.site_id.in_(self.sites)
        if "supplier_id" not in table.c or not self.viewer.supplier_ids:
            return own
        return or_(own, table.c.supplier_id.in_(sorted(self.viewer.supplier_ids)))

    @property
    def asked(self) -> Asked:
        return Asked(after=self.after, limit=self.limit)


Rows = Sequence[Any]


def batches(session: Session, scope: Scope, question: Question) -> Rows:
    """Batches with what is still to sort of them, and the hour for those who may know it."""
    held = question.states == {"held"}
    where = [_fits_batch(scope, term) for term in question.terms]
    where += _days(_batch.c.received_day, question)
    where += [_batch.c.held] if held else _state("batches", _batch, question)
    where += _hours(scope, question)
    exists = scope.exists(_batch)
    wanted = (
        select(_batch, _entry.c.at)
        .join(_entry, _entry.c.id == _batch.c.id)
        .where(_batch.c.state.not_in(("reversed", "replaced")), *where)
    )
    page = newest_first(wanted, _batch, scope.asked, "received_day", exists=exists).subquery()
    held_g = _standing(_balance.c.batch_id == page.c.id, _place.c.pool == "HOLDING")
    rows = session.execute(select(page, held_g.label("held_g"))).all()
    return sorted(rows, key=lambda row: (row.received_day, row.id), reverse=True)


def bins(session: Session, scope: Scope, question: Question) -> Rows:
    """Bins with what is in them, or weighed when they were closed."""
    where = [_fits_bin(term) for term in question.terms]
    where += _days(_entry.c.day, question) + _state("bins", _bin, question)
    where += _hours(scope, question)
    exists = scope.exists(_bin)
    wanted = (
        select(_bin, _entry.c.day, _entry.c.at)
        .join(_entry, _entry.c.id == _bin.c.id)
        .where(_bin.c.state != "reversed", *where)
    )
    page = newest_first(wanted, _bin, scope.asked, None, exists=exists).subquery()
    shipment = (
        select(func.max(_shipment.c.code))
        .select_from(_shipment.join(_shipped, _shipped.c.shipment_id == _shipment.c.id))
        .where(_shipped.c.bin_id == page.c.id, _shipped.c.returned.is_(False))
        .scalar_subquery()
    )
    in_it = _standing(_place.c.bin_id == page.c.id, _place.c.pool == "BIN")
    rows = session.execute(select(page, in_it.label("in_it_g"), shipment.label("shipment"))).all()
    return sorted(rows, key=lambda row: int(row.id), reverse=True)


def deliveries(session: Session, scope: Scope, question: Question) -> Rows:
    """Deliveries with what came of them."""
    where = [_fits_delivery(term) for term in question.terms]
    where += _days(_delivery.c.expected_on, question) + _state("deliveries", _delivery, question)
    exists = scope.exists(_delivery)
    wanted = select(_delivery).where(_delivery.c.state != "reversed", *where)
    page = newest_first(wanted, _delivery, scope.asked, "expected_on", exists=exists).subquery()
    # Receipts are known by their batches: one look at them for all deliveries, not one for each.
    came = (
        select(_receipt.c.delivery_id, func.sum(_batch.c.gross_g - _batch.c.tare_g).label("mass_g"))
        .select_from(_receipt.join(_batch, _batch.c.id == _receipt.c.batch_id))
        .where(
            _receipt.c.delivery_id.in_(select(page.c.id)),
            _batch.c.state.not_in(("reversed", "replaced")),
        )
        .group_by(_receipt.c.delivery_id)
        .subquery()
    )
    rows = session.execute(
        select(page, func.coalesce(came.c.mass_g, 0).label("received_g")).select_from(
            page.outerjoin(came, came.c.delivery_id == page.c.id)
        )
    ).all()
    return sorted(rows, key=lambda row: (row.expected_on, row.id), reverse=True)


def shipments(session: Session, scope: Scope, question: Question) -> Rows:
    """Shipments with what left in them."""
    where = [_fits_shipment(term) for term in question.terms]
    where += _days(_shipment.c.shipped_on, question) + _state("shipments", _shipment, question)
    exists = scope.exists(_shipment)
    wanted = select(_shipment).where(_shipment.c.state != "reversed", *where)
    page = newest_first(wanted, _shipment, scope.asked, "shipped_on", exists=exists).subquery()
    left = (
        select(func.coalesce(func.sum(_bin.c.gross_g - _bin.c.tare_g), 0))
        .select_from(_shipped.join(_bin, _bin.c.id == _shipped.c.bin_id))
        .where(_shipped.c.shipment_id == page.c.id)
        .scalar_subquery()
    )
    rows = session.execute(select(page, left.label("mass_g"))).all()
    return sorted(rows, key=lambda row: (row.shipped_on, row.id), reverse=True)


def finds(session: Session, scope: Scope, question: Question) -> Rows:
    """Finds with the batch that they lay in."""
    where = [_fits_find(term) for term in question.terms]
    where += _days(_entry.c.day, question)
    if question.states:
        # Of a find only "open" can be asked: it lies here still.
        where.append(_find.c.handover_id.is_(None) if question.states == {"open"} else false())
    where += _hours(scope, question)
    exists = scope.exists(_find)
    wanted = (
        select(_find, _entry.c.day, _batch.c.code.label("batch"))
        .select_from(
            _find.join(_entry, _entry.c.id == _find.c.id).outerjoin(
                _batch, _batch.c.id == _find.c.batch_id
            )
        )
        .where(_find.c.reversed.is_(False), *where)
    )
    return session.execute(newest_first(wanted, _find, scope.asked, None, exists=exists)).all()


def items(session: Session, scope: Scope, question: Question) -> Rows:
    """Items that are followed by number, with the batch that each was noted in."""
    where = [_fits_item(term) for term in question.terms]
    where += _days(_entry.c.day, question)
    if question.states:
        where.append(false())
    own = _item.c.operator_id == (scope.viewer.operator_id or 0)
    here = select(_batch.c.id).where(_batch.c.site_id.in_(scope.sites))
    wanted = (
        select(_item, _entry.c.day, _batch.c.code.label("batch"), _batch.c.supplier_id)
        .select_from(
            _item.join(_entry, _entry.c.id == _item.c.id).join(
                _batch, _batch.c.id == _item.c.batch_id
            )
        )
        .where(_item.c.reversed.is_(False), *where)
    )
    exists = and_(own, _item.c.batch_id.in_(here))
    seen = [and_(own, _batch.c.site_id.in_(scope.sites))]
    page = newest_first(wanted, _item, scope.asked, None, exists=exists, among=seen)
    return session.execute(page).all()


def certificates(session: Session, scope: Scope, question: Question) -> Rows:
    """Certificates, and whether each was withdrawn."""
    where = [_fits_certificate(term) for term in question.terms]
    where += _days(_certificate.c.issued_on, question)
    if question.states:
        where.append(false())
    exists = visible(scope.book, scope.viewer)
    gone = (
        select(_withdrawal.c.id)
        .where(_withdrawal.c.certificate_id == _certificate.c.id)
        .scalar_subquery()
    )
    wanted = select(_certificate, gone.label("withdrawal_id")).where(*where)
    return session.execute(
        newest_first(wanted, _certificate, scope.asked, "issued_on", exists=exists)
    ).all()


LISTS: Final[Mapping[str, Callable[[Session, Scope, Question], Rows]]] = {
    "batches": batches,
    "deliveries": deliveries,
    "bins": bins,
    "shipments": shipments,
    "finds": finds,
    "items": items,
    "certificates": certificates,
}
"""In the order in which they are shown."""


def has_state(noun: str, states: frozenset[str]) -> bool:
    """Whether a list knows all of these states, so that asking it makes sense."""
    known = {*_STATES.get(noun, {}), *({"held"} if noun == "batches" else set())}
    if noun == "finds":
        known = {"open"}
    return states <= known


def _standing(*where: ColumnElement[bool]) -> Any:
    """What stands at some places, as a value of a row."""
    return (
        select(func.coalesce(func.sum(_balance.c.mass_g), 0))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(*where)
        .scalar_subquery()
    )


def _days(column: ColumnElement[date], question: Question) -> list[ColumnElement[bool]]:
    if question.since is None or question.until is None:
        return []
    return [column >= question.since, column < question.until]


def _state(noun: str, table: Table, question: Question) -> list[ColumnElement[bool]]:
    known = _STATES[noun]
    return [table.c.state.in_(known.get(state, ())) for state in sorted(question.states)]


def _hours(scope: Scope, question: Question) -> list[ColumnElement[bool]]:
    """A part of the day by the clock of the site; nothing for who may not know hours."""
    if question.since is None or question.hours is None or not scope.by_hour:
        return []
    midnight = datetime.combine(question.since, time(), ZoneInfo(scope.zone))
    first, last = (midnight + timedelta(hours=hour) for hour in question.hours)
    return [_entry.c.at >= first, _entry.c.at < last]


def _by_code(table: Table, kind: CodeKind, term: Term) -> list[ColumnElement[bool]]:
    """A code that begins so, or that this may have been meant as: both by the index."""
    begun, meant = prefix(term.text), near(term.text)
    found: list[ColumnElement[bool]] = []
    if begun is not None and begun[0] is kind and not meant:
        found.append(table.c.code.between(begun[1], begun[1] + _AFTER_EVERY_CODE))
    own = [code for code in meant if code.startswith(kind.letter)]
    return [*found, table.c.code.in_(own)] if own else found


def _any(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*conditions) if conditions else false()


def _named(column: ColumnElement[Any], kind: str, term: Term) -> list[ColumnElement[bool]]:
    ids = term.fits(kind)
    return [column.in_(ids)] if ids else []


def _fits_batch(scope: Scope, term: Term) -> ColumnElement[bool]:
    found = _by_code(_batch, CodeKind.BATCH, term)
    found += _named(_batch.c.supplier_id, "supplier", term)
    found += _named(_batch.c.group_id, "group", term)
    containers = term.fits("container")
    if 0 < len(containers) <= CONTAINERS_MAX:
        codes = [scope.book.containers_by_id[each].code for each in containers]
        listed = "," + _receipt.c.containers + ","
        held = or_(*(listed.contains(f",{code},", autoescape=True) for code in codes))
        found.append(_batch.c.id.in_(select(_receipt.c.batch_id).where(held)))
    return _any(found)


def _fits_bin(term: Term) -> ColumnElement[bool]:
    found = _by_code(_bin, CodeKind.BIN, term)
    found += _named(_bin.c.destination_id, "destination", term)
    found += _named(_bin.c.container_id, "container", term)
    return _any(found)


def _fits_delivery(term: Term) -> ColumnElement[bool]:
    found = _by_code(_delivery, CodeKind.DELIVERY, term)
    found += _named(_delivery.c.supplier_id, "supplier", term)
    if not term.ids:
        found.append(_delivery.c.reference.icontains(term.text, autoescape=True))
    return _any(found)


def _fits_shipment(term: Term) -> ColumnElement[bool]:
    found = _by_code(_shipment, CodeKind.SHIPMENT, term)
    found += _named(_shipment.c.outlet_id, "outlet", term)
    if not term.ids:
        found.append(_shipment.c.waybill.icontains(term.text, autoescape=True))
    return _any(found)


def _fits_find(term: Term) -> ColumnElement[bool]:
    found = _by_code(_find, CodeKind.FIND, term)
    found += _named(_find.c.kind_id, "find_kind", term)
    found += _named(_batch.c.supplier_id, "supplier", term)
    return _any(found)


def _fits_item(term: Term) -> ColumnElement[bool]:
    found = _named(_batch.c.supplier_id, "supplier", term)
    found += _named(_item.c.group_id, "group", term)
    number = squeezed(term.text) if not term.ids else ""
    written = term.text.upper()
    if number and any(sign.isdigit() for sign in written):
        found.append(_item.c.number.between(written, written + _AFTER_EVERY_CODE))
    return _any(found)


def _fits_certificate(term: Term) -> ColumnElement[bool]:
    found = _by_code(_certificate, CodeKind.CERTIFICATE, term)
    found += _named(_certificate.c.supplier_id, "supplier", term)
    return _any(found)
