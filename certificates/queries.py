"""Reads of the seal: what a certificate would be about, and what was issued."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Row, and_, or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed, NotFound
from catalogue.kinds import PartnerRole, Pool, Quality
from catalogue.rows import OrganisationRow, SiteRow
from catalogue.rulebook import OperatorBook, Rulebook
from certificates.rules import End, Move, ScopeKind
from chain.queries import CHAIN
from chain.rows import SEQ_BITS
from chain.tables import Entry
from dispatch.queries import shipment_by_code
from dispatch.tables import Shipment
from intake.tables import Delivery, Receipt
from store.columns import table_of
from streams.queries import BatchRow, batch_by_code, batch_row
from streams.tables import Batch, Movement, Place

AT_ONCE: Final = 400
GONE: Final = ("reversed", "replaced")
"""Batches of which nothing stands any more under their own code."""

_batch = table_of(Batch)
_place = table_of(Place)
_movement = table_of(Movement)
_entry = table_of(Entry)
_delivery = table_of(Delivery)
_receipt = table_of(Receipt)
_shipment = table_of(Shipment)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a certificate is about. code: empty for a period, which goes by the received day."""

    kind: ScopeKind
    code: str = ""
    first: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Scoped:
    """The batches that a certificate would be about: of one supplier, at one operator."""

    scope: Scope
    operator: OperatorBook
    supplier: OrganisationRow
    batches: Sequence[BatchRow]


@dataclass(frozen=True, slots=True)
class Sent:
    """A shipment as a certificate names it."""

    code: str
    outlet_id: int
    shipped_on: date


def scoped(
    session: Session, book: Rulebook, scope: Scope, supplier: str | None, viewer: Viewer
) -> Scoped:
    """The batches of a scope, as staff see them. At most five statements.

    supplier: needed for a period, and for a shipment with goods of several. Raises NotFound,
    Malformed.
    """
    operator_id = viewer.operator_id
    if operator_id is None:
        raise NotFound
    operator = book.operators[operator_id]
    if scope.kind is ScopeKind.PERIOD:
        party = _supplier_named(book, operator, supplier)
        return Scoped(scope, operator, party, _received(session, book, party, scope, viewer))
    if scope.kind is ScopeKind.BATCH:
        found = [batch_by_code(session, book, scope.code, viewer)]
        scope = Scope(kind=scope.kind, code=found[0].code)
    elif scope.kind is ScopeKind.DELIVERY:
        found = _delivered(session, book, scope.code, viewer)
    else:
        found = _shipped(session, book, scope.code, viewer)
    party = _supplier_of(book, operator, found, supplier)
    own = [row for row in found if row.supplier.id == party.id and row.state.value not in GONE]
    return Scoped(scope, operator, party, own)


def _supplier_named(book: Rulebook, operator: OperatorBook, code: str | None) -> OrganisationRow:
    if not code:
        raise Malformed(field="supplier", problem="missing")
    party = book.organisation(code)
    operator.partner(party.id, PartnerRole.SUPPLIER)
    return party


def _supplier_of(
    book: Rulebook, operator: OperatorBook, found: Sequence[BatchRow], code: str | None
) -> OrganisationRow:
    """The one supplier whose goods these are, or the one that was named. Raises Malformed."""
    if code:
        return _supplier_named(book, operator, code)
    suppliers = {row.supplier.id for row in found}
    if len(suppliers) != 1:
        problem = "say which" if suppliers else "nothing of any supplier"
        raise Malformed(field="supplier", problem=problem)
    return book.organisations_by_id[suppliers.pop()]


def _received(
    session: Session, book: Rulebook, party: OrganisationRow, scope: Scope, viewer: Viewer
) -> list[BatchRow]:
    if scope.first is None or scope.end is None or scope.end <= scope.first:
        raise Malformed(field="to", problem="must be a later day than from")
    sites = [site.id for site in book.sites.values() if _sees(viewer, site)]
    rows = session.execute(
        select(_batch)
        .where(
            _batch.c.supplier_id == party.id,
            _batch.c.site_id.in_(sites),
            _batch.c.received_day >= scope.first,
            _batch.c.received_day < scope.end,
            _batch.c.state.not_in(GONE),
        )
        .order_by(_batch.c.code)
    )
    return [batch_row(book, row) for row in rows]


