"""A code that lets a tablet in, for who sits at the machine itself."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from accounts.devices import issue_code
from accounts.queries import viewer_as
from catalogue.errors import NotFound
from catalogue.kinds import Role
from catalogue.rulebook import rulebook


def code_for(session: Session, station: str, name: str, *, now: datetime) -> str:
    """A code for a tablet at a station, in fours. Raises NotFound, Malformed."""
    book = rulebook(session)
    place = book.stations.get(station)
    if place is None:
        raise NotFound
    operator_id = book.sites_by_id[place.site_id].operator_id
    administrator = viewer_as(book, Role.ADMINISTRATOR, operator_id)
    code = issue_code(session, station, name, viewer=administrator, now=now)
    return f"{code[:4]}-{code[4:]}"
