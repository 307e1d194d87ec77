"""Somebody is invited from the machine itself, where nobody looks after accounts yet."""

from __future__ import annotations

from catalogue.kinds import Role
from web.terminal import now, open_database, tell


def invite_by_link(
    email: str, name: str, role: Role, organisation: str | None, site: str | None, language: str
) -> str:
    """A link by which the person of a new account takes it into use, to be shown this once."""
    from accounts.people import invite_from_here

    with open_database() as (database, settings), database.write() as session:
        ticket = invite_from_here(
            session,
            email=email,
            name=name,
            language=language,
            role=role,
            organisation=organisation,
            site=site,
            now=now(),
        )
    tell(f"{email} chooses a password by this link, within 7 days. It is not shown again.")
    return f"{settings.public_url}/invitation/{ticket}?lang={language}"
