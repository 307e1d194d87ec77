"""The circularity report: equal to a recomputation, balanced, isolated, and cheap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed, NotAllowed, NotFound
from catalogue.kinds import Role
from chain.checkpoints import root_of
from chain.queries import head
from reporting.queries import circularity_report
from reporting.questions import By, Question
from store.engine import Database
from tests.reporting import world as worlds
from tests.reporting.asking import EVER, ask, assert_balanced, assert_recomputed, report
from tests.reporting.world import PARENT, SUPPLIERS, World

PERIODS = [
    EVER,
    {"first": "2025-12-01", "end": "2026-02-01"},
    {"first": "2025-11-20", "end": "2026-03-17"},
    {"first": "2026-01-05", "end": "2026-01-29"},
    {"first": "2026-01-20", "end": "2026-02-10"},
]
BASES = ["received", "booked"]
STREAMS = ("reuse", "recycle", "incineration")
REST = ("held", "finds", "loss")
OUTCOMES = (*STREAMS, *REST)
APART = (*(f"{each}_{part}" for each in STREAMS for part in ("confirmed", "pending")), *REST)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The statements that a session sends, as they come."""
    sent: list[str] = []
    connection = session.connection()

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize(("basis", "by", "period"), list(product(BASES, [None, *By], PERIODS)))
def test_a_report_equals_what_pandas_makes_of_the_exported_movements(
    reading: Session, world: World, basis: str, by: By | None, period: dict[str, str]
) -> None:
    assert_recomputed(reading, world.staff("OPA"), ask(basis=basis, by=by, **period))


@pytest.mark.parametrize(("basis", "supplier"), list(product(BASES, [*SUPPLIERS, PARENT])))
def test_a_report_of_a_supplier_equals_a_recomputation_for_staff_and_for_itself(
    reading: Session, world: World, basis: str, supplier: str
) -> None:
    period = {"first": "2025-12-09", "end": "2026-03-12"}
    for_itself = ask(basis=basis, by="month", **period)
    assert_recomputed(reading, world.supplier(supplier), for_itself)
    for operator in ("OPA", "OPB"):
        asked = ask(basis=basis, by="month", suppliers=[supplier], **period)
        assert_recomputed(reading, world.staff(operator), asked)


def test_the_register_of_these_tests_holds_all_that_can_happen(
    reading: Session, world: World
) -> None:
    whole = report(reading, world.staff("OPA"), ask())
    for term in ("input_g", "returned_g", "estimated_g", "loss_g", "held_g", "finds_g"):
        assert whole[term] > 0, term
    assert set(whole["losses"]) == {"dust", "moisture", "weighing_difference"}
    assert all(one["mass_g"] > 0 for one in whole["streams"].values())
    assert whole["streams"]["recycle"]["confirmed_g"] > 0
    assert whole["in_transit_g"] > 0
    assert {one["version"] for one in whole["destinations"]} == {1, 2}


def test_the_suppliers_and_the_sites_add_up_to_the_whole(reading: Session, world: World) -> None:
    staff = world.staff("OPA")
    whole = report(reading, staff, ask())
    for asked_each in (
        [{"suppliers": [s]} for s in SUPPLIERS],
        [{"sites": ["S1"]}, {"sites": ["S2"]}],
    ):
        parts = [report(reading, staff, ask(**asked)) for asked in asked_each]
        for term in ("input_g", "loss_g", "held_g", "finds_g", "returned_g", "open_batches"):
            assert sum(part[term] for part in parts) == whole[term], term
        for part in parts:
            assert_balanced(part)


def test_booked_months_open_with_what_the_month_before_closed_with(
    reading: Session, world: World
) -> None:
    found = report(reading, world.staff("OPA"), ask(basis="booked", by="month", **PERIODS[2]))
    opening_g = found["opening_g"]
    assert opening_g > 0
    for row in found["rows"]:
        assert row["opening_g"] == opening_g
        opening_g = row["closing_g"]
    assert opening_g == found["closing_g"]


def test_months_without_anything_leave_no_gap(reading: Session, world: World) -> None:
    found = report(reading, world.staff("OPB"), ask(by="month"))
    months = [row["month"] for row in found["rows"]]
    assert months == sorted(set(months))
    first, last = (int(m[:4]) * 12 + int(m[5:]) for m in (months[0], months[-1]))
    assert len(months) == last - first + 1


def test_shares_add_up_to_a_thousand(reading: Session, world: World) -> None:
    found = circularity_report(reading, world.staff("OPA"), ask())
    said = report(reading, world.staff("OPA"), ask())
    assert sum(one["permille"] for one in said["streams"].values()) == 1000
    assert sum(one["permille"] for one in said["destinations"]) == 1000
    for ends in (OUTCOMES, APART):
        assert sum(found.measure(f"{end}_of_input") or 0 for end in ends) == 1000
    assert found.measure("measured_of_input") == 1000 - (found.measure("estimated_of_input") or 0)
    assert found.measure("no_such_figure") is None


def test_every_figure_says_its_formula_and_its_sources(reading: Session, world: World) -> None:
    figures = report(reading, world.staff("OPA"), ask())["figures"]
    assert all(one["formula"] and one["sources"] for one in figures)
    assert len({one["id"] for one in figures}) == len(figures)
    by_id = {one["id"]: one for one in figures}
    whole = report(reading, world.staff("OPA"), ask())
    assert by_id["gri.306-5"]["value"] == whole["streams"]["incineration"]["mass_g"]
    assert by_id["gri.306-4.confirmed"]["value"] == sum(
        whole["streams"][stream]["confirmed_g"] for stream in ("reuse", "recycle")
    )


