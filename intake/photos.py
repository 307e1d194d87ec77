"""Photos: kept by the SHA-256 of their bytes, which is what an entry says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed, NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from intake.tables import Photo
from labels.reading import NoPicture, check_picture
from store.columns import table_of
from store.upsert import insert_new

KEPT: Final = timedelta(days=366)
"""A supplier may ask about a box until the report of its year is settled; after that a picture of
a work floor, on which somebody may stand, has no purpose. Its hash stays in the entry."""

_photo = table_of(Photo)


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A picture and what it is."""

    media_type: str
    content: bytes


def photo_of(content: bytes, media_type: str) -> KeptPhoto:
    """A picture that may be kept. Raises Malformed when it is no picture of this type.

    Reading it takes its time: no transaction may wait for it.
    """
    try:
        check_picture(content, media_type)
    except NoPicture as error:
        raise Malformed(field="body", problem=str(error)[:200]) from error
    return KeptPhoto(media_type, content)


def keep_photo(
    session: Session, photo: KeptPhoto, *, site: SiteRow, now: datetime
) -> tuple[str, bool]:
    """Keep a picture of a site; its hash, and whether the site had it already.

    Two who send the same at once: the second one waits for the first, and finds it there.
    """
    digest = hashlib.sha256(photo.content).hexdigest()
    owner = _owner(session, digest)
    if owner is None:
        values = {
            "hash": digest,
            "site_id": site.id,
            "media_type": photo.media_type,
            "content": photo.content,
            "received_at": now,
        }
        if insert_new(session.connection(), _photo, values):
            return digest, False
        owner = _owner(session, digest)
    return digest, owner == site.id


def _owner(session: Session, digest: str) -> int | None:
    return session.execute(select(_photo.c.site_id).where(_photo.c.hash == digest)).scalar()


def read_photo(session: Session, digest: str, viewer: Viewer) -> KeptPhoto:
    """A picture, for the staff of its site. Raises NotFound. One statement."""
    row = session.execute(select(_photo).where(_photo.c.hash == digest)).one_or_none()
    if row is None:
        raise NotFound
    site = rulebook(session).sites_by_id[row.site_id]
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    return KeptPhoto(row.media_type, bytes(row.content))


def erase_photos(session: Session, now: datetime) -> int:
    """Erase pictures whose time is up; how many."""
    old = delete(_photo).where(_photo.c.received_at < now - KEPT)
    return int(session.connection().execute(old).rowcount)


def kept_photos(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Those of the pictures that are here (still). One statement, none for none."""
    if not digests:
        return frozenset()
    return frozenset(
        session.execute(select(_photo.c.hash).where(_photo.c.hash.in_(digests))).scalars()
    )
