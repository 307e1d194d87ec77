import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main

from accounts.devices import enrol
from accounts.queries import person_by_password
from proof.signing import load_ring
from store.engine import Database
from tests.web.terminal import Shell, tamper
from web import cli

CODE_OF_STATION = re.compile(r"^(\w{4}-\w{4}) +(\S+) +(\w+)$", re.MULTILINE)
COMMANDS = sorted(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    ended = shell(command, "--help")
    assert ended.code == 0
    assert ended.err == ""
    before, _, after = ended.out.partition("Options:")
    assert len(before.splitlines()) >= 3, "it says what it does"
    for line in after.splitlines():
        if line.startswith("  --") and "--help" not in line:
            assert line.split()[-1], line


def test_every_command_of_the_contract_is_there() -> None:
    promised = {"init", "demo", "serve", "token", "verify", "backup", "restore"}
    more = {"checkpoint", "rotate-key", "enrol", "person", "password", "take-app"}
    more |= {"scale-agent", "scale-simulator", "notify", "mail-test", "export", "move", "rehearse"}
    more |= {"restored"}
    assert promised | more == set(COMMANDS)


def test_without_a_command_it_says_what_there_is(shell: Shell) -> None:
    ended = shell()
    assert ended.code == 2
    for command in COMMANDS:
        assert f"  {command}" in ended.out + ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["token"],
        ["token", "--role", "king", "--name", "x"],
        ["token", "--role", "worker"],
        ["init", "--operator", "OP"],
        ["init", "--name", "Operator"],
        ["demo", "--scale", "0"],
        ["demo", "--year", "last"],
        ["serve", "--port", "0"],
        ["serve", "--certificate", __file__],
        ["serve", "--certificate", "missing.pem", "--key", "missing.pem"],
        ["verify", "--checkpoint", "missing.json"],
        ["restore"],
        ["restore", "missing.backup"],
        ["backup", "a", "b"],
        ["backup", "."],
        ["person", "--email", "anna@example.org"],
        ["scale-agent", "--port", "/dev/null"],
        ["scale-agent", "--port", "/dev/null", "--origin", "stof.example.org"],
        ["scale-agent", "--port", "/dev/null", "--origin", "https://stof.example.org/floor"],
        ["scale-simulator", "--load-kg", "much"],
        ["scale-simulator", "--port", "70000"],
        ["export"],
        ["export", "everything"],
        ["export", "movements", "--format", "pdf"],
        ["export", "movements", "--from", "yesterday"],
        ["export", "movements", "--basis", "feeling"],
        ["enrol"],
        ["enrol", "--station", "S1-A"],
    ],
)
def test_wrong_usage_ends_with_two_and_says_so_on_stderr(
    shell: Shell, arguments: list[str]
) -> None:
    ended = shell(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STOFSTROOM_DATABASE_URL", "not an address"),
        ("STOFSTROOM_DATABASE_URL", "mysql://user:secret@host/name"),
        ("STOFSTROOM_PUBLIC_URL", "localhost:8000"),
        ("STOFSTROOM_BODY_MAX_BYTES", "1 MiB"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = shell("init")
    assert (ended.code, ended.out) == (2, "")
    assert name in ended.err
    assert "secret" not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["token", "--role", "worker", "--name", "x"],
        ["person", "--email", "a@example.org", "--name", "A", "--role", "worker"],
        ["password", "--email", "a@example.org"],
        ["take-app", "--email", "a@example.org"],
        ["enrol", "--station", "S1-A", "--name", "Tafel 1"],
        ["verify"],
        ["checkpoint", "heads.json"],
        ["rotate-key"],
        ["backup", "kept.backup"],
        ["demo"],
        ["serve"],
    ],
)
def test_before_init_every_command_says_what_to_do_first(
    shell: Shell, tmp_path: Path, arguments: list[str]
) -> None:
    ended = shell(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert "stofstroom init" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_init_makes_a_database_and_keys_and_may_be_repeated(shell: Shell, tmp_path: Path) -> None:
    for _ in range(2):
        ended = shell("init")
        assert (ended.code, ended.out) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "stofstroom.keys",
        "stofstroom.sqlite3",
    ]
    assert shell("verify").code == 0


def test_the_keys_lie_where_they_should(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_KEYS", str(tmp_path / "safe" / "ring"))
    assert shell("init").code == 0
    assert load_ring(tmp_path / "safe" / "ring").keys


def test_an_operator_begins_with_reference_data_once(shell: Shell) -> None:
    ended = shell("init", "--operator", "WATERKANT", "--name", "Waterkant")
    assert (ended.code, ended.out) == (0, "")
    assert "WATERKANT" in ended.err
    again = shell("init", "--operator", "WATERKANT", "--name", "Waterkant")
    assert (again.code, again.out) == (1, "")
    assert shell("verify").code == 0


def test_a_database_of_a_newer_version_is_left_alone(
    shell: Shell, register: Database, tmp_path: Path
) -> None:
    tamper(register, "UPDATE alembic_version SET version_num = '9999'")
    for command in ("init", "verify"):
        ended = shell(command)
        assert (ended.code, ended.out) == (1, "")
        assert "version" in ended.err


def test_a_database_that_does_not_answer_is_told_without_a_traceback(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", f"postgresql+psycopg://x@127.0.0.1:{port}/x")
    ended = shell("verify")
    assert (ended.code, ended.out) == (1, "")
    assert "refused" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.slow
def test_the_demo_prints_who_can_sign_in(shell: Shell) -> None:
    shell("init")
    ended = shell("demo", "--scale", "0.002", "--year", "2025", "--seed", "7")
    assert ended.code == 0
    logins = [line.split() for line in ended.out.splitlines()]
    assert {role for _, _, role in logins} >= {"worker", "manager", "supplier", "auditor"}
    codes = {kind: code for code, _, kind in re.findall(CODE_OF_STATION, ended.err)}
    assert codes.keys() == {"intake", "inspection", "sorting", "dispatch"}
    again = shell("demo", "--scale", "0.002", "--year", "2025", "--seed", "7")
    assert (again.code, again.out) == (0, ended.out)
    database = Database("sqlite:///stofstroom.sqlite3")
    with database.write() as session:
        for kind, code in codes.items():
            enrolled = enrol(session, code, now=datetime.now(UTC))
            assert enrolled.station.kind == kind
    with database.read() as session:
        for email, password, _ in logins:
            assert person_by_password(session, email=email, password=password)
    database.dispose()


def test_the_demo_does_not_go_into_a_register_that_is_used(
    shell: Shell, register: Database
) -> None:
    ended = shell("demo", "--scale", "0.01")
    assert (ended.code, ended.out) == (1, "")
    assert "new database" in ended.err
