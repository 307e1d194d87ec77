"""Photos: kept by the SHA-256 of their bytes, which is what an entry says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed, NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from intake.tables import Photo
from labels.reading import NoPicture, check_picture
from store.columns import table_of

_photo = table_of(Photo)


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A picture and what it is."""

    media_type: str
    content: bytes


def keep_photo(
    session: Session, content: bytes, media_type: str, *, site: SiteRow, now: datetime
) -> tuple[str, bool]:
    """Keep a picture of a site; its hash, and whether the site had it already.

    Raises Malformed when it is no picture of this type.
    """
    try:
        check_picture(content, media_type)
    except NoPicture as error:
        raise Malformed(field="body", problem=str(error)[:200]) from error
    digest = hashlib.sha256(content).hexdigest()
    owner = session.execute(select(_photo.c.site_id).where(_photo.c.hash == digest)).scalar()
    if owner is None:
        session.execute(
            insert(_photo).values(
                hash=digest,
                site_id=site.id,
                media_type=media_type,
                content=content,
                received_at=now,
            )
        )
    return digest, owner == site.id


def read_photo(session: Session, digest: str, viewer: Viewer) -> KeptPhoto:
    """A picture, for the staff of its site. Raises NotFound. One statement."""
    row = session.execute(select(_photo).where(_photo.c.hash == digest)).one_or_none()
    if row is None:
        raise NotFound
    site = rulebook(session).sites_by_id[row.site_id]
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    return KeptPhoto(row.media_type, bytes(row.content))


def kept_photos(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Those of the pictures that are here (still). One statement, none for none."""
    if not digests:
        return frozenset()
    return frozenset(
        session.execute(select(_photo.c.hash).where(_photo.c.hash.in_(digests))).scalars()
    )
