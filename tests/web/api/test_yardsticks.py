"""Factors, targets and declarations: written, told to whom they concern, and used by figures."""

from __future__ import annotations

from typing import Any

from tests.cast import named
from tests.web.api.calling import Hall
from tests.web.api.good import YEAR, shipped

FACTOR = {
    "names": named("clothes to fire"),
    "purpose": "inventory_combustion",
    "unit": "mg_co2e_per_t",
    "region": "UK",
    "source": "a book of factors",
    "valid_from": "2020-01-01",
}
DECLARED = {"year": 2026, "recycled_permille": 100, "source": "a letter"}
TARGET = {
    "names": named("half"),
    "measure": "reuse_of_sorted",
    "permille": 500,
    "direction": "at_least",
    "valid_from": "2020-01-01",
    "source": "a wish",
}


def put(hall: Hall, noun: str, code: str, data: dict[str, Any]) -> Any:
    manager = hall.caller("manager")
    return manager.client.put(
        f"/api/v1/reference/{noun}/{code}", json=data, headers=manager.headers({})
    )


def written(hall: Hall, noun: str, code: str, data: dict[str, Any]) -> None:
    assert put(hall, noun, code, data).status_code == 201


def figures(hall: Hall, by: str, **asked: Any) -> dict[str, dict[str, Any]]:
    said = hall.caller(by).get("/reports/circularity", **{**YEAR, **asked}).json()
    return {one["id"]: one for one in said["figures"]}


def number(value: int) -> dict[str, int]:
    return {"low": value, "central": value, "high": value}


def test_a_supplier_reads_factors_and_only_what_is_said_of_itself(hall: Hall) -> None:
    written(hall, "factor", "fire_2025", {**FACTOR, **number(5), "year": 2025})
    for code, supplier in (("theirs", "DUINRAND"), ("own", "NOORDERHAVEN")):
        written(hall, "declaration", code, {**DECLARED, "supplier": supplier})
        written(hall, "target", code, {**TARGET, "supplier": supplier})
    written(hall, "target", "all", TARGET)
    staff, own = (hall.get("/reference", by=name).json() for name in ("leader", "supplier"))
    assert staff["factors"] == own["factors"]
    (factor,) = own["factors"]
    assert (factor["code"], factor["source"], factor["version"]) == (
        "fire_2025", "a book of factors", 1,
    )  # fmt: skip
    assert [one["code"] for one in staff["declarations"]] == ["theirs", "own"]
    assert [one["code"] for one in own["declarations"]] == ["own"]
    assert own["declarations"][0]["supplier"] == "NOORDERHAVEN"
    assert [one["code"] for one in own["targets"]] == ["own", "all"]
    assert not any(name == "id" or name.endswith("_id") for name in factor)


def test_a_figure_takes_the_factor_of_its_time_or_of_the_year_that_is_asked_for(
    hall: Hall,
) -> None:
    written(hall, "destination", "burn", {
        "stream": "incineration", "names": named("burn"), "gates": [], "valid_from": "2020-01-01",
        "accepts": ["open", "debrand", "destroy", "serial"], "recovery_code": "R1",
        "eural": "191210",
    })  # fmt: skip
    written(hall, "factor", "fire_2024",
            {**FACTOR, **number(2_000_000), "year": 2024, "valid_to": "2024-12-31"})  # fmt: skip
    written(hall, "factor", "fire_2025", {**FACTOR, **number(3_000_000), "year": 2025})
    hall.depot.sort(hall.depot.log(400_000)["code"], {"burn": 100_000})
    now, then, before = (
        figures(hall, "manager", **asked)["inventory.combustion"]
        for asked in ({}, {"factors": 2024}, {"factors": 2023})
    )
    assert (now["value"], now["factors"][0]["code"]) == (300, "fire_2025")
    assert (then["value"], then["factors"][0]["source"]) == (200, "a book of factors")
    assert before["value"] is None
    assert before["missing"]
    assert hall.get("/reports/circularity", by="manager", factors="many").status_code == 422


def test_what_a_supplier_declared_reaches_its_own_figures_and_nobody_elses(hall: Hall) -> None:
    shipped(hall.depot)
    written(hall, "declaration", "own", {**DECLARED, "supplier": "NOORDERHAVEN"})
    seen = {name: figures(hall, name)["iso59020.a_2_3"] for name in ("supplier", "manager")}
    assert seen["supplier"]["value"] == seen["manager"]["value"] == 100
    written(hall, "declaration", "theirs", {
        **DECLARED, "supplier": "DUINRAND", "recycled_permille": 900,
    })  # fmt: skip
    hall.depot.log(900_000, supplier="DUINRAND", article_group="towel")
    assert figures(hall, "supplier")["iso59020.a_2_3"] == seen["supplier"]
    assert figures(hall, "manager")["iso59020.a_2_3"]["value"] > 100


def test_a_report_holds_its_targets_against_its_figures_and_says_how_complete_it_is(
    hall: Hall,
) -> None:
    shipped(hall.depot)
    written(hall, "target", "all", TARGET)
    law = {**TARGET, "applies_to": "producers", "measure": "producer_scheme.all"}
    written(hall, "target", "law", law)
    written(hall, "target", "theirs", {**TARGET, "supplier": "DUINRAND"})
    said = hall.caller("manager").get("/reports/circularity", **YEAR).json()
    wish, of_law = said["targets"]
    reuse = said["streams"]["reuse"]["permille"]
    assert (wish["code"], wish["value"], wish["met"]) == ("all", reuse, reuse >= 500)
    assert (of_law["code"], of_law["value"], of_law["met"]) == ("law", None, None)
    for_one = hall.caller("manager").get("/reports/circularity", **YEAR, supplier="DUINRAND")
    assert [one["code"] for one in for_one.json()["targets"]] == ["all", "law", "theirs"]
    sorted_g = sum(one["mass_g"] for one in said["streams"].values())
    confirmed_g = sum(one["confirmed_g"] for one in said["streams"].values())
    assert said["completeness"]["unproven_g"] == sorted_g - confirmed_g
    assert said["completeness"]["open_batches"] == said["open_batches"]


def test_columns_that_do_not_agree_are_refused_together(hall: Hall) -> None:
    factor = {**FACTOR, **number(5), "year": 2025}
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("factor", {**factor, "low": 6}, "central"),
        ("factor", {**factor, "valid_to": "2019-12-31"}, "valid_to"),
        ("factor", {**factor, "unit": "permille"}, "unit"),
        ("factor", {**factor, "purpose": "displacement"}, "unit"),
        (
            "factor",
            {**factor, "purpose": "displacement", "unit": "permille", **number(1001)},
            "high",
        ),
        (
            "declaration",
            {**DECLARED, "supplier": "DUINRAND", "reused_permille": 901},
            "recycled_permille",
        ),
        ("target", {**TARGET, "valid_to": "2019-12-31"}, "valid_to"),
        ("partner", {"organisation": "VEZELHOF", "roles": ["outlet"], "country": "nl"}, "country"),
    ]
    for noun, data, field in wrong:
        answer = put(hall, noun, "VEZELHOF" if noun == "partner" else "wrong", data)
        assert (answer.status_code, answer.json()["field"]) == (422, field), data
