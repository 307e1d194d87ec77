"""Whatever is sent, the answer is the contract's refusal: never a mistake of ours, never booked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from catalogue.codes import ALPHABET, CodeKind, mint
from tests.web.api.calling import API, AT, BODY_MAX_BYTES, Hall, command, intake, scan, sorting
from tests.web.api.calling import tablet as sent
from tests.web.api.good import GOOD, PICTURES, YEAR, Good, Route, send
from tests.web.api.test_permissions import MAY, entries, spelled

WITH_BODY: Final = sorted(route for route in MAY if route[0] == "POST" and route[1] not in PICTURES)
WITH_QUERY: Final = (
    "/batches",
    "/bins",
    "/deliveries",
    "/shipments",
    "/finds",
    "/items",
    "/parked",
    "/reports/circularity",
    "/exports/movements",
    "/exports/movements.meta.json",
)
ASKED_WHETHER: Final = ("GET", "/verify/{code}")
"""Whoever asks whether a certificate is genuine is answered, whatever stands on the paper."""
IN_A_PATH: Final = sorted(route for route in MAY if "{" in route[1] and route != ASKED_WHETHER)

NOT_A_MASS: Final[Mapping[str, Any]] = {
    "zero": 0,
    "below zero": -1,
    "absurd": 10**12,
    "beyond 64 bits": 2**64,
    "beyond any machine": 10**40,
    "text": "1000",
    "half a gram": 1000.5,
    "a float that is whole": 1000.0,
    "an exponent": 1e300,
    "a truth": True,
    "nothing": None,
    "a list": [1000],
    "an object": {"mass_g": 1000},
}
NOT_A_WORD: Final[Mapping[str, Any]] = {
    "a NUL": "S1\x00A",
    "half a pair": "\ud800",
    "a whole page": "x" * 10_000,
    "nothing at all": "",
    "a number": 7,
    "a list": ["S1"],
    "a control sign": "S1\x1b[2J",
}
NOT_A_TIME: Final[Mapping[str, Any]] = {
    "the year 1": "0001-01-01T00:00:00+00:00",
    "before the year 1": "0001-01-01T00:00:00+14:00",
    "the year 9999": "9999-12-31T23:59:59+00:00",
    "after the year 9999": "9999-12-31T23:59:59-12:00",
    "no zone": "2026-03-02T09:00:00",
    "no time": "2026-03-02",
    "a number": 1_772_000_000,
    "a number in a text": "1772000000",
    "a number beyond all": 10**30,
    "words": "this morning",
    "the 30th of February": "2026-02-30T09:00:00+01:00",
}
NOT_JSON: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00{",
    "half": b'{"scan_id": ',
    "a list": b"[]",
    "a word": b'"text"',
    "null": b"null",
    "not a number": b'{"gross_g": NaN}',
    "without end": b'{"gross_g": Infinity}',
    "a number of five thousand digits": b'{"gross_g": ' + b"9" * 5_000 + b"}",
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "nested and closed": b"[" * 50_000 + b"]" * 50_000,
}


def may_call(route: Route) -> str:
    """Somebody who may make this call: the team leader wherever that is one."""
    return "leader" if "leader" in MAY[route] else min(MAY[route])


def refused(answer: Any, *codes: str) -> Any:
    """What a refusal says, when it is one of these."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    said = answer.json()
    assert said["code"] in codes, answer.text
    assert said["status"] == answer.status_code
    assert said["title"]
    return said


