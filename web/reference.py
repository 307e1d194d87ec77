"""What a caller may use of the reference data, as `GET /reference` says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from catalogue.access import Viewer
from catalogue.kinds import PartnerRole
from catalogue.rows import DeclarationRow, FactorRow, NamedRow, SiteRow, TargetRow
from catalogue.rulebook import OperatorBook, Rulebook


def operators_for(book: Rulebook, viewer: Viewer) -> list[OperatorBook]:
    """The operators that the viewer has to do with."""
    return [
        operator
        for operator in book.operators.values()
        if operator.organisation.id == viewer.operator_id
        or viewer.supplier_ids & operator.partners.keys()
        or viewer.outlet_id in operator.partners
    ]


def sites_for(book: Rulebook, viewer: Viewer) -> list[SiteRow]:
    """The sites that the viewer works at, hands in to, or takes from."""
    own = {operator.organisation.id for operator in operators_for(book, viewer)}
    return [
        site
        for site in book.sites.values()
        if site.operator_id in own and viewer.site_id in (None, site.id)
    ]


def reference_for(book: Rulebook, viewer: Viewer) -> dict[str, Any]:
    """Everything of the contract's `GET /reference`, as far as it is the viewer's to use."""
    operators = operators_for(book, viewer)
    sites = sites_for(book, viewer)
    return {
        "organisations": _organisations(book, operators, viewer),
        "sites": [
            {
                "code": site.code,
                "name": site.name,
                "timezone": site.timezone,
                "operator": book.organisations_by_id[site.operator_id].code,
            }
            for site in sites
        ],
        **_equipment(book, {site.id for site in sites} if viewer.is_staff else set()),
        **_routes(operators),
        "gates": _named(operator.gates for operator in operators),
        "loss_kinds": _named(operator.loss_kinds for operator in operators),
        "find_kinds": _named(operator.find_kinds for operator in operators),
        "reasons": [
            {**row, "acts": row["acts"].split(",")}
            for row in _named(operator.reasons for operator in operators)
        ],
        "sorting_guide": [
            {"code": code, **tree}
            for operator in operators
            for code, tree in operator.guides.items()
        ],
        **_yardsticks(book, operators, viewer),
    }


def _yardsticks(
    book: Rulebook, operators: Iterable[OperatorBook], viewer: Viewer
) -> dict[str, Any]:
    """Factors for all; what is about one supplier only for staff and for that supplier."""
    known = list(operators)
    about = {None: None} | {key: row.code for key, row in book.organisations_by_id.items()}

    def may_see(supplier_id: int | None) -> bool:
        return viewer.is_staff or supplier_id is None or supplier_id in viewer.supplier_ids

    return {
        "factors": [_plain(row) for operator in known for row in operator.factors],
        "targets": [
            {**_plain(row), "supplier": about[row.supplier_id]}
            for operator in known
            for row in operator.targets
            if may_see(row.supplier_id)
        ],
        "declarations": [
            {
                **_plain(row),
                "supplier": about[row.supplier_id],
                "article_group": _group_code(operator, row.article_group_id),
            }
            for operator in known
            for row in operator.declarations
            if may_see(row.supplier_id)
        ],
    }


def _group_code(operator: OperatorBook, key: int | None) -> str | None:
    return None if key is None else operator.groups_by_id[key].code


def _plain(row: FactorRow | TargetRow | DeclarationRow) -> dict[str, Any]:
    """A row without the keys of the database, days as ISO has them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(row).items()
        if name != "id" and not name.endswith("_id")
    }


def _equipment(book: Rulebook, site_ids: set[int]) -> dict[str, Any]:
    """Stations, containers, scales and printers of these sites; not where a printer listens."""
    return {
        "stations": [
            {
                "code": row.code,
                "site": book.sites_by_id[row.site_id].code,
                "kind": row.kind.value,
                "name": row.name,
            }
            for row in book.stations.values()
            if row.site_id in site_ids
        ],
        "containers": [
            {
                "code": row.code,
                "site": book.sites_by_id[row.site_id].code,
                "kind": row.kind,
                "tare_g": row.tare_g,
                "tare_on": row.tare_on.isoformat(),
                "max_g": row.max_g,
            }
            for row in book.containers.values()
            if row.site_id in site_ids
        ],
        "scales": [
            {
                "code": row.code,
                "site": book.sites_by_id[row.site_id].code,
                "name": row.name,
                "division_g": row.division_g,
                "max_g": row.max_g,
                "calibration_due": row.calibration_due.isoformat(),
                # Where it answers is for the server alone.
                "reads": "server" if row.address else "tablet",
            }
            for row in book.scales.values()
            if row.site_id in site_ids
        ],
        "printers": [
            {
                "code": row.code,
                "site": book.sites_by_id[row.site_id].code,
                "name": row.name,
                "size": row.size,
                "dpi": row.dpi,
            }
            for row in book.printers.values()
            if row.site_id in site_ids
        ],
    }


def _routes(operators: Iterable[OperatorBook]) -> dict[str, Any]:
    """Article groups and today's destinations of these operators."""
    today = datetime.now(UTC).date()
    known = list(operators)
    return {
        "article_groups": [
            {
                "code": row.code,
                "names": dict(row.names),
                "security": row.security.value,
                "tolerance_permille": row.tolerance_permille,
                "piece_g": row.piece_g,
            }
            for operator in known
            for row in operator.groups.values()
        ],
        "destinations": [
            {
                "code": row.code,
                "version": row.version,
                "stream": row.stream.value,
                "names": dict(row.names),
                "gates": list(row.gates),
                "accepts": sorted(row.accepts),
            }
            for operator in known
            for row in operator.current_destinations(today)
        ],
    }


def _organisations(
    book: Rulebook, operators: Iterable[OperatorBook], viewer: Viewer
) -> list[dict[str, Any]]:
    """Staff see every partner; others only the operators, themselves and what is under them."""
    found: dict[int, set[str]] = {}
    treatments: dict[int, list[str]] = {}
    for operator in operators:
        found.setdefault(operator.organisation.id, set()).add(PartnerRole.OPERATOR.value)
        for partner in operator.partners.values():
            own = (
                viewer.is_staff
                or partner.organisation_id in viewer.supplier_ids
                or partner.organisation_id == viewer.outlet_id
            )
            if own:
                roles = {role.value for role in partner.roles}
                found.setdefault(partner.organisation_id, set()).update(roles)
                if PartnerRole.OUTLET in partner.roles:
                    treatments[partner.organisation_id] = list(partner.treatments)
    rows = (book.organisations_by_id[key] for key in found)
    return [
        {"code": row.code, "name": row.name, "roles": sorted(found[row.id])}
        | ({"treatments": treatments[row.id]} if row.id in treatments else {})
        for row in sorted(rows, key=lambda row: row.code)
    ]


def _named(tables: Iterable[Mapping[str, NamedRow]]) -> list[dict[str, Any]]:
    return [
        {"code": row.code, "names": dict(row.names), **row.more}
        for table in tables
        for row in table.values()
    ]
