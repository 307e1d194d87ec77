"""All nouns of reference data in their groups: the one table that lists, pages and forms read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from web.i18n import message
from web.pages.reference import matters, parties
from web.pages.reference.fields import Noun


@dataclass(frozen=True, slots=True)
class Group:
    """Nouns that belong together. title: a msgid."""

    title: str
    nouns: Sequence[Noun]


GROUPS: Final = (
    Group(
        message("Organisations and partners"),
        (parties.ORGANISATION, parties.PARTNER),
    ),
    Group(
        message("Places and equipment"),
        (parties.SITES, parties.STATION, parties.CONTAINER, parties.SCALE, parties.PRINTER),
    ),
    Group(message("What it is"), (matters.ARTICLE_GROUP, matters.SORTING_GUIDE)),
    Group(
        message("Where it goes"),
        (
            matters.DESTINATION,
            matters.GATE,
            matters.OWNER_RULE,
            matters.LOSS_KIND,
            matters.REASON,
            matters.FIND_KIND,
        ),
    ),
    Group(
        message("Figures"),
        (matters.FACTOR, matters.TARGET, matters.DECLARATION),
    ),
)
BY_NAME: Final[Mapping[str, Noun]] = {one.noun: one for group in GROUPS for one in group.nouns}

FIRST: Final = ("site", "station", "scale", "container", "organisation", "partner")
"""What an operator with nothing yet makes, in this order."""
