"""A device that holds passkeys, in software: it answers as a browser with such a device would."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
ATTESTED: Final = 0x40


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(f"{text}===")


@dataclass
class PocketKey:
    """One passkey on one device. counts: whether it counts its uses; flags: what it says of its
    holder; said: what the browser says beside type, challenge and origin; vouched: what the
    maker says of it."""

    origin: str
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    said: dict[str, Any] = field(default_factory=dict)
    vouched: dict[str, Any] = field(default_factory=lambda: {"fmt": "none", "attStmt": {}})
    count: int = 0
    handle: str = ""
    name: str = ""
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        self.handle, self.name = options["user"]["id"], options["rp"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = (
            bytes(16)
            + len(self.credential).to_bytes(2)
            + self.credential
            + cbor2.dumps(public, canonical=True)
        )
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({**self.vouched, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(
            clientDataJSON=text_of(client),
            attestationObject=text_of(attestation),
            transports=["internal", "hybrid", "from the future"],
        )

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        self.count += self.counts
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=text_of(client),
            authenticatorData=text_of(data),
            signature=text_of(signature),
            userHandle=self.handle,
        )

    def _answer(self, **response: Any) -> dict[str, Any]:
        known = text_of(self.credential)
        return {"id": known, "rawId": known, "type": "public-key", "response": response}

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin} | self.said
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        name = hashlib.sha256(self.name.encode()).digest()
        return name + bytes([flags]) + self.count.to_bytes(4)
