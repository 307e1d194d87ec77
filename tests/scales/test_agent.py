"""The agent of a tablet: one address, one origin, this machine alone."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from scales.agent import Agent
from scales.link import Link, SerialWire
from scales.simulator import PtyScale

FLOOR: Final = "https://stof.example.org"
NOW: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def scale() -> Iterator[PtyScale]:
    with PtyScale() as played:
        yield played


@pytest.fixture
def agent(scale: PtyScale) -> Iterator[Agent]:
    link = Link(lambda: SerialWire(scale.port))
    with Agent(link, origin=f"{FLOOR}/", clock=lambda: NOW, port=0) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.05,))
        thread.start()
        yield served
        served.shutdown()
        thread.join()
    link.close()


def call(
    agent: Agent, path: str = "/reading", *, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, Any]:
    line = http.client.HTTPConnection("127.0.0.1", agent.server_port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request(method, path, headers=named)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer, json.loads(body) if is_json else None


def test_the_floor_hears_what_the_scale_weighs(scale: PtyScale, agent: Agent) -> None:
    scale.scale.load(12_345, settle_s=0)
    answer, said = call(agent, Origin=FLOOR)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FLOOR
    assert answer.headers["Cache-Control"] == "no-store"
    assert said == {
        "state": "stable",
        "mass_g": 12_300,
        "raw": "S S     12.300 kg",
        "net": False,
        "at": "2026-03-02T08:00:00+00:00",
    }


def test_moving_overload_and_silence_are_told_apart(scale: PtyScale, agent: Agent) -> None:
    heard = []
    scale.scale.load(10_000, settle_s=9)
    heard.append(call(agent)[1]["state"])
    time.sleep(0.15)
    scale.scale.load(500_000, settle_s=0)
    heard.append(call(agent)[1]["state"])
    time.sleep(0.15)
    scale.scale.silence(True)
    heard.append(call(agent)[1]["state"])
    assert heard == ["moving", "overload", "disconnected"]


def test_another_site_hears_nothing(agent: Agent) -> None:
    for method in ("GET", "OPTIONS"):
        answer, said = call(agent, method=method, Origin="https://elsewhere.example.org")
        assert (answer.status, said) == (403, None)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_another_name_for_this_machine_is_refused(agent: Agent) -> None:
    answer, said = call(agent, Host="rebound.example.org:7531")
    assert (answer.status, said) == (421, None)


@pytest.mark.parametrize("path", ["/", "/reading/", "/reading?x=1", "/../reading", "/docs"])
def test_there_is_no_other_path(agent: Agent, path: str) -> None:
    answer, said = call(agent, path)
    assert (answer.status, said) == (404, None)


def test_nothing_can_be_sent_to_it(agent: Agent) -> None:
    answer, _ = call(agent, method="POST", Origin=FLOOR)
    assert answer.status == 501


def test_a_browser_that_asks_first_is_told_that_it_may(agent: Agent) -> None:
    answer, _ = call(
        agent, method="OPTIONS", Origin=FLOOR, Access_Control_Request_Private_Network="true"
    )
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET"