def test_an_empty_period_has_no_shares_and_no_mass(reading: Session, world: World) -> None:
    found = report(reading, world.staff("OPA"), ask(first="2020-01-01", end="2021-01-01"))
    assert found["input_g"] == 0
    assert {one["permille"] for one in found["streams"].values()} == {None}
    assert {one["value"] for one in found["figures"]} == {None}
    assert found["destinations"] == []


def test_a_report_is_json_of_whole_numbers(reading: Session, world: World) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"not a whole number: {text}")

    for by in By:
        said = json.dumps(report(reading, world.staff("OPA"), ask(by=by)))
        json.loads(said, parse_float=refuse)


def test_a_report_says_up_to_which_entry_of_each_site_it_stands(
    reading: Session, world: World
) -> None:
    found = report(reading, world.staff("OPA"), ask())
    assert found["as_of"] == [
        {"site": site, "seq": head(reading, f"site:{site}").size,
         "head": head(reading, f"site:{site}").head_hash,
         "root": root_of(head(reading, f"site:{site}")).hex()}
        for site in ("S1", "S2")
    ]  # fmt: skip


def test_a_report_takes_few_statements_however_much_there_is(
    reading: Session, world: World, session: Session
) -> None:
    small = worlds.build(session, seed=3, batches=3)
    for where, staff in ((reading, world.staff("OPA")), (session, small.staff("OPA"))):
        # A fifth where a supplier declared something, which tells nothing of what was booked.
        for asked, most in (
            (ask(), 5),
            (ask(basis="booked", by="month"), 4),
            (ask(suppliers=["NOORD"]), 4),
        ):
            circularity_report(where, staff, asked)
            with statements(where) as sent:
                circularity_report(where, staff, asked)
            assert len(sent) == most, sent


def test_a_parent_sees_the_sum_of_what_is_under_it(reading: Session, world: World) -> None:
    parent, north, south = (world.supplier(code) for code in (PARENT, "NOORD", "ZUID"))
    whole = report(reading, parent, ask(by="supplier"))
    parts = [report(reading, viewer, ask()) for viewer in (north, south)]
    assert whole["input_g"] == sum(part["input_g"] for part in parts)
    assert {row["supplier"] for row in whole["rows"]} == {"NOORD", "ZUID"}


def test_a_supplier_sees_itself_at_every_operator_that_serves_it(
    reading: Session, world: World
) -> None:
    own = report(reading, world.supplier("LAND"), ask())
    at_each = [
        report(reading, world.staff(operator), ask(suppliers=["LAND"]))
        for operator in ("OPA", "OPB")
    ]
    assert own["sites"] == ["S1", "S2", "T1"]
    assert own["input_g"] == sum(one["input_g"] for one in at_each)
    assert all(one["input_g"] > 0 for one in at_each)


def test_what_belongs_to_another_is_not_found_just_like_what_does_not_exist(
    reading: Session, world: World
) -> None:
    one_site = world.staff("OPA", Role.TEAM_LEADER, site="S1")
    forbidden: list[tuple[Viewer, Question]] = [
        (world.supplier("NOORD"), ask(suppliers=["ZUID"])),
        (world.supplier("NOORD"), ask(suppliers=[PARENT])),
        (world.supplier("NOORD"), ask(suppliers=["NOORD", "LAND"])),
        (world.supplier("NOORD"), ask(suppliers=["NO-SUCH"])),
        (world.supplier("NOORD"), ask(sites=["NO-SUCH"])),
        (world.staff("OPA"), ask(sites=["T1"])),
        (world.staff("OPA"), ask(suppliers=["NOBODY"])),
        (world.staff("OPA"), ask(suppliers=["OPB"])),
        (world.staff("OPA"), ask(suppliers=["NO-SUCH"])),
        (one_site, ask(sites=["S2"])),
    ]
    refusals = []
    for viewer, asked in forbidden:
        with pytest.raises(NotFound) as refused:
            circularity_report(reading, viewer, asked)
        refusals.append((refused.value.code, refused.value.figures))
    assert refusals == [("not_found", {})] * len(forbidden)


def test_staff_of_one_site_see_that_site_only(reading: Session, world: World) -> None:
    limited = report(reading, world.staff("OPA", site="S1"), ask())
    asked = report(reading, world.staff("OPA"), ask(sites=["S1"]))
    assert limited["sites"] == ["S1"]
    assert limited["input_g"] == asked["input_g"]


def test_an_outlet_gets_no_report(reading: Session, world: World) -> None:
    with pytest.raises(NotAllowed):
        circularity_report(reading, world.outlet(), ask())


@pytest.mark.parametrize("words", [{"basis": "guessed"}, {"by": "colour"}])
def test_an_unknown_basis_or_row_is_refused(words: dict[str, str]) -> None:
    with pytest.raises(Malformed) as refused:
        ask(**words)
    assert refused.value.figures["field"] == next(iter(words))


def test_postgresql_gives_the_same_as_pandas_too(postgresql_database: Database) -> None:
    with postgresql_database.write() as session:
        worlds.build(session, seed=5, batches=12)
    with postgresql_database.read() as session:
        staff = World(session, seed=0).staff("OPA")
        for basis, by in product(BASES, [None, *By]):
            assert_recomputed(session, staff, ask(basis=basis, by=by, **PERIODS[2]))
