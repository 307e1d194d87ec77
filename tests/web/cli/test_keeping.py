import json
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from accounts.devices import enrol, issue_code
from accounts.queries import person_by_password, viewer_of
from chain.queries import heads
from store.engine import Database
from tests.builders import Depot
from tests.cast import take_the_stage, viewers
from tests.web.terminal import NOW, PASSWORD, Shell, sizes, started, tamper


def test_an_untouched_register_verifies(shell: Shell, register_anywhere: Database) -> None:
    ended = shell("verify")
    assert (ended.code, ended.out) == (0, "")
    entries = sum(sizes(register_anywhere).values())
    assert f"{entries} entries in {len(sizes(register_anywhere))} chains" in ended.err


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE batch SET gross_g = gross_g + 1000", "batch"),
        ("UPDATE balance SET mass_g = mass_g + 1 WHERE mass_g > 0", "balance"),
        ("UPDATE chain SET size = size - 1 WHERE code = 'site:S1'", "site:S1"),
    ],
)
def test_what_was_tampered_with_is_named(
    shell: Shell, register_anywhere: Database, statement: str, named: str
) -> None:
    tamper(register_anywhere, statement)
    ended = shell("verify")
    assert (ended.code, ended.out) == (1, "")
    assert named in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_checkpoint_that_was_kept_elsewhere_still_holds(shell: Shell, register: Database) -> None:
    ended = shell("checkpoint", "heads.json")
    assert (ended.code, ended.out) == (0, "")
    signed = json.loads(Path("heads.json").read_text())
    assert {head["log"]: head["size"] for head in signed} == sizes(register)
    Depot(register).log(200_000)
    assert shell("verify", "--checkpoint", "heads.json").code == 0


def test_history_that_was_cut_off_is_seen_with_a_checkpoint_only(
    shell: Shell, register: Database
) -> None:
    shell("backup", "before.backup")
    Depot(register).log(200_000)
    register.dispose()
    shell("checkpoint", "heads.json")
    assert shell("restore", "--replace", "before.backup").code == 0
    assert shell("verify").code == 0
    ended = shell("verify", "--checkpoint", "heads.json")
    assert (ended.code, ended.out) == (1, "")
    assert "site:S1" in ended.err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": 1}, "signature"),
        ({"root": "0" * 64}, "signature"),
        ({"key": "0" * 16}, "key"),
    ],
)
def test_a_checkpoint_that_was_changed_says_nothing(
    shell: Shell, register: Database, change: dict[str, Any], reason: str
) -> None:
    shell("checkpoint", "heads.json")
    signed = json.loads(Path("heads.json").read_text())
    Path("heads.json").write_text(json.dumps([signed[0] | change, *signed[1:]]))
    ended = shell("verify", "--checkpoint", "heads.json")
    assert (ended.code, ended.out) == (1, "")
    assert reason in ended.err


@pytest.mark.parametrize("said", ["", "[]", "{}", "[1]", "nonsense"])
def test_what_is_no_checkpoint_is_told_from_a_breach(
    shell: Shell, register: Database, said: str
) -> None:
    Path("heads.json").write_text(said)
    ended = shell("verify", "--checkpoint", "heads.json")
    assert (ended.code, ended.out) == (1, "")
    assert "checkpoint" in ended.err


def test_a_backup_comes_back_verified_and_in_a_new_epoch(
    shell: Shell, register_anywhere: Database
) -> None:
    before = sizes(register_anywhere)
    with register_anywhere.read() as session:
        epochs = {head.chain: head.epoch for head in heads(session)}
    ended = shell("backup", "kept.backup")
    assert (ended.code, ended.out) == (0, "")
    lost = Depot(register_anywhere).log(200_000)["code"]
    register_anywhere.dispose()
    ended = shell("restore", "kept.backup", "--replace")
    assert (ended.code, ended.out) == (0, "")
    # One entry on every chain says that it was restored.
    assert sizes(register_anywhere) == {chain: size + 1 for chain, size in before.items()}
    with register_anywhere.read() as session:
        assert all(head.epoch != epochs[head.chain] for head in heads(session))
        found = session.connection().execute(
            text("SELECT count(*) FROM batch WHERE code = :code"), {"code": lost}
        )
        assert found.scalar_one() == 0
    register_anywhere.dispose()
    assert shell("verify").code == 0
    assert Depot(register_anywhere).log(100_000)["state"] == "received"


