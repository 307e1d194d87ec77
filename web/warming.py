"""What the first visitor would else wait for, done once before the server says that it is ready.

The first pages are made for nobody: that reads the rule book, compiles templates and statements,
and has the database look at the pages of its file that the figures stand on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI, Request
from sqlmodel import Session

from accounts.queries import Signed
from catalogue.access import Viewer
from catalogue.kinds import PartnerRole, Role
from catalogue.rulebook import Rulebook, rulebook
from store.engine import Database
from web.i18n import Language, languages
from web.pages import desk, portal
from web.pages.visiting import Visit

NOWHERE: Final = {
    "type": "http",
    "method": "GET",
    "path": "/nowhere",
    "root_path": "",
    "query_string": b"",
    "headers": [],
}


def warm(app: FastAPI) -> None:
    """Make the first pages of a supplier and of a manager, if there are any yet."""
    for route in app.routes:
        # Routes are put together when they are first looked at: nothing is at this path.
        route.matches({**NOWHERE, "app": app})
    database: Database = app.state.database
    with database.read() as session:
        for viewer in _visitors(rulebook(session)):
            for language in languages().values():
                _make(app, session, viewer, language)


def _visitors(book: Rulebook) -> Iterator[Viewer]:
    """A manager of each operator, and of its suppliers one with others under it and one without."""
    for operator in book.operators.values():
        own = operator.organisation.id
        yield Viewer(role=Role.MANAGER, organisation_id=own, operator_id=own)
        suppliers = {
            len(below) > 1: (partner.organisation_id, below)
            for partner in operator.partners.values()
            if PartnerRole.SUPPLIER in partner.roles
            for below in [book.children(partner.organisation_id)]
        }
        for supplier, below in suppliers.values():
            yield Viewer(role=Role.SUPPLIER, organisation_id=supplier, supplier_ids=below)


def _make(app: FastAPI, session: Session, viewer: Viewer, language: Language) -> None:
    path = "/desk" if viewer.is_staff else "/portal"
    nobody = Signed(viewer=viewer, actor="server", name="", language=None, kind="session")
    visit = Visit(
        Request({**NOWHERE, "path": path, "app": app}), nobody, language, app.state.clock()
    )
    if viewer.is_staff:
        desk.desk(visit, session)
    else:
        portal.report(visit, session)
