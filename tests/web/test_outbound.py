"""Scales and label printers are called in the networks of the house, and nowhere else."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from catalogue.rules import Address
from labels.printing import Ending, send
from scales.link import Links, TcpWire
from scales.simulator import TcpScale
from web.hygiene import hygiene_from
from web.outbound import may_be_device
from web.settings import SettingsWrong, from_environment

ROOT = Path(__file__).parents[2]
ONE_HALL = (ip_network("10.1.2.0/24"),)


@pytest.mark.parametrize(
    ("number", "port", "may"),
    [
        ("10.1.2.3", 9100, True),
        ("172.16.0.9", 4001, True),
        ("192.168.1.20", 23, True),
        ("127.0.0.1", 9100, True),
        ("fd12::7", 9100, True),
        ("::ffff:10.1.2.3", 9100, True),
        ("8.8.8.8", 9100, False),
        ("172.32.0.1", 9100, False),
        ("2001:db8::1", 9100, False),
        ("169.254.169.254", 9100, False),
        ("::ffff:169.254.169.254", 9100, False),
        ("fe80::1%eth0", 9100, False),
        ("224.0.0.1", 9100, False),
        ("0.0.0.0", 9100, False),
        ("10.1.2.3", 80, False),
        ("10.1.2.3", 22, False),
    ],
)
def test_a_device_is_in_a_private_network_and_no_service_of_a_machine(
    number: str, port: int, may: bool
) -> None:
    assert may_be_device(number, port) is may


def test_an_installation_names_the_networks_of_its_own_halls() -> None:
    assert may_be_device("10.1.2.3", 9100, ONE_HALL)
    assert not may_be_device("10.1.3.3", 9100, ONE_HALL)
    assert not may_be_device("127.0.0.1", 9100, ONE_HALL)
    assert not may_be_device("169.254.169.254", 9100, (ip_network("0.0.0.0/0"),))
    named = hygiene_from({"STOFSTROOM_DEVICE_NETWORKS": "10.1.2.0/24, fd00::/64"}).networks
    assert [str(network) for network in named] == ["10.1.2.0/24", "fd00::/64"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"STOFSTROOM_DEVICE_NETWORKS": "the hall"},
        {"STOFSTROOM_DEVICE_NETWORKS": "10.1.2.3/24"},
        {"STOFSTROOM_CALLS_A_MINUTE": "many"},
        {"STOFSTROOM_PROOFS_A_MINUTE": "0"},
        {"STOFSTROOM_LOG": "xml"},
        {"STOFSTROOM_LOG_LEVEL": "loud"},
    ],
)
def test_what_cannot_be_set_is_named_when_the_service_starts(wrong: dict[str, str]) -> None:
    [name] = wrong
    with pytest.raises(SettingsWrong, match=name):
        from_environment(wrong)


def test_a_scale_outside_of_the_house_is_never_called() -> None:
    with TcpScale() as scale:
        inside, outside = Links(), Links(lambda number, port: may_be_device(number, port, ONE_HALL))
        assert inside.read(scale.address).state.value != "disconnected"
        assert outside.read(scale.address).state.value == "disconnected"
        inside.close()
        with pytest.raises(ConnectionRefusedError):
            TcpWire(Address("127.0.0.1", 80), may_be_device)


def test_a_printer_outside_of_the_house_is_never_called() -> None:
    with TcpScale() as anything:
        host, port = anything.address.removeprefix("tcp://").rsplit(":", 1)
        job = b"^XA^FO0,0^FDx^FS^XZ"
        told = send(
            host,
            int(port),
            job,
            begin_end=lambda: False,
            may_reach=lambda number, door: may_be_device(number, door, ONE_HALL),
        )
        assert (told.ending, told.problem) == (Ending.NOT_PRINTED, "unreachable")
        assert anything.callers == 0


CALLS_OUT = {
    "smtplib": {"web/mail.py"},
    "requests": {"web/guarded.py", "web/id_tokens.py", "web/provider.py"},
    "authlib": {"web/id_tokens.py", "web/provider.py", "web/single_sign_on.py"},
    "serial": {"scales/link.py", "scales/simulator.py"},
    "socket": {
        "labels/printing.py",
        "scales/link.py",
        "scales/simulator.py",
        "web/harmless.py",
        "web/mail.py",
        # Takes over a socket that listens, and tells systemd on this machine that it serves.
        "web/serving.py",
    },
    "urllib.request": set(),
    "http.client": {"web/provider.py"},
    "httpx": set(),
    "ftplib": set(),
    "subprocess": {"store/backup_postgresql.py"},
}
"""Who may call out of this process, and by what: each of them to places that are named above."""


IMPORT = re.compile(r"^\s*(?:import|from) ([\w.]+)", re.MULTILINE)
NO_ROOMS = {ROOT / "tests", ROOT / "benchmarks", ROOT / "docs"}


def test_nothing_else_in_the_house_can_call_out() -> None:
    found: dict[str, set[str]] = {name: set() for name in CALLS_OUT}
    rooms = {path.parent for path in ROOT.glob("*/__init__.py")} - NO_ROOMS
    for file in (file for room in rooms for file in room.rglob("*.py")):
        imported = IMPORT.findall(file.read_text(encoding="utf-8"))
        for name in CALLS_OUT:
            if any(one == name or one.startswith(f"{name}.") for one in imported):
                found[name].add(str(file.relative_to(ROOT)))
    assert {name: files - CALLS_OUT[name] for name, files in found.items()} == {
        name: set() for name in CALLS_OUT
    }
    assert found["smtplib"], "the search finds nothing"
