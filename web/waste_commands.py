"""The command that prints what a site must notify of a month."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from web.terminal import NotReady, now, open_database, tell


class Kind(StrEnum):
    """How a notification is printed."""

    CSV = "csv"
    XML = "xml"


def notify(
    site: Annotated[str, typer.Option(metavar="CODE", help="Which location.")],
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="Which month.")],
    kind: Annotated[Kind, typer.Option("--format", help="A table, or AMICE XML.")] = Kind.CSV,
) -> None:
    """Print what must still be notified of a month. It marks nothing as sent."""
    from catalogue.access import Viewer
    from catalogue.errors import NotFound
    from catalogue.kinds import Role
    from catalogue.rulebook import rulebook
    from nl.amice import as_xml
    from nl.files import notified_file
    from nl.months import whole_month
    from nl.queries import notifying_site
    from nl.rules import month_of
    from reporting.formats import Format
    from streams.ledger import site_day

    wanted = month_of(month)
    with open_database() as (database, _), database.read() as session:
        book = rulebook(session)
        if site not in book.sites:
            raise NotFound(site=site)
        operator = book.sites[site].operator_id
        viewer = Viewer(role=Role.MANAGER, organisation_id=operator, operator_id=operator)
        where = notifying_site(session, book, site, viewer)
        found = whole_month(session, book, viewer, site=where, month=wanted)
        state = found.state(site_day(now(), book.sites[site]))
        if not where.must_notify or state == "open":
            raise NotReady(
                "This location has no duty to notify."
                if not where.must_notify
                else "This month is not over yet."
            )
        if found.due is None:
            tell("All of this month is notified.")
            raise typer.Exit(1)
        if kind is Kind.XML:
            sys.stdout.write(as_xml(found.due))
        else:
            for piece in notified_file(found.due, "nl", Format.CSV):
                sys.stdout.write(piece.decode())
        tell(f"Notify by {found.deadline}. Mark it as sent on the page when it is.")


def add_to(app: typer.Typer) -> None:
    """Let the application know this command."""
    app.command("notify")(notify)
