"""Audit against what was signed: checkpoints, restores, and keys that took over from others.

Whoever can write the database can write history anew so that it adds up, but cannot sign it: the
keys are not in the database. So what was signed earlier is held against the entries of now. An
honest restore cuts entries off, too; it is told from tampering by the entry that it left behind,
which names the entries that were restored and is signed. As the auditor, this reads the payloads
and works roots out anew; only for signatures it asks the safe.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlmodel import Session

from proof.rotation import taken_over
from proof.signing import RESTORE_PURPOSE, holds
from streams.verify_chain import Tree
from streams.verify_reading import Breach, stream, table_of

KINDS = ("restore", "rotate_key")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signed checkpoint says of a chain. root: hexadecimal, of the first `size` entries.

    at: when it was signed, as it says; empty when that is not known.
    """

    chain: str
    size: int
    root: str
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A checkpoint that counts entries which a restore cut off: no tampering, and not nothing.

    first: the entry that says that a backup was restored; the earlier line ends before it.
    shown, shown_at: how many entries an older checkpoint shows to be unchanged; 0 for none.
    """

    seal: Seal
    first: int
    restored_at: str
    backup_at: str | None
    shown: int
    shown_at: str

    def __str__(self) -> str:
        chain, last = self.seal.chain, self.seal.size
        backup = f" of {self.backup_at}" if self.backup_at else ""
        return (
            f"checkpoint {chain}#{last}: not tampered with, but restored from an earlier backup"
            f"{backup} on {self.restored_at}. Entries {self.first} to {last} of the checkpoint of"
            f" {self.seal.at} were cut off. What was sent again since stands, as new entries,"
            f" after entry {self.first}. {self._shown()} A checkpoint cannot tell what the"
            f" entries said that were cut off, nor whether they were cut off on purpose."
        )

    def _shown(self) -> str:
        restored = self.first - 1
        if self.shown == 0:
            return (
                f"No older checkpoint shows whether entries 1 to {restored} had been changed in"
                f" the backup."
            )
        unchanged = (
            f"Entries 1 to {self.shown} are unchanged, as the checkpoint of {self.shown_at} shows."
        )
        if self.shown == restored:
            return unchanged
        return (
            f"{unchanged} Entries {self.shown + 1} to {restored} stand as the backup held them;"
            f" no checkpoint shows them."
        )


Finding = Breach | Cut


def against_heads(
    session: Session, heads: Sequence[Seal], public_keys: Mapping[str, bytes] | None = None
) -> list[Finding]:
    """What no longer is as a checkpoint says, in the order of the checkpoints.

    Whether a checkpoint's own signature holds is for the caller. public_keys, by key id: those
    that a restore may have been signed with.
    """
    sizes = _sizes(heads)
    return _judged(heads, _read_all(session, sizes, public_keys or {}, only=sizes.keys()))


def everything_signed(
    session: Session, heads: Sequence[Seal], public_keys: Mapping[str, bytes]
) -> list[Finding]:
    """As `against_heads`, and before that every entry which says something signed that is not
    signed, or not true. Reads every chain once."""
    read = _read_all(session, _sizes(heads), public_keys)
    untrue: list[Finding] = [breach for chain in read.values() for breach in chain.breaches]
    return untrue + _judged(heads, read)


@dataclass(slots=True)
class _Restore:
    """A restore that one of our keys signed."""

    seq: int
    at: str
    backup_at: str | None


@dataclass(slots=True)
class _Chain:
    """What a chain says that is of use against a checkpoint. roots: by size."""

    name: str
    size: int = 0
    roots: dict[int, str] = field(default_factory=dict)
    restores: list[_Restore] = field(default_factory=list)
    unsigned: list[int] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)

    def says(self, seal: Seal) -> bool:
        return self.roots.get(seal.size) == seal.root.lower()

    def differs(self, seal: Seal, holding: Sequence[Seal]) -> Finding:
        """Why the chain is not as the checkpoint says: cut by a restore, or tampered with."""
        # Times of one form compare as texts. A restore that the checkpoint saw explains nothing.
        cuts = [one for one in self.restores if one.seq <= seal.size and one.at > seal.at > ""]
        if cuts:
            first = min(cuts, key=lambda one: one.seq)
            older = [one for one in holding if one.chain == self.name and one.size < first.seq]
            best = max(older, key=lambda one: one.size, default=None)
            return Cut(
                seal=seal,
                first=first.seq,
                restored_at=first.at,
                backup_at=first.backup_at,
                shown=best.size if best else 0,
                shown_at=best.at if best else "",
            )
        if seal.size > self.size:
            what = f"entries are missing: there were {seal.size}"
        else:
            what = f"the entries were changed since: root is {self.roots.get(seal.size)}"
        if self.unsigned:
            what += (
                f"; entry {self.unsigned[0]} says that a backup was restored, but no key of this"
                f" installation signed that"
            )
        return Breach(_where(seal), what)


def _judged(heads: Sequence[Seal], read: Mapping[str, _Chain]) -> list[Finding]:
    holding = [seal for seal in heads if seal.chain in read and read[seal.chain].says(seal)]
    findings: list[Finding] = []
    for seal in heads:
        if seal.chain not in read:
            findings.append(Breach(_where(seal), "the chain is missing"))
        elif seal not in holding:
            findings.append(read[seal.chain].differs(seal, holding))
    return findings


def _read_all(
    session: Session,
    sizes: Mapping[str, set[int]],
    public_keys: Mapping[str, bytes],
    *,
    only: Collection[str] | None = None,
) -> dict[str, _Chain]:
    numbers = {row[1]: row[0] for row in stream(session, table_of("chain"))}
    return {
        name: _read(session, name, number, sizes.get(name, set()), public_keys)
        for name, number in numbers.items()
        if only is None or name in only
    }


def _read(
    session: Session,
    name: str,
    number: int,
    wanted: Collection[int],
    public_keys: Mapping[str, bytes],
) -> _Chain:
    """Read the entries of a chain once."""
    entries = table_of("entry")
    columns = list(entries.c.keys())
    kind, payload = columns.index("kind"), columns.index("payload")
    read, tree = _Chain(name), Tree()
    if 0 in wanted:
        read.roots[0] = tree.root()
    for row in stream(session, entries, entries.c.chain_id == number, order=("seq",)):
        text = str(row[payload])
        if row[kind] in KINDS:
            _note(read, str(row[kind]), text, tree, public_keys)
        tree.grow(sha256(b"\x00" + text.encode("utf-8", "replace")).digest())
        if tree.size in wanted:
            read.roots[tree.size] = tree.root()
    read.size = tree.size
    return read


def _note(read: _Chain, kind: str, text: str, tree: Tree, public_keys: Mapping[str, bytes]) -> None:
    seq = tree.size + 1
    where = f"entry {read.name}#{seq}"
    try:
        said = json.loads(text)
        body = said["body"]
    except (ValueError, LookupError, TypeError):
        # The audit of the entries has said so.
        return
    if kind == "rotate_key":
        if _key_of(body.get("rotation")) in public_keys and taken_over(body, public_keys) is None:
            read.breaches.append(Breach(where, "the old key did not sign that another took over"))
        return
    envelope = body.get("restored")
    if envelope is None:
        read.unsigned.append(seq)
        return
    if not holds(envelope, public_keys, RESTORE_PURPOSE):
        read.unsigned.append(seq)
        if _key_of(envelope) in public_keys:
            read.breaches.append(Breach(where, "what it says of a restore is not signed"))
        return
    document = envelope["document"]
    expected = {"chain": read.name, "size": tree.size, "root": tree.root()}
    if any(document.get(field_) != value for field_, value in expected.items()):
        read.breaches.append(Breach(where, "other entries were restored than those before it"))
        return
    read.restores.append(_Restore(seq, document["at"], document.get("backup_at")))


def _key_of(envelope: object) -> str:
    """With which key it says that it was signed."""
    return str(envelope.get("key")) if isinstance(envelope, dict) else ""


def _sizes(heads: Sequence[Seal]) -> dict[str, set[int]]:
    sizes: dict[str, set[int]] = {}
    for seal in heads:
        sizes.setdefault(seal.chain, set()).add(seal.size)
    return sizes


def _where(seal: Seal) -> str:
    return f"checkpoint {seal.chain}#{seal.size}"
