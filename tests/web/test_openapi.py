"""What OpenAPI says of every call holds, whatever is sent and whoever sends it.

Bodies, queries and paths are made up from the schema that the application serves; in half of the
places a code, a kind or a time that exists here is put instead, so that calls get past the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis import Case as AnyCase
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from store.engine import Database
from streams.verify import audit
from tests.builders import Depot
from tests.web.api.calling import AT, CALLERS, SEVEN, Hall, settings_of
from tests.web.api.good import GOOD, Route, send
from web.app import API_PREFIX, create_app
from web.permissions import API, PUBLIC

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Case: TypeAlias = AnyCase[Operation]

PROMISES: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRIES: Final = 3
"""Per role that may make the call, of what fits and of what does not; others try once."""
SOUND: Final = settings(
    derandomize=True,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

WORDS: Final[Mapping[str, Sequence[Any]]] = {
    "site": ("S1", "S2"),
    "station": ("S1-IN", "S1-A", "S2-A"),
    "supplier": ("NOORDERHAVEN", "DUINRAND"),
    "outlet": ("VEZELHOF", "SMELTERIJ"),
    "carrier": ("KARREWIEL",),
    "destination": ("reuse", "recycle", "sale", "burn"),
    "treatment": ("reuse", "burn"),
    "article_group": ("uniform", "towel", "vest"),
    "gate": ("logo", "shredded"),
    "scale": ("SCALE1", "OVERDUE"),
    "container": ("BOX1",),
    "containers": (["BOX1"],),
    "reason": ("mistake", "damp"),
    "loss_kind": ("moisture", "dust"),
    "kind": ("wallet", "knife", "moisture", "batch", "bin", "sort", "intake", "close"),
    "mass_g": (0, 1, 100, 1_000, 40_000),
    "gross_g": (60_000, 320_000),
    "tare_g": (20_000,),
    "count": (1, 3),
    "pieces": (1, 10),
    "quality": ("measured", "estimated"),
    "first": ("Anna",),
    "dataset": ("movements", "batches", "figures"),
    "format": ("csv", "jsonl", "parquet", "xlsx", "png", "svg", "pdf", "zpl"),
    "from": ("2026-01-01",),
    "to": ("2027-01-01",),
    "day": ("2026-03-02",),
    "basis": ("booked", "received"),
    "by": ("month", "supplier", "article_group"),
    "state": ("open", "closed", "parked", "refused"),
    "dpi": (203, 300),
    "lang": ("nl", "en"),
    "noun": ("gate", "station", "destination", "article_group", "reason", "partner", "site"),
    "entry": ("site:S1.1", "site:S1.3", "site:S2.1"),
    **dict.fromkeys(
        ("scanned_at", "shipped_at", "returned_at", "confirmed_at", "expected_at"), (AT,)
    ),
}
"""What exists in the cast, by the name of the field that it fits."""


@cache
def made() -> FastAPI:
    """One application for all tests: building its routes takes longer than most of them."""
    return create_app(settings_of(Database("sqlite://"), Path()), database=Database("sqlite://"))


@pytest.fixture
def hall(depot: Depot, tmp_path: Path) -> Hall:
    return Hall(made(), depot, tmp_path / "keys")


@dataclass(frozen=True, slots=True)
class Here:
    """The codes that exist in a depot, by what they are of."""

    by_room: Mapping[str, Sequence[str]]
    by_field: Mapping[str, Sequence[Any]]

    def fitting(self, path: str, name: str) -> Sequence[Any]:
        """What would fit a field of a call."""
        if name in ("code", "target"):
            room = path.split("/")[1]
            every = [code for codes in self.by_room.values() for code in codes]
            return self.by_room.get(room, every)
        if name == "scan_id":
            return self.by_room[path.split("/")[1]]
        return self.by_field.get(name, ())


def stock(hall: Hall, route: Route) -> Here:
    """One of everything, made in the depot of a hall, and what a good call of a route says."""
    good = GOOD[route](hall)
    said = {name: [one] for name, one in (good.body or {}).items()}
    depot = hall.depot
    delivery = depot.announce(300_000)["code"]
    batch = depot.log(delivery=delivery)["code"]
    scan_id = depot.scan_id
    find = depot.find(batch)
    open_bin, full, gone = (depot.open_bin("reuse") for _ in range(3))
    depot.sort(batch, {open_bin: 40_000, full: 40_000, gone: 40_000})
    for code in (full, gone):
        depot.close_bin(code, 40_000)
    shipment = depot.ship(gone)
    fresh = depot.log()["code"]
    rooms = {
        "batches": [fresh, batch],
        "bins": [open_bin, full],
        "finds": [find],
        "shipments": [shipment],
        "deliveries": [delivery],
        "scans": [depot.scan_id, scan_id],
        "parked": [hall.park()],
        "reference": ["logo", "S1-A", "uniform", "mistake", "NEW"],
    }
    fields = {"batch": [fresh], "bin": [open_bin, full], "bins": [[full]], "delivery": [delivery]}
    texts = {"text": [batch, open_bin, "S1-A", "BOX1"]}
    room = route[1].split("/")[1]
    named = [good.named[name] for name in ("code", "scan_id") if name in good.named]
    rooms[room] = named + rooms.get(room, [])
    return Here(rooms, {**WORDS, **fields, **texts, **said})


@st.composite
def with_what_is_here(draw: st.DrawFn, cases: st.SearchStrategy[Case], here: Here) -> Case:
    """A made-up call, with fields that fit put in about half of the places."""
    case = draw(cases)
    path = case.operation.path.removeprefix(API_PREFIX)
    fill = _Filling(draw, here, path)
    case.path_parameters = fill(case.path_parameters, always=draw(st.integers(0, 3)) > 0)
    case.query = fill(case.query)
    case.body = fill(case.body)
    return case


class _Filling:
    """Puts what exists where it fits."""

    def __init__(self, draw: st.DrawFn, here: Here, path: str) -> None:
        self._draw = draw
        self._here = here
        self._path = path

    def __call__(self, said: Any, *, always: bool = False) -> Any:
        if isinstance(said, list):
            return [self(one) for one in said]
        if not isinstance(said, dict):
            return said
        return {name: self._of(name, value, always=always) for name, value in said.items()}

    def _of(self, name: str, value: Any, *, always: bool) -> Any:
        fitting = self._here.fitting(self._path, name) if self._is_asked_for(name, always) else ()
        if fitting and (always or self._draw(st.integers(0, 3)) > 0):
            return fitting[self._draw(st.integers(0, len(fitting) - 1))]
        return self(value)

    def _is_asked_for(self, name: str, in_path: bool) -> bool:
        # A scan_id in a body is the sender's own; only in a path does it name something.
        return name != "scan_id" or in_path


@cache
def operations() -> dict[Route, Operation]:
    """Every call that OpenAPI, as it is served, tells of."""
    served = TestClient(made()).get("/openapi.json").json()
    results = schemathesis.openapi.from_dict(served).get_all_operations()
    found = (result.ok() for result in results if isinstance(result, Ok))
    return {
        (one.method.upper(), one.path.removeprefix(API_PREFIX)): one
        for one in found
        if one.path.startswith(API_PREFIX)
    }


def judge(case: Case, hall: Hall, by: str) -> int:
    """Send a made-up call as somebody, and hold the answer against what OpenAPI says of it."""
    token = hall.caller(by).token
    said = case.as_transport_kwargs()
    said["headers"]["Authorization"] = f"Bearer {token}"
    # The client of the application words two things differently.
    said.pop("cookies", None)
    if "data" in said:
        said["content"] = said.pop("data")
    response = hall.client.request(**said)
    case.validate_response(response, checks=PROMISES)
    return int(response.status_code)


@pytest.mark.parametrize("route", sorted(API), ids=" ".join)
def test_every_call_succeeds_for_somebody_as_openapi_says(hall: Hall, route: Route) -> None:
    sent = GOOD[route](hall)
    name = next(name for name in SEVEN if CALLERS[name][0] in API[route])
    answers = [send(hall.caller(name), route, sent)]
    if route[0] == "POST":
        answers.append(send(hall.caller(name), route, sent))
    for answer in answers:
        assert answer.status_code in (200, 201), answer.text
        operation = operations()[route]
        operation.Case(path_parameters=dict(sent.named)).validate_response(answer, checks=PROMISES)


@pytest.mark.slow
@pytest.mark.parametrize("route", sorted(API), ids=" ".join)
def test_every_answer_is_one_that_openapi_tells_of(hall: Hall, route: Route) -> None:
    here, operation = stock(hall, route), operations()[route]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    if route in PUBLIC and not list(operation.iter_parameters()):
        # Where nothing is sent, not even a token, nothing can be sent wrongly.
        modes.remove(GenerationMode.NEGATIVE)
    made_up = [with_what_is_here(operation.as_strategy(mode), here) for mode in modes]
    for place, name in enumerate(SEVEN):
        if CALLERS[name][0] in API[route]:
            for fitting_or_not in made_up:
                try_out(fitting_or_not, hall, name, TRIES)
        else:
            try_out(made_up[place % len(made_up)], hall, name, 1)
    with hall.depot.database.read() as session:
        assert list(audit(session)) == []


def try_out(made_up: st.SearchStrategy[Case], hall: Hall, by: str, tries: int) -> None:
    @settings(SOUND, max_examples=tries)
    @given(case=made_up)
    def every(case: Case) -> None:
        judge(case, hall, by)

    every()
