"""A code of somebody else in a body is refused like a code of nobody, wherever a body has one.

The fields are read from what the application says of its calls, so a new one is tried too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import pytest

from catalogue.actions import define
from catalogue.codes import CodeKind, mint
from tests.access.house import House
from tests.access.matrix import BY_ROUTE, COLUMNS, ROWS
from tests.access.pages import FORMS, carried
from tests.web.api.good import GOOD, Good, send
from tests.web.pages.conftest import words
from web.app import API_PREFIX

Step = tuple[str | int, ...]

ALL: Final = frozenset(COLUMNS)
CALLS: Final = [row for row in ROWS if row.is_call and row.method == "POST"]
NOBODY: Final = {
    "site": "S9",
    "station": "S9-A",
    "supplier": "NIEMAND",
    "outlet": "NIEMAND",
    "partner": "NIEMAND",
    "carrier": "NIEMAND",
    "ordered_by": "NIEMAND",
    "container": "BOX99",
    "scale": "SCALE99",
    "printer": "PRINTER99",
}
"""Codes that nobody has, by the field that would name them."""
MINTED: Final = {"delivery": CodeKind.DELIVERY, "batch": CodeKind.BATCH, "bin": CodeKind.BIN}
FOLDED: Final = {"containers": "container", "bins": "bin"}
NAMING: Final = {*NOBODY, *MINTED, *FOLDED}
ASKED: Final = {
    "/batches/new": {"delivery", "containers", "scale"},
    "/bins/new": {"container"},
    "/bins/{code}/close": {"scale"},
    "/batches/{code}/correct": {"supplier"},
    "/batches/{code}/weigh": {"scale"},
    "/shipments/new": {"carrier"},
    "/shipments/{code}/leg": {"ordered_by"},
    "/stream-numbers/{code}": {"ordered_by"},
}
"""What forms may name too, beside what a well filled in one does."""
FIXED: Final = {("/reference/{noun}/{code}/edit", "site")}
"""What a form brings along and nobody can change."""
INSTEAD: Final = {"bin": ("destination", "mass_g"), "mass_g": ("bin",)}


@pytest.fixture(scope="module")
def theirs(open_house: House) -> Mapping[str, str]:
    """One of everything at Buitenpost that a body can name."""
    open_house.back()
    depot = open_house.depot
    with depot.database.write() as session:
        for noun, code, data in (
            ("container", "XBOX", {"kind": "box", "tare_g": 1_000, "tare_on": depot.now.date(),
                                   "max_g": 400_000}),
            ("scale", "XSCALE", {"name": "1", "division_g": 100, "max_g": 1_500_000,
                                 "calibration_due": depot.now.date().replace(year=2030)}),
            ("printer", "XPRINTER", {"name": "1", "host": "127.0.0.1", "port": 9}),
        ):  # fmt: skip
            define(session, "BUITENPOST", noun, code, {"site": "X1", **data}, now=depot.now)
    with depot.as_("outsider"):
        own: dict[str, Any] = {"site": "X1", "supplier": "VREEMD"}
        named = {
            "delivery": depot.announce(1_000, **own)["code"],
            "batch": depot.log(station="X1-A", **own)["code"],
            "bin": depot.open_bin(None, site="X1"),
        }
    parties = dict.fromkeys(("supplier", "partner", "carrier", "ordered_by"), "VREEMD")
    places = {"site": "X1", "station": "X1-A", "outlet": "TAKER"}
    things = {"container": "XBOX", "scale": "XSCALE", "printer": "XPRINTER"}
    open_house.keep()
    return {**named, **parties, **places, **things}


def fields(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[Step]:
    """Where a body has a code of a thing or a party."""
    known = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    for name, said in known.get("properties", {}).items():
        kinds = [said, *said.get("anyOf", ())]
        for kind in kinds:
            inner = kind.get("items", {})
            if "$ref" in inner:
                yield from ((name, 0, *step) for step in fields(inner, shapes))
            elif name in FOLDED and kind.get("type") == "array":
                yield (name, 0)
        if name in NOBODY or name in MINTED:
            yield (name,)


def noun_of(step: Step) -> str:
    return FOLDED.get(str(step[0]), "") if step[-1] == 0 else str(step[-1])


def put(body: Any, step: Step, code: str) -> None:
    """Put a code where a step leads, in a body that may lack what is on the way."""
    for at, then in pairwise(step):
        if isinstance(at, str):
            body.setdefault(at, [{}] if then == 0 else {})
        body = body[at]
        if body == []:
            body.append({})
    if step[-1] == 0:
        body[0] = code
        return
    for other in INSTEAD.get(str(step[-1]), ()) if len(step) > 1 else ():
        if other != "mass_g" or "destination" not in body:
            body.pop(other, None)
    body[step[-1]] = code


def test_a_code_of_others_in_a_body_is_like_a_code_of_nobody(
    open_house: House, theirs: Mapping[str, str]
) -> None:
    house, tried = open_house, 0
    schema = house.app.openapi()
    for row in CALLS:
        content = schema["paths"][API_PREFIX + row.bare]["post"].get("requestBody", {})
        shape = content.get("content", {}).get("application/json", {}).get("schema")
        if shape is None or row.bare == "/sync":
            continue
        name = next(one for one in ("leader", "manager", "administrator") if one in row.who())
        for step in dict.fromkeys(fields(shape, schema["components"]["schemas"])):
            noun = noun_of(step)
            nobody = NOBODY.get(noun) or mint(MINTED[noun])
            house.again()
            good = GOOD[row.method, row.bare](house)
            told = []
            for code in (theirs[noun], nobody):
                body = json.loads(json.dumps(good.body))
                put(body, step, code)
                sent = Good(good.named, body, good.query)
                answer = send(house.asker(name), (row.method, row.bare), sent)  # type: ignore[arg-type]
                told.append((answer.status_code, answer.text.replace(code, "CODE")))
            where = (row.spelled, step)
            assert told[0] == told[1], where
            assert told[0][0] in (404, 422), (where, told[0])
            tried += 1
    assert tried > 40


def test_a_code_of_others_in_a_form_is_like_a_code_of_nobody(
    open_house: House, theirs: Mapping[str, str]
) -> None:
    house, tried = open_house, 0
    for path, make in FORMS.items():
        row = BY_ROUTE["POST", path]
        name = next(
            one for one in ("leader", "manager", "administrator") if one in row.who(".") ^ ALL
        )
        for field in sorted(ASKED.get(path, set()) | (make(house).form.keys() & NAMING)):
            if (path, field) in FIXED:
                continue
            noun = FOLDED.get(field, field)
            house.again()
            filled, told = make(house), []
            form = carried(house, filled.form)
            before = house.left(("entry", "contact", "enrolment", "print_job"))
            for code in (theirs[noun], NOBODY.get(noun) or mint(MINTED[noun])):
                answer = house.asker(name).fill_in(
                    path.format(**filled.named), {**form, field: code}
                )
                said = re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", "CODE", words(answer))
                told.append((answer.status_code, said))
            assert told[0] == told[1], (path, field)
            assert told[0][0] in (404, 409, 422), (path, field, told[0])
            assert house.left(("entry", "contact", "enrolment", "print_job")) == before
            tried += 1
    assert tried > 30


def test_a_field_that_a_call_does_not_know_is_refused_by_every_call(open_house: House) -> None:
    """So that nobody sets a site, a supplier or a state that the call does not offer."""
    shapes = open_house.app.openapi()["components"]["schemas"]
    closed = {name for name, shape in shapes.items() if shape.get("additionalProperties") is False}
    asked = {name for name in shapes if name.endswith("In")}
    assert len(asked) > 30
    assert asked - closed == set()
    for path in ("/deliveries", "/batches", "/shipments"):
        good = GOOD["POST", path](open_house)
        sent = Good(good.named, {**(good.body or {}), "operator": "BUITENPOST"})
        answer = send(open_house.asker("leader"), ("POST", path), sent)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), path


def test_a_code_that_another_operator_reserved_is_like_one_that_nobody_did(
    open_house: House, theirs: Mapping[str, str]
) -> None:
    open_house.again()
    depot = open_house.depot
    with depot.as_("outsider"):
        reserved = depot.reserve("batch", station="X1-A")[0]
    told = []
    for code in (reserved, mint(CodeKind.BATCH)):
        body = {**(GOOD["POST", "/batches"](open_house).body or {}), "code": code}
        answer = send(open_house.asker("leader"), ("POST", "/batches"), Good({}, body))  # type: ignore[arg-type]
        told.append((answer.status_code, answer.text.replace(code, "CODE")))
    assert told[0] == told[1]
    assert told[0][0] >= 400
