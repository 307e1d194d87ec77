"""Who is asking, and the one rule by which rows of others answer like rows that do not exist."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from catalogue.errors import NotAllowed, NotFound
from catalogue.kinds import Role

STAFF = frozenset({Role.WORKER, Role.TEAM_LEADER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
LEADERS = frozenset({Role.TEAM_LEADER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody, or some machine, that asks.

    operator_id: the operator of which staff are part. supplier_ids: a supplier's own organisation
    and its children. outlet_id: the outlet. site_id: the one site that it is limited to, if any.
    station_id: the station of an enrolled tablet.
    """

    role: Role
    organisation_id: int
    operator_id: int | None = None
    supplier_ids: AbstractSet[int] = frozenset()
    outlet_id: int | None = None
    site_id: int | None = None
    station_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.operator_id is not None

    @property
    def is_tablet(self) -> bool:
        """Whether it is an enrolled tablet: what it says has happened already."""
        return self.station_id is not None

    @property
    def is_leader(self) -> bool:
        """May correct, release, and close or lose beyond a limit with a reason."""
        return self.role in LEADERS

    def sees_site(self, *, operator_id: int, site_id: int) -> bool:
        """Whether this is staff of the site's operator (and of that site, if limited to one)."""
        return self.operator_id == operator_id and self.site_id in (None, site_id)

    def sees_batch(self, *, operator_id: int, site_id: int, supplier_id: int) -> bool:
        """Whether a batch of this supplier at this site exists for the viewer."""
        own_site = self.sees_site(operator_id=operator_id, site_id=site_id)
        return own_site or supplier_id in self.supplier_ids


def require(exists_for_viewer: bool) -> None:
    """Raise NotFound unless the thing exists for the viewer."""
    if not exists_for_viewer:
        raise NotFound


def require_leader(viewer: Viewer) -> None:
    """Raise NotAllowed unless a team leader is asking."""
    if not viewer.is_leader:
        raise NotAllowed