@pytest.mark.parametrize("wrong", NOT_A_MASS.values(), ids=NOT_A_MASS)
def test_a_weight_that_cannot_be_is_refused_wherever_it_stands(hall: Hall, wrong: Any) -> None:
    depot = hall.depot
    batch, other = depot.log()["code"], depot.open_bin("reuse")
    depot.sort(batch, {other: 1_000})
    weighed = {"scanned_at": AT, "gross_g": wrong, "tare_g": 0}
    part = {"destination": "reuse", "mass_g": wrong}
    line = {"article_group": "uniform", "mass_g": wrong}
    before = entries(hall)
    for path, body in (
        ("/batches", intake(gross_g=wrong, tare_g=0)),
        (f"/batches/{batch}/sortings", scan(station="S1-A", scanned_at=AT, parts=[part])),
        (f"/bins/{other}/close", scan(**weighed)),
        ("/deliveries", scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, lines=[line])),
    ):
        refused(hall.post(path, body), "malformed", "mass_exceeded", "not_found")
    assert entries(hall) == before


@pytest.mark.parametrize("wrong", NOT_A_WORD.values(), ids=NOT_A_WORD)
def test_a_word_that_cannot_be_a_code_is_refused_in_every_field(hall: Hall, wrong: Any) -> None:
    before = entries(hall)
    for field in ("site", "station", "supplier", "article_group", "code", "delivery", "scale"):
        body = json.dumps(intake(**{field: wrong})).encode()
        refused(hall.caller("leader").post_bytes("/batches", body), "malformed", "not_found")
    part = {"destination": wrong, "mass_g": 1}
    body = json.dumps(scan(station="S1-A", scanned_at=AT, parts=[part])).encode()
    path = f"/batches/{hall.depot.log()['code']}/sortings"
    refused(hall.caller("leader").post_bytes(path, body), "malformed", "not_found")
    assert entries(hall) == before + 1


@pytest.mark.parametrize("wrong", ["\x00", "\ud800", "a\x00b", "\udfff\ud800"], ids=ascii)
def test_a_note_is_words_and_no_signs_that_no_page_can_show(hall: Hall, wrong: str) -> None:
    body = json.dumps(intake(note=wrong)).encode()
    refused(hall.caller("leader").post_bytes("/batches", body), "malformed")


def test_the_name_of_a_field_is_text_too(hall: Hall) -> None:
    for wrong in ("\ud800", "\x00", "x" * 10_000):
        body = json.dumps({**intake(), wrong: 1}).encode()
        refused(hall.caller("leader").post_bytes("/batches", body), "malformed")
        one = command("sort", hall.depot.log()["code"], {**sorting(), wrong: 1})
        answer = hall.caller("leader").post_bytes("/sync", json.dumps(sent(one)).encode())
        if answer.status_code == 200:
            assert answer.json()["results"][0]["answer"]["code"] == "malformed"
        else:
            refused(answer, "malformed")


@pytest.mark.parametrize("wrong", NOT_A_TIME.values(), ids=NOT_A_TIME)
def test_a_time_that_cannot_be_is_refused(hall: Hall, wrong: Any) -> None:
    before = entries(hall)
    refused(hall.post("/batches", intake(scanned_at=wrong)), "malformed", "clock_doubt")
    assert entries(hall) == before


@pytest.mark.parametrize("route", WITH_BODY, ids=spelled)
def test_a_body_that_is_no_object_is_refused_by_every_call(hall: Hall, route: Route) -> None:
    named = {"code": mint(CodeKind.BATCH), "scan_id": scan()["scan_id"], "number": "08P04ABC1234"}
    for wrong in NOT_JSON.values():
        path = route[1].format(**named)
        refused(hall.caller(may_call(route)).post_bytes(path, wrong), "malformed")


@pytest.mark.parametrize("route", WITH_BODY, ids=spelled)
def test_a_field_too_many_or_too_few_is_refused(hall: Hall, route: Route) -> None:
    sent = GOOD[route](hall)
    before = entries(hall)
    path, body = route[1].format(**sent.named), dict(sent.body or {})
    by = may_call(route)
    said = refused(hall.post(path, {**body, "surprise": 1}, by=by), "malformed")
    assert "surprise" in said["field"]
    for field in ("scan_id", "text", "commands"):
        if field in body:
            rest = {name: value for name, value in body.items() if name != field}
            assert refused(hall.post(path, rest, by=by), "malformed")["field"] == field
    assert entries(hall) == before