def _delivered(session: Session, book: Rulebook, code: str, viewer: Viewer) -> list[BatchRow]:
    site_id = session.execute(
        select(_delivery.c.site_id).where(_delivery.c.code == code)
    ).scalar_one_or_none()
    require(site_id is not None and _sees(viewer, book.sites_by_id[site_id]))
    rows = session.execute(
        select(_batch)
        .join(_receipt, _receipt.c.batch_id == _batch.c.id)
        .join(_delivery, _delivery.c.id == _receipt.c.delivery_id)
        .where(_delivery.c.code == code, _batch.c.supplier_id == _delivery.c.supplier_id)
        .order_by(_batch.c.code)
    )
    return [batch_row(book, row) for row in rows]


def _shipped(session: Session, book: Rulebook, code: str, viewer: Viewer) -> list[BatchRow]:
    shipment = shipment_by_code(session, book, code, viewer)
    require(viewer.is_staff)
    brought = (
        select(_movement.c.batch_id)
        .join(_place, _place.c.id == _movement.c.target_id)
        .where(_place.c.shipment == shipment.code)
    )
    rows = session.execute(
        # What a correction made of a batch stands in its stead.
        select(_batch)
        .where(
            or_(
                _batch.c.id.in_(brought),
                _batch.c.id.in_(select(_batch.c.replaced_by_id).where(_batch.c.id.in_(brought))),
            )
        )
        .order_by(_batch.c.code)
    )
    return [batch_row(book, row) for row in rows if row.state not in GONE]


def _sees(viewer: Viewer, site: SiteRow) -> bool:
    return viewer.sees_site(operator_id=site.operator_id, site_id=site.id)


def batches_by_code(session: Session, book: Rulebook, codes: Iterable[str]) -> list[BatchRow]:
    """Batches of these codes, whoever asks. One statement for each 400 of them."""
    found = []
    for some in _some(sorted(set(codes))):
        rows = session.execute(select(_batch).where(_batch.c.code.in_(some)))
        found += [batch_row(book, row) for row in rows]
    return found


def with_predecessors(session: Session, batch_ids: Iterable[int]) -> set[int]:
    """These batches, and those whose grams a correction of the supplier brought to them."""
    found = set(batch_ids)
    wanted = sorted(found)
    while wanted:
        before: set[int] = set()
        for some in _some(wanted):
            rows = session.execute(select(_batch.c.id).where(_batch.c.replaced_by_id.in_(some)))
            before |= set(rows.scalars()) - found
        found |= before
        wanted = sorted(before)
    return found


def moves_of(
    session: Session,
    operator: OperatorBook,
    batch_ids: Collection[int],
    *,
    until: Mapping[int, int] | None = None,
) -> list[Move]:
    """All movements of these batches, in the order of their entries. Two statements for each 400.

    until: by number of the chain, how many of its entries count; none: all.
    """
    family = sorted(with_predecessors(session, batch_ids))
    moves = [move for some in _some(family) for move in _moves(session, operator, some)]
    if until is not None:
        moves = [
            move
            for move in moves
            if move.entry & (1 << SEQ_BITS) - 1 <= until.get(move.entry >> SEQ_BITS, 0)
        ]
    return sorted(moves, key=lambda move: move.entry)


def _moves(session: Session, operator: OperatorBook, ids: Sequence[int]) -> Iterator[Move]:
    source, target = _place.alias("source"), _place.alias("target")
    names = ("pool", "code", "destination_id", "loss_kind_id", "shipment")
    rows = session.execute(
        select(
            _movement,
            _entry.c.day,
            _entry.c.reverses_id,
            _batch.c.code.label("batch_code"),
            *(source.c[name].label(f"source_{name}") for name in names),
            *(target.c[name].label(f"target_{name}") for name in names),
        )
        .select_from(
            _movement.join(_entry, _entry.c.id == _movement.c.entry_id)
            .join(_batch, _batch.c.id == _movement.c.batch_id)
            .join(source, source.c.id == _movement.c.source_id)
            .join(target, target.c.id == _movement.c.target_id)
        )
        .where(_movement.c.batch_id.in_(ids))
        .order_by(_movement.c.entry_id, _movement.c.line)
    )
    losses = {row.id: row.code for row in operator.loss_kinds.values()}
    for row in rows:
        yield Move(
            entry=row.entry_id,
            day=row.day,
            reverses=row.reverses_id,
            batch=row.batch_code,
            source=_end(operator, losses, row, "source"),
            target=_end(operator, losses, row, "target"),
            mass_g=row.mass_g,
            pieces=row.pieces or 0,
        )


