"""A tablet asks the server what a scale on the network weighs: a real scale on a real socket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from catalogue.actions import define
from catalogue.errors import Malformed
from scales.simulator import TcpScale
from tests.web.api.calling import Hall, intake

DUE: Final = date(2030, 1, 1)


def register(hall: Hall, code: str, *, operator: str = "WATERKANT", **data: Any) -> None:
    said = {"site": "S1", "name": code, "division_g": 100, "max_g": 150_000, "calibration_due": DUE}
    with hall.depot.database.write() as session:
        define(session, operator, "scale", code, {**said, **data}, now=hall.depot.now)


@pytest.fixture
def scale(hall: Hall) -> Iterator[TcpScale]:
    with TcpScale() as played:
        register(hall, "WIRED", address=played.address)
        yield played


def ask(hall: Hall, code: str = "WIRED", by: str = "worker") -> Any:
    time.sleep(0.15)  # So that no answer to the question before is shared.
    return hall.get(f"/scales/{code}/reading", by=by)


def test_a_stable_weight_comes_with_its_frame(hall: Hall, scale: TcpScale) -> None:
    scale.scale.load(52_345, settle_s=0)
    assert ask(hall).json() == {
        "scale": "WIRED",
        "state": "stable",
        "mass_g": 52_300,
        "raw": "S S     52.300 kg",
        "net": False,
        "at": hall.depot.now.isoformat().replace("+00:00", "Z"),
        "overdue": False,
    }


def test_what_a_scale_says_can_be_booked_as_it_came(hall: Hall, scale: TcpScale) -> None:
    scale.scale.load(52_345, settle_s=0)
    read = ask(hall).json()
    sent = intake(gross_g=read["mass_g"], scale=read["scale"], frame=read["raw"])
    assert hall.post("/batches", sent, by="worker").json()["mass_g"] == 32_300


def test_moving_and_overload_are_states_without_a_refusal(hall: Hall, scale: TcpScale) -> None:
    scale.scale.load(10_000, settle_s=9)
    moving = ask(hall)
    scale.scale.load(900_000, settle_s=0)
    overload = ask(hall)
    assert (moving.status_code, moving.json()["state"]) == (200, "moving")
    assert (overload.status_code, overload.json()["state"]) == (200, "overload")
    assert overload.json()["mass_g"] is None


def test_a_scale_that_hangs_up_is_disconnected_and_no_error(hall: Hall, scale: TcpScale) -> None:
    assert ask(hall).json()["state"] == "stable"
    scale.disconnect()
    gone = ask(hall)
    assert (gone.status_code, gone.json()["state"]) == (200, "disconnected")
    assert (gone.json()["mass_g"], gone.json()["raw"]) == (None, "")


def test_a_scale_past_its_calibration_says_so(hall: Hall, scale: TcpScale) -> None:
    today = hall.depot.now.date()
    register(hall, "WIRED", address=scale.address, calibration_due=today)
    assert ask(hall).json()["overdue"] is False
    register(hall, "WIRED", address=scale.address, calibration_due=date(2026, 1, 1))
    assert ask(hall).json()["overdue"] is True


@pytest.mark.parametrize("code", ["SCALE1", "NOTHERE"])
def test_a_scale_without_an_address_is_not_found(hall: Hall, code: str) -> None:
    assert (ask(hall, code).status_code, ask(hall, code).json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("stranger", ["leader_of_s2", "foreign_worker"])
def test_a_scale_of_another_site_is_not_found(hall: Hall, scale: TcpScale, stranger: str) -> None:
    answer = ask(hall, by=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert scale.callers == 0, "nobody asked the scale"


def test_the_reference_says_who_reads_a_scale_and_not_where(hall: Hall, scale: TcpScale) -> None:
    answer = hall.get("/reference", by="worker")
    reads = {row["code"]: row["reads"] for row in answer.json()["scales"]}
    assert (reads["WIRED"], reads["SCALE1"]) == ("server", "tablet")
    assert scale.address not in answer.text
    assert "tcp://" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "192.168.1.20:4001",
        "http://192.168.1.20:4001",
        "tcp://192.168.1.20",
        "tcp://192.168.1.20:0",
        "tcp://192.168.1.20:65536",
        "tcp://-x:1",
        "tcp://a b:1",
        "tcp://user@host:1",
        "tcp://host:1/path",
        "tcp://host:1\n",
        "",
        4001,
    ],
)
def test_an_address_that_leads_nowhere_is_refused(hall: Hall, address: Any) -> None:
    with pytest.raises(Malformed) as refused:
        register(hall, "WRONG", address=address)
    assert refused.value.figures["field"] == "address"


@pytest.mark.parametrize(
    "address",
    [None, "tcp://scale-2.depot.example:4001", "tcp://10.0.0.8:65535", "tcp://[fd00::8]:1"],
)
def test_an_address_of_the_network_is_taken(hall: Hall, address: str | None) -> None:
    register(hall, "RIGHT", address=address)
    rows = hall.get("/reference").json()["scales"]
    (found,) = [row for row in rows if row["code"] == "RIGHT"]
    assert found["reads"] == ("server" if address else "tablet")
