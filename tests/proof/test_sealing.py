"""What is sealed is read again by who holds the key file, after every change of keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from proof.sealing import SealBroken, known_as, seal, unseal
from proof.signing import KeyRing, generate, load_ring, save_ring

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RING = KeyRing((generate(valid_from=NOW),))


def test_a_seal_opens_with_its_key_and_for_whom_it_was_made() -> None:
    sealed = seal(RING, "JBSWY3DPEHPK3PXP", bound_to="person 3")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert unseal(RING, sealed, bound_to="person 3") == "JBSWY3DPEHPK3PXP"
    for other in ("person 4", ""):
        with pytest.raises(SealBroken):
            unseal(RING, sealed, bound_to=other)


def test_the_same_secret_is_never_sealed_the_same_way_twice() -> None:
    assert seal(RING, "secret", bound_to="x") != seal(RING, "secret", bound_to="x")


def test_a_seal_outlives_changes_of_keys_and_the_file_they_are_kept_in(tmp_path: Path) -> None:
    before = seal(RING, "secret", bound_to="x")
    ring = RING.with_new_key(now=NOW).with_new_key(now=NOW)
    save_ring(tmp_path / "keys", ring)
    again = load_ring(tmp_path / "keys")
    assert unseal(again, before, bound_to="x") == "secret"
    after = seal(again, "secret", bound_to="x")
    assert after.startswith(ring.current.key_id)
    with pytest.raises(SealBroken):
        unseal(RING, after, bound_to="x")


@pytest.mark.parametrize("damaged", ["", ".", "0123456789abcdef.AAAA", "%", "%.=", "%.AAAA", "%.é"])
def test_a_damaged_seal_is_said_to_be_broken(damaged: str) -> None:
    with pytest.raises(SealBroken):
        unseal(RING, damaged.replace("%", RING.current.key_id), bound_to="x")


def test_a_secret_is_the_length_that_its_column_holds() -> None:
    assert len(seal(RING, "A" * 32, bound_to="x")) <= 200


def test_names_are_told_apart_by_what_they_name_and_by_the_key() -> None:
    names = {
        known_as(RING, "account", "1"),
        known_as(RING, "account", "2"),
        known_as(RING, "second", "1"),
        known_as(RING.with_new_key(now=NOW), "account", "1"),
    }
    assert len(names) == 4
    assert known_as(RING, "account", "1") in names
    assert {len(name) for name in names} == {64}
