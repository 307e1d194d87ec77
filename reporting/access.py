"""Which sites and suppliers a report may speak of."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from catalogue.access import Viewer, require
from catalogue.errors import NotAllowed
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from reporting.questions import Question


@dataclass(frozen=True, slots=True)
class Scope:
    """sites: by code. supplier_ids: None means every supplier of those sites."""

    sites: tuple[SiteRow, ...]
    supplier_ids: AbstractSet[int] | None

    @property
    def site_ids(self) -> list[int]:
        return sorted(site.id for site in self.sites)


def scope(book: Rulebook, viewer: Viewer, asked: Question) -> Scope:
    """The part of the register that a question is about, as far as the viewer may see it.

    Staff see their operator (or their one site); a supplier sees itself and everything under it, at
    every operator that serves it. Raises NotFound for a site or supplier that does not exist or
    belongs to others, NotAllowed for whoever is neither staff nor supplier.
    """
    if not viewer.is_staff and not viewer.supplier_ids:
        raise NotAllowed
    visible = {site.code: site for site in book.sites.values() if _sees_site(book, viewer, site)}
    for code in asked.sites:
        require(code in visible)
    sites = tuple(visible[code] for code in (asked.sites or sorted(visible)))
    return Scope(sites, _supplier_ids(book, viewer, asked))


def _sees_site(book: Rulebook, viewer: Viewer, site: SiteRow) -> bool:
    if viewer.is_staff:
        return viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    return not viewer.supplier_ids.isdisjoint(book.operator(site).partners)


def _supplier_ids(book: Rulebook, viewer: Viewer, asked: Question) -> AbstractSet[int] | None:
    if not asked.suppliers:
        return None if viewer.is_staff else viewer.supplier_ids
    wanted: set[int] = set()
    for code in asked.suppliers:
        organisation = book.organisation(code)
        require(_sees_supplier(book, viewer, organisation.id))
        wanted |= book.children(organisation.id)
    return wanted if viewer.is_staff else wanted & viewer.supplier_ids


def _sees_supplier(book: Rulebook, viewer: Viewer, organisation_id: int) -> bool:
    if viewer.operator_id is not None:
        return organisation_id in book.operators[viewer.operator_id].partners
    return organisation_id in viewer.supplier_ids
