"""Signed heads that are given out and kept, and proofs against any size that a chain ever had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Row, select, tuple_
from sqlmodel import Session

from chain.queries import CHAIN, Head, heads
from chain.tables import Checkpoint, Entry, Node
from proof.merkle import Frontier, NodeReader, consistency_proof, inclusion_proof, root
from proof.signing import KeyRing, TreeHead, sign_head
from store.columns import table_of
from store.upsert import insert_new

AT_ONCE: Final = 200
"""Nodes asked for in one statement; a proof needs of the order of twice log2(size)."""

_checkpoint = table_of(Checkpoint)
_entry = table_of(Entry)
_node = table_of(Node)
_KEPT = select(_checkpoint, CHAIN.c.code).join(CHAIN, CHAIN.c.id == _checkpoint.c.chain_id)

T = TypeVar("T")
Place = tuple[int, int]
"""Level and index of a node; level 0 are the entries."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That the entry with this hash stands in its chain. path: hexadecimal, RFC 9162."""

    seq: int
    hash: str
    path: tuple[str, ...]


def root_of(head: Head) -> bytes:
    """The root of a chain's tree, from its stored peaks."""
    return root(Frontier(head.size, head.peaks))


def signed(head: Head, ring: KeyRing, *, now: datetime) -> dict[str, object]:
    """A signed head: `log, size, root, at, key, signature`."""
    stated = TreeHead(log=head.chain, size=head.size, root=root_of(head), at=now)
    return sign_head(ring.current, stated)


def checkpoint_now(
    session: Session, ring: KeyRing, chains: Iterable[str], *, now: datetime
) -> list[dict[str, object]]:
    """Signed heads of these chains, as they stand in this transaction, kept for everybody.

    A chain that has not grown since gives the checkpoint again that was kept. Two statements,
    and one more for each chain that has grown.
    """
    wanted = frozenset(chains)
    standing = [head for head in heads(session) if head.chain in wanted]
    assert {head.chain for head in standing} == wanted, f"no such chain among {sorted(wanted)}"
    kept = _kept_of(session, standing, ring.current.key_id)
    given = []
    for head in standing:
        found = kept.get(head.chain)
        given.append(found if found is not None else _keep(session, head, ring, now))
    return given


def _kept_of(
    session: Session, standing: Sequence[Head], key_id: str
) -> dict[str, dict[str, object]]:
    at = tuple_(CHAIN.c.code, _checkpoint.c.size, _checkpoint.c.key)
    places = [(head.chain, head.size, key_id) for head in standing]
    return {row.code: as_signed(row) for row in session.execute(_KEPT.where(at.in_(places)))}


def _keep(session: Session, head: Head, ring: KeyRing, now: datetime) -> dict[str, object]:
    made = signed(head, ring, now=now)
    number = session.execute(select(CHAIN.c.id).where(CHAIN.c.code == head.chain)).scalar_one()
    row = {
        "chain_id": number,
        "size": head.size,
        "key": made["key"],
        "root": made["root"],
        "at": now,
        "signature": made["signature"],
    }
    if insert_new(session.connection(), _checkpoint, row):
        return made
    # Another writer kept the same head just now: everybody gets the one that is kept.
    return _kept_of(session, [head], ring.current.key_id)[head.chain]


def given_out(
    session: Session, chain: str | None, *, below: int | None = None, limit: int
) -> list[dict[str, object]]:
    """The checkpoints of a chain that were kept, the largest first; of all chains, the last first.

    below: only those of fewer entries. One statement.
    """
    asked, last = _KEPT, [_checkpoint.c.at.desc(), CHAIN.c.code.asc()]
    if chain is not None:
        asked = asked.where(CHAIN.c.code == chain)
        last = [_checkpoint.c.size.desc(), _checkpoint.c.at.desc()]
    if below is not None:
        asked = asked.where(_checkpoint.c.size < below)
    return [as_signed(row) for row in session.execute(asked.order_by(*last).limit(limit))]


