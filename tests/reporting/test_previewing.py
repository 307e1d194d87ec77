"""What a change of reference data would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from catalogue.actions import define
from catalogue.kinds import Stream
from catalogue.rulebook import rulebook
from reporting.circularity import Route
from reporting.measures import Measure
from reporting.previewing import (
    OpenBatch,
    Step,
    beyond_limit,
    book_with,
    closes,
    closes_otherwise,
    differing,
    guide_changes,
    leads_to,
    rerouted,
)
from tests.cast import take_the_stage

BATCH = OpenBatch(
    code="B1", input_g=100_000, held_g=2_000, quarantine_g=0, work_bin_g=0, difference_g=0
)


def test_a_batch_closes_when_what_is_left_is_within_its_tolerance() -> None:
    assert closes(BATCH, 20)
    assert not closes(BATCH, 19)
    assert not closes(replace(BATCH, quarantine_g=1), 1000)
    assert not closes(replace(BATCH, work_bin_g=1), 1000)
    assert not closes(replace(BATCH, difference_g=1), 20)


def test_only_batches_with_another_answer_are_named() -> None:
    half = replace(BATCH, code="B2", held_g=1_000)
    assert closes_otherwise([BATCH, half], 10, 20) == (["B1"], [])
    assert closes_otherwise([BATCH, half], 20, 10) == ([], ["B1"])
    assert closes_otherwise([BATCH, half], 20, 30) == ([], [])


def test_a_loss_beyond_the_limit_needs_a_team_leader() -> None:
    losses = [("B1", 100_000, 5_000), ("B2", 100_000, 5_001)]
    assert beyond_limit(losses, 50) == ["B2"]
    assert beyond_limit(losses, 51) == []
    assert beyond_limit(losses, 1) == ["B1", "B2"]


def question(word: str, yes: Any, no: Any) -> dict[str, Any]:
    return {"question": {"nl": word, "en": word}, "yes": yes, "no": no}


def goes(code: str) -> dict[str, str]:
    return {"destination": code}


def test_a_guide_says_which_of_its_places_are_other() -> None:
    was = question("wet", goes("burn"), question("whole", goes("sale"), goes("shred")))
    now = question("wet", goes("recycle"), goes("sale"))
    assert leads_to(was) == {"burn", "sale", "shred"}
    assert list(guide_changes(was, now)) == [
        Step(("yes",), "burn", "recycle"),
        Step(("no",), {"nl": "whole", "en": "whole"}, "sale"),
        Step(("no", "yes"), "sale", None),
        Step(("no", "no"), "shred", None),
    ]
    assert list(guide_changes(was, was)) == []
    assert len(list(guide_changes(None, now))) == 3


def test_every_version_of_one_destination_is_seen_as_if_it_had_other_cells() -> None:
    as_if = rerouted("OPA", "panels", {"stream": "reuse", "gri": "306-4 i", "note": "x"})
    route = Route(
        operator="OPA", code="panels", version=1, stream=Stream.RECYCLE,
        cells={"gri": "306-4 ii", "ladder": "R8"},
    )  # fmt: skip
    other = as_if(route)
    assert (other.stream, dict(other.cells)) == (Stream.REUSE, {"gri": "306-4 i", "ladder": ""})
    for kept in (replace(route, operator="OPB"), replace(route, code="energy")):
        assert as_if(kept) is kept


def test_figures_that_differ_or_come_or_go_are_laid_side_by_side() -> None:
    def figure(id: str, value: int | None) -> Measure:
        return Measure(id=id, value=value, unit="permille", formula="", sources=())

    was = [figure("a", 1), figure("b", 2), figure("gone", 3), figure("nothing", None)]
    would = [figure("a", 1), figure("b", 4), figure("new", 5)]
    found = [(one.any.id, one.was and one.was.value, one.would and one.would.value)
             for one in differing(was, would)]  # fmt: skip
    assert found == [("b", 2, 4), ("gone", 3, None), ("new", None, 5)]


def test_the_rule_book_is_seen_as_if_a_factor_said_something_else(session: Session) -> None:
    take_the_stage(session)
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    said: dict[str, Any] = {
        "names": {"nl": "x", "en": "x"}, "purpose": "new_product", "valid_from": date(2026, 1, 1),
        "year": 2026, "unit": "g_co2e_per_kg", "low": 1, "central": 2, "high": 9, "source": "x",
    }  # fmt: skip
    for code in ("first", "second"):
        define(session, "WATERKANT", "factor", code, said, now=now)
    book = rulebook(session)
    operator = book.operators[book.organisation("WATERKANT").id]
    values: dict[str, Any] = {
        **said, "names": '{"en":"x","nl":"x"}', "valid_from": "2026-01-01", "valid_to": None,
        "central": 5, "region": "", "licence": "",
    }  # fmt: skip
    other = book_with(book, operator, "factor", "second", values)
    seen = other.operators[operator.organisation.id]
    assert [(row.code, row.version, row.central) for row in seen.factors] == [
        ("first", 1, 2),
        ("second", 2, 5),
    ]
    assert [row.central for row in operator.factors] == [2, 2]
    added = book_with(book, operator, "factor", "third", values)
    assert [row.code for row in added.operators[operator.organisation.id].factors] == [
        "first", "second", "third",
    ]  # fmt: skip


def test_the_rule_book_is_seen_as_if_an_outlet_were_nearer(session: Session) -> None:
    take_the_stage(session)
    book = rulebook(session)
    operator = book.operators[book.organisation("WATERKANT").id]
    outlet = book.organisation("VEZELHOF").id
    near: dict[str, Any] = {"roles": "outlet,carrier", "treatments": "recycle", "distance_km": 12}
    seen = book_with(book, operator, "partner", "VEZELHOF", near).operators
    row = seen[operator.organisation.id].partners[outlet]
    assert (row.distance_km, row.treatments, sorted(row.roles)) == (
        12, ("recycle",), ["carrier", "outlet"],
    )  # fmt: skip
    assert operator.partners[outlet].distance_km is None
    scheme = book_with(book, operator, "article_group", "towel", {"in_producer_scheme": True})
    assert scheme.operators[operator.organisation.id].groups["towel"].in_producer_scheme
    assert not operator.groups["towel"].in_producer_scheme
