"""What can be chosen for somebody who gets an account: only what the viewer may hand out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.access import managed
from accounts.actions import IN_USE
from accounts.people import SCOPES, WRITE, Place
from catalogue.access import STAFF
from catalogue.errors import NotAllowed
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from web.i18n import message
from web.pages.booking import Typed
from web.pages.forms import Options
from web.pages.visiting import Visit
from web.reference import sites_for
from web.words import ROLES

PROBLEMS: Final[Mapping[str, str]] = {
    IN_USE: message("Somebody signs in by this address already."),
    "email": message("This is not an e-mail address."),
    "name": message("Type a name on one line."),
    "site": message("Only people of your own organisation work at a site."),
    "scope": message("Only a supplier's people may be limited to looking."),
    "organisation": message("Nobody of this role belongs to this organisation."),
    "role": message("Choose a role."),
}
"""What is wrong with a field, or with an address that is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Values and words. scopes: whether there is anybody to whom looking alone can be given."""

    roles: Options
    organisations: Options
    sites: Options
    scopes: bool


def choices_for(visit: Visit, book: Rulebook) -> Choices:
    """The own organisation first, then the others by name."""
    viewer, words = visit.viewer, visit.language
    if viewer.role is Role.SUPPLIER:
        roles = [Role.SUPPLIER]
    else:
        roles = [role for role in Role if role in STAFF or viewer.site_id is None]
    is_tied = viewer.site_id is not None
    rows = [
        book.organisations_by_id[key]
        for key in managed(book, viewer)
        if not is_tied or key == viewer.organisation_id
    ]
    rows.sort(key=lambda row: (row.id != viewer.organisation_id, row.name))
    sites = sites_for(book, viewer) if viewer.role is Role.ADMINISTRATOR else []
    return Choices(
        roles=[(role.value, words.gettext(ROLES[role])) for role in roles],
        organisations=[(row.code, row.name) for row in rows],
        sites=[(row.code, row.name) for row in sites],
        scopes=Role.SUPPLIER in roles,
    )


def place_in(visit: Visit, book: Rulebook, sent: Typed) -> Place | None:
    """What somebody may do and where, as it was typed; None where no role was chosen.

    Raises NotAllowed for a role that is not the viewer's to give.
    """
    chosen = choices_for(visit, book)
    roles = [value for value, _ in chosen.roles]
    role = sent.text("role") or (roles[0] if len(roles) == 1 else "")
    codes = [value for value, _ in chosen.organisations]
    organisation = sent.text("organisation") or (codes[0] if codes else "")
    if role in {each.value for each in Role} - set(roles):
        raise NotAllowed
    if role not in roles:
        sent.errors["role"] = PROBLEMS["role"]
        return None
    scope = sent.text("scope") or WRITE
    return Place(
        role=Role(role),
        organisation=organisation,
        site=sent.text("site"),
        scope=scope if scope in SCOPES else "",
    )
