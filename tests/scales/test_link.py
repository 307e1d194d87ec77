"""A link asks a scale over a real socket, and a real pseudo-terminal."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from catalogue.rules import Address, may_be_addressed, scale_address
from scales import link as links
from scales.frames import State
from scales.link import Link, Links, SerialWire, TcpWire
from scales.simulator import PtyScale, SoftScale, TcpScale


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def scale() -> Iterator[TcpScale]:
    with TcpScale() as played:
        yield played


@pytest.fixture
def link(scale: TcpScale) -> Iterator[Link]:
    asked = Link(lambda: TcpWire(scale_address(scale.address)))
    yield asked
    asked.close()


def test_a_scale_settles_and_then_is_stable(scale: TcpScale, link: Link) -> None:
    scale.scale.load(52_345, settle_s=0.3)
    moving = link.read()
    assert (moving.state, moving.mass_g) == (State.MOVING, 52_300)
    until(lambda: link.read().state is State.STABLE)
    still = link.read()
    assert (still.mass_g, still.raw) == (52_300, "S S     52.300 kg")


def test_too_much_and_too_little_have_no_mass(scale: TcpScale, link: Link) -> None:
    scale.scale.load(200_000, settle_s=0)
    assert (link.read().state, link.read().mass_g) == (State.OVERLOAD, None)
    scale.scale.load(-9_000, settle_s=0)
    until(lambda: link.read().state is State.UNDERLOAD)


def test_a_scale_that_hangs_up_is_disconnected_until_it_is_back(
    scale: TcpScale, link: Link
) -> None:
    assert link.read().state is State.STABLE
    scale.disconnect()
    until(lambda: link.read().state is State.DISCONNECTED)
    scale.connect()
    until(lambda: link.read().state is State.STABLE)


def test_a_scale_that_says_nothing_is_disconnected(scale: TcpScale, link: Link) -> None:
    scale.scale.silence(True)
    begun = time.monotonic()
    assert link.read().state is State.DISCONNECTED
    assert time.monotonic() - begun < 2
    begun = time.monotonic()
    assert link.read().state is State.DISCONNECTED
    assert time.monotonic() - begun < 0.1, "nobody waits a second time for a scale that is off"
    scale.scale.silence(False)
    until(lambda: link.read().state is State.STABLE)


def test_many_who_ask_share_one_line(scale: TcpScale, link: Link) -> None:
    scale.scale.load(12_300, settle_s=0)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: link.read(), range(64)))
    assert {(read.state, read.mass_g) for read in found} == {(State.STABLE, 12_300)}
    assert scale.callers == 1


def test_links_keep_one_line_for_each_address() -> None:
    with TcpScale() as one, TcpScale(SoftScale(division_g=20)) as other:
        one.scale.load(1_000, settle_s=0)
        other.scale.load(2_020, settle_s=0)
        known = Links()
        masses = [known.read(each.address).mass_g for each in (one, other, one)]
        assert masses == [1_000, 2_020, 1_000]
        assert (one.callers, other.callers) == (1, 1)
        known.close()
        until(lambda: (one.callers, other.callers) == (0, 0))


def test_links_that_nobody_has_any_more_hang_up(scale: TcpScale) -> None:
    known = Links()
    known.read(scale.address)
    assert scale.callers == 1
    del known
    until(lambda: scale.callers == 0)


def test_a_line_that_stood_idle_is_opened_anew(
    scale: TcpScale, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "IDLE_S", 0.2)
    assert link.read().state is State.STABLE
    first = set(scale._callers)
    time.sleep(0.3)
    assert link.read().state is State.STABLE
    until(lambda: scale.callers == 1 and set(scale._callers) != first)


def test_no_line_is_opened_to_where_no_scale_can_be() -> None:
    nowhere = ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "224.0.0.1", "::"]
    assert [number for number in nowhere if may_be_addressed(number)] == []
    assert may_be_addressed("192.168.1.20")
    assert may_be_addressed("::1")
    with pytest.raises(ConnectionRefusedError):
        TcpWire(Address("0.0.0.0", 80))


def talking(lines: bytes, stop: threading.Event, door: socket.socket) -> None:
    """A box that talks by itself, and answers nothing."""
    caller, _ = door.accept()
    with caller:
        while not stop.is_set():
            try:
                caller.sendall(lines)
            except OSError:
                return
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("lines", "state", "mass_g"),
    [
        (b"ST,GS,+  12.345 kg\r\n", State.STABLE, 12_345),
        (b"US,GS,+  12.345 kg\r", State.MOVING, 12_345),
        (b"0.000 kg\r\nST,GS,+  12.345 kg\r\nST,", State.STABLE, 12_345),
        (b"SSH-2.0-other\r\n", State.GARBLED, None),
        (b"x" * 400, State.GARBLED, None),
    ],
)
def test_a_scale_that_talks_by_itself_is_heard(
    lines: bytes, state: State, mass_g: int | None
) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        box = threading.Thread(target=talking, args=(lines, stop, door))
        box.start()
        asked = Link(lambda: TcpWire(Address(*door.getsockname()[:2])))
        found = []
        for _ in range(3):
            found.append(asked.read())
            time.sleep(0.15)
        stop.set()
        asked.close()
        box.join()
    assert {(read.state, read.mass_g) for read in found} == {(state, mass_g)}


def test_a_serial_line_is_read_as_the_network_is() -> None:
    with PtyScale() as played:
        asked = Link(lambda: SerialWire(played.port))
        played.scale.load(7_500, settle_s=0.3)
        assert asked.read().state is State.MOVING
        until(lambda: asked.read().state is State.STABLE)
        assert asked.read().mass_g == 7_500
        played.scale.load(200_000, settle_s=0)
        until(lambda: asked.read().state is State.OVERLOAD)
        played.scale.silence(True)
        until(lambda: asked.read().state is State.DISCONNECTED)
        asked.close()


def test_a_serial_port_that_is_not_there_is_disconnected() -> None:
    assert Link(lambda: SerialWire("/dev/no-such-port")).read().state is State.DISCONNECTED


def test_a_soft_scale_answers_as_its_protocol_says() -> None:
    scale = SoftScale(division_g=20, max_g=60_000)
    scale.load(12_349, settle_s=0)
    assert scale.answer("S") == "S S     12.340 kg"
    scale.load(-30, settle_s=0)
    assert scale.answer("SI") == "S S     -0.020 kg"
    scale.wobble(2)
    assert scale.answer("SI") == "S D     -0.020 kg"
    assert scale.answer("S") == "S I"
    assert scale.answer("@") == 'I4 A "0000000000"'
    assert scale.answer("MOVE") == "ES"