def all_given_out(session: Session) -> list[dict[str, object]]:
    """Every checkpoint that was kept, by chain, the smallest first. One statement."""
    order = (CHAIN.c.code, _checkpoint.c.size, _checkpoint.c.at)
    return [as_signed(row) for row in session.execute(_KEPT.order_by(*order))]


def as_signed(row: Row[Any]) -> dict[str, object]:
    """A kept checkpoint as it was given out."""
    stated = TreeHead(log=row.code, size=row.size, root=bytes.fromhex(row.root), at=row.at)
    return {**stated.document(), "key": row.key, "signature": row.signature}


def proofs(
    session: Session, head: Head, seqs: Iterable[int], size: int | None = None
) -> dict[int, Proof]:
    """The inclusion proof of each of these entries, in the tree of the first `size` entries.

    size: that of today, unless given. Few statements, however many are asked for. Raises
    ValueError for what is not in that tree.
    """
    whole = head.size if size is None else size
    if whole > head.size:
        raise ValueError(f"{head.chain} has no {whole} entries.")
    wanted = sorted(set(seqs))
    reader = _reader(
        session,
        head,
        lambda node: [inclusion_proof(seq - 1, whole, node) for seq in wanted],
        also=[(0, seq - 1) for seq in wanted],
    )
    return {
        seq: Proof(
            seq,
            reader(0, seq - 1).hex(),
            tuple(step.hex() for step in inclusion_proof(seq - 1, whole, reader)),
        )
        for seq in wanted
    }


def consistency(session: Session, head: Head, first_size: int, second_size: int) -> list[str]:
    """The proof that the first tree is the beginning of the second, in hexadecimal.

    Raises ValueError unless 0 < first_size <= second_size <= the size of the chain.
    """
    if second_size > head.size:
        raise ValueError(f"{head.chain} has no {second_size} entries.")

    def prove(node: NodeReader) -> list[bytes]:
        return consistency_proof(first_size, second_size, node)

    return [step.hex() for step in prove(_reader(session, head, prove))]


def roots(session: Session, head: Head, sizes: Iterable[int]) -> dict[int, bytes]:
    """The root that a chain had at each of these sizes. Few statements."""
    wanted = sorted({size for size in sizes if 0 <= size <= head.size})

    def places(size: int) -> list[Place]:
        """Its peaks, largest first: one for each binary digit of its size."""
        found, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                found.append((level, start >> level))
                start += 1 << level
        return found

    nodes = _nodes(session, head, {place for size in wanted for place in places(size)})
    return {
        size: root(Frontier(size, tuple(nodes[place] for place in places(size)))) for size in wanted
    }


def _reader(
    session: Session,
    head: Head,
    prove: Callable[[NodeReader], object],
    *,
    also: Sequence[Place] = (),
) -> NodeReader:
    """A reader that holds all nodes that a proof needs: it is proven once with nothing, to see
    which those are, because where it looks does not depend on what it finds."""
    asked: set[Place] = set(also)

    def note(level: int, index: int) -> bytes:
        asked.add((level, index))
        return b"\x00" * 32

    prove(note)
    nodes = _nodes(session, head, asked)
    return lambda level, index: nodes[level, index]


def _nodes(session: Session, head: Head, places: set[Place]) -> dict[Place, bytes]:
    number = select(CHAIN.c.id).where(CHAIN.c.code == head.chain).scalar_subquery()
    found: dict[Place, bytes] = {}
    leaves = sorted(index + 1 for level, index in places if level == 0)
    inner = sorted(place for place in places if place[0] > 0)
    for some in _some(leaves):
        rows = session.execute(
            select(_entry.c.seq, _entry.c.hash).where(
                _entry.c.chain_id == number, _entry.c.seq.in_(some)
            )
        )
        found |= {(0, row.seq - 1): bytes.fromhex(row.hash) for row in rows}
    at = tuple_(_node.c.level, _node.c.index)
    for part in _some(inner):
        rows = session.execute(
            select(_node.c.level, _node.c.index, _node.c.hash).where(
                _node.c.chain_id == number, at.in_(part)
            )
        )
        found |= {(row[0], row[1]): bytes.fromhex(row.hash) for row in rows}
    return found


def _some(many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))
