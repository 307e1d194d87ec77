"""A small chain and what is signed about it, by hand, for whoever checks it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from proof.merkle import Frontier, append, consistency_proof, inclusion_proof, leaf_hash, root
from proof.signing import SigningKey, TreeHead, sign_head

NOW: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHAIN: Final = "site:S1"

Document = dict[str, Any]


class Log:
    """A chain of so many entries."""

    def __init__(self, size: int, *, other: int | None = None) -> None:
        said = ["other" if seq == other else f"entry {seq}" for seq in range(1, size + 1)]
        self.leaves = [leaf_hash(text.encode()) for text in said]
        self.size = size
        self._nodes = {(0, index): leaf for index, leaf in enumerate(self.leaves)}
        self.frontier = Frontier()
        for leaf in self.leaves:
            self.frontier, completed = append(self.frontier, leaf)
            self._nodes |= {(one.level, one.position): one.digest for one in completed}

    def node(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]

    def head(self, key: SigningKey) -> Document:
        stated = TreeHead(log=CHAIN, size=self.size, root=root(self.frontier), at=NOW)
        return dict(sign_head(key, stated))

    def entry(self, seq: int) -> Document:
        path = inclusion_proof(seq - 1, self.size, self.node)
        return {
            "entry": f"{CHAIN}#{seq}",
            "hash": self.leaves[seq - 1].hex(),
            "path": [step.hex() for step in path],
        }

    def way(self, first: int) -> Document:
        path = consistency_proof(first, self.size, self.node)
        ends = {"chain": CHAIN, "from": first, "to": self.size}
        return {**ends, "path": [step.hex() for step in path]}


def line(batch: str, seq: int, mass_g: int, quality: str = "measured") -> Document:
    return {
        "batch": batch,
        "supplier": "NOORDERHAVEN",
        "entry": f"{CHAIN}#{seq}",
        "stream": "recycle",
        "destination": "fibre",
        "mass_g": mass_g,
        "quality": quality,
    }


def document(log: Log, key: SigningKey) -> Document:
    lines = [line("BAAAAAAAAAA1", 3, 700), line("BAAAAAAAAAA1", 7, 300, "estimated")]
    head = log.head(key)
    return {
        "code": "CX",
        "kind": "recycling",
        "issued_at": "2026-03-02T08:00:00.000000Z",
        "supplier": {"code": "NOORDERHAVEN", "name": "Noorderhaven"},
        "as_of": [
            {"chain": CHAIN, "size": log.size, "root": head["root"], "checkpoint": head},
        ],
        "lines": lines,
        "entries": [log.entry(3), log.entry(7)],
        "totals": {
            "mass_g": 1000,
            "measured_g": 700,
            "estimated_g": 300,
            "streams": {"reuse": 0, "recycle": 1000},
            "batches": {"BAAAAAAAAAA1": 1000},
        },
        "verify_at": "https://stof.example.org/verify/CX",
    }
