import dataclasses
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proof.canonical import NotCanonical
from proof.signing import (
    KeyRing,
    KeyRingUnusable,
    SigningKey,
    TreeHead,
    generate,
    key_id,
    load_or_create_ring,
    load_ring,
    save_ring,
    sign_document,
    sign_head,
    verify,
    verify_document,
    verify_head,
)

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HEAD = TreeHead(log="site-1/epoch-1", size=8, root=bytes(range(32)), at=NOW)

# RFC 8032 section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_published_signatures_are_met(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey(valid_from=NOW, seed=bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert verify(key.public, bytes.fromhex(message), bytes.fromhex(signature))


def test_a_signature_holds_for_its_message_and_key_only() -> None:
    key, other = generate(valid_from=NOW), generate(valid_from=NOW)
    signature = key.sign(b"12,345 kg")
    assert verify(key.public, b"12,345 kg", signature)
    assert not verify(key.public, b"12,346 kg", signature)
    assert not verify(other.public, b"12,345 kg", signature)
    assert not verify(key.public, b"12,345 kg", signature[:-1])
    assert not verify(key.public, b"12,345 kg", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not verify(b"", b"12,345 kg", signature)


def test_a_key_never_shows_its_private_half() -> None:
    key = generate(valid_from=NOW)
    assert repr(key.seed) not in repr(key)
    assert key.seed.hex() not in repr(KeyRing((key,)))


def test_a_key_id_is_sixteen_hex_digits_of_the_public_key() -> None:
    public = bytes.fromhex(RFC_8032[0][1])
    assert key_id(public) == "21fe31dfa154a261"


def test_a_signed_head_is_plain_json_and_holds() -> None:
    key = generate(valid_from=NOW)
    signed = json.loads(json.dumps(sign_head(key, HEAD)))
    assert signed["at"] == "2026-03-02T08:30:00.000000Z"
    assert signed["root"] == HEAD.root.hex()
    assert verify_head(signed, key.public)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 9},
        {"size": 8.0},
        {"root": "00" * 32},
        {"log": "site-2/epoch-1"},
        {"at": "2026-03-02T08:30:01.000000Z"},
        {"signature": ""},
        {"signature": "not base64"},
        {"signature": None},
        {"key": "0000000000000000"},
        {"note": "one field more"},
    ],
)
def test_a_changed_head_does_not_hold(change: dict[str, object]) -> None:
    key = generate(valid_from=NOW)
    assert not verify_head({**sign_head(key, HEAD), **change}, key.public)


def test_a_head_without_a_field_or_under_another_key_does_not_hold() -> None:
    key, other = generate(valid_from=NOW), generate(valid_from=NOW)
    signed = sign_head(key, HEAD)
    assert not verify_head({n: v for n, v in signed.items() if n != "size"}, key.public)
    assert not verify_head(signed, other.public)
    assert not verify_head({**signed, "key": other.key_id}, other.public)


def test_the_same_moment_in_another_zone_is_the_same_head() -> None:
    there = HEAD.at.astimezone(datetime.strptime("+02:00", "%z").tzinfo)
    assert dataclasses.replace(HEAD, at=there).document() == HEAD.document()


def test_a_signature_for_one_purpose_is_worth_nothing_for_another() -> None:
    key = generate(valid_from=NOW)
    document = {"text": "all was recycled"}
    signed = sign_document(key, "certificate", document)
    assert verify_document(key.public, "certificate", document, signed)
    assert not verify_document(key.public, "report", document, signed)
    assert not verify_document(key.public, "certificate", {"text": 1.5}, signed)


def test_a_document_without_canonical_form_is_not_signed() -> None:
    with pytest.raises(NotCanonical):
        sign_document(generate(valid_from=NOW), "certificate", {"mass": 1.5})


def test_a_ring_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    ring = load_or_create_ring(path, now=NOW)
    assert load_or_create_ring(path, now=NOW + timedelta(days=1)) == ring
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["ring.json"]


def test_an_added_key_signs_and_the_old_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    first = load_or_create_ring(path, now=NOW)
    save_ring(path, first.with_new_key(now=NOW + timedelta(days=365)))
    second = load_ring(path)
    assert second.keys[0] == first.current
    assert second.current != first.current
    old = sign_head(first.current, HEAD)
    assert verify_head(old, second.public_keys()[str(old["key"])])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["ring.json"]


def test_processes_that_start_together_end_with_one_ring(tmp_path: Path) -> None:
    path, rings, gate = tmp_path / "ring.json", [], threading.Barrier(8)

    def start() -> None:
        gate.wait()
        rings.append(load_or_create_ring(path, now=NOW))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.current.key_id for ring in rings}) == 1
    assert len(rings) == 8


def test_a_ring_that_others_may_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    load_or_create_ring(path, now=NOW)
    path.chmod(0o640)
    with pytest.raises(KeyRingUnusable, match="chmod 600"):
        load_ring(path)


def test_a_missing_ring_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRingUnusable, match=r"absent\.json cannot be read"):
        load_ring(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"format": "other", "keys": []}', "not of the format"),
        ('{"format": "stofstroom-keyring/1", "keys": []}', "at least one key"),
        ('{"format": "stofstroom-keyring/1", "keys": [{}]}', "damaged"),
        (
            (
                '{"format": "stofstroom-keyring/1", "keys": '
                '[{"id": "x", "valid_from": "2026-01-01T00:00:00Z", "seed": "?"}]}'
            ),
            "not base64",
        ),
    ],
)
def test_a_damaged_ring_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "ring.json"
    path.touch(mode=0o600)
    path.write_text(text, "ascii")
    with pytest.raises(KeyRingUnusable, match=why):
        load_ring(path)


def test_a_swapped_seed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    ring = load_or_create_ring(path, now=NOW).with_new_key(now=NOW)
    save_ring(path, ring)
    data = json.loads(path.read_text("ascii"))
    data["keys"][0]["seed"] = data["keys"][1]["seed"]
    path.write_text(json.dumps(data), "ascii")
    with pytest.raises(KeyRingUnusable, match="does not belong"):
        load_ring(path)


def test_keys_stand_in_order_and_know_their_zone() -> None:
    late, early = generate(valid_from=NOW), generate(valid_from=NOW - timedelta(days=1))
    with pytest.raises(ValueError, match="order"):
        KeyRing((late, early))
    with pytest.raises(ValueError, match="zone"):
        generate(valid_from=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(valid_from=NOW, seed=b"short")
