"""Whose accounts somebody may manage."""

from __future__ import annotations

from catalogue.access import STAFF, Viewer
from catalogue.errors import NotAllowed, NotFound
from catalogue.kinds import Role
from catalogue.rows import StationRow
from catalogue.rulebook import Rulebook

MAY_ENROL = frozenset({Role.TEAM_LEADER, Role.ADMINISTRATOR})


def managed(book: Rulebook, viewer: Viewer) -> frozenset[int]:
    """Organisations whose people and tokens the viewer may manage.

    An administrator: its operator, and partners that no other operator serves, because a login of
    a supplier sees what it handed in anywhere. A supplier: itself and its children.
    """
    if viewer.role is Role.SUPPLIER:
        return frozenset(viewer.supplier_ids)
    if viewer.role is not Role.ADMINISTRATOR or viewer.operator_id is None:
        return frozenset()
    elsewhere = {
        organisation_id
        for operator_id, operator in book.operators.items()
        if operator_id != viewer.operator_id
        for organisation_id in (operator_id, *operator.partners)
    }
    own = book.operators[viewer.operator_id]
    return frozenset({viewer.operator_id, *own.partners} - elsewhere)


def require_may_grant(book: Rulebook, viewer: Viewer, *, organisation: str, role: Role) -> None:
    """Raise NotFound for an organisation of somebody else, NotAllowed for a role beyond one's own.

    A supplier hands out only its own role; an administrator every one of them.
    """
    if book.organisation(organisation).id not in managed(book, viewer):
        raise NotFound
    if role in STAFF and viewer.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    if viewer.role is Role.SUPPLIER and role is not Role.SUPPLIER:
        raise NotAllowed


def station_to_enrol(book: Rulebook, viewer: Viewer, code: str) -> StationRow:
    """The station where the viewer may let a tablet in.

    Raises NotAllowed, and NotFound for one that does not exist or belongs to others.
    """
    station = book.stations.get(code)
    if station is None or station.site_id not in enrolling_sites(book, viewer):
        raise NotFound
    return station


def enrolling_sites(book: Rulebook, viewer: Viewer) -> frozenset[int]:
    """Sites where the viewer may let tablets in and put them out. Raises NotAllowed."""
    if viewer.role not in MAY_ENROL:
        raise NotAllowed
    return frozenset(
        site.id
        for site in book.sites.values()
        if viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    )
