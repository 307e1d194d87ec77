"""What is kept under a key of the key file, so that nobody can use a copy of the database alone.

A secret that must be read again is sealed (AES-256-GCM); what must only be known again is hashed
under a key (HMAC-SHA-256). The keys for it come out of the ring that signs, by HKDF-SHA-256, one
for each use: no signature is ever made with them, and no second file has to be guarded.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from proof.signing import KeyRing, SigningKey

SEALING: Final = b"stofstroom/sealing/1"
KNOWING: Final = b"stofstroom/knowing/1"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """It was sealed under a key that is not in the key file, or for somebody else."""


def seal(ring: KeyRing, secret: str, *, bound_to: str) -> str:
    """The secret, readable only with this ring and for `bound_to`.

    The text names the key that signs now. A key that signs no more stays in the ring, so that what
    was sealed under it can be read after every change of keys.
    """
    key, nonce = ring.current, secrets.token_bytes(NONCE_BYTES)
    closed = AESGCM(_derived(key, SEALING)).encrypt(nonce, secret.encode(), bound_to.encode())
    return f"{key.key_id}.{base64.urlsafe_b64encode(nonce + closed).decode('ascii')}"


def unseal(ring: KeyRing, sealed: str, *, bound_to: str) -> str:
    """The secret again. Raises SealBroken."""
    name, _, text = sealed.partition(".")
    key = next((one for one in ring.keys if one.key_id == name), None)
    if key is None:
        raise SealBroken("the key of the seal is not in the key file")
    try:
        whole = base64.urlsafe_b64decode(text)
        nonce, closed = whole[:NONCE_BYTES], whole[NONCE_BYTES:]
        opened = AESGCM(_derived(key, SEALING)).decrypt(nonce, closed, bound_to.encode())
    except (binascii.Error, ValueError, InvalidTag):
        raise SealBroken("the seal does not hold") from None
    return opened.decode()


def known_as(ring: KeyRing, what: str, name: str) -> str:
    """A name that tells nothing to who lacks the key file. what: which kind of thing is named."""
    key, said = _derived(ring.current, KNOWING), f"{what}\0{name}"
    return hmac.new(key, said.encode(errors="replace"), hashlib.sha256).hexdigest()


def _derived(key: SigningKey, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=use).derive(key.seed)
