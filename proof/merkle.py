"""The hash tree of RFC 9162: one root for all entries, and short proofs about it.

A node is named by level and index: level 0 holds the leaf hashes, and node (l, i) covers the
leaves from i * 2**l up to (i + 1) * 2**l. Only full nodes are ever stored, so what was written
once never changes; the ragged right edge is worked out from the stored nodes when it is asked for.
Source: RFC 9162 section 2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_SIZE = 32
"""Bytes of a SHA-256 hash."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""

NodeReader = Callable[[int, int], bytes]
"""Gives the stored hash of the full node (level, index); level 0 is the leaf hashes."""


class CompletedNode(NamedTuple):
    """An inner node that an added leaf made full: to be stored once, never changed."""

    level: int
    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to go on appending: the roots of the full subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"A tree of {self.size} leaves cannot have {len(self.peaks)} peaks.")
        if any(len(peak) != HASH_SIZE for peak in self.peaks):
            raise ValueError(f"A peak is not {HASH_SIZE} bytes.")


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: the prefix 00 keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(frontier: Frontier, leaf: bytes) -> tuple[Frontier, list[CompletedNode]]:
    """Add one leaf hash; also returns the inner nodes that it completes, lowest first."""
    if len(leaf) != HASH_SIZE:
        raise ValueError(f"A leaf hash is {HASH_SIZE} bytes, not {len(leaf)}.")
    peaks = list(frontier.peaks)
    completed = []
    digest, level, index = leaf, 0, frontier.size
    while index % 2 == 1:
        digest = node_hash(peaks.pop(), digest)
        level += 1
        index //= 2
        completed.append(CompletedNode(level, index, digest))
    return Frontier(frontier.size + 1, (*peaks, digest)), completed


def root(frontier: Frontier) -> bytes:
    """Root of the tree that ends at this frontier."""
    if not frontier.peaks:
        return EMPTY_ROOT
    digest = frontier.peaks[-1]
    for peak in reversed(frontier.peaks[:-1]):
        digest = node_hash(peak, digest)
    return digest


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Audit path of leaf `index` in the tree of the first `size` leaves.

    Reads of the order of log2(size) nodes. Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size} leaves.")
    path: list[bytes] = []
    start, count = 0, size
    while count > 1:
        split = _split(count)
        if index < start + split:
            path.append(_range_hash(start + split, count - split, node))
            count = split
        else:
            path.append(_range_hash(start, split, node))
            start, count = start + split, count - split
    return path[::-1]


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Whether `proof` shows that the leaf hash stands at `index` under the root (2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, expected_root, *proof):
        return False
    position, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 == 1 or position == last:
            digest = node_hash(sibling, digest)
            while position % 2 == 0 and position != 0:
                position //= 2
                last //= 2
        else:
            digest = node_hash(digest, sibling)
        position //= 2
        last //= 2
    return last == 0 and digest == expected_root


def consistency_proof(first_size: int, second_size: int, node: NodeReader) -> list[bytes]:
    """Shows that the tree of `first_size` leaves is the beginning of that of `second_size`.

    Empty when both are the same. Raises ValueError unless 0 < first_size <= second_size: an empty
    tree is the beginning of every tree, so a proof about it would say nothing.
    """
    if not 0 < first_size <= second_size:
        raise ValueError(f"No proof leads from {first_size} to {second_size} leaves.")
    path: list[bytes] = []
    start, count, wanted, whole = 0, second_size, first_size, True
    while wanted != count:
        split = _split(count)
        if wanted <= split:
            path.append(_range_hash(start + split, count - split, node))
            count = split
        else:
            path.append(_range_hash(start, split, node))
            start, count, wanted, whole = start + split, count - split, wanted - split, False
    if not whole:
        path.append(_range_hash(start, count, node))
    return path[::-1]


def verify_consistency(
    *,
    first_size: int,
    second_size: int,
    first_root: bytes,
    second_root: bytes,
    proof: Sequence[bytes],
) -> bool:
    """Whether `proof` shows that nothing was changed between two tree heads (2.1.4.2)."""
    if not 0 < first_size <= second_size or not _are_hashes(first_root, second_root, *proof):
        return False
    if first_size == second_size:
        return not proof and first_root == second_root
    # A first tree that is one full subtree is its own first step, so the proof leaves it out.
    steps = [first_root, *proof] if first_size.bit_count() == 1 else list(proof)
    if len(steps) < 2:
        return False
    position, last = first_size - 1, second_size - 1
    while position % 2 == 1:
        position //= 2
        last //= 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 == 1 or position == last:
            old = node_hash(step, old)
            new = node_hash(step, new)
            while position % 2 == 0 and position != 0:
                position //= 2
                last //= 2
        else:
            new = node_hash(new, step)
        position //= 2
        last //= 2
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, count: int, node: NodeReader) -> bytes:
    """Hash over leaves [start, start + count), which begins where a full subtree may begin."""
    if count.bit_count() == 1:
        level = count.bit_length() - 1
        return node(level, start >> level)
    split = _split(count)
    return node_hash(
        _range_hash(start, split, node), _range_hash(start + split, count - split, node)
    )


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
