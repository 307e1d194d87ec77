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
from certificates.rules import Kind, Portion, ScopeKind
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
    portions: Sequence[Portion]
    branches: Sequence[Branch]
    items: Sequence[ListedItem]
    shipments: Sequence[Sent]

    @property
    def mass_g(self) -> int:
        return sum(portion.mass_g for portion in self.portions)

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
    portions = [
        portion
        for portion in rules.stated(rules.confirmed_portions(moves))
        if _states(kind, about.operator, portion) and _within(about, portion)
    ]
    stands = rules.split(moves)
    branches = [_branch(row, stands.get(row.code, {}), portions) for row in about.batches]
    shipments = sent(session, {portion.shipment for portion in portions if portion.shipment})
    items = _items(session, book, about, portions) if kind is Kind.DESTRUCTION else []
    return Draft(kind, about, portions, branches, items, shipments)


def _states(kind: Kind, operator: OperatorBook, portion: Portion) -> bool:
    routes = {row.label: row for row in operator.destinations}
    route = routes[portion.detail]
    return rules.may_state(kind, stream=route.stream, accepts=route.accepts)


def _within(about: Scoped, portion: Portion) -> bool:
    """Of the batches themselves, and of a shipment only what went with it."""
    if portion.batch not in {row.code for row in about.batches}:
        return False
    return about.scope.kind is not ScopeKind.SHIPMENT or portion.shipment == about.scope.code


def _branch(
    row: BatchRow, stands: Mapping[tuple[Pool, str, str], int], portions: Sequence[Portion]
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
    certified_g = sum(portion.mass_g for portion in portions if portion.batch == row.code)
    return Branch(row, found, certified_g)


def _items(
    session: Session, book: Rulebook, about: Scoped, portions: Sequence[Portion]
) -> list[ListedItem]:
    """The items that were destroyed, of the batches that a certificate of destruction states."""
    codes = {portion.batch for portion in portions}
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
    rules.require_readable(len(made.portions))
    if made.kind is Kind.DESTRUCTION:
        _require_numbers(made)


def _require_numbers(made: Draft) -> None:
    declared = {row.code: row.group.code for row in made.scoped.batches}
    pieces: dict[tuple[str, str], int] = {}
    for portion in made.portions:
        group = declared[portion.batch] if portion.group == UNKNOWN_GROUP else portion.group
        security = made.scoped.operator.groups[group].security
        if security is Security.SERIAL and group != UNKNOWN_GROUP:
            pieces[portion.batch, group] = pieces.get((portion.batch, group), 0) + portion.pieces
    for (batch, group), count in sorted(pieces.items()):
        own = [item for item in made.items if (item.batch, item.group) == (batch, group)]
        destroyed = sum(1 for item in own if item.destroyed_on is not None)
        rules.require_numbers(batch, group, pieces=count, noted=len(own), destroyed=destroyed)
