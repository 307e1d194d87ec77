"""Tokens of machines: who may make which, until when, and how they are withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from accounts.audit import Doing
from accounts.machines import DAYS_MAX, Scope, Wanted, ends_at, machines, make, withdraw
from accounts.queries import viewer_of
from accounts.tables import AuditEvent
from catalogue.access import Viewer
from catalogue.errors import Malformed, NotAllowed, NotFound
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from tests.builders import Depot

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BY: dict[str, Any] = {"actor": "person:1", "now": NOW, "address": "192.0.2.1"}
WANTED = Wanted(
    name="planning", role=Role.WORKER, organisation="WATERKANT", site=None, scope=Scope.READ
)


def administrator_of(depot: Depot) -> Viewer:
    return replace(depot.people["manager"], role=Role.ADMINISTRATOR)


def test_an_administrator_makes_a_token_that_ends_within_a_year(
    stage: Session, depot: Depot
) -> None:
    administrator = administrator_of(depot)
    plain = make(stage, WANTED, viewer=administrator, **BY)
    me = viewer_of(stage, plain, NOW)
    assert me is not None
    assert (me.kind, me.scope, me.viewer.role) == ("api", "read", Role.WORKER)
    assert viewer_of(stage, plain, NOW + timedelta(days=365)) is None
    (row,) = machines(stage, administrator, now=NOW)
    assert (row.name, row.scope, row.seen_at) == ("planning", "read", None)
    withdraw(stage, row.id, viewer=administrator, **BY)
    assert viewer_of(stage, plain, NOW) is None
    assert machines(stage, administrator, now=NOW) == []
    noted = stage.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(each.kind, each.target, each.actor) for each in noted] == [
        (Doing.TOKEN_MADE, f"token:{row.id}", "person:1"),
        (Doing.TOKEN_REVOKED, f"token:{row.id}", "person:1"),
    ]
    assert plain not in "".join(each.details for each in noted)


def test_a_supplier_makes_tokens_for_itself_and_its_children_only(
    stage: Session, depot: Depot
) -> None:
    supplier = depot.people["noorderhaven"]
    own = replace(WANTED, role=Role.SUPPLIER, scope=Scope.ANNOUNCE)
    for organisation in ("NOORDERHAVEN", "ZEEKANT"):
        make(stage, replace(own, organisation=organisation), viewer=supplier, **BY)
    with pytest.raises(NotFound):
        make(stage, replace(own, organisation="DUINRAND"), viewer=supplier, **BY)
    with pytest.raises(NotFound):
        make(stage, WANTED, viewer=supplier, **BY)
    theirs = machines(stage, supplier, now=NOW)
    assert len(theirs) == 2
    other = Viewer(role=Role.SUPPLIER, organisation_id=0, supplier_ids=frozenset({0}))
    with pytest.raises(NotFound):
        withdraw(stage, theirs[0].id, viewer=other, **BY)


def test_who_is_tied_to_a_site_makes_tokens_for_that_site(stage: Session, depot: Depot) -> None:
    book = rulebook(stage)
    tied: Viewer = replace(administrator_of(depot), site_id=book.sites["S2"].id)
    make(stage, replace(WANTED, site="S1"), viewer=administrator_of(depot), **BY)
    make(stage, replace(WANTED, site="S2"), viewer=tied, **BY)
    for site in ("S1", None):
        with pytest.raises(NotFound):
            make(stage, replace(WANTED, site=site), viewer=tied, **BY)
    assert [row.site_id for row in machines(stage, tied, now=NOW)] == [book.sites["S2"].id]


@pytest.mark.parametrize("who", ["worker", "leader", "manager", "auditor"])
def test_nobody_else_has_to_do_with_tokens(stage: Session, depot: Depot, who: str) -> None:
    with pytest.raises(NotAllowed):
        machines(stage, depot.people[who], now=NOW)
    with pytest.raises((NotAllowed, NotFound)):
        make(stage, WANTED, viewer=depot.people[who], **BY)


@pytest.mark.parametrize("days", [-1, 0, DAYS_MAX + 1])
def test_no_token_lasts_for_ever(days: int) -> None:
    with pytest.raises(Malformed):
        ends_at(days, NOW)
    assert ends_at(DAYS_MAX, NOW) == NOW + timedelta(days=DAYS_MAX)
