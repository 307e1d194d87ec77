"""A file of announcements by the API: every line gets its own answer."""

from __future__ import annotations

from typing import Any

from tests.web.api.calling import Caller, Hall

HEAD = "site,expected_on,reference,kg\n"


def send(caller: Caller, lines: str, path: str = "/deliveries/file") -> dict[str, Any]:
    sent = caller.post_bytes(path, (HEAD + lines).encode(), **{"Content-Type": "text/csv"})
    assert sent.status_code == 200, sent.text
    found: dict[str, Any] = sent.json()
    return found


def test_each_line_is_answered_and_the_file_is_announced_once(hall: Hall) -> None:
    supplier = hall.caller("supplier")
    lines = "S1,2026-03-04,A,12.5\nS1,2026-03-04,A,1\nS1,2026-03-04,B,heavy\n"
    only_looked = send(supplier, lines, "/deliveries/file?dry_run=true")["results"]
    assert [line["status"] for line in only_looked] == ["good", "good", "refused"]
    first = send(supplier, lines)["results"]
    assert [line["status"] for line in first] == ["accepted", "accepted", "refused"]
    assert first[2]["problems"] == [{"column": "mass_kg", "problem": "not_a_mass", "read": "heavy"}]
    again = send(supplier, lines)["results"]
    assert [line["status"] for line in again] == ["repeated", "repeated", "refused"]
    assert again[0]["code"] == first[0]["code"] == first[1]["code"]
    (listed,) = supplier.get("/deliveries").json()
    assert (listed["code"], listed["reference"]) == (first[0]["code"], "A")


def test_what_others_announced_under_a_number_is_nobodys_affair(hall: Hall) -> None:
    hall.depot.announce(1_000, supplier="DUINRAND", reference="A")
    (line,) = send(hall.caller("supplier"), "S1,2026-03-04,A,12.5\n")["results"]
    assert line["status"] == "accepted"


def test_a_file_that_cannot_be_read_is_refused_with_its_limit(hall: Hall) -> None:
    supplier = hall.caller("supplier")
    told = [
        supplier.post_bytes("/deliveries/file", content, **{"Content-Type": kind})
        for content, kind in (
            (b"kg\n" + b"1\n" * 2_001, "text/csv"),
            (b"kg\n1\n", "text/csv"),
            (b"kg\n1\n", "text/plain"),
        )
    ]
    assert [(one.status_code, one.json()["problem"][:15]) for one in told] == [
        (422, "too many lines"),
        (422, "missing columns"),
        (422, "text/csv, appli"),
    ]
    assert told[0].json()["limit"] == 2_000