def _end(operator: OperatorBook, losses: Mapping[int, str], row: Row[Any], side: str) -> End:
    got = row._mapping
    pool = Pool(got[f"{side}_pool"])
    detail = ""
    if got[f"{side}_destination_id"] is not None:
        detail = operator.destinations_by_id[got[f"{side}_destination_id"]].label
    elif got[f"{side}_loss_kind_id"] is not None:
        detail = losses[got[f"{side}_loss_kind_id"]]
    elif pool is Pool.SUPPLIER and got[f"{side}_code"].endswith("/returned"):
        detail = "returned"
    return End(
        pool=pool,
        detail=detail,
        shipment=got[f"{side}_shipment"],
        group=operator.groups_by_id[got[f"{side}_group_id"]].code,
        quality=Quality(got[f"{side}_quality"]),
    )


def chain_codes(session: Session) -> dict[int, str]:
    """Number and code of every chain. One statement."""
    return {row.id: row.code for row in session.execute(select(CHAIN.c.id, CHAIN.c.code))}


def sent(session: Session, codes: Iterable[str]) -> list[Sent]:
    """Shipments of these codes, by code. One statement for each 400."""
    found = []
    for some in _some(sorted(set(codes))):
        rows = session.execute(select(_shipment).where(_shipment.c.code.in_(some)))
        found += [Sent(row.code, row.outlet_id, row.shipped_on) for row in rows]
    return sorted(found, key=lambda one: one.code)


@dataclass(frozen=True, slots=True)
class Changing:
    """An entry that takes away from, or puts right, what was certified."""

    id: int
    kind: str
    day: date
    batch: str


def changing_after(
    session: Session, codes: Collection[str], until: Mapping[int, int]
) -> list[Changing]:
    """Entries behind these places in their chains by which grams of these batches stopped being
    confirmed, or a batch was corrected. What was undone since is left out. Two statements for each
    400 batches."""
    found: dict[tuple[int, str], Changing] = {}
    behind = or_(
        *(and_(_entry.c.chain_id == number, _entry.c.seq > size) for number, size in until.items())
    )
    undone = select(_entry.c.reverses_id).where(_entry.c.reverses_id.is_not(None))
    for some in _some(sorted(codes)):
        taken = (
            _movement.join(_place, _place.c.id == _movement.c.source_id)
            .join(_batch, _batch.c.id == _movement.c.batch_id)
            .join(_entry, _entry.c.id == _movement.c.entry_id)
        )
        columns = (_entry.c.id, _entry.c.kind, _entry.c.day)
        gone = session.execute(
            select(*columns, _batch.c.code.label("batch"))
            .select_from(taken)
            .where(_batch.c.code.in_(some), _place.c.pool == "CONFIRMED", behind)
            .where(_entry.c.id.not_in(undone))
            .distinct()
        ).all()
        corrected = session.execute(
            select(*columns, _entry.c.subject.label("batch")).where(
                _entry.c.kind == "correct",
                _entry.c.subject.in_(some),
                behind,
                _entry.c.id.not_in(undone),
            )
        ).all()
        for row in (*gone, *corrected):
            found[row.id, row.batch] = Changing(row.id, row.kind, row.day, row.batch)
    return sorted(found.values(), key=lambda one: (one.id, one.batch))


def undoings(session: Session, entry_ids: Collection[int]) -> list[Changing]:
    """Entries that undid one of these. One statement for each 400."""
    found = []
    for some in _some(sorted(entry_ids)):
        rows = session.execute(
            select(_entry.c.id, _entry.c.kind, _entry.c.day, _entry.c.subject).where(
                _entry.c.reverses_id.in_(some)
            )
        )
        found += [Changing(row.id, row.kind, row.day, row.subject or "") for row in rows]
    return found


def _some(many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))
