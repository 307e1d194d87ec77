"""Audit of one chain: is every entry where it belongs, unchanged, and does the head say so?

Hashes are worked out here once more: an entry is SHA-256(0x00 || payload), a node of the tree
SHA-256(0x01 || left || right). Source: RFC 9162 section 2.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from streams.verify_reading import Breach, Row, differences, plain, stream, table_of

NO_HASH = "0" * 64
SEQ_BITS = 40
EQUAL = ("kind", "scan_id", "subject", "at", "recorded_at", "day")
"""Columns of an entry that its payload holds under the same name."""


class Tree:
    """The hash tree of a chain while its leaves come by."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def grow(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; returns the inner nodes it makes full, as (level, index, hash)."""
        full = []
        digest, level, index = leaf, 0, self.size
        while index & 1:
            digest = sha256(b"\x01" + self.peaks.pop() + digest).digest()
            level, index = level + 1, index >> 1
            full.append((level, index, digest))
        self.peaks.append(digest)
        self.size += 1
        return full

    def root(self) -> str:
        """Root over all leaves so far, in hexadecimal."""
        if not self.peaks:
            return sha256(b"").hexdigest()
        digest = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            digest = sha256(b"\x01" + peak + digest).digest()
        return digest.hex()


class Trail:
    """Reads the entries of one chain in order and keeps what its head must say.

    scans: scan_id to key, of every entry of every chain so far; a reversal points into it.
    """

    def __init__(self, head: Row, scans: dict[str, int]) -> None:
        self._head = head
        self.id: int = head[0]
        self.code: str = head[1]
        self.seq = 0
        self._prev = self._leaf = NO_HASH
        self._epoch = ""
        self._tree = Tree()
        self._nodes: dict[tuple[int, int], str] = {}
        self._scans = scans
        self._reversed: set[str] = set()

    def name(self, seq: int) -> str:
        """What an entry is called in a breach."""
        return f"entry {self.code}#{seq}"

    def read(self, row: Row) -> tuple[dict[str, Any] | None, list[Breach]]:
        """Check one entry against its place; gives its payload unless that cannot be read."""
        found = dict(zip(table_of("entry").c.keys(), row, strict=True))
        if type(found["seq"]) is not int:
            return None, [Breach(self.name(self.seq + 1), f"seq is {found['seq']!r}")]
        payload, breaches = self._payload(found)
        if payload is not None:
            at_home = found["id"] == (self.id << SEQ_BITS) + 1
            if self.seq == 0 and at_home and payload["chain"] != self.code:
                said = payload["chain"]
                breaches.append(Breach(f"chain {self.code}", f"its first entry says {said!r}"))
                self.code = said
            breaches.extend(self._misplaced(found, payload))
            breaches.extend(self._links(found, payload))
        self.seq = found["seq"]
        self._prev = self._leaf
        return payload, breaches

    def _payload(self, found: dict[str, Any]) -> tuple[dict[str, Any] | None, list[Breach]]:
        where = self.name(found["seq"])
        text = found["payload"]
        if not isinstance(text, str):
            return None, [Breach(where, "payload is not text")]
        leaf = sha256(b"\x00" + text.encode("utf-8", "replace"))
        self._leaf = leaf.hexdigest()
        for level, index, digest in self._tree.grow(leaf.digest()):
            self._nodes[level, index] = digest.hex()
        breaches = []
        if found["hash"] != self._leaf:
            breaches.append(Breach(where, f"hash is not that of its payload: {found['hash']!r}"))
        try:
            payload = json.loads(text)
            same = plain(payload) == text
        except (ValueError, RecursionError):
            return None, [*breaches, Breach(where, "payload is not JSON")]
        if not same or not isinstance(payload, dict):
            return None, [*breaches, Breach(where, "payload is not canonical JSON")]
        if not _is_version_1(payload):
            return None, [*breaches, Breach(where, "payload is not one of version 1")]
        return payload, breaches

    def _misplaced(self, found: dict[str, Any], payload: dict[str, Any]) -> Iterator[Breach]:
        where, seq = self.name(found["seq"]), found["seq"]
        if seq != self.seq + 1:
            yield Breach(self.name(self.seq + 1), "is missing")
        if found["id"] != (self.id << SEQ_BITS) + seq:
            yield Breach(where, f"id is {found['id']!r}, not that of chain {self.id} and seq {seq}")
        if payload["chain"] != self.code:
            yield Breach(where, f"its payload belongs to chain {payload['chain']!r}")
        if payload["seq"] != seq:
            yield Breach(where, f"seq is {seq!r}, its payload says {payload['seq']!r}")
        if payload["prev"] != self._prev:
            yield Breach(where, "its payload does not name the hash of the entry before it")
        for name in EQUAL:
            if found[name] != payload[name]:
                yield Breach(
                    where, f"{name} is {found[name]!r}, its payload says {payload[name]!r}"
                )
        if (payload["kind"] == "open_chain") != (seq == 1):
            yield Breach(where, "a chain is opened by its first entry and no other")

    def _links(self, found: dict[str, Any], payload: dict[str, Any]) -> Iterator[Breach]:
        where = self.name(found["seq"])
        reverses = payload["reverses"]
        key = None if reverses is None else self._scans.get(reverses)
        if found["reverses_id"] != key:
            yield Breach(
                where, f"reverses_id is {found['reverses_id']!r}, its payload names {key!r}"
            )
        if reverses is not None:
            if key is None or key >> SEQ_BITS != self.id:
                yield Breach(where, f"it reverses {reverses!r}, which this chain did not hold")
            if reverses in self._reversed:
                yield Breach(where, f"it reverses {reverses!r}, which was reversed before")
            self._reversed.add(reverses)
        if (payload["kind"] == "reverse") != (reverses is not None):
            yield Breach(where, "an entry of kind reverse, and no other, names what it reverses")
        if payload["scan_id"] in self._scans:
            yield Breach(where, f"scan_id {payload['scan_id']!r} was used before")
        self._scans[payload["scan_id"]] = (self.id << SEQ_BITS) + found["seq"]
        if payload["kind"] in {"open_chain", "restore"}:
            self._epoch = payload["body"].get("epoch", "")

    def close(self, session: Session) -> Iterator[Breach]:
        """After the last entry: the head, and every stored node of the tree."""
        where = f"chain {self.code}"
        if self.seq == 0:
            yield Breach(where, "it has no entries")
            return
        if self.seq < self._head[2] and self._head[3] != self._prev:
            yield Breach(self.name(self.seq + 1), f"is missing: the head counts {self._head[2]}")
        peaks = ",".join(peak.hex() for peak in self._tree.peaks)
        expected = (self.id, self.code, self.seq, self._prev, peaks, self._epoch)
        yield from differences(where, table_of("chain"), self._head, expected)
        nodes = table_of("node")
        for _, level, index, digest in stream(session, nodes, nodes.c.chain_id == self.id):
            at = f"node {self.code} {level}/{index}"
            said = self._nodes.pop((level, index), None)
            if said is None:
                yield Breach(at, "no entry explains it")
            elif said != digest:
                yield Breach(at, f"hash is {digest!r}, the entries say {said!r}")
        for level, index in sorted(self._nodes):
            yield Breach(f"node {self.code} {level}/{index}", "is missing")


def _is_version_1(payload: dict[str, Any]) -> bool:
    texts = {"chain", "prev", *EQUAL} - {"subject"}
    return (
        payload.get("v") == 1
        and isinstance(payload.get("body"), dict)
        and type(payload.get("seq")) is int
        and all(isinstance(payload.get(name), str) for name in texts)
        and all(isinstance(payload.get(name, 0), str | None) for name in ("subject", "reverses"))
    )