def test_only_json_is_read_as_json(hall: Hall) -> None:
    caller, body = hall.caller("leader"), json.dumps(intake()).encode()
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json"):
        answer = caller.post_bytes("/batches", body, **{"Content-Type": kind})
        refused(answer, "malformed")


def test_a_number_of_a_scan_that_is_no_uuid_is_refused(hall: Hall) -> None:
    wrongs: list[Any] = ["", "1", "x" * 36, 1, None, [], "00000000-0000-0000-0000-00000000000g"]
    for wrong in wrongs:
        refused(hall.post("/batches", {**intake(), "scan_id": wrong}), "malformed")
        path = f"/scans/{wrong or 'none'}/reversal"
        refused(hall.post(path, scan(reason="mistake", scanned_at=AT)), "malformed", "not_found")


def test_a_list_that_is_empty_or_endless_is_refused(hall: Hall) -> None:
    path = f"/batches/{hall.depot.log()['code']}/sortings"
    part = {"destination": "reuse", "mass_g": 1}
    before = entries(hall)
    wrongs: list[Any] = [[], [part] * 51, [part] * 5_000, [None], [[]], "reuse", None]
    for parts in wrongs:
        refused(hall.post(path, scan(station="S1-A", scanned_at=AT, parts=parts)), "malformed")
    refused(hall.post("/shipments", scan(outlet="VEZELHOF", bins=[], shipped_at=AT)), "malformed")
    refused(hall.post("/codes", scan(station="S1-IN", kind="batch", count=0)), "malformed")
    refused(hall.post("/codes", scan(station="S1-IN", kind="batch", count=10**9)), "malformed")
    assert entries(hall) == before


