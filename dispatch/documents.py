"""Papers and photos of outlets: kept by the SHA-256 of their bytes, which an entry says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import Rulebook
from dispatch.queries import shipment_by_code
from dispatch.tables import OutletDocument
from labels.reading import NoPicture, check_picture
from store.columns import table_of
from store.upsert import insert_new

SIZE_MAX: Final = 8 << 20
AT_ONCE_MAX: Final = 3
OF_A_SHIPMENT_MAX: Final = 30
"""Who holds a link may not fill the disk."""
UNSENT_KEPT: Final = timedelta(days=2)
"""A document that was put here, and never sent along with a confirmation."""
PDF: Final = "application/pdf"
BEGINNINGS: Final = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
"""How the kinds of documents begin that are taken: the type is what the bytes are."""
ENDINGS: Final = {PDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}

_document = table_of(OutletDocument)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is kept."""

    hash: str
    media_type: str
    content: bytes

    @property
    def name(self) -> str:
        """A name for the file, which says nothing about anybody."""
        return f"{self.hash[:16]}{ENDINGS[self.media_type]}"


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document of a shipment. size: in bytes."""

    hash: str
    media_type: str
    size: int
    received_at: datetime


def document_of(content: bytes) -> Document:
    """A PDF, JPEG or PNG that may be kept. Raises Malformed.

    Reading a picture takes its time: no transaction may wait for it.
    """
    if not 0 < len(content) <= SIZE_MAX:
        raise Malformed(field="file", problem="larger than 8 MB" if content else "empty")
    media_type = next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "")
    if not media_type:
        raise Malformed(field="file", problem="not a PDF, JPEG or PNG")
    if media_type == PDF:
        if b"%%EOF" not in content[-2048:]:
            raise Malformed(field="file", problem="cut off")
    else:
        try:
            check_picture(content, media_type)
        except NoPicture as error:
            raise Malformed(field="file", problem=str(error)[:200]) from error
    return Document(hashlib.sha256(content).hexdigest(), media_type, content)


def keep_document(session: Session, document: Document, shipment_id: int, *, now: datetime) -> bool:
    """Keep a document about a shipment; whether it was there already. Raises Malformed.

    The caller has made sure that the shipment is there for whoever brings the document.
    """
    here = select(func.count()).where(_document.c.shipment_id == shipment_id)
    if session.execute(here).scalar_one() >= OF_A_SHIPMENT_MAX:
        raise Malformed(field="file", problem="too many documents", most=OF_A_SHIPMENT_MAX)
    values = {
        "shipment_id": shipment_id,
        "hash": document.hash,
        "media_type": document.media_type,
        "size": len(document.content),
        "content": document.content,
        "received_at": now,
        "booked": False,
    }
    return not insert_new(session.connection(), _document, values)


def require_documents(session: Session, shipment_id: int, hashes: Sequence[str]) -> None:
    """Let a confirmation name these documents, which then stay. Raises Malformed when one is not
    here. One statement, none for none."""
    wanted = set(hashes)
    if not wanted:
        return
    found = session.connection().execute(
        update(_document)
        .where(_document.c.shipment_id == shipment_id, _document.c.hash.in_(wanted))
        .values(booked=True)
    )
    if found.rowcount != len(wanted):
        raise Malformed(field="files", problem="unknown")


def documents_of(session: Session, shipment_id: int) -> list[ListedDocument]:
    """The documents that confirmations of a shipment name, the first one first. One statement."""
    rows = session.execute(
        select(_document.c.hash, _document.c.media_type, _document.c.size, _document.c.received_at)
        .where(_document.c.shipment_id == shipment_id, _document.c.booked.is_(True))
        .order_by(_document.c.received_at, _document.c.hash)
    )
    return [ListedDocument(*row) for row in rows]


def read_document(
    session: Session, book: Rulebook, code: str, digest: str, viewer: Viewer
) -> Document:
    """A document, for the staff of the site and for the outlet. Raises NotFound."""
    shipment = shipment_by_code(session, book, code, viewer)
    row = session.execute(
        select(_document).where(_document.c.shipment_id == shipment.id, _document.c.hash == digest)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Document(row.hash, row.media_type, bytes(row.content))


def erase_unsent(session: Session, now: datetime) -> int:
    """Erase documents that no confirmation ever named; how many."""
    unsent = delete(_document).where(
        _document.c.booked.is_(False), _document.c.received_at < now - UNSENT_KEPT
    )
    return int(session.connection().execute(unsent).rowcount)
