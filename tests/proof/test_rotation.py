"""A new key takes over, and nobody can make himself the heir of another's key."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proof.rotation import key_change, key_changes, taken_over, trusted
from proof.signing import KeyRing, SigningKey, generate

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def ring_of(count: int) -> KeyRing:
    ring = KeyRing((generate(valid_from=NOW),))
    for day in range(1, count):
        ring = ring.with_new_key(now=NOW + timedelta(days=day))
    return ring


@pytest.fixture
def keys() -> tuple[SigningKey, SigningKey]:
    first, second = ring_of(2).keys
    return first, second


def test_from_the_first_key_everybody_can_follow_to_the_last() -> None:
    ring = ring_of(4)
    first = ring.keys[0]
    changes = key_changes(ring)
    assert trusted({first.key_id: first.public}, changes) == ring.public_keys()
    assert trusted({first.key_id: first.public}, changes[1:]) == {first.key_id: first.public}


def test_a_ring_of_one_key_has_no_change() -> None:
    assert key_changes(ring_of(1)) == []


def test_the_same_change_is_the_same_bytes_whenever_it_is_said(
    keys: tuple[SigningKey, SigningKey],
) -> None:
    assert key_change(*keys) == key_change(*keys)


def test_a_change_is_signed_by_both_and_no_word_of_it_can_be_changed(
    keys: tuple[SigningKey, SigningKey],
) -> None:
    old, new = keys
    known = {old.key_id: old.public}
    said = key_change(old, new)
    assert taken_over(said, known) == new.public
    for name in said["rotation"]["document"]:
        changed = copy.deepcopy(said)
        changed["rotation"]["document"][name] += "0"
        assert taken_over(changed, known) is None, name
    other = key_change(old, generate(valid_from=NOW))
    for name in ("rotation", "accepted"):
        assert taken_over(said | {name: other[name]}, known) is None, name


def test_a_thief_of_no_key_is_nobodys_heir(keys: tuple[SigningKey, SigningKey]) -> None:
    old, _ = keys
    thief, tool = generate(valid_from=NOW), generate(valid_from=NOW)
    said = key_change(tool, thief)
    for change in (said, said | {"rotation": said["rotation"] | {"key": old.key_id}}):
        assert taken_over(change, {old.key_id: old.public}) is None


@pytest.mark.parametrize("said", [None, 1, "", [], {}, {"rotation": {}}, {"rotation": None}])
def test_what_is_no_change_changes_nothing(said: Any) -> None:
    assert taken_over(said, ring_of(1).public_keys()) is None
