"""The verifier that stands alone says the truth, and nothing of ours is near it."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from proof.merkle import (
    leaf_hash,
)
from proof.rotation import key_change
from proof.signing import (
    EXPORT_PURPOSE,
    KeyRing,
    SigningKey,
    generate,
    seal,
)
from tests.proof.alone import Judged, Stranger
from tests.proof.papers import CHAIN, NOW, Document, Log, document

CERTIFICATE: Final = "stofstroom/certificate/1"


@pytest.fixture
def key() -> SigningKey:
    return generate(valid_from=NOW)


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


def write(folder: Path, name: str, said: object) -> str:
    (folder / name).write_text(json.dumps(said))
    return name


def judged(stranger: Stranger, envelope: object, key: SigningKey, *more: str) -> Judged:
    file = write(stranger.folder, "certificate.json", envelope)
    return stranger("certificate", file, "--key", key.public.hex(), *more)


def test_nothing_of_ours_is_near_the_verifier(stranger: Stranger) -> None:
    assert stranger.python("-c", "import cryptography").code == 0
    for room in ("proof", "chain", "web"):
        assert "ModuleNotFoundError" in stranger.python("-c", f"import {room}").said


def test_the_verifier_is_one_short_file_for_python_3_9(stranger: Stranger) -> None:
    import ast

    text = (stranger.folder / "verifier.py").read_text()
    assert len(text.splitlines()) <= 350
    ast.parse(text, feature_version=(3, 9))


@pytest.mark.parametrize("size", [7, 8, 13, 64, 100])
def test_a_certificate_of_ours_holds(stranger: Stranger, key: SigningKey, size: int) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(size), key))
    ended = judged(stranger, envelope, key, "--batch", "BAAAAAAAAAA1")
    assert (ended.code, "IT HOLDS: CX, recycling" in ended.said) == (0, True), ended.said
    assert "withdrawn" in ended.said, "it says what it cannot know"
    assert "https://stof.example.org/verify/CX" in ended.said
    assert "1000 g" in ended.said


def test_it_speaks_dutch_when_asked(stranger: Stranger, key: SigningKey) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(9), key))
    assert "HET KLOPT: CX" in judged(stranger, envelope, key, "--lang", "nl").said
    envelope["signature"] = base64.b64encode(b"x" * 64).decode()
    assert "HET KLOPT NIET" in judged(stranger, envelope, key, "--lang", "nl").said


def changed_mass(said: Document) -> None:
    said["lines"][0]["mass_g"] += 1


def changed_total(said: Document) -> None:
    said["totals"]["mass_g"] += 1


def changed_stream(said: Document) -> None:
    said["lines"][0]["stream"] = "reuse"


def changed_batch(said: Document) -> None:
    said["lines"][0]["batch"] = "BAAAAAAAAAA2"


def changed_quality(said: Document) -> None:
    said["lines"][1]["quality"] = "measured"


def changed_entry(said: Document) -> None:
    said["entries"][0]["hash"] = leaf_hash(b"never booked").hex()


def other_place(said: Document) -> None:
    said["entries"][0]["entry"] = f"{CHAIN}#4"
    said["lines"][0]["entry"] = f"{CHAIN}#4"


def no_proof(said: Document) -> None:
    del said["entries"][0]


def other_root(said: Document) -> None:
    said["as_of"][0]["root"] = "0" * 64


def older_head(said: Document) -> None:
    said["as_of"][0]["checkpoint"]["size"] -= 1


def shorter_path(said: Document) -> None:
    del said["entries"][0]["path"][-1]


CHANGES: Final[list[Callable[[Document], None]]] = [
    changed_mass,
    changed_total,
    changed_stream,
    changed_batch,
    changed_quality,
    changed_entry,
    other_place,
    no_proof,
    other_root,
    older_head,
    shorter_path,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_certificate_that_was_changed_does_not_hold(
    stranger: Stranger, key: SigningKey, change: Callable[[Document], None]
) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(9), key))
    change(envelope["document"])  # type: ignore[arg-type]
    ended = judged(stranger, envelope, key)
    assert (ended.code, "IT DOES NOT HOLD" in ended.said) == (1, True), ended.said


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_an_untrue_certificate_does_not_hold_even_when_it_is_signed(
    stranger: Stranger, key: SigningKey, change: Callable[[Document], None]
) -> None:
    said = copy.deepcopy(document(Log(9), key))
    change(said)
    ended = judged(stranger, seal(key, CERTIFICATE, said), key)
    assert (ended.code, "IT DOES NOT HOLD" in ended.said) == (1, True), ended.said


def test_a_certificate_for_another_batch_is_refused(stranger: Stranger, key: SigningKey) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(9), key))
    ended = judged(stranger, envelope, key, "--batch", "BAAAAAAAAAA2")
    assert ended.code == 1
    assert "about batch BAAAAAAAAAA1, not about BAAAAAAAAAA2" in ended.said


def test_a_signature_for_another_purpose_is_no_certificate(
    stranger: Stranger, key: SigningKey
) -> None:
    envelope = seal(key, EXPORT_PURPOSE, document(Log(9), key))
    assert judged(stranger, envelope, key).code == 1
    assert judged(stranger, envelope | {"purpose": CERTIFICATE}, key).code == 1


def test_a_key_of_somebody_else_is_not_trusted(stranger: Stranger, key: SigningKey) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(9), key))
    ended = judged(stranger, envelope, generate(valid_from=NOW))
    assert (ended.code, key.key_id in ended.said) == (1, True)


def test_a_new_key_is_trusted_only_because_the_old_one_says_so(
    stranger: Stranger, key: SigningKey
) -> None:
    ring = KeyRing((key,)).with_new_key(now=NOW + timedelta(days=1))
    new = ring.current
    envelope = seal(new, CERTIFICATE, document(Log(9), key))
    change = key_change(key, new)
    handed_out = [{"change": change}, {"change": None}]
    file = write(stranger.folder, "keys.json", handed_out)
    assert judged(stranger, envelope, key).code == 1
    assert judged(stranger, envelope, key, "--changes", file).code == 0
    thief = generate(valid_from=NOW)
    stolen = key_change(thief, new)
    stolen["rotation"]["document"]["old"] = stolen["rotation"]["key"] = key.key_id
    write(stranger.folder, "keys.json", [{"change": stolen}, {"change": None}])
    assert judged(stranger, envelope, key, "--changes", file).code == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "nonsense", '{"a": 1.5}', '{"a": 1, "a": 2}', "[" * 5000, '{"document": null}'],
)
def test_what_cannot_be_read_ends_with_its_own_code(
    stranger: Stranger, key: SigningKey, text: str
) -> None:
    (stranger.folder / "certificate.json").write_text(text)
    ended = stranger("certificate", "certificate.json", "--key", key.public.hex())
    assert ended.code in (1, 2)
    assert "Traceback" not in ended.said
    assert "IT HOLDS" not in ended.said


@pytest.mark.parametrize(
    "arguments",
    [
        ("certificate",),
        ("certificate", "missing.json", "--key", "00" * 32),
        ("certificate", "verifier.py", "--key", "no key"),
        ("certificate", "verifier.py", "verifier.py", "--key", "00" * 32),
        ("nonsense", "verifier.py", "--key", "00" * 32),
    ],
)
def test_wrong_use_of_the_verifier_ends_with_two(
    stranger: Stranger, arguments: tuple[str, ...]
) -> None:
    ended = stranger(*arguments)
    assert (ended.code, "Traceback" in ended.said) == (2, False), ended.said


def test_a_key_may_be_given_in_each_of_its_forms(stranger: Stranger, key: SigningKey) -> None:
    file = write(stranger.folder, "c.json", seal(key, CERTIFICATE, document(Log(9), key)))
    in_base64 = base64.b64encode(key.public).decode()
    (stranger.folder / "hex.txt").write_text(f"{key.public.hex()}\n")
    (stranger.folder / "base64.txt").write_text(f"{in_base64}\n")
    for given in (key.public.hex(), in_base64, "hex.txt", "base64.txt"):
        assert stranger("certificate", file, "--key", given).code == 0, given


@pytest.mark.parametrize("packed", [True, False])
def test_the_certificate_in_a_pdf_is_found(
    stranger: Stranger, key: SigningKey, *, packed: bool
) -> None:
    text = json.dumps(seal(key, CERTIFICATE, document(Log(9), key))).encode()
    body = zlib.compress(text) if packed else text
    filtered = b" /Filter /FlateDecode" if packed else b""
    other = zlib.compress(b"a page")
    (stranger.folder / "paper.pdf").write_bytes(
        b"%PDF-1.7\n1 0 obj\n<< /Names << /EmbeddedFiles 9 0 R >> >>\nendobj\n"
        b"2 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + other + b"\nendstream\nendobj\n"
        b"3 0 obj\n<< /Type /EmbeddedFile" + filtered + b" >>\r\nstream\r\n" + body + b"\nendstream"
    )
    ended = stranger("certificate", "paper.pdf", "--key", key.public.hex())
    assert (ended.code, "attached" in ended.said) == (0, True), ended.said


def test_a_pdf_without_a_certificate_cannot_be_checked(stranger: Stranger, key: SigningKey) -> None:
    (stranger.folder / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    ended = stranger("certificate", "paper.pdf", "--key", key.public.hex())
    assert (ended.code, "ask for the JSON" in ended.said) == (2, True)


def test_an_older_checkpoint_is_the_beginning_of_a_newer_one(
    stranger: Stranger, key: SigningKey
) -> None:
    for first, second in [(1, 2), (3, 7), (4, 7), (6, 8), (8, 8), (5, 21), (16, 33)]:
        old = write(stranger.folder, "old.json", [Log(first).head(key)])
        new = write(stranger.folder, "new.json", [Log(second).head(key)])
        way = write(stranger.folder, "way.json", Log(second).way(first))
        ended = stranger("checkpoint", old, new, way, "--key", key.public.hex())
        assert ended.code == 0, (first, second, ended.said)
        forged = Log(second, other=first)
        write(stranger.folder, "new.json", [forged.head(key)])
        write(stranger.folder, "way.json", forged.way(first))
        ended = stranger("checkpoint", old, new, way, "--key", key.public.hex())
        assert (ended.code, "were changed" in ended.said) == (1, True), (first, second)


def test_a_checkpoint_without_a_way_to_a_newer_one_shows_nothing(
    stranger: Stranger, key: SigningKey
) -> None:
    old = write(stranger.folder, "old.json", [Log(3).head(key)])
    new = write(stranger.folder, "new.json", [Log(7).head(key)])
    way = write(stranger.folder, "way.json", Log(7).way(4))
    ended = stranger("checkpoint", old, new, way, "--key", key.public.hex())
    assert (ended.code, "no proof leads on" in ended.said) == (1, True)


def export(key: SigningKey, content: bytes, **other: object) -> Document:
    meta = {
        "dataset": "movements",
        "format": "csv",
        "from": "2026-01-01",
        "to": "2027-01-01",
        "rows": 2,
        "mass_g": 30,
        "sha256": hashlib.sha256(content).hexdigest(),
        "checkpoints": [Log(9).head(key)],
    } | other
    return {**meta, "signed": seal(key, EXPORT_PURPOSE, meta)}


ROWS: Final = b'entry,batch,mass_g\r\ns#1,"a ""b""\n",10\r\ns#2,b,20\r\n'


def test_an_export_is_the_file_that_was_signed(stranger: Stranger, key: SigningKey) -> None:
    (stranger.folder / "movements.csv").write_bytes(ROWS)
    meta = write(stranger.folder, "meta.json", export(key, ROWS))
    ended = stranger("export", "movements.csv", meta, "--key", key.public.hex())
    assert ended.code == 0, ended.said


@pytest.mark.parametrize(
    ("content", "other"),
    [
        (ROWS.replace(b"20", b"21"), {}),
        (ROWS, {"rows": 3}),
        (ROWS, {"mass_g": 31}),
    ],
)
def test_an_export_that_differs_does_not_hold(
    stranger: Stranger, key: SigningKey, content: bytes, other: Document
) -> None:
    (stranger.folder / "movements.csv").write_bytes(content)
    meta = write(stranger.folder, "meta.json", export(key, ROWS, **other))
    ended = stranger("export", "movements.csv", meta, "--key", key.public.hex())
    assert (ended.code, "IT DOES NOT HOLD" in ended.said) == (1, True), ended.said


def test_meta_that_was_changed_beside_its_signature_does_not_hold(
    stranger: Stranger, key: SigningKey
) -> None:
    (stranger.folder / "movements.csv").write_bytes(ROWS)
    meta = write(stranger.folder, "meta.json", export(key, ROWS) | {"mass_g": 31})
    assert stranger("export", "movements.csv", meta, "--key", key.public.hex()).code == 1


def test_no_sign_of_a_file_can_steer_the_terminal(stranger: Stranger, key: SigningKey) -> None:
    envelope = seal(key, CERTIFICATE, document(Log(9), key)) | {"key": "\x1b[2J\nIT HOLDS"}
    ended = judged(stranger, envelope, key)
    assert ended.code == 1
    assert "\x1b" not in ended.said
    assert len(ended.said.splitlines()) == 1
