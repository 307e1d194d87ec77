"""Reference data of any shape is written or refused, and what is written can be read by all."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from sqlmodel import SQLModel

from catalogue.actions import NOUNS
from tests.cast import named
from tests.web.api.calling import Hall
from tests.web.api.test_bad_input import refused
from tests.web.api.test_permissions import entries

GOOD: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "organisation": ("NIEUW", {"name": "Nieuw"}),
    "partner": ("DUINRAND", {"organisation": "DUINRAND", "roles": ["supplier"]}),
    "site": ("S3", {"name": "S3", "timezone": "Europe/Amsterdam"}),
    "station": ("S1-C", {"site": "S1", "kind": "sorting", "name": "C"}),
    "container": (
        "BOX2",
        {"site": "S1", "kind": "box", "tare_g": 1, "tare_on": "2026-01-01", "max_g": 2},
    ),
    "scale": (
        "SCALE2",
        {
            "site": "S1",
            "name": "2",
            "division_g": 1,
            "max_g": 2,
            "calibration_due": "2030-01-01",
        },
    ),
    "printer": (
        "PRINTER2",
        {
            "site": "S1",
            "name": "2",
            "host": "label-2.intern",
            "port": 9100,
            "size": "a6",
            "dpi": 300,
        },
    ),
    "article_group": (
        "cap",
        {"names": named("cap"), "security": "open", "tolerance_permille": 1},
    ),
    "gate": ("wash", {"names": named("wash")}),
    "destination": (
        "felt",
        {
            "stream": "recycle",
            "names": named("felt"),
            "accepts": ["open"],
            "gates": [],
            "valid_from": "2020-01-01",
        },
    ),
    "loss_kind": ("lint", {"names": named("lint"), "limit_permille": 1}),
    "find_kind": ("ring", {"names": named("ring"), "stops_batch": False}),
    "reason": ("torn", {"names": named("torn"), "acts": ["reversal"]}),
    "factor": (
        "new_clothes",
        {
            "names": named("new clothes"),
            "purpose": "new_product",
            "unit": "g_co2e_per_kg",
            "low": 1,
            "central": 2,
            "high": 3,
            "year": 2025,
            "valid_from": "2025-01-01",
            "valid_to": "2025-12-31",
            "source": "a book",
        },
    ),
    "target": (
        "half",
        {
            "names": named("half"),
            "measure": "reuse_of_sorted",
            "permille": 500,
            "direction": "at_least",
            "valid_from": "2025-01-01",
            "supplier": "DUINRAND",
            "source": "a wish",
        },
    ),
    "declaration": (
        "duinrand_2026",
        {
            "supplier": "DUINRAND",
            "article_group": "vest",
            "year": 2026,
            "recycled_permille": 100,
            "source": "a letter",
        },
    ),
    "owner_rule": (
        "duinrand_vest",
        {"supplier": "DUINRAND", "article_group": "vest", "destinations": ["burn"]},
    ),
}
JUNK: Final[list[Any]] = [
    None,
    True,
    -1,
    0,
    1.5,
    2**63,
    10**40,
    "",
    "x" * 10_000,
    "\x00",
    "\ud800",
    "0001-01-01",
    "9999-12-31",
    "nothing",
    [],
    [None],
    ["nothing"],
    [["open"]],
    ["a,b"],
    {},
    {"nl": None},
    {"nl": {"nl": "x"}},
    {"x" * 100: "y"},
]


def put(hall: Hall, noun: str, code: str, data: Any) -> Any:
    caller = hall.caller("manager")
    headers = caller.headers({"Content-Type": "application/json"})
    path = f"/api/v1/reference/{noun}/{code}"
    return caller.client.put(path, content=json.dumps(data).encode(), headers=headers)


def columns(noun: str) -> list[str]:
    return sorted({*GOOD[noun][1], *SQLModel.metadata.tables[noun].c.keys(), "surprise"})


def test_every_noun_but_the_guide_is_tried() -> None:
    assert set(GOOD) == set(NOUNS) - {"sorting_guide"}


@pytest.mark.parametrize("noun", sorted(GOOD))
def test_a_field_of_any_shape_is_written_or_refused(hall: Hall, noun: str) -> None:
    code, data = GOOD[noun]
    assert put(hall, noun, code, data).status_code == 201
    for field in columns(noun):
        for junk in JUNK:
            before = entries(hall)
            answer = put(hall, noun, code, {**data, field: junk})
            if answer.status_code != 201:
                refused(answer, "malformed", "not_found", "eural_malformed")
                assert entries(hall) == before, (field, junk)
                continue
            for name in ("leader", "supplier"):
                assert hall.get("/reference", by=name).status_code == 200, (field, junk)
        assert put(hall, noun, code, data).status_code == 201, field
    assert hall.post("/scan", {"text": "S1-A"}).status_code == 200


@pytest.mark.parametrize("junk", [None, 1, "text", [], [{}]], ids=repr)
def test_reference_data_that_is_no_object_is_refused(hall: Hall, junk: Any) -> None:
    refused(put(hall, "gate", "wash", junk), "malformed")


@pytest.mark.parametrize("code", ["%00", "x" * 61, "a b", "é", "%F0%9F%97%91", "A,B", "a:b:c d"])
def test_what_is_no_code_is_refused_as_one(hall: Hall, code: str) -> None:
    refused(put(hall, "gate", code, {"names": named("wash")}), "malformed", "not_found")
