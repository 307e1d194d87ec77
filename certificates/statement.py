"""The document that is signed: everything on paper stands in it, so that paper can be checked.

Its shape is that of every verifier, also of the one that stands alone: lines, the entries that
prove them, totals, and the signed heads of the chains (docs/ledger.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from catalogue.kinds import Pool, Quality, Stream
from catalogue.rows import DestinationRow, OrganisationRow
from catalogue.rulebook import OperatorBook, Rulebook
from certificates.drafting import PENDING, Branch, Draft
from certificates.queries import Scope
from certificates.rules import Portion, permille_of
from chain.actions import instant
from chain.rows import SEQ_BITS
from intake.item_views import ListedItem

PURPOSE: Final = "stofstroom/certificate/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An entry with the way from it to the head of its chain. code: `chain#seq`."""

    code: str
    hash: str
    path: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What a draft becomes a certificate by. heads: signed; chains: by number, their code."""

    code: str
    now: datetime
    heads: Sequence[Mapping[str, Any]]
    chains: Mapping[int, str]
    entries: Sequence[Proven]
    replaces: str | None
    verify_at: str

    def entry(self, key: int) -> str:
        """What people call an entry, by its key."""
        return f"{self.chains[key >> SEQ_BITS]}#{key & (1 << SEQ_BITS) - 1}"


def document(book: Rulebook, made: Draft, seal: Sealing) -> dict[str, Any]:
    """The document of a certificate: texts and whole numbers only."""
    operator = made.scoped.operator
    routes = {row.label: row for row in operator.destinations}
    lines = [_line(portion, made, routes, seal) for portion in made.portions]
    return {
        "code": seal.code,
        "kind": made.kind.value,
        "issued_at": instant(seal.now),
        "timezone": next((row.site.timezone for row in made.scoped.batches), "UTC"),
        "issuer": _party(operator.organisation) | {"address": operator.organisation.address},
        "supplier": _party(made.scoped.supplier),
        "scope": said_scope(made.scoped.scope),
        "replaces": seal.replaces,
        "as_of": [_as_of(head) for head in seal.heads],
        "lines": lines,
        "entries": [
            {"entry": one.code, "hash": one.hash, "path": list(one.path)} for one in seal.entries
        ],
        "batches": [_branch(branch, routes) for branch in made.branches],
        "shipments": [
            {
                "shipment": one.code,
                "outlet": _party(book.organisations_by_id[one.outlet_id]),
                "shipped_on": one.shipped_on.isoformat(),
            }
            for one in made.shipments
        ],
        "items": [_item(item) for item in made.items],
        "coverage": coverage(made),
        "totals": _totals(lines),
        "names": _names(operator, made),
        "verify_at": seal.verify_at,
    }


def said_scope(scope: Scope) -> dict[str, Any]:
    """The scope as documents and lists say it."""
    if scope.first is None or scope.end is None:
        return {"kind": scope.kind.value, "code": scope.code}
    days = {"from": scope.first.isoformat(), "to": scope.end.isoformat()}
    return {"kind": scope.kind.value, **days, "basis": "received"}


def coverage(made: Draft) -> dict[str, int]:
    """Which share of what was received this states, and where the rest is."""
    received_g = made.received_g
    confirmed_g = made.all_g(Pool.CONFIRMED)
    return {
        "received_g": received_g,
        "certified_g": made.mass_g,
        "otherwise_confirmed_g": confirmed_g - made.mass_g,
        "pending_g": made.all_g(*PENDING),
        "lost_g": made.all_g(Pool.LOSS),
        "finds_g": made.all_g(Pool.FINDS),
        "permille": permille_of(made.mass_g, received_g),
    }


def _party(row: OrganisationRow) -> dict[str, str]:
    return {"code": row.code, "name": row.name}


def _as_of(head: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "chain": head["log"],
        "size": head["size"],
        "root": head["root"],
        "checkpoint": dict(head),
    }


def _line(
    portion: Portion, made: Draft, routes: Mapping[str, DestinationRow], seal: Sealing
) -> dict[str, Any]:
    route = routes[portion.detail]
    site = next(row.site.code for row in made.scoped.batches if row.code == portion.batch)
    return {
        "batch": portion.batch,
        "supplier": made.scoped.supplier.code,
        "site": site,
        "article_group": portion.group,
        "destination": route.code,
        "version": route.version,
        "stream": route.stream.value,
        "mass_g": portion.mass_g,
        "pieces": portion.pieces or None,
        "quality": portion.quality.value,
        "shipment": portion.shipment,
        "confirmed_on": portion.day.isoformat(),
        "entry": seal.entry(portion.by),
        "confirmation": seal.entry(portion.entry),
    }


def _branch(branch: Branch, routes: Mapping[str, DestinationRow]) -> dict[str, Any]:
    row = branch.batch
    return {
        "batch": row.code,
        "site": row.site.code,
        "received_day": row.received_day.isoformat(),
        "article_group": row.group.code,
        "quality": row.quality.value,
        "received_g": branch.received_g,
        "returned_g": branch.returned_g,
        "certified_g": branch.certified_g,
        "stands": [
            {"pool": one.pool.value.lower(), **_detail(one.pool, one.detail, routes)}
            | {"mass_g": one.mass_g}
            for one in branch.stands
            if one.pool is not Pool.SUPPLIER
        ],
    }


def _detail(
    pool: Pool, detail: str, routes: Mapping[str, DestinationRow]
) -> dict[str, str | int | None]:
    route = routes.get(detail)
    return {
        "destination": route.code if route else None,
        "version": route.version if route else None,
        "stream": route.stream.value if route else None,
        "loss_kind": detail if pool is Pool.LOSS else None,
    }


def _item(item: ListedItem) -> dict[str, Any]:
    assert item.destroyed_on is not None, "an item on a certificate was destroyed"
    return {
        "number": item.number,
        "batch": item.batch,
        "article_group": item.group,
        "destroyed_on": item.destroyed_on.isoformat(),
        "method": item.method,
        "entry": item.destruction_entry,
    }


def _totals(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_quality = _sums(lines, "quality")
    return {
        "mass_g": sum(line["mass_g"] for line in lines),
        "measured_g": by_quality.get(Quality.MEASURED.value, 0),
        "estimated_g": by_quality.get(Quality.ESTIMATED.value, 0),
        "streams": {stream.value: 0 for stream in Stream} | _sums(lines, "stream"),
        "batches": _sums(lines, "batch"),
        "destinations": _sums(lines, "destination"),
    }


def _sums(lines: Iterable[Mapping[str, Any]], by: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line[by]] += line["mass_g"]
    return dict(sums)


def _names(operator: OperatorBook, made: Draft) -> dict[str, Any]:
    """What the codes were called when it was signed, in every language that has a name."""
    details = {portion.detail for portion in made.portions}
    stands = {(one.pool, one.detail) for branch in made.branches for one in branch.stands}
    details |= {detail for _, detail in stands}
    groups = {portion.group for portion in made.portions} | {
        row.group.code for row in made.scoped.batches
    }
    methods = {item.method for item in made.items if item.method}
    kinds = {detail for pool, detail in stands if pool is Pool.LOSS}
    return {
        "destinations": {
            row.code: dict(row.names) for row in operator.destinations if row.label in details
        },
        "article_groups": {code: dict(operator.groups[code].names) for code in sorted(groups)},
        "loss_kinds": {code: dict(operator.loss_kinds[code].names) for code in sorted(kinds)},
        "methods": {
            code: dict(operator.reasons[code].names)
            for code in sorted(methods)
            if code in operator.reasons
        },
    }
