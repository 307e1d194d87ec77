"""Audit of what hangs on an entry beside its lines: weighings, flags and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlmodel import Session

from streams.verify_chain import SEQ_BITS
from streams.verify_reading import Breach, Row, Said, differences, plain, stream, table_of
from streams.verify_rows import Register


class Beside:
    """The rows of one table that belong to the entries of one chain, taken entry by entry."""

    def __init__(self, session: Session, name: str, chain_id: int) -> None:
        self.name = name
        table = table_of(name)
        key = next(iter(table.primary_key))
        self._at = list(table.c).index(key)
        low = chain_id << SEQ_BITS
        self._rows = stream(session, table, key >= low, key < low + (1 << SEQ_BITS))
        self._next = next(self._rows, None)
        self.strays: list[Breach] = []

    def take(self, entry_id: int) -> list[Row]:
        """The rows of this entry. Rows before it belong to none and become `strays`."""
        taken: list[Row] = []
        while self._next is not None and self._next[self._at] <= entry_id:
            if self._next[self._at] == entry_id:
                taken.append(self._next)
            else:
                self._stray(self._next)
            self._next = next(self._rows, None)
        return taken

    def rest(self) -> list[Breach]:
        """What is left after the last entry of the chain."""
        while self._next is not None:
            self._stray(self._next)
            self._next = next(self._rows, None)
        return self.strays

    def _stray(self, row: Row) -> None:
        self.strays.append(Breach(f"{self.name} {row[self._at]}", "no entry explains it"))


def check_weighing(register: Register, said: Said, found: Sequence[Row]) -> Iterator[Breach]:
    """At most one weighing an entry."""
    where = f"weighing {said.code}"
    weighing = said.body.get("weighing")
    if weighing is None:
        if found:
            yield Breach(where, "no entry explains it")
        return
    scale = weighing["scale"]
    words = {
        "id": said.id,
        "scale_id": None if scale is None else register.id_of("scale", said.operator, scale),
        **{name: weighing[name] for name in ("subject", "gross_g", "tare_g", "quality")},
    }
    table = table_of("weighing")
    if not found:
        yield Breach(where, "is missing")
    for row in found:
        yield from differences(where, table, row, [words[column.name] for column in table.c])


def check_flags(said: Said, found: Sequence[Row]) -> Iterator[Breach]:
    """One row a flag, with its figures as canonical JSON."""
    table = table_of("flag")
    flags = said.body.get("flags", ())
    expected = {
        flag["code"]: (said.id, flag["code"], flag["subject"], plain(flag["figures"]))
        for flag in flags
    }
    for row in found:
        where = f"flag {said.code} {row[1]}"
        if row[1] not in expected:
            yield Breach(where, "no entry explains it")
        else:
            yield from differences(where, table, row, expected.pop(row[1]))
    for code in expected:
        yield Breach(f"flag {said.code} {code}", "is missing")


def check_note(said: Said, found: Sequence[Row]) -> Iterator[Breach]:
    """The words are those whose salted hash the entry holds, or were erased with their salt."""
    where = f"note {said.code}"
    digest = said.body.get("note")
    if digest is None:
        if found:
            yield Breach(where, "no entry explains it")
        return
    if not found:
        yield Breach(where, "is missing")
    for _, salt, words in found:
        if salt is None and words is None:
            continue
        if not (isinstance(salt, str) and isinstance(words, str)):
            yield Breach(where, "salt and words can only be erased together")
        elif sha256((salt + words).encode()).hexdigest() != digest:
            yield Breach(where, "salt and words are not those whose hash the entry holds")


def check_texts(session: Session) -> Iterator[Breach]:
    """The signed bytes of every certificate and of every issued report against the digest that its
    entry says. One text at a time, for each may be long."""
    for noun in ("certificate", "issued_report"):
        yield from _check_texts_of(session, noun)


def _check_texts_of(session: Session, noun: str) -> Iterator[Breach]:
    signed, texts = table_of(noun), table_of(f"{noun}_text")
    known = session.connection().execute(select(signed.c.id, signed.c.digest)).all()
    for key, digest in known:
        found = select(texts.c.content).where(texts.c[f"{noun}_id"] == key)
        content = session.connection().execute(found).scalar_one_or_none()
        if content is None:
            yield Breach(f"{noun}_text {key}", "is missing")
        elif sha256(str(content).encode()).hexdigest() != digest:
            yield Breach(f"{noun}_text {key}", f"it is not the text of the digest {digest}")
