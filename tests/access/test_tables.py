"""The matrix by hand is complete, and says what the tables say that the application asks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from catalogue.kinds import Role
from store.engine import Database
from tests.access.house import OWN
from tests.access.matrix import BY_ROUTE, ROWS
from tests.access.pages import FORMS as FILLED
from tests.house.test_routes import FOR_ANYBODY, flat
from tests.web.api.calling import SEVEN, settings_of
from web.app import API_PREFIX, create_app
from web.pages.visiting import FORMS, PAGES
from web.permissions import API, PUBLIC

ROLES: Final = {OWN[name][0]: name for name in SEVEN}


def decided(method: str, path: str) -> frozenset[Role]:
    """Whom the application answers."""
    if path.startswith(API_PREFIX):
        return API[method, path.removeprefix(API_PREFIX)]
    own = PAGES.get(path, frozenset())
    return FORMS.get(path, own) if method == "POST" else own


def line(method: str, path: str) -> str:
    """The line to begin with for a route that has none: read every sign of it."""
    roles = decided(method, path)
    answered = "x--" if "{" in path else "x"
    cells = [answered if role in roles else "." for role in ROLES]
    cells.insert(4, cells[3] if method == "GET" else ".")
    public = (method, path.removeprefix(API_PREFIX)) in PUBLIC
    return " ".join([method, path, *cells, "x" if public else "-", ".", "."])


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    database = Database("sqlite://")
    app = create_app(settings_of(database, Path()), database=database)
    served = {
        (method, path)
        for path, methods in flat(app.routes)
        for method in methods
        if path not in FOR_ANYBODY
    }
    missing = [line(*route) for route in sorted(served - BY_ROUTE.keys())]
    assert not missing, "\n".join(["Write in tests/access/matrix.txt, sign by sign:", *missing])
    assert BY_ROUTE.keys() == served


def test_the_table_by_hand_is_the_table_that_the_code_asks() -> None:
    for row in ROWS:
        roles = decided(row.method, row.path)
        assert set(SEVEN) - row.who(".") == {ROLES[role] for role in roles}, row.spelled
        public = (row.method, row.bare) in PUBLIC and row.is_call
        assert row.cells["stranger"] == ("x" if public else "-"), row.spelled


def test_every_form_is_well_filled_in_by_somebody() -> None:
    forms = {row.path for row in ROWS if row.method == "POST" and not row.is_call}
    assert forms - FILLED.keys() == set(), "Write a form in FORMS of tests/access/pages.py."
    assert forms == set(FILLED)


def test_who_may_never_see_what_is_elsewhere() -> None:
    """Whatever names a thing is never answered to another operator, another site or partner,
    unless a line here says so."""
    beside = {row.spelled for row in ROWS if row.who("x", "beside")}
    assert {row.spelled for row in ROWS if row.who("x", "elsewhere")} == set()
    assert beside == {
        # Figures of an operator are of all its sites; who is tied to one issues its own.
        "POST /api/v1/reports/issued",
        # Suppliers and outlets check a whole logbook that their goods are in.
        "GET /api/v1/proofs/{entry}",
        # A partner of the operator.
        "POST /notices/contacts",
    }
