"""How a refusal looks: one shape, in the language asked for, by a code that never changes."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.errors import MassExceeded, NotFound, concrete
from tests.web.api.calling import API, Hall, sorting
from web.api.answers import every_code
from web.i18n import language
from web.permissions import PUBLIC


def refused(hall: Hall, **headers: str) -> Any:
    path = f"/batches/{hall.depot.log(1_000)['code']}/sortings"
    return hall.caller("leader").post(path, sorting(2_000), **headers)


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("nl", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("fr, nl;q=0.5, en;q=0.1", "nl"),
        ("fr", "nl"),
        (";;;q=x,*", "nl"),
    ],
)
def test_a_refusal_speaks_the_language_that_is_asked_for(
    hall: Hall, accepted: str, spoken: str
) -> None:
    said = refused(hall, **{"Accept-Language": accepted}).json()
    assert said["title"] == language(spoken).gettext(MassExceeded.title)
    assert said["detail"] == language(spoken).gettext(MassExceeded.advice)
    figures = {"held_g": 1_000, "sorted_g": 2_000, "tolerance_g": 20}
    assert figures.items() <= said.items()


def test_the_address_says_the_language_before_the_browser_does(hall: Hall) -> None:
    said = hall.get("/batches/nothing", lang="nl").json()
    assert said["title"] == language("nl").gettext(NotFound.title) != NotFound.title


def test_every_refusal_has_the_same_shape(hall: Hall) -> None:
    answer = refused(hall)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:stofstroom:error:mass_exceeded",
        "code": "mass_exceeded",
        "status": 409,
        "title": MassExceeded.title,
        "detail": MassExceeded.advice,
        "held_g": 1_000,
        "sorted_g": 2_000,
        "tolerance_g": 20,
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_what_is_not_served_does_not_exist(hall: Hall, method: str) -> None:
    caller = hall.caller("leader")
    paths = ["/nothing", "/batches/x/y/z", "", "/parked/x"] + ["/sync"] * (method != "POST")
    for path in paths:
        answer = caller.client.request(method, f"{API}{path}", headers=caller.headers({}))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


def test_openapi_names_every_code_and_gives_each_call_its_refusals(hall: Hall) -> None:
    schema = hall.client.get("/openapi.json").json()
    assert set(schema["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == (
        every_code()
    )
    assert set(concrete()) < every_code()
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            told = {status for status in call["responses"] if status >= "4"}
            for_anybody = (method.upper(), path.removeprefix(API)) in PUBLIC
            assert ({"422"} if for_anybody else {"401", "403", "422"}) <= told, path