def test_after_a_restore_everybody_signs_in_anew(
    shell: Shell, register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.actions import sign_in

    monkeypatch.setenv("STOFSTROOM_PASSWORD", PASSWORD)
    shell("person", "--email", "anna@example.org", "--name", "Anna", "--role", "manager",
          "--organisation", "WATERKANT")  # fmt: skip
    with register.write() as session:
        plain = sign_in(session, email="anna@example.org", password=PASSWORD, now=NOW)
    register.dispose()
    shell("backup", "kept.backup")
    shell("restore", "kept.backup", "--replace")
    with register.read() as session:
        assert viewer_of(session, plain, NOW) is None
        assert person_by_password(session, email="anna@example.org", password=PASSWORD)


def test_after_a_restore_a_tablet_goes_on_without_a_new_code(
    shell: Shell, register_anywhere: Database
) -> None:
    with register_anywhere.write() as session:
        code = issue_code(session, "S1-A", "Tafel 1", viewer=viewers(session)["leader"], now=NOW)
        token = enrol(session, code, now=NOW).token
    register_anywhere.dispose()
    shell("backup", "kept.backup")
    assert shell("restore", "kept.backup", "--replace").code == 0
    with register_anywhere.read() as session:
        found = viewer_of(session, token, NOW)
    register_anywhere.dispose()
    assert found is not None
    assert (found.kind, found.name) == ("device", "Tafel 1")


def test_a_register_that_holds_something_is_not_replaced_unasked(
    shell: Shell, register_anywhere: Database
) -> None:
    before = sizes(register_anywhere)
    shell("backup", "kept.backup")
    ended = shell("restore", "kept.backup")
    assert (ended.code, ended.out) == (1, "")
    assert "--replace" in ended.err
    assert sizes(register_anywhere) == before


def test_a_backup_of_a_register_that_was_tampered_with_does_not_come_back(
    shell: Shell, register_anywhere: Database
) -> None:
    tamper(register_anywhere, "UPDATE batch SET gross_g = gross_g + 1000")
    shell("backup", "kept.backup")
    tamper(register_anywhere, "UPDATE batch SET gross_g = gross_g - 1000")
    before = sizes(register_anywhere)
    ended = shell("restore", "kept.backup", "--replace")
    assert (ended.code, ended.out) == (1, "")
    assert "batch" in ended.err
    assert sizes(register_anywhere) == before
    assert shell("verify").code == 0


def test_a_backup_restores_where_there_was_nothing(
    shell: Shell, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", str(sqlite_database.url))
    with sqlite_database.write() as session:
        take_the_stage(session)
    shell("backup", "kept.backup")
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", "sqlite:///elsewhere.sqlite3")
    assert shell("restore", "kept.backup").code == 0
    assert shell("verify").code == 0


@pytest.mark.slow
def test_a_backup_that_is_killed_while_it_writes_leaves_no_half_file(
    shell: Shell, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", str(sqlite_database.url))
    with sqlite_database.write() as session:
        filler = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        session.connection().execute(
            text(
                "INSERT INTO job (kind, payload, created_at, not_before, attempts)"
                f" {filler} SELECT 'x', json_quote(hex(randomblob(500))), '2026-03-02 08:00:00',"
                " '2026-03-02 08:00:00', 0 FROM n"
            )
        )
    sqlite_database.dispose()
    file = Path("kept.backup")
    file.write_bytes(b"the backup of yesterday")
    with started("backup", str(file)) as process:
        # The archive is being written as soon as its draft has grown.
        while not any(draft.stat().st_size for draft in Path().glob(".kept.backup.*/draft")):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"the backup of yesterday"
