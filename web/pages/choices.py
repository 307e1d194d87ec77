"""What can be chosen in forms: only what the viewer may use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from catalogue.errors import NotFound
from catalogue.kinds import PartnerRole, StationKind
from catalogue.rows import DestinationRow, ScaleRow, SiteRow, StationRow
from catalogue.rulebook import Rulebook
from web.pages.forms import Options
from web.pages.naming import Names
from web.pages.visiting import Visit
from web.reference import operators_for, sites_for


def sites(visit: Visit, book: Rulebook) -> Options:
    return [(row.code, row.name) for row in sites_for(book, visit.viewer)]


def site(visit: Visit, book: Rulebook, code: str) -> SiteRow:
    """A site that the viewer works at or hands in to. Raises NotFound."""
    for row in sites_for(book, visit.viewer):
        if row.code == code:
            return row
    raise NotFound


def stations(
    visit: Visit, book: Rulebook, *kinds: StationKind, at: SiteRow | None = None
) -> Options:
    """Stations of a site, or of all the viewer's; all of them where none is of the wanted kinds."""
    rows = _standing(visit, book, book.stations.values(), at)
    fitting = [row for row in rows if row.kind in kinds]
    return _told_apart(book, fitting or rows)


def scales(visit: Visit, book: Rulebook, at: SiteRow | None = None) -> Options:
    return _told_apart(book, _standing(visit, book, book.scales.values(), at))


Standing = TypeVar("Standing", StationRow, ScaleRow)


def _standing(
    visit: Visit, book: Rulebook, rows: Iterable[Standing], at: SiteRow | None
) -> list[Standing]:
    """What stands at a site, or at any site of the viewer."""
    own = {row.id for row in ([at] if at else sites_for(book, visit.viewer))}
    return [row for row in rows if row.site_id in own]


def _told_apart(book: Rulebook, rows: Sequence[StationRow] | Sequence[ScaleRow]) -> Options:
    """By name, and by site as well where there is more than one."""
    if len({row.site_id for row in rows}) <= 1:
        return [(row.code, row.name) for row in rows]
    return [(row.code, f"{row.name} · {book.sites_by_id[row.site_id].name}") for row in rows]


def containers(visit: Visit, book: Rulebook) -> Options:
    own = {row.id for row in sites_for(book, visit.viewer)}
    return [
        (row.code, f"{row.code} ({row.kind})")
        for row in book.containers.values()
        if row.site_id in own
    ]


def suppliers(visit: Visit, book: Rulebook) -> Options:
    """The viewer's own organisations, or those that hand in to it."""
    own = visit.viewer.supplier_ids
    rows = partners(visit, book, PartnerRole.SUPPLIER)
    ids = {row.id for row in book.organisations.values() if not own or row.id in own}
    return [pair for pair in rows if book.organisations[pair[0]].id in ids]


def partners(visit: Visit, book: Rulebook, role: PartnerRole) -> Options:
    """Organisations that are this to the viewer's operators, by name."""
    ids = {
        partner.organisation_id
        for operator in operators_for(book, visit.viewer)
        for partner in operator.partners.values()
        if role in partner.roles
    }
    rows = sorted((book.organisations_by_id[each] for each in ids), key=lambda row: row.name)
    return [(row.code, row.name) for row in rows]


def groups(visit: Visit, book: Rulebook) -> Options:
    """Article groups of the viewer's sites, by name."""
    names = Names(visit.language, book)
    found = {pair for row in sites_for(book, visit.viewer) for pair in names.groups(row)}
    return sorted(found, key=lambda pair: pair[1])


def destinations(book: Rulebook, site: SiteRow, on: date) -> list[DestinationRow]:
    """The destinations of a day, reuse first and incineration last."""
    order = ["reuse", "recycle", "incineration"]
    rows = book.operator(site).current_destinations(on)
    return sorted(rows, key=lambda row: (order.index(row.stream.value), row.code))
