"""What an older checkpoint shows, and a restore that is told from tampering."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from chain.queries import chain_number
from migrations.metadata import every_table
from store.engine import Database
from tests.builders import Depot
from tests.forger import forge_intake, forge_payload, pass_off_as_restored
from tests.web.terminal import Ended, Shell, sizes


def against(shell: Shell, *files: str) -> Ended:
    options = [part for file in files for part in ("--checkpoint", file)]
    return shell("verify", *options)


def site_only(file: str) -> None:
    """Keep of a checkpoint only what it says of the first site."""
    signed = json.loads(Path(file).read_text())
    Path(file).write_text(json.dumps([head for head in signed if head["log"] == "site:S1"]))


def busy(database: Database, days: int = 3) -> None:
    depot = Depot(database)
    for _ in range(days):
        depot.sort(depot.log(200_000)["code"], {"recycle": 50_000, "reuse": 20_000})
    database.dispose()


def test_history_written_anew_is_caught_by_an_older_checkpoint(
    shell: Shell, register_anywhere: Database
) -> None:
    depot = Depot(register_anywhere)
    with depot.as_("leader"):
        batch = depot.log(210_000, supplier="DUINRAND")["code"]
    busy(register_anywhere)
    shell("checkpoint", "then.json")
    size = sizes(register_anywhere)["site:S1"]
    busy(register_anywhere)
    assert against(shell, "then.json").code == 0
    forge_intake(register_anywhere, batch, more_g=1_000)
    ended = shell("verify")
    assert ended.code == 0, ended.err
    ended = against(shell, "then.json")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"checkpoint site:S1#{size}: the entries were changed since")
    assert "restored" not in ended.err
    # What is booked after the forgery does not hide it.
    busy(register_anywhere)
    assert shell("verify").code == 0
    assert against(shell, "then.json").code == 1


def test_a_forger_who_leaves_a_kept_checkpoint_is_caught_without_any_other(
    shell: Shell, register_anywhere: Database
) -> None:
    depot = Depot(register_anywhere)
    batch = depot.log(210_000, supplier="DUINRAND")["code"]
    shell("checkpoint", "then.json")
    forge_intake(register_anywhere, batch, more_g=1_000)
    assert shell("verify").code == 0
    # The row of that checkpoint comes back, as a copy of the page `/checkpoints` would bring it.
    signed = next(
        head for head in json.loads(Path("then.json").read_text()) if head["log"] == "site:S1"
    )
    with register_anywhere.write() as session:
        put_back(session, signed)
    register_anywhere.dispose()
    ended = shell("verify")
    assert ended.code == 1
    assert "the entries were changed since" in ended.err


def put_back(session: Session, signed: dict[str, Any]) -> None:
    session.execute(
        insert(every_table().tables["checkpoint"]).values(
            chain_id=chain_number(session, signed["log"]),
            size=signed["size"],
            key=signed["key"],
            root=signed["root"],
            at=datetime.fromisoformat(signed["at"]),
            signature=signed["signature"],
        )
    )


def test_an_honest_restore_holds_against_what_was_signed_before_the_backup(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("checkpoint", "before.json")
    busy(register_anywhere)
    shell("backup", "kept.backup")
    busy(register_anywhere)
    register_anywhere.dispose()
    assert shell("restore", "kept.backup", "--replace").code == 0
    busy(register_anywhere)
    ended = against(shell, "before.json")
    assert ended.code == 0, ended.err
    assert "Everything adds up" in ended.err


def test_a_checkpoint_of_what_a_restore_cut_off_is_not_called_tampering(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("checkpoint", "before.json")
    shown = sizes(register_anywhere)["site:S1"]
    busy(register_anywhere)
    restored = sizes(register_anywhere)["site:S1"]
    shell("backup", "kept.backup")
    busy(register_anywhere)
    shell("checkpoint", "after.json")
    site_only("after.json")
    last = sizes(register_anywhere)["site:S1"]
    assert shell("restore", "kept.backup", "--replace").code == 0
    # However long the restored chain grows, and whichever of the two is the longer.
    for _ in range(2):
        ended = against(shell, "after.json", "before.json")
        assert (ended.code, ended.out) == (1, "")
        said = " ".join(ended.err.split())
        assert said.startswith(
            f"checkpoint site:S1#{last}: not tampered with, but restored from an earlier backup"
        )
        assert f"Entries {restored + 1} to {last} of the checkpoint" in said
        assert "were cut off" in said
        assert f"Entries 1 to {shown} are unchanged, as the checkpoint of" in said
        assert f"Entries {shown + 1} to {restored} stand as the backup held them" in said
        assert "cannot tell" in said
        assert "changed since" not in said
        busy(register_anywhere, 6)
    assert shell("verify").code == 0
    shell("checkpoint", "later.json")
    assert against(shell, "later.json").code == 0


def test_tampering_after_an_honest_restore_is_still_tampering(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("backup", "kept.backup")
    register_anywhere.dispose()
    shell("restore", "kept.backup", "--replace")
    batch = Depot(register_anywhere).log(210_000, supplier="DUINRAND")["code"]
    shell("checkpoint", "then.json")
    forge_intake(register_anywhere, batch, more_g=1_000)
    assert shell("verify").code == 0
    ended = against(shell, "then.json")
    assert (ended.code, "the entries were changed since" in ended.err) == (1, True)


def test_tampering_before_a_restore_is_not_excused_by_it(
    shell: Shell, register_anywhere: Database
) -> None:
    batch = Depot(register_anywhere).log(210_000, supplier="DUINRAND")["code"]
    shell("checkpoint", "then.json")
    shell("backup", "kept.backup")
    register_anywhere.dispose()
    shell("restore", "kept.backup", "--replace")
    forge_intake(register_anywhere, batch, more_g=1_000)
    # The entry of the restore names, signed, what was restored.
    ended = shell("verify")
    assert (ended.code, "other entries were restored" in ended.err) == (1, True)


def test_an_entry_that_only_says_that_a_backup_was_restored_excuses_nothing(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("backup", "kept.backup")
    busy(register_anywhere)
    shell("checkpoint", "then.json")
    site_only("then.json")
    register_anywhere.dispose()
    shell("restore", "kept.backup", "--replace")
    seq = sizes(register_anywhere)["site:S1"]
    pass_off_as_restored(register_anywhere, "site:S1", seq)
    assert shell("verify").code == 0
    ended = against(shell, "then.json")
    assert ended.code == 1
    assert "not tampered with" not in ended.err
    assert f"entry {seq} says that a backup was restored, but no key" in ended.err


@pytest.mark.parametrize("said", ["yes", {}, {"key": "x"}, ["signed"]])
def test_nonsense_in_the_entry_of_a_restore_excuses_nothing(
    shell: Shell, register: Database, said: Any
) -> None:
    shell("backup", "kept.backup")
    busy(register)
    shell("checkpoint", "then.json")
    site_only("then.json")
    register.dispose()
    shell("restore", "kept.backup", "--replace")

    def forge(payload: dict[str, Any]) -> None:
        payload["body"]["restored"] = said

    forge_payload(register, "restore", forge, chain="site:S1")
    assert shell("verify").code == 0
    ended = against(shell, "then.json")
    assert (ended.code, "but no key of this installation signed that" in ended.err) == (1, True)


def test_a_checkpoint_is_kept_here_too_and_verified_with_the_register(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("checkpoint", "one.json")
    shell("checkpoint", "again.json")
    assert Path("one.json").read_text() == Path("again.json").read_text()
    busy(register_anywhere)
    shell("checkpoint", "two.json")
    assert against(shell, "one.json", "two.json").code == 0


def test_without_the_old_keys_it_says_what_it_could_not_look_at(
    shell: Shell, register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_KEYS", "keys.json")
    shell("checkpoint", "one.json")
    Path("keys.json").unlink()
    ended = shell("verify")
    assert ended.code == 0
    assert "kept checkpoints were signed with keys that are not here" in ended.err
