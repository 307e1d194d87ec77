"""The commands for scales, in processes of their own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from typing import IO, Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from catalogue.rules import scale_address
from scales.frames import State
from scales.link import Link, TcpWire
from scales.simulator import PtyScale
from tests.web.terminal import started

PATIENCE_S: Final = 60
ORIGIN: Final = "https://stof.example.org"


@pytest.fixture
def port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def heard(port: int) -> Any:
    """What the agent says, as soon as it is there."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            asked = Request(f"http://127.0.0.1:{port}/reading", headers={"Origin": ORIGIN})
            with urlopen(asked, timeout=5) as answer:
                return json.load(answer)
        except URLError:
            assert time.monotonic() < end, "the agent does not answer"
            time.sleep(0.1)


def test_the_agent_tells_what_the_scale_on_its_port_weighs(port: int) -> None:
    with PtyScale() as played:
        played.scale.load(7_500, settle_s=0)
        arguments = (
            "scale-agent",
            "--port",
            played.port,
            "--origin",
            ORIGIN,
            "--listen",
            str(port),
        )
        with started(*arguments) as agent:
            assert heard(port)["mass_g"] == 7_500
            agent.send_signal(signal.SIGINT)
            out, err = agent.communicate(timeout=PATIENCE_S)
    assert (agent.returncode, out) == (0, "")
    assert "S S      7.500 kg (stable)" in err


def test_the_agent_waits_for_a_cable_that_is_not_there(port: int) -> None:
    arguments = ("scale-agent", "--port", "/dev/no-port", "--origin", ORIGIN, "--listen", str(port))
    with started(*arguments) as agent:
        assert heard(port)["state"] == "disconnected"
        assert agent.poll() is None


def typed(simulator: subprocess.Popen[str], words: str) -> None:
    keys: IO[str] | None = simulator.stdin
    assert keys is not None
    keys.write(f"{words}\n")
    keys.flush()


def test_a_simulated_scale_does_what_is_typed() -> None:
    with started("scale-simulator", "--port", "0", "--load-kg", "12,3", typed=True) as simulator:
        assert simulator.stdout is not None
        address = simulator.stdout.readline().strip()
        link = Link(lambda: TcpWire(scale_address(address)))
        assert link.read().mass_g == 12_300
        for words, state in (
            ("52.345", State.MOVING),
            ("over", State.OVERLOAD),
            ("nonsense", State.OVERLOAD),
            ("0", State.STABLE),
            ("move", State.MOVING),
            ("off", State.DISCONNECTED),
        ):
            typed(simulator, words)
            end = time.monotonic() + PATIENCE_S
            while link.read().state is not state:
                assert time.monotonic() < end, words
                time.sleep(0.05)
        link.close()
        typed(simulator, "quit")
        _, err = simulator.communicate(timeout=PATIENCE_S)
    assert simulator.returncode == 0
    assert err.count("put so many kilograms on it") == 2, "once at first, once for nonsense"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_simulated_scale_walks_by_itself_on_a_terminal(stop: signal.Signals) -> None:
    with started("scale-simulator", "--terminal", "--walk") as simulator:
        assert simulator.stdout is not None
        assert simulator.stdout.readline().startswith("/dev/")
        simulator.send_signal(stop)
        simulator.communicate(timeout=PATIENCE_S)
    assert simulator.returncode == 0
