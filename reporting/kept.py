"""Hashes of files that were made before, so that nothing is made again only to be hashed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import rulebook
from reporting import access
from reporting.queries import as_of
from reporting.questions import Question

_KEPT_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """SHA-256 of a file in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


class Kept:
    """The fingerprints of the last files, each under all that its content follows from.

    Kept by one process and not for long: whoever does not find one makes the file and has it.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, Fingerprint] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> Fingerprint | None:
        with self._lock:
            return self._known.get(key)

    def keep(self, key: str, fingerprint: Fingerprint) -> None:
        with self._lock:
            self._known[key] = fingerprint
            self._known.move_to_end(key)
            while len(self._known) > _KEPT_MAX:
                self._known.popitem(last=False)

    def keeping(self, key: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces as they are; after the last one their fingerprint is kept."""
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece
        self.keep(key, Fingerprint(digest.hexdigest(), size))


def key_of(session: Session, viewer: Viewer, asked: Question, *words: str) -> str:
    """All that the content of a file follows from: what was asked, by whom, the edition of the
    reference data, and the entries up to which the figures stand. Two statements."""
    book = rulebook(session)
    seen = access.scope(book, viewer, asked)
    suppliers = None if seen.supplier_ids is None else sorted(seen.supplier_ids)
    standing = [(one.site, one.seq, one.head) for one in as_of(session, seen)]
    follows = (words, viewer.role.value, seen.site_ids, suppliers, asked, book.edition, standing)
    return hashlib.sha256(repr(follows).encode()).hexdigest()
