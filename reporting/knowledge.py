"""What figures need beside the totals: factors, declarations and distances of the rulebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from catalogue.kinds import PartnerRole, Pool, Purpose, Stream
from catalogue.rows import DeclarationRow, FactorRow
from catalogue.rulebook import OperatorBook, Rulebook
from reporting import access
from reporting.formulas.facts import Flow, Inflow
from reporting.questions import Basis, Question

PUT_OUT = frozenset({Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED, Pool.LOSS, Pool.FINDS})


def operators_of(book: Rulebook, seen: access.Scope) -> list[OperatorBook]:
    """The operators whose sites a report covers, by code."""
    found = {site.operator_id: book.operators[site.operator_id] for site in seen.sites}
    return sorted(found.values(), key=lambda one: one.organisation.code)


def factors(
    book: Rulebook, seen: access.Scope, asked: Question
) -> dict[str, dict[Purpose, FactorRow]]:
    """Per operator the factor of each purpose: valid on the last day, or of the year asked for."""
    return {
        one.organisation.code: chosen(one.factors, asked.period.last, asked.factors)
        for one in operators_of(book, seen)
    }


def chosen(rows: Iterable[FactorRow], on: date, year: int | None) -> dict[Purpose, FactorRow]:
    """The newest factor of each purpose that is valid on a day.

    year: the newest of that year or before it instead, whatever its days.
    """
    best: dict[Purpose, FactorRow] = {}
    for row in rows:
        valid = row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        if not (valid if year is None else row.year <= year):
            continue
        before = best.get(row.purpose)
        if before is None or _order(row) >= _order(before):
            best[row.purpose] = row
    return best


def _order(row: FactorRow) -> tuple[int, date, int]:
    return row.year, row.valid_from, row.id


def distances(book: Rulebook, seen: access.Scope) -> dict[tuple[str, str], list[int | None]]:
    """How far each outlet is that may take a destination, by operator and destination."""
    found: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    for operator in operators_of(book, seen):
        for partner in operator.partners.values():
            if PartnerRole.OUTLET in partner.roles:
                for treatment in partner.treatments:
                    found[operator.organisation.code, treatment].append(partner.distance_km)
    return dict(found)


def flows(
    book: Rulebook,
    seen: access.Scope,
    asked: Question,
    read: Callable[[Collection[int]], Iterable[Any]],
) -> list[Flow]:
    """What came in and went out per supplier that declared something.

    read: sums of these suppliers by site, group, pool and stream. Not asked when nobody in this
    report declared anything, or it counts what was booked.
    """
    declared: dict[tuple[int, int], list[DeclarationRow]] = defaultdict(list)
    for operator in operators_of(book, seen):
        for row in operator.declarations:
            if seen.supplier_ids is None or row.supplier_id in seen.supplier_ids:
                declared[operator.organisation.id, row.supplier_id].append(row)
    if not declared or asked.basis is not Basis.RECEIVED:
        return []
    operator_of = {site.id: site.operator_id for site in seen.sites}
    found: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for summed in read({key for _, key in declared}):
        found[operator_of[summed.site_id], summed.supplier_id].append(summed)
    year = asked.period.last.year
    return [_flow(found[key], rows, year) for key, rows in sorted(declared.items()) if key in found]


def _flow(rows: Iterable[Any], declared: Sequence[DeclarationRow], year: int) -> Flow:
    came_in: dict[int, int] = defaultdict(int)
    confirmed: dict[str, int] = defaultdict(int)
    put_out_g = 0
    for row in rows:
        pool, mass_g = Pool(row.pool), int(row.mass_g)
        if pool is Pool.SUPPLIER:
            came_in[row.group_id] -= mass_g
        elif pool in PUT_OUT and (row.stream or pool in (Pool.LOSS, Pool.FINDS)):
            put_out_g += mass_g
            if pool is Pool.CONFIRMED:
                confirmed[row.stream] += mass_g
    return Flow(
        input_g=sum(came_in.values()),
        put_out_g=put_out_g,
        reuse_confirmed_g=confirmed[Stream.REUSE.value],
        recycle_confirmed_g=confirmed[Stream.RECYCLE.value],
        declared=[
            _inflow(mass_g, row)
            for group_id, mass_g in sorted(came_in.items())
            if mass_g > 0 and (row := _valid(declared, group_id, year)) is not None
        ],
    )


def _valid(declared: Iterable[DeclarationRow], group_id: int, year: int) -> DeclarationRow | None:
    """The newest that is not of a later year; one of the group itself goes before one of all."""
    found = [
        row for row in declared if row.year <= year and row.article_group_id in (None, group_id)
    ]
    return max(
        found, key=lambda row: (row.article_group_id is not None, row.year, row.id), default=None
    )


def _inflow(mass_g: int, row: DeclarationRow) -> Inflow:
    return Inflow(
        mass_g=mass_g,
        recycled=row.recycled_permille,
        reused=row.reused_permille,
        renewable=row.renewable_permille,
        lifetime=row.lifetime_permille,
        use=row.use_permille,
        feed=row.feed_efficiency_permille,
        recovery=row.recycling_efficiency_permille,
    )


def same_suppliers(book: Rulebook, seen: access.Scope, supplier_id: int) -> bool:
    """Whether a report is about this supplier, with everything under it, and nobody else."""
    return seen.supplier_ids is not None and set(seen.supplier_ids) == book.children(supplier_id)
