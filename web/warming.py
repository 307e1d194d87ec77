"""What the first visitor would else wait for: what scans need before the server is ready, the rest
right after, behind the first scans.

The first pages are made for nobody: that compiles templates and statements, and has the database
look at the pages of its file that the figures stand on. Then come the large libraries.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from time import perf_counter
from typing import Final

from fastapi import FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError

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
LIBRARIES: Final = (
    "accounts.passkey_proofs",
    "web.id_tokens",
    "pyarrow",
    "pyarrow.compute",
    "pyarrow.parquet",
)
"""What is too large to be loaded before the server is ready: a test holds it to that."""
log = logging.getLogger("stofstroom")


def make_ready(app: FastAPI) -> None:
    """What the first scan would else wait for: the routes and the rule book."""
    for route in app.routes:
        # Routes are put together when they are first looked at: nothing is at this path.
        route.matches({**NOWHERE, "app": app})
    with app.state.database.read() as session:
        rulebook(session)
    look_for_rubbish_again()


def look_for_rubbish_again() -> None:
    """What is loaded by now stays, and is not looked through again and again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def warm(app: FastAPI, stop: threading.Event | None = None) -> None:
    """Make the first pages of a supplier and of a manager, if there are any yet; load libraries.

    Rests after each step as long as it took, so that scans have at least half of the processor.
    """
    resting = stop or threading.Event()
    try:
        for step in chain(first_pages(app), _libraries()):
            began = perf_counter()
            step()
            if resting.wait(perf_counter() - began):
                return
    except SQLAlchemyError:
        # Whoever asks for a page is told so themselves, if the database is still away by then.
        log.warning("the first pages could not be made", exc_info=True)


def first_pages(app: FastAPI) -> Iterator[Callable[[], object]]:
    """What makes each of the first pages."""
    database: Database = app.state.database
    with database.read() as session:
        visitors = list(_visitors(rulebook(session)))
    for viewer in visitors:
        for language in languages().values():
            yield partial(_make, app, viewer, language)


def _libraries() -> Iterator[Callable[[], object]]:
    for name in LIBRARIES:
        yield partial(importlib.import_module, name)


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


def _make(app: FastAPI, viewer: Viewer, language: Language) -> None:
    path = "/desk" if viewer.is_staff else "/portal"
    nobody = Signed(viewer=viewer, actor="server", name="", language=None, kind="session")
    visit = Visit(
        Request({**NOWHERE, "path": path, "app": app}), nobody, language, app.state.clock()
    )
    database: Database = app.state.database
    with database.read() as session:
        if viewer.is_staff:
            desk.desk(visit, session)
        else:
            portal.report(visit, session)
