"""Ed25519 signatures (RFC 8032), the file that keeps the keys, and signed tree heads.

What is signed is always the canonical form of `{"document": ..., "purpose": ...}`, so a signature
under a tree head can never be passed off as one under a certificate. The key ring is a file of its
own, outside the database: whoever can rewrite the database still cannot sign what they wrote.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from proof.canonical import NotCanonical, canonical

RING_FORMAT = "stofstroom-keyring/1"
HEAD_PURPOSE = "stofstroom/tree-head/1"
RESTORE_PURPOSE = "stofstroom/restore/1"
EXPORT_PURPOSE = "stofstroom/export/1"

KEY_SIZE = 32
SIGNATURE_SIZE = 64


class KeyRingUnusable(Exception):
    """The key file is missing, damaged, or open to others; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key pair, and since when it signs. The private half never shows in a repr."""

    valid_from: datetime
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_SIZE:
            raise ValueError(f"The seed of an Ed25519 key is {KEY_SIZE} bytes.")
        if self.valid_from.tzinfo is None:
            raise ValueError("A key is valid from a time with a zone.")

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self._pair().public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Signature of 64 bytes."""
        return self._pair().sign(message)

    def _pair(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def generate(*, valid_from: datetime) -> SigningKey:
    """A fresh key from the system's random source."""
    return SigningKey(valid_from=valid_from, seed=secrets.token_bytes(KEY_SIZE))


def key_id(public: bytes) -> str:
    """Short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `public`."""
    if len(public) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def sign_document(key: SigningKey, purpose: str, document: Mapping[str, object]) -> dict[str, str]:
    """The signature to put beside `document`: `key` and `signature` (base64).

    Raises NotCanonical when the document cannot be hashed.
    """
    signature = key.sign(_message(purpose, document))
    return {"key": key.key_id, "signature": base64.b64encode(signature).decode("ascii")}


def verify_document(
    public: bytes, purpose: str, document: Mapping[str, object], signed: Mapping[str, object]
) -> bool:
    """Whether `signed`, as `sign_document` gave it, holds for this document under `public`."""
    signature = _decoded(signed.get("signature"))
    if signature is None or signed.get("key") != key_id(public):
        return False
    try:
        message = _message(purpose, document)
    except NotCanonical:
        return False
    return verify(public, message, signature)


def seal(key: SigningKey, purpose: str, document: Mapping[str, object]) -> dict[str, object]:
    """The envelope of whatever is signed: `document, purpose, key, signature`.

    Raises NotCanonical when the document cannot be hashed.
    """
    return {
        "document": dict(document),
        "purpose": purpose,
        **sign_document(key, purpose, document),
    }


def holds(envelope: object, public_keys: Mapping[str, bytes], purpose: str) -> bool:
    """Whether an envelope is whole, of this purpose, and signed with one of these keys."""
    if not isinstance(envelope, dict):
        return False
    public = public_keys.get(str(envelope.get("key")))
    document = envelope.get("document")
    return (
        public is not None
        and isinstance(document, dict)
        and set(envelope) == {"document", "purpose", "key", "signature"}
        and envelope["purpose"] == purpose
        and verify_document(public, purpose, document, envelope)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """What a log states about itself: so many leaves, this root, at this time."""

    log: str
    size: int
    root: bytes
    at: datetime

    def document(self) -> dict[str, object]:
        """The signed fields: root in hex, time in UTC to the microsecond."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"log": self.log, "size": self.size, "root": self.root.hex(), "at": at}


def sign_head(key: SigningKey, head: TreeHead) -> dict[str, object]:
    """A signed tree head: `log, size, root, at, key, signature`, ready to be written as JSON."""
    document = head.document()
    return {**document, **sign_document(key, HEAD_PURPOSE, document)}


def verify_head(signed: Mapping[str, object], public: bytes) -> bool:
    """Whether a signed tree head was made with the private half of `public`, and is whole."""
    if set(signed) != {"log", "size", "root", "at", "key", "signature"}:
        return False
    document = {name: signed[name] for name in ("log", "size", "root", "at")}
    return verify_document(public, HEAD_PURPOSE, document, signed)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of this installation, oldest first; the last one signs."""

    keys: tuple[SigningKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("A key ring holds at least one key.")
        starts = [key.valid_from for key in self.keys]
        if starts != sorted(starts):
            raise ValueError("The keys of a ring stand in the order of valid_from.")

    @property
    def current(self) -> SigningKey:
        return self.keys[-1]

    def public_keys(self) -> dict[str, bytes]:
        """Key id -> raw public key, of every key that ever signed."""
        return {key.key_id: key.public for key in self.keys}

    def with_new_key(self, *, now: datetime) -> KeyRing:
        """The ring with a fresh key that signs from `now` on."""
        return KeyRing((*self.keys, generate(valid_from=now)))


def load_ring(path: Path) -> KeyRing:
    """Read a key ring. Raises KeyRingUnusable, saying what is wrong with which file."""
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRingUnusable(f"The key file {path} cannot be read: {error}") from error
    if mode & 0o077:
        raise KeyRingUnusable(f"Others may open the key file {path}; run: chmod 600 {path}")
    try:
        data = json.loads(text)
        if data["format"] != RING_FORMAT:
            raise KeyRingUnusable(f"The key file {path} is not of the format {RING_FORMAT}.")
        return KeyRing(tuple(_key_from(entry) for entry in data["keys"]))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyRingUnusable(f"The key file {path} is damaged: {error}") from error


def save_ring(path: Path, ring: KeyRing) -> None:
    """Replace the key file in one step: a power cut leaves the old ring or the new one."""
    draft = _write_draft(path, ring)
    draft.replace(path)
    _sync_folder(path.parent)


def load_or_create_ring(path: Path, *, now: datetime) -> KeyRing:
    """Read the ring, or start one with a single key. Two starters at once end with the same."""
    if not path.exists():
        draft = _write_draft(path, KeyRing((generate(valid_from=now),)))
        try:
            os.link(draft, path)  # Unlike a rename, this never overwrites a ring just made.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    return load_ring(path)


def _write_draft(path: Path, ring: KeyRing) -> Path:
    data = {
        "format": RING_FORMAT,
        "keys": [
            {
                "id": key.key_id,
                "valid_from": key.valid_from.isoformat(),
                "seed": base64.b64encode(key.seed).decode("ascii"),
            }
            for key in ring.keys
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key_from(entry: Mapping[str, str]) -> SigningKey:
    seed = _decoded(entry["seed"])
    if seed is None:
        raise ValueError("a seed is not base64")
    key = SigningKey(valid_from=datetime.fromisoformat(entry["valid_from"]), seed=seed)
    if key.key_id != entry["id"]:
        raise ValueError(f"key {entry['id']} does not belong to its seed")
    return key


def _message(purpose: str, document: Mapping[str, object]) -> bytes:
    return canonical({"purpose": purpose, "document": dict(document)})


def _decoded(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