def misreadings(code: str) -> Iterator[str]:
    """One sign read wrong, and two neighbours swapped: what tired eyes and dirty labels do."""
    for place in range(1, len(code)):
        wrong = ALPHABET[(ALPHABET.index(code[place]) + 1) % len(ALPHABET)]
        yield code[:place] + wrong + code[place + 1 :]
        if place + 1 < len(code) and code[place] != code[place + 1]:
            yield code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def test_a_misread_label_is_refused_and_never_taken_for_another(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    before = entries(hall)
    for wrong in misreadings(batch):
        refused(hall.post(f"/batches/{wrong}/sortings", sorting()), "malformed", "not_found")
        refused(hall.post("/batches", intake(code=wrong)), "malformed", "not_found")
        assert hall.post("/scan", {"text": wrong}).json()["kind"] == "unknown"
    assert entries(hall) == before


NOT_A_CODE: Final = ("nothing", "%00", "%F0%9F%97%91", "%ED%A0%80", "%0d%0a", "x" * 61, "-1", "'--")


@pytest.mark.parametrize("route", IN_A_PATH, ids=spelled)
def test_a_path_that_names_nothing_is_not_found_or_not_readable(hall: Hall, route: Route) -> None:
    name = "leader" if "leader" in MAY[route] else "manager"
    sent = GOOD[route](hall)
    before = entries(hall)
    for wrong in NOT_A_CODE:
        named = dict.fromkeys(sent.named, wrong)
        refused(
            send(hall.caller(name), route, type(sent)(named, sent.body, sent.query)),
            "not_found",
            "malformed",
        )
    assert entries(hall) == before


def test_a_certificate_that_was_never_made_is_unknown_whatever_its_code(hall: Hall) -> None:
    for wrong in NOT_A_CODE:
        answer = send(hall.caller("leader"), ASKED_WHETHER, Good({"code": wrong}))
        assert answer.status_code in (200, 404, 422), wrong
        if answer.status_code == 200:
            assert answer.json()["verdict"] == "unknown", wrong


QUERIES: Final[Mapping[str, Any]] = {
    "after": ["\x00", "nothing", "x" * 61],
    "limit": ["0", "-1", "201", "many", str(10**30)],
    "day": ["yesterday", "0001-01-01", "9999-12-31", "2026-02-30"],
    "supplier": ["\x00", "nothing", "x" * 61],
    "site": ["\x00", "nothing"],
    "state": ["\x00", "nothing"],
    "search": ["\x00", "%", "_", "\\"],
    "from": ["0001-01-01", "9999-12-31", "soon", "2026-13-01", "\x00"],
    "to": ["0001-01-01", "9999-12-31", "soon", "2026-13-01", "\x00"],
    "basis": ["guessed", "\x00"],
    "by": ["colour", "\x00"],
    "format": ["docx", "\x00"],
}


@pytest.mark.parametrize("path", WITH_QUERY)
def test_a_query_is_answered_or_refused_and_never_breaks(hall: Hall, path: str) -> None:
    manager = hall.caller("manager")
    for name, values in QUERIES.items():
        for value in values:
            answer = manager.client.get(
                f"{API}{path}", params={**YEAR, name: value}, headers=manager.headers({})
            )
            if answer.status_code != 200:
                refused(answer, "malformed", "not_found")


def test_a_search_for_a_sign_of_the_database_finds_only_that_sign(hall: Hall) -> None:
    hall.depot.log()
    for sign in ("%", "_", "\\"):
        assert hall.get("/batches", search=sign).json() == []


def test_a_body_that_says_it_is_too_large_is_not_read(hall: Hall) -> None:
    answer = hall.caller("leader").post_bytes("/batches", b" " * 50_000_000)
    assert answer.status_code == 413
    assert refused(answer, "too_large")["limit_bytes"] == BODY_MAX_BYTES


@pytest.mark.parametrize("path", ["/batches", "/sync", "/scan", "/nothing"])
def test_a_body_that_grows_too_large_is_not_read_to_its_end(hall: Hall, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(800):
            yield b" " * (1 << 16)

    caller = hall.caller("leader")
    headers = caller.headers({"Content-Type": "application/json"})
    answer = caller.client.post(f"{API}{path}", content=pieces(), headers=headers)
    if path == "/nothing":
        refused(answer, "not_found", "too_large")
    else:
        assert refused(answer, "too_large")["limit_bytes"] == BODY_MAX_BYTES


@pytest.mark.parametrize(
    "token", ["", " ", "x", "x" * 5_000, "\x00", "é", "stofstroom_token", "Bearer Bearer"]
)
def test_a_token_that_is_none_is_refused(hall: Hall, token: str) -> None:
    for scheme in ("Bearer ", "bearer", "Basic ", ""):
        headers = {"Authorization": (scheme + token).encode()}
        answer = hall.client.get(f"{API}/batches", headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_a_tablet_hears_of_each_bad_command_and_the_good_ones_are_booked(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    bad: list[dict[str, Any]] = [
        command("sort", batch, sorting(wrong))
        for name, wrong in NOT_A_MASS.items()
        if name != "absurd"
    ]
    bad += [
        command("sort", batch, {**sorting(), "scanned_at": wrong}) for wrong in NOT_A_TIME.values()
    ]
    bad += [command(kind, batch, sorting()) for kind in ("", "nonsense", "SORT", "sort_bin ")]
    good = [command("sort", batch, sorting()) for _ in bad]
    both = [one for pair in zip(bad, good, strict=True) for one in pair]
    told = hall.sync(*(one for one in both if one["kind"]))["results"]
    assert [one["status"] for one in told if one["status"] == "accepted"] == ["accepted"] * len(
        good
    )
    assert all(one["answer"]["code"] for one in told if one["status"] != "accepted")
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 300_000 - 1_000 * len(good)


def test_a_tablet_that_sends_too_much_at_once_is_refused(hall: Hall) -> None:
    one = command("sort", "nothing", sorting())
    refused(hall.post("/sync", sent(*[one] * 501)), "malformed")
