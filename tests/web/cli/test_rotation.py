"""A new key signs from now on; the chains say so, whatever breaks in between."""

import json
from base64 import b64encode
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from chain.queries import heads
from proof.rotation import taken_over, trusted
from proof.signing import KeyRing, generate, load_or_create_ring, load_ring, save_ring
from store.engine import Database
from tests.builders import Depot
from tests.forger import forge_payload
from tests.web.terminal import NOW, Shell, sizes
from web.keys import finish, rotate

KEYS = Path("keys.json")


@pytest.fixture(autouse=True)
def keys(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOFSTROOM_KEYS", str(KEYS))


def said(database: Database) -> dict[str, list[dict[str, Any]]]:
    """What each operator's chain says of keys that took over."""
    found: dict[str, list[dict[str, Any]]] = {}
    with database.read() as session:
        for head in heads(session):
            if head.chain.startswith("operator:"):
                found[head.chain] = []
        rows = session.connection().execute(
            text("SELECT payload FROM entry WHERE kind = 'rotate_key' ORDER BY id")
        )
        for (payload,) in rows:
            entry = json.loads(payload)
            found[entry["chain"]].append(entry["body"])
    database.dispose()
    return found


def test_a_new_key_signs_and_the_old_one_still_proves_what_it_signed(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("checkpoint", "before.json")
    old = load_ring(KEYS)
    before = sizes(register_anywhere)
    ended = shell("rotate-key")
    assert (ended.code, ended.out) == (0, "")
    ring = load_ring(KEYS)
    assert ring.keys[:1] == old.keys
    assert ring.current.key_id in ended.err
    operators = {chain for chain in before if chain.startswith("operator:")}
    after = sizes(register_anywhere)
    grown = {chain for chain in after if after[chain] > before[chain]}
    assert grown == operators
    for bodies in said(register_anywhere).values():
        (body,) = bodies
        assert taken_over(body, old.public_keys()) == ring.current.public
    shell("checkpoint", "after.json")
    signed = json.loads(Path("after.json").read_text())
    assert {head["key"] for head in signed} == {ring.current.key_id}
    ended = shell("verify", "--checkpoint", "before.json", "--checkpoint", "after.json")
    assert ended.code == 0, ended.err


def test_whoever_trusts_the_first_key_follows_three_rotations(
    shell: Shell, register: Database
) -> None:
    first = load_or_create_ring(KEYS, now=NOW)
    for _ in range(3):
        assert shell("rotate-key").code == 0
    ring = load_ring(KEYS)
    assert len(ring.keys) == 4
    for bodies in said(register).values():
        assert trusted(first.public_keys(), bodies) == ring.public_keys()
    assert shell("verify").code == 0


def test_when_the_chains_cannot_be_written_the_next_try_finishes_the_same_rotation(
    shell: Shell, register: Database
) -> None:
    load_or_create_ring(KEYS, now=NOW)
    with register.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER power_cut BEFORE INSERT ON entry WHEN NEW.kind = 'rotate_key'"
                " BEGIN SELECT RAISE(ABORT, 'the power is gone'); END"
            )
        )
    register.dispose()
    ended = shell("rotate-key")
    assert (ended.code, "the power is gone" in ended.err) == (1, True)
    torn = load_ring(KEYS)
    assert len(torn.keys) == 2, "the file came first"
    assert not any(said(register).values())
    # Until then the new key signs, and everybody can follow to it.
    assert shell("checkpoint", "between.json").code == 0
    with register.write() as session:
        session.execute(text("DROP TRIGGER power_cut"))
    register.dispose()
    ended = shell("rotate-key")
    assert (ended.code, "is finished" in ended.err) == (0, True)
    assert load_ring(KEYS) == torn, "no third key was made"
    assert all(len(bodies) == 1 for bodies in said(register).values())
    assert shell("verify", "--checkpoint", "between.json").code == 0


def test_when_the_key_file_cannot_be_written_the_chains_say_nothing(
    shell: Shell, register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name so long that no draft can stand beside it.
    file = Path("k" * 250)
    save_ring(Path("short"), load_or_create_ring(KEYS, now=NOW))
    Path("short").rename(file)
    monkeypatch.setenv("STOFSTROOM_KEYS", str(file))
    before = load_ring(file)
    ended = shell("rotate-key")
    assert (ended.code, ended.out) == (1, "")
    assert load_ring(file) == before
    assert not any(said(register).values())
    assert shell("verify").code == 0


def test_rotations_at_the_same_moment_lose_no_key(parallel_depot: Depot) -> None:
    database = parallel_depot.database
    load_or_create_ring(KEYS, now=NOW)
    threads = [Thread(target=rotate, args=(database, KEYS), kwargs={"now": NOW}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ring = load_ring(KEYS)
    assert len(ring.keys) == 5
    first = KeyRing(ring.keys[:1]).public_keys()
    for bodies in said(database).values():
        assert trusted(first, bodies) == ring.public_keys()


def test_an_operator_who_came_later_hears_of_earlier_rotations(
    shell: Shell, register: Database
) -> None:
    shell("rotate-key")
    ended = shell("init", "--operator", "LATER", "--name", "Later")
    assert ended.code == 0, ended.err
    assert finish(register, KEYS, now=NOW) == 1
    assert finish(register, KEYS, now=NOW) == 0
    assert all(len(bodies) == 1 for bodies in said(register).values())


def test_a_rotation_that_nobody_signed_is_a_breach(
    shell: Shell, register_anywhere: Database
) -> None:
    shell("rotate-key")
    thief = generate(valid_from=NOW)

    def steal(said: dict[str, Any]) -> None:
        said["body"]["rotation"]["document"]["public"] = b64encode(thief.public).decode()

    forge_payload(register_anywhere, "rotate_key", steal)
    ended = shell("verify")
    assert (ended.code, "did not sign that another took over" in ended.err) == (1, True)
