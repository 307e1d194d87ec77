import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts import second_factor
from accounts.devices import enrol
from accounts.joining import guest_of
from accounts.queries import person_by_password, viewer_of
from accounts.tickets import Purpose
from catalogue.kinds import Role
from store.engine import Database
from tests.web.terminal import NOW, PASSWORD, Shell
from web import cli


def test_a_token_stands_alone_on_stdout_and_opens_the_door(
    shell: Shell, register_anywhere: Database
) -> None:
    for role, organisation in (
        (Role.WORKER, "WATERKANT"),
        (Role.SUPPLIER, "NOORDERHAVEN"),
        (Role.OUTLET, "VEZELHOF"),
    ):
        ended = shell(
            "token", "--role", role, "--organisation", organisation, "--name", "data warehouse"
        )
        assert (ended.code, ended.err) == (0, "")
        plain, *rest = ended.out.splitlines()
        assert rest == []
        with register_anywhere.read() as session:
            found = viewer_of(session, plain, NOW)
        assert found is not None
        assert found.viewer.role is role


def test_a_code_for_a_tablet_stands_alone_on_stdout_and_lets_one_in(
    shell: Shell, register_anywhere: Database
) -> None:
    ended = shell("enrol", "--station", "S1-A", "--name", "Tafel 1")
    assert (ended.code, ended.err) == (0, "")
    code, *rest = ended.out.splitlines()
    assert rest == []
    with register_anywhere.write() as session:
        enrolled = enrol(session, code, now=datetime.now(UTC))
        found = viewer_of(session, enrolled.token, NOW)
    assert (enrolled.name, enrolled.station.code) == ("Tafel 1", "S1-A")
    assert found is not None
    assert found.kind == "device"


@pytest.mark.parametrize(("station", "name", "code"), [("NOWHERE", "Tafel 1", 1), ("S1-A", " ", 2)])
def test_a_code_for_no_station_or_without_a_name_is_not_made(
    shell: Shell, register: Database, station: str, name: str, code: int
) -> None:
    ended = shell("enrol", "--station", station, "--name", name)
    assert (ended.code, ended.out) == (code, "")
    assert "Traceback" not in ended.err
    assert ("station" if code == 1 else "name") in ended.err


def test_the_only_operator_need_not_be_named(shell: Shell) -> None:
    shell("init", "--operator", "WATERKANT", "--name", "Waterkant")
    ended = shell("token", "--role", "auditor", "--name", "audit")
    assert (ended.code, ended.err) == (0, "")
    assert shell("token", "--role", "supplier", "--name", "x").code == 2


def test_among_two_operators_one_must_be_named(shell: Shell, register: Database) -> None:
    ended = shell("token", "--role", "auditor", "--name", "audit")
    assert (ended.code, ended.out) == (2, "")
    assert "organisation" in ended.err


@pytest.mark.parametrize("wrong", [["--organisation", "NOBODY"], ["--site", "X1"]])
def test_a_token_for_nobody_is_not_made(shell: Shell, register: Database, wrong: list[str]) -> None:
    ended = shell("token", "--role", "worker", "--organisation", "WATERKANT", "--name", "x", *wrong)
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err


def test_a_person_gets_a_login_and_later_another_password(
    shell: Shell, register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_PASSWORD", PASSWORD)
    who = ["person", "--email", "anna@example.org", "--name", "Anna"]
    home = ["--role", "manager", "--organisation", "WATERKANT"]
    ended = shell(*who, *home)
    assert (ended.code, ended.out) == (0, "")
    assert PASSWORD not in ended.err
    assert shell(*who, *home).code == 2
    monkeypatch.setenv("STOFSTROOM_PASSWORD", "thee met citroen")
    assert shell("password", "--email", "anna@example.org").code == 0
    assert shell("password", "--email", "bas@example.org").code == 1
    with register.read() as session:
        anna = person_by_password(session, email="anna@example.org", password="thee met citroen")
    with register.write() as session:
        second_factor.make_codes(session, anna, now=datetime.now(UTC))
    ended = shell("take-app", "--email", "anna@example.org")
    assert (ended.code, ended.out) == (0, "")
    assert shell("take-app", "--email", "bas@example.org").code == 1
    with register.read() as session:
        assert second_factor.state_of(session, anna).codes_left == 0


def test_a_password_that_is_too_short_is_wrong_usage(
    shell: Shell, register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_PASSWORD", "geheim")
    ended = shell(
        "person", "--email", "a@example.org", "--name", "A", "--role", "manager",
        "--organisation", "WATERKANT",
    )  # fmt: skip
    assert (ended.code, ended.out) == (2, "")
    assert "password" in ended.err
    assert "geheim" not in ended.err


def test_a_password_is_only_asked_for_at_a_terminal(shell: Shell, register: Database) -> None:
    ended = shell("password", "--email", "anna@example.org")
    assert (ended.code, ended.out) == (2, "")
    assert "STOFSTROOM_PASSWORD" in ended.err


def test_a_password_is_asked_for_without_showing_it(
    shell: Shell, register: Database, tmp_path: Path
) -> None:
    import pty

    here, there = pty.openpty()
    command = [sys.executable, "-c", "from web.cli import main; main()", "person"]
    who = ["--email", "anna@example.org", "--name", "Anna", "--role", "manager"]
    process = subprocess.Popen(
        [*command, *who, "--organisation", "WATERKANT"],
        stdin=there,
        stdout=subprocess.PIPE,
        stderr=there,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
    )
    os.close(there)
    shown = b""
    for question in (b"Password: ", b"confirmation: "):
        while question not in shown:
            shown += os.read(here, 1000)
        os.write(here, PASSWORD.encode() + b"\n")
    out, _ = process.communicate(timeout=60)
    shown += os.read(here, 1000)
    os.close(here)
    assert process.returncode == 0, shown
    assert out == b""
    assert PASSWORD.encode() not in shown
    with register.read() as session:
        assert person_by_password(session, email="anna@example.org", password=PASSWORD)


def test_a_link_for_who_is_invited_stands_alone_on_stdout(
    shell: Shell, register_anywhere: Database
) -> None:
    said = ("person", "--email", "roos@example.org", "--name", "Roos", "--role", "administrator")
    ended = shell(*said, "--invite", "--organisation", "WATERKANT")
    assert ended.code == 0, ended.err
    link, *rest = ended.out.splitlines()
    assert rest == []
    plain = link.rpartition("/")[2].partition("?")[0]
    with register_anywhere.read() as session:
        guest = guest_of(session, Purpose.INVITATION, plain, now=datetime.now(UTC))
    assert (guest.email, guest.role) == ("roos@example.org", Role.ADMINISTRATOR)
    assert plain not in ended.err
