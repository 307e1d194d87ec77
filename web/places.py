"""The menu: every place to go to, and how it is grouped. Who sees which place, `visiting` says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from catalogue.kinds import Role
from web.i18n import message
from web.rendering import Link, Places

DESKS: Final = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who begins at the desk. A team leader begins at what is on the floor today."""

OVERVIEW: Final = Link("/desk", message("Overview"))
TODAY: Final = Link("/today", message("Today"))

MENU: Final[tuple[Link | Places, ...]] = (
    TODAY,
    OVERVIEW,
    Link("/portal", message("Overview")),
    Link("/attention", message("Needs a person")),
    Places(
        message("Goods"),
        (
            Link("/announce", message("Announce")),
            Link("/deliveries", message("Deliveries")),
            Link("/batches", message("Batches")),
            Link("/bins", message("Bins")),
            Link("/shipments", message("Shipments")),
            Link("/finds", message("Finds")),
            Link("/items", message("Items with a number")),
        ),
    ),
    Places(
        message("Figures"),
        (
            Link("/report", message("Report"), also=("/figures", "/behind")),
            Link("/compare", message("Compare")),
            Link("/exports", message("Exports")),
        ),
    ),
    Places(
        message("Proof"),
        (
            Link("/certificates", message("Certificates")),
            Link("/reports/issued", message("Issued reports")),
            Link("/waste-register", message("Waste register"), also=("/stream-numbers",)),
            Link("/notifications", message("Notifications")),
        ),
    ),
    Places(
        message("Setup"),
        (
            Link("/reference", message("Reference data")),
            Link("/labels", message("Labels")),
        ),
    ),
    Places(
        message("People and access"),
        (
            Link("/people", message("People"), but=("/people/rules",)),
            Link("/people/rules", message("Second factor")),
            Link("/tokens", message("Tokens of machines")),
            Link("/stations", message("Stations")),
            Link("/audit", message("Who did what")),
        ),
    ),
    Link("/notices", message("Notices")),
)
"""All places in their order. A place shows as soon as its page has a row in `visiting.PAGES`."""

FLAT_MAX: Final = 9
"""So few places stand beside each other; more are put away under their words."""

_PUT_AWAY: Final = {Role.SUPPLIER: frozenset({"/report"})}
"""What a role reaches otherwise: a supplier's overview is its report."""


def places(role: Role, sees: Collection[str]) -> list[Link | Places]:
    """The menu of a role, from the pages that it may see. What is alone needs no word above it."""
    wanted = frozenset(sees) - _PUT_AWAY.get(role, frozenset())
    found: list[Link | Places] = []
    for place in MENU:
        links = [one for one in _links(place) if one.href in wanted]
        if isinstance(place, Places) and len(links) > 1:
            found.append(Places(place.text, tuple(links)))
        else:
            found += links
    if role in DESKS and TODAY in found and OVERVIEW in found:
        found.remove(TODAY)
        found.insert(found.index(OVERVIEW) + 1, TODAY)
    every = [link for place in found for link in _links(place)]
    return [*every] if len(every) <= FLAT_MAX else found


def _links(place: Link | Places) -> tuple[Link, ...]:
    return place.links if isinstance(place, Places) else (place,)
