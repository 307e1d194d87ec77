"""A certificate before it is signed: what stands confirmed of a scope, and what still does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import UNKNOWN_GROUP, Pool, Security
from catalogue.rulebook import OperatorBook, Rulebook
from certificates import rules
from certificates.queries import Scope, Scoped, Sent, moves_of, scoped, sent
from certificates.rules import Kind, Lot, ScopeKind
from intake.item_views import ListedItem, items_of_batches
from streams.queries import BatchRow

PENDING = (Pool.HOLDING, Pool.QUARANTINE, Pool.BIN, Pool.SHIPPED)


@dataclass(frozen=True, slots=True)
class Stand:
    """Grams of a batch at a place. detail: a destination's `code@version`, or a loss kind."""

    pool: Pool
    detail: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A batch in the tree of a certificate: where all that was received stands."""

    batch: BatchRow
    stands: Sequence[Stand]
    certified_g: int

    @property
    def received_g(self) -> int:
        """Net of what went back."""
        return sum(one.mass_g for one in self.stands if one.pool is not Pool.SUPPLIER)

    def mass_g(self, *pools: Pool) -> int:
        return sum(one.mass_g for one in self.stands if one.pool in pools)

    @property
    def returned_g(self) -> int:
        return sum(one.mass_g for one in self.stands if one.detail == "returned")


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a certificate says, but for its code, its time and its proofs."""

    kind: Kind
    scoped: Scoped
    lots: Sequence[Lot]
    branches: Sequence[Branch]
    items: Sequence[ListedItem]
    shipments: Sequence[Sent]

    @property
    def mass_g(self) -> int:
        return sum(lot.mass_g for lot in self.lots)

    def all_g(self, *pools: Pool) -> int:
        """Grams of all batches of the scope in these pools."""
        return sum(branch.mass_g(*pools) for branch in self.branches)

    @property
    def received_g(self) -> int:
        return sum(branch.received_g for branch in self.branches)


def draft(
    session: Session,
    book: Rulebook,
    kind: Kind,
    scope: Scope,
    supplier: str | None,
    viewer: Viewer,
    *,
    until: Mapping[int, int] | None = None,
) -> Draft:
    """What a certificate of this kind would say. A constant number of statements for each 400
    batches. until: by number of the chain, how many entries count. Raises NotFound, Malformed."""
    about = scoped(session, book, scope, supplier, viewer)
    ids = {row.id: row for row in about.batches}
    moves = moves_of(session, about.operator, list(ids), until=until)
    lots = [
        lot
        for lot in rules.stated(rules.confirmed_lots(moves))
        if _states(kind, about.operator, lot) and _within(about, lot)
    ]
    stands = rules.split(moves)
    branches = [_branch(row, stands.get(row.code, {}), lots) for row in about.batches]
    shipments = sent(session, {lot.shipment for lot in lots if lot.shipment})
    items = _items(session, book, about, lots) if kind is Kind.DESTRUCTION else []
    return Draft(kind, about, lots, branches, items, shipments)


def _states(kind: Kind, operator: OperatorBook, lot: Lot) -> bool:
    routes = {row.label: row for row in operator.destinations}
    route = routes[lot.detail]
    return rules.may_state(kind, stream=route.stream, accepts=route.accepts)


def _within(about: Scoped, lot: Lot) -> bool:
    """Of the batches themselves, and of a shipment only what went with it."""
    if lot.batch not in {row.code for row in about.batches}:
        return False
    return about.scope.kind is not ScopeKind.SHIPMENT or lot.shipment == about.scope.code


def _branch(
    row: BatchRow, stands: Mapping[tuple[Pool, str, str], int], lots: Sequence[Lot]
) -> Branch:
    sums: dict[tuple[Pool, str], int] = {}
    for (pool, detail, _quality), mass_g in stands.items():
        sums[pool, detail] = sums.get((pool, detail), 0) + mass_g
    order = list(Pool)
    found = [
        Stand(pool, detail, mass_g)
        for (pool, detail), mass_g in sorted(
            sums.items(), key=lambda one: (order.index(one[0][0]), one[0][1])
        )
        if mass_g
    ]
    certified_g = sum(lot.mass_g for lot in lots if lot.batch == row.code)
    return Branch(row, found, certified_g)


def _items(
    session: Session, book: Rulebook, about: Scoped, lots: Sequence[Lot]
) -> list[ListedItem]:
    """The items that were destroyed, of the batches that a certificate of destruction states."""
    codes = {lot.batch for lot in lots}
    ids = [row.id for row in about.batches if row.code in codes]
    found = items_of_batches(session, book, ids) if ids else []
    return [item for item in found if not item.reversed]


def require_complete(made: Draft) -> None:
    """Raise NothingToCertify, Malformed or NumberMissing unless the certificate may be signed."""
    rules.require_something(
        made.mass_g,
        received_g=made.received_g,
        confirmed_g=made.all_g(Pool.CONFIRMED),
        pending_g=made.all_g(*PENDING),
        lost_g=made.all_g(Pool.LOSS),
    )
    rules.require_readable(len(made.lots))
    if made.kind is Kind.DESTRUCTION:
        _require_numbers(made)


def _require_numbers(made: Draft) -> None:
    declared = {row.code: row.group.code for row in made.scoped.batches}
    pieces: dict[tuple[str, str], int] = {}
    for lot in made.lots:
        group = declared[lot.batch] if lot.group == UNKNOWN_GROUP else lot.group
        security = made.scoped.operator.groups[group].security
        if security is Security.SERIAL and group != UNKNOWN_GROUP:
            pieces[lot.batch, group] = pieces.get((lot.batch, group), 0) + lot.pieces
    for (batch, group), count in sorted(pieces.items()):
        own = [item for item in made.items if (item.batch, item.group) == (batch, group)]
        destroyed = sum(1 for item in own if item.destroyed_on is not None)
        rules.require_numbers(batch, group, pieces=count, noted=len(own), destroyed=destroyed)
