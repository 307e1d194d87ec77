import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    append,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "merkle.json").read_text("ascii"))
MOST = 70


class Log:
    """A log as the store keeps it: leaf hashes and completed nodes, each written once."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.frontiers = [Frontier()]
        for index, leaf in enumerate(leaves):
            frontier, completed = append(self.frontiers[-1], leaf_hash(leaf))
            self.nodes[0, index] = leaf_hash(leaf)
            for level, position, digest in completed:
                assert (level, position) not in self.nodes
                self.nodes[level, position] = digest
            self.frontiers.append(frontier)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def root(self, size: int) -> bytes:
        return root(self.frontiers[size])


def tree_hash(leaves: list[bytes]) -> bytes:
    """The definition in RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = tree_hash(leaves[:k]), tree_hash(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


LEAVES = [str(number).encode() for number in range(MOST)]
LOG = Log(LEAVES)


def decoded(value: Any) -> Any:
    if isinstance(value, str):
        return base64.b64decode(value)
    return [base64.b64decode(part) for part in value]


def inclusion(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "index": vector["leafIdx"],
        "size": vector["treeSize"],
        "leaf": decoded(vector["leafHash"]),
        "proof": decoded(vector["proof"]),
        "expected_root": decoded(vector["root"]),
    }


def consistency(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "first_size": vector["size1"],
        "second_size": vector["size2"],
        "first_root": decoded(vector["root1"]),
        "second_root": decoded(vector["root2"]),
        "proof": decoded(vector["proof"]),
    }


def broken(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Every small lie about a true claim: other numbers, other hashes, longer and shorter proofs.

    The size of the larger tree is only halved and doubled: neighbouring sizes can share a path,
    and there it is the signed head that fixes the size, not the proof (RFC 9162).
    """
    lies = []
    for name, value in claim.items():
        if isinstance(value, int):
            others = {value * 2, value // 2, -value, 0}
            if name in ("index", "first_size"):
                others |= {value + 1, value - 1, value ^ 2}
            lies += [claim | {name: other} for other in others - {value}]
        elif isinstance(value, bytes):
            flipped = [bytes([value[0] ^ 16]) + value[1:], value[:-1], b"", value + b"\0"]
            lies += [claim | {name: other} for other in [*flipped, EMPTY_ROOT]]
    proof, roots = claim["proof"], [v for v in claim.values() if isinstance(v, bytes)]
    for garbage in [b"", b"\0" * 32, b"\0" * 31, *roots]:
        lies += [claim | {"proof": [*proof, garbage]}, claim | {"proof": [garbage, *proof]}]
    for place, step in enumerate(proof):
        changed = [bytes([step[0] ^ 16]) + step[1:], step[:-1], step[:-1] + bytes([step[-1] ^ 1])]
        lies += [claim | {"proof": [*proof[:place], c, *proof[place + 1 :]]} for c in changed]
        lies.append(claim | {"proof": proof[:place]})
        lies.append(claim | {"proof": [*proof[:place], *proof[place + 1 :]]})
    return lies


def test_published_roots_of_the_eight_leaf_tree_are_met() -> None:
    log = Log([bytes.fromhex(leaf) for leaf in VECTORS["leaves"]])
    for size, (head, tail) in enumerate(VECTORS["roots"], start=1):
        assert log.root(size).hex().startswith(head)
        assert log.root(size).hex().endswith(tail)


def test_published_hashes_of_a_leaf_and_a_node_are_met() -> None:
    assert leaf_hash(b"L123456").hex().startswith("395aa064")
    assert leaf_hash(b"L123456").hex().endswith("2b4d56")
    assert node_hash(b"N123", b"N456").hex().startswith("aa217fe8")
    assert node_hash(b"N123", b"N456").hex().endswith("66bbb")


def test_the_empty_tree_has_the_published_root() -> None:
    assert root(Frontier()) == EMPTY_ROOT == tree_hash([])


@pytest.mark.parametrize(
    "vector", VECTORS["inclusion"], ids=lambda v: f"{v['leafIdx']}of{v['treeSize']}"
)
def test_published_inclusion_proofs_hold_and_every_change_to_them_is_refused(
    vector: dict[str, Any],
) -> None:
    claim = inclusion(vector)
    assert verify_inclusion(**claim)
    assert not any(verify_inclusion(**lie) for lie in broken(claim))


@pytest.mark.parametrize(
    "vector", VECTORS["consistency"], ids=lambda v: f"{v['size1']}to{v['size2']}"
)
def test_published_consistency_proofs_hold_and_every_change_to_them_is_refused(
    vector: dict[str, Any],
) -> None:
    claim = consistency(vector)
    assert verify_consistency(**claim)
    assert not any(verify_consistency(**lie) for lie in broken(claim))


def test_published_false_proofs_are_refused() -> None:
    assert not any(verify_inclusion(**inclusion(v)) for v in VECTORS["wrong"]["inclusion"])
    assert not any(verify_consistency(**consistency(v)) for v in VECTORS["wrong"]["consistency"])


def test_nothing_is_proven_about_a_tree_without_leaves() -> None:
    assert not verify_inclusion(
        index=0, size=0, leaf=EMPTY_ROOT, proof=[], expected_root=EMPTY_ROOT
    )
    for second in (0, 1):
        assert not verify_consistency(
            first_size=0,
            second_size=second,
            first_root=EMPTY_ROOT,
            second_root=LOG.root(second),
            proof=[],
        )


def test_roots_and_proofs_follow_the_definition_for_every_size() -> None:
    for size in range(MOST + 1):
        assert LOG.root(size) == tree_hash(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.node)
            assert verify_inclusion(
                index=index,
                size=size,
                leaf=leaf_hash(LEAVES[index]),
                proof=proof,
                expected_root=LOG.root(size),
            )
        for first in range(1, size + 1):
            proof = consistency_proof(first, size, LOG.node)
            assert verify_consistency(
                first_size=first,
                second_size=size,
                first_root=LOG.root(first),
                second_root=LOG.root(size),
                proof=proof,
            )


def test_our_proofs_are_those_published() -> None:
    log = Log([bytes.fromhex(leaf) for leaf in VECTORS["leaves"]])
    for vector in VECTORS["inclusion"]:
        claim = inclusion(vector)
        assert inclusion_proof(claim["index"], claim["size"], log.node) == claim["proof"]
    for vector in VECTORS["consistency"]:
        claim = consistency(vector)
        sizes = claim["first_size"], claim["second_size"]
        assert consistency_proof(*sizes, log.node) == claim["proof"]


@given(st.data())
def test_every_small_lie_about_any_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    found: dict[str, Any] = {
        "index": index,
        "size": size,
        "leaf": leaf_hash(LEAVES[index]),
        "proof": inclusion_proof(index, size, LOG.node),
        "expected_root": LOG.root(size),
    }
    grown: dict[str, Any] = {
        "first_size": first,
        "second_size": size,
        "first_root": LOG.root(first),
        "second_root": LOG.root(size),
        "proof": consistency_proof(first, size, LOG.node),
    }
    assert verify_inclusion(**found)
    assert verify_consistency(**grown)
    assert not any(verify_inclusion(**lie) for lie in broken(found))
    assert not any(verify_consistency(**lie) for lie in broken(grown))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(index, size, LOG.node)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5), (0, 0), (-1, 5)])
def test_no_proof_leads_from_nothing_or_backwards(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="No proof"):
        consistency_proof(first, second, LOG.node)


def test_a_proof_reads_few_nodes_even_of_a_large_log() -> None:
    reads = []

    def node(level: int, index: int) -> bytes:
        reads.append((level, index))
        return b"\0" * 32

    inclusion_proof(123_456_789, 987_654_321, node)
    consistency_proof(123_456_789, 987_654_321, node)
    assert len(reads) <= 4 * 30


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_leaf_hash_of_another_length_is_not_appended(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        append(Frontier(), b"\0" * length)


@pytest.mark.parametrize(
    ("size", "peaks"), [(1, ()), (3, (b"\0" * 32,)), (1, (b"short",)), (-1, ())]
)
def test_a_frontier_that_cannot_be_is_refused(size: int, peaks: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="peak"):
        Frontier(size, peaks)
