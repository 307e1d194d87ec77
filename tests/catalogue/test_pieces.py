"""Pieces of reference data: their versions, field by field, and what is judged or sent twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define, judge
from catalogue.errors import Malformed, NotFound, ScanReused
from catalogue.kinds import Role
from catalogue.pieces import Piece, empty_value, how_many, piece, pieces, versions_of
from catalogue.rulebook import rulebook
from tests.cast import take_the_stage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCAN = "7a1f3b52-0000-4000-8000-000000000001"
BOX: dict[str, Any] = {
    "site": "S1", "kind": "box", "tare_g": 20_000, "tare_on": NOW.date(), "max_g": 400_000,
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Viewer:
    take_the_stage(session)
    operator = rulebook(session).organisation("WATERKANT").id
    return Viewer(role=Role.MANAGER, organisation_id=operator, operator_id=operator)


def one(session: Session, office: Viewer, noun: str, code: str) -> Piece:
    return piece(session, rulebook(session), office, noun, code)


def test_each_version_says_what_it_changed_and_which_entry_wrote_it(
    session: Session, office: Viewer
) -> None:
    later = NOW + timedelta(days=1)
    define(session, "WATERKANT", "container", "BOX1", BOX | {"tare_g": 21_500}, now=NOW)
    define(session, "WATERKANT", "container", "BOX1", BOX | {"tare_g": 21_500}, now=later)
    box = one(session, office, "container", "BOX1")
    made, heavier, same = versions_of(session, rulebook(session), office, box)
    assert [made.number, heavier.number, same.number] == [1, 2, 3]
    assert {change.field: change.now for change in made.changes}["tare_g"] == 20_000
    changed = {change.field: (change.was, change.now) for change in heavier.changes}
    assert changed["tare_g"] == (20_000, 21_500)
    assert "max_g" not in changed
    assert same.changes == []
    assert heavier.entry.startswith("operator:WATERKANT#")
    assert (box.version, box.values["tare_g"]) == (3, 21_500)


def test_a_destination_is_compared_with_its_version_before(
    session: Session, office: Viewer
) -> None:
    data = {
        "stream": "reuse", "names": {"nl": "x", "en": "x"}, "accepts": ["open"], "gates": [],
        "valid_from": NOW.date(),
    }  # fmt: skip
    define(session, "WATERKANT", "destination", "recycle", data, now=NOW)
    found = one(session, office, "destination", "recycle")
    versions = versions_of(session, rulebook(session), office, found)
    changed = {change.field: (change.was, change.now) for change in versions[-1].changes}
    assert changed["stream"] == ("recycle", "reuse")
    assert "note" not in changed
    assert len(pieces(session, rulebook(session), office, "destination")) == 5


def test_what_has_no_code_of_its_own_is_known_by_what_it_refers_to(
    session: Session, office: Viewer
) -> None:
    rule = one(session, office, "owner_rule", "NOORDERHAVEN:vest")
    data = {"supplier": "NOORDERHAVEN", "article_group": "vest", "destinations": ["shred"]}
    define(session, "WATERKANT", "owner_rule", "another_name", data, now=NOW)
    versions = versions_of(session, rulebook(session), office, rule)
    assert [each.number for each in versions] == [1, 2]
    assert one(session, office, "owner_rule", "NOORDERHAVEN:vest").words("destinations") == (
        "shred",
    )
    partner = one(session, office, "partner", "VEZELHOF")
    assert len(versions_of(session, rulebook(session), office, partner)) == 1


def test_reference_data_of_another_operator_does_not_exist(
    session: Session, office: Viewer
) -> None:
    book = rulebook(session)
    codes = {each.code for each in pieces(session, book, office, "organisation")}
    assert "NOORDERHAVEN" in codes
    assert "BUITENPOST" not in codes
    with pytest.raises(NotFound):
        piece(session, book, office, "site", "X1")
    supplier = Viewer(role=Role.SUPPLIER, organisation_id=1, supplier_ids=frozenset({1}))
    with pytest.raises(NotFound):
        pieces(session, book, supplier, "site")
    with pytest.raises(NotFound):
        pieces(session, book, office, "entry")


def test_everything_is_counted_as_it_is_listed(session: Session, office: Viewer) -> None:
    book = rulebook(session)
    for noun, count in how_many(session, book, office).items():
        assert count == len(pieces(session, book, office, noun)), noun


def test_a_form_that_is_sent_twice_is_one_version(session: Session, office: Viewer) -> None:
    heavier = BOX | {"tare_g": 22_000}
    done = define(session, "WATERKANT", "container", "BOX1", heavier, now=NOW, scan_id=SCAN)
    again = define(session, "WATERKANT", "container", "BOX1", heavier, now=NOW, scan_id=SCAN)
    assert (done.version, again.version, again.repeated) == (2, 2, True)
    assert one(session, office, "container", "BOX1").version == 2
    with pytest.raises(ScanReused):
        define(session, "WATERKANT", "container", "BOX1", BOX, now=NOW, scan_id=SCAN)
    with pytest.raises(ScanReused):
        define(session, "BUITENPOST", "container", "BOX1", heavier, now=NOW, scan_id=SCAN)


def test_to_judge_says_what_would_be_written_and_writes_nothing(
    session: Session, office: Viewer
) -> None:
    count = text("SELECT count(*) FROM entry")
    before = session.connection().execute(count).scalar_one()
    version, values = judge(session, "WATERKANT", "container", "BOX1", BOX | {"tare_g": 1})
    assert (version, values["tare_g"], "max_g" in values) == (2, 1, False)
    with pytest.raises(Malformed):
        judge(session, "WATERKANT", "container", "BOX1", BOX | {"tare_g": -1})
    assert session.connection().execute(count).scalar_one() == before


def test_what_is_left_empty_is_what_its_column_keeps() -> None:
    assert empty_value("printer", "port") == 9100
    assert empty_value("organisation", "address") == ""
    assert empty_value("organisation", "vihb") is None
    assert empty_value("destination", "active") is True
