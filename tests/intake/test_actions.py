"""The door in: announcements, labels, weights, finds."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from catalogue.errors import CodeTaken, Malformed, NotAllowed, NotFound, PracticeLabel, Refusal
from tests.audit import breaches, rows, stands
from tests.builders import Depot


def test_a_supplier_announces_for_itself_and_its_children_only(depot: Depot) -> None:
    with depot.as_("noorderhaven"):
        assert depot.announce(1_000, 2_000)["mass_g"] == 3_000
        depot.announce(1_000, supplier="ZEEKANT")
        with pytest.raises(NotFound):
            depot.announce(1_000, supplier="DUINRAND")
        with pytest.raises(NotFound):
            depot.announce(1_000, site="X1")
    with depot.as_("vezelhof"), pytest.raises(NotFound):
        depot.announce(1_000)


def test_a_delivery_is_expected_on_the_day_of_the_site(depot: Depot) -> None:
    late = depot.now.replace(hour=23, minute=30)
    depot.announce(1_000, expected_at=late)
    ((day,),) = rows(depot.database, "SELECT expected_on FROM delivery")
    assert str(day) == str((late + timedelta(days=1)).date())


def test_a_delivery_is_received_with_its_first_batch(depot: Depot) -> None:
    code = depot.announce(200_000)["code"]
    depot.log(100_000, delivery=code)
    first = depot.scan_id
    assert depot.log(100_000, delivery=code)["flags"] == []
    assert rows(depot.database, "SELECT state FROM delivery") == [("received",)]
    depot.reverse(depot.scan_id)
    depot.reverse(first)
    assert rows(depot.database, "SELECT state FROM delivery") == [("announced",)]


def test_a_delivery_that_arrived_is_not_undone(depot: Depot) -> None:
    code = depot.announce(200_000)["code"]
    scan = depot.scan_id
    depot.log(100_000, delivery=code)
    arrived = depot.scan_id
    with pytest.raises(Refusal) as refused:
        depot.reverse(scan)
    assert refused.value.figures == {"entries": [arrived]}
    depot.reverse(arrived)
    depot.reverse(scan)
    with pytest.raises(NotFound):
        depot.log(100_000, delivery=code)


def test_codes_are_reserved_within_bounds(depot: Depot) -> None:
    assert len(set(depot.reserve(count=500))) == 500
    for count in (0, 501):
        with pytest.raises(Malformed):
            depot.reserve(count=count)
    with pytest.raises(Malformed):
        depot.reserve("station")
    with pytest.raises(NotFound):
        depot.reserve(station="X1-A")


def test_a_reserved_code_serves_its_own_site_and_kind(depot: Depot) -> None:
    (code,) = depot.reserve(station="S2-IN")
    with pytest.raises(CodeTaken):
        depot.log(code=code)
    (other,) = depot.reserve("bin")
    with pytest.raises(Malformed):
        depot.log(code=other)
    (mine,) = depot.reserve()
    assert depot.log(code=f"{mine[:4]}-{mine[4:8]} {mine[8:].lower()}")["code"] == mine


@pytest.mark.parametrize("text", ["", "BK4M", "BATCH", "B23456782345", "x" * 200, "12345"])
def test_a_misread_label_is_refused(depot: Depot, text: str) -> None:
    with pytest.raises(Malformed):
        depot.log(code=text)


def test_a_practice_label_never_enters(depot: Depot) -> None:
    from catalogue.codes import CodeKind, mint

    with pytest.raises(PracticeLabel):
        depot.open_bin("reuse", code=mint(CodeKind.PRACTICE))


def test_an_unusual_weight_is_flagged_and_accepted(depot: Depot) -> None:
    assert depot.log(1_000, scale="SCALE1", gross_g=1_999, tare_g=999)["flags"] == [
        "light_for_scale",
        "unannounced",
    ]
    heavy = depot.log(400_001, containers=("BOX1",))
    assert heavy["flags"] == ["heavy_for_container", "unannounced"]
    assert depot.log(400_000, containers=("BOX1",))["flags"] == ["unannounced"]
    codes = rows(depot.database, "SELECT DISTINCT code FROM flag ORDER BY code")
    assert [row.code for row in codes] == ["heavy_for_container", "light_for_scale", "unannounced"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"gross_g": 40_000_000},
        {"gross_g": 20_000},
        {"tare_g": -1},
        {"pieces": -1},
        {"article_group": "hats"},
        {"quality": "guessed"},
    ],
)
def test_what_cannot_be_is_refused(depot: Depot, wrong: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        depot.log(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "strange",
    [
        {"supplier": "VREEMD"},
        {"supplier": "VEZELHOF"},
        {"supplier": "NOBODY"},
        {"site": "X1"},
        {"station": "S2-IN"},
        {"station": "X1-A"},
        {"containers": ("BOX9",)},
        {"scale": "SCALE9"},
        {"delivery": "D1"},
    ],
)
def test_who_or_what_is_not_ours_is_not_found(depot: Depot, strange: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        depot.log(**strange)  # type: ignore[arg-type]


def test_an_overdue_scale_makes_an_estimate_that_a_good_one_replaces(depot: Depot) -> None:
    batch = depot.log(100_000, scale="OVERDUE")["code"]
    quality = "SELECT quality FROM batch"
    assert rows(depot.database, quality) == [("estimated",)]
    depot.weigh(batch, 98_000, scale="SCALE1")
    scan = depot.scan_id
    assert rows(depot.database, quality) == [("measured",)]
    depot.reverse(scan)
    assert rows(depot.database, quality) == [("estimated",)]
    assert stands(depot.database, batch) == {"HOLDING/S1": 100_000, "SUPPLIER/S1": -100_000}
    assert breaches(depot.database) == []


def test_names_of_a_hand_over_can_be_erased(depot: Depot) -> None:
    depot.hand_over(depot.find(None), "Anna", "Bas")
    ((payload,),) = rows(
        depot.database, "SELECT payload FROM entry WHERE scan_id = :s", s=depot.scan_id
    )
    ((words,),) = rows(depot.database, "SELECT words FROM note")
    assert json.loads(words) == {"first": "Anna", "second": "Bas", "receiver": "Police"}
    assert "Anna" not in payload


@pytest.mark.parametrize("wrong", [{"first": ""}, {"second": " "}])
def test_a_hand_over_takes_two_people(depot: Depot, wrong: dict[str, str]) -> None:
    find = depot.find(None)
    with pytest.raises(Malformed):
        depot.hand_over(find, **wrong)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"kind": "elephant"}, {"mass_g": 0}])
def test_a_find_is_of_a_kind_and_a_number(depot: Depot, wrong: dict[str, object]) -> None:
    batch = depot.log()["code"]
    with pytest.raises(Malformed):
        depot.find(batch, **wrong)  # type: ignore[arg-type]


def test_a_find_belongs_to_a_batch_of_its_own_site(depot: Depot) -> None:
    batch = depot.log()["code"]
    with pytest.raises(NotFound):
        depot.find(batch, station="S2-A")


def test_only_a_leader_releases_and_corrects(depot: Depot) -> None:
    batch = depot.log()["code"]
    depot.hold(batch, 5_000)
    for who in ("worker", "manager", "auditor"):
        with depot.as_(who):
            with pytest.raises(NotAllowed):
                depot.release(batch)
            with pytest.raises(NotAllowed):
                depot.correct(batch, quality="estimated")


def test_a_reason_fits_its_act(depot: Depot) -> None:
    batch = depot.log()["code"]
    for reason in ("", "weather"):
        with pytest.raises(Refusal) as refused:
            depot.refuse(batch, 1_000, reason=reason)
        assert refused.value.code == "reason_needed"
    depot.refuse(batch, 1_000, reason="damp")
