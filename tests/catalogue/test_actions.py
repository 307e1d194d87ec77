"""Reference data: versions, owners, and what may never change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from catalogue.actions import Defined, define
from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from tests.audit import breaches, rows
from tests.builders import Depot
from tests.cast import named


def say(depot: Depot, noun: str, code: str, *, by: str = "WATERKANT", **data: Any) -> Defined:
    with depot.database.write() as session:
        return define(session, by, noun, code, data, now=depot.now)


def burn(**more: Any) -> dict[str, Any]:
    said = {"stream": "incineration", "names": named("burn"), "accepts": ["open"]}
    return said | {"valid_from": date(2026, 6, 1)} | more


def test_a_row_keeps_its_key_and_counts_its_versions(depot: Depot) -> None:
    first = say(depot, "organisation", "NIEUW", name="Nieuw")
    second = say(depot, "organisation", "NIEUW", name="Nieuwer")
    assert (first.version, second.version, second.id) == (1, 2, first.id)
    assert breaches(depot.database) == []


def test_a_destination_keeps_a_row_per_version(depot: Depot) -> None:
    new = say(depot, "destination", "burn", **burn())
    assert new.version == 2
    with depot.database.read() as session:
        book = rulebook(session)
        operator = book.operator(book.sites["S1"])
    assert operator.destination("burn", date(2026, 5, 31)).version == 1
    assert operator.destination("burn", date(2026, 6, 1)).version == 2
    assert "burn@2" in [d.label for d in operator.current_destinations(date(2026, 6, 1))]
    with pytest.raises(Malformed):
        operator.destination("burn", date(2019, 12, 31))


ODD: list[tuple[str, str, dict[str, Any]]] = [
    ("article_group", "hat", {"names": named("x"), "security": "open", "tolerance_permille": 1001}),
    ("article_group", "hat", {"names": named("x"), "security": "open", "tolerance_permille": -1}),
    ("article_group", "hat", {"names": named("x"), "security": "odd", "tolerance_permille": 1}),
    ("article_group", "hat", {"names": "hat", "security": "open", "tolerance_permille": 1}),
    ("article_group", "hat", {"names": {"nl": 1}, "security": "open", "tolerance_permille": 1}),
    ("destination", "sea", burn(stream="sea")),
    ("destination", "sea", burn(accepts=["odd"])),
    ("destination", "sea", burn(gates=[5])),
    ("destination", "sea", burn(valid_from="soon")),
    ("destination", "sea", burn(active="maybe")),
    ("station", "S1-C", {"site": "S1", "kind": "odd", "name": "C"}),
    ("station", "S1-C", {"site": 1, "kind": "sorting", "name": "C"}),
    ("site", "S3", {"name": "Three", "timezone": "Mars/Base"}),
    ("site", "S3", {"name": "Three", "timezone": "../etc/passwd"}),
    ("partner", "X", {"organisation": "DUINRAND", "roles": ["odd"]}),
    ("organisation", "NIEUW", {"name": 5}),
    ("organisation", "NIEUW", {"name": "x" * 121}),
    ("organisation", "NIEUW", {"name": "x", "id": 5}),
    ("organisation", "NIEUW", {"name": "x", "version": 5}),
    ("organisation", "NIEUW", {"name": "x", "parent_id": 5}),
    ("organisation", "NIEUW", {"name": "x", "is_operator": True}),
    ("organisation", "WATERKANT", {"name": "x", "is_operator": False}),
    ("loss_kind", "theft", {"names": named("x"), "limit_permille": "many"}),
    ("loss_kind", "theft", {"names": named("x"), "limit_permille": True}),
    ("sorting_guide", "guide", {"tree": {"question": 0.5}}),
]


@pytest.mark.parametrize(("noun", "code", "data"), ODD)
def test_a_row_that_could_not_be_read_back_is_refused(
    depot: Depot, noun: str, code: str, data: dict[str, Any]
) -> None:
    with pytest.raises(Malformed):
        say(depot, noun, code, **data)


@pytest.mark.parametrize(
    ("noun", "code", "data"),
    [
        ("weather", "rain", {}),
        ("organisation", "a b", {"name": "x"}),
        ("organisation", "X" * 21, {"name": "x"}),
        ("organisation", "NIEUW", {}),
        ("organisation", "NIEUW", {"name": "x", "colour": "red"}),
        ("station", "S1-A", {"site": "S2", "kind": "sorting", "name": "A"}),
    ],
)
def test_what_is_no_reference_data_is_refused(
    depot: Depot, noun: str, code: str, data: dict[str, Any]
) -> None:
    with pytest.raises(Malformed):
        say(depot, noun, code, **data)


@pytest.mark.parametrize(
    ("noun", "code", "data"),
    [
        ("organisation", "WATERKANT", {"name": "Ours now"}),
        ("organisation", "NOORDERHAVEN", {"name": "Ours now"}),
        ("site", "S1", {"name": "Ours now", "timezone": "UTC"}),
        ("station", "S1-A", {"site": "S1", "kind": "sorting", "name": "Ours now"}),
        ("station", "PLANTED", {"site": "S1", "kind": "sorting", "name": "Ours now"}),
        ("scale", "SCALE1", {"site": "S1", "name": "x", "division_g": 1, "max_g": 1,
                             "calibration_due": date(2040, 1, 1)}),
        ("owner_rule", "rule", {"supplier": "VREEMD", "article_group": "hats", "destinations": []}),
    ],
)  # fmt: skip
def test_what_is_anothers_is_not_found(
    depot: Depot, noun: str, code: str, data: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        say(depot, noun, code, by="BUITENPOST", **data)


def test_two_operators_may_serve_one_supplier(depot: Depot) -> None:
    say(depot, "partner", "NOORDERHAVEN", by="BUITENPOST", organisation="NOORDERHAVEN",
        roles=["supplier"])  # fmt: skip
    with depot.as_("outsider"):
        batch = depot.log(site="X1", station="X1-A")["code"]
        assert depot.sort(batch, {"burn": 1_000}, station="X1-A")["held_g"] == 299_000
    with pytest.raises(NotFound):
        depot.sort(batch, {"burn": 1_000})
    assert breaches(depot.database) == []


def test_a_new_site_has_a_chain_of_its_own(depot: Depot) -> None:
    say(depot, "site", "S3", name="Three", timezone="America/Curacao")
    say(depot, "station", "S3-IN", site="S3", kind="intake", name="In")
    answer = depot.log(site="S3", station="S3-IN")
    assert answer["entry"] == "site:S3#2"
    ((day,),) = rows(
        depot.database, "SELECT day FROM entry WHERE scan_id = :scan", scan=depot.scan_id
    )
    assert str(day) == "2026-03-02"


def test_the_rule_book_is_read_anew_when_it_changed(depot: Depot) -> None:
    with depot.database.read() as session:
        before = rulebook(session)
        assert rulebook(session) is before
    say(depot, "article_group", "hat", names=named("hat"), security="open", tolerance_permille=5)
    with depot.database.read() as session:
        book = rulebook(session)
    assert "hat" in book.operator(book.sites["S1"]).groups
    assert "hat" not in before.operator(before.sites["S1"]).groups


def test_a_parent_sees_its_children_and_their_children(depot: Depot) -> None:
    say(depot, "organisation", "DUIN", name="Duin", parent="ZEEKANT")
    with depot.database.read() as session:
        book = rulebook(session)
    codes = {book.organisations_by_id[key].code
             for key in book.children(book.organisations["NOORDERHAVEN"].id)}  # fmt: skip
    assert codes == {"NOORDERHAVEN", "ZEEKANT", "DUIN"}
