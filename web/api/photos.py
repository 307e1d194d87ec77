"""Photos of what is off, and pictures of codes for tablets that cannot read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlmodel import Session

from catalogue.errors import Malformed, NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from intake.photos import keep_photo, photo_of, read_photo
from labels.reading import FORMATS, NoPicture, texts_in
from web.api.answers import refusals
from web.api.tools import ScanOut
from web.api.wire import PLAIN
from web.deps import Call, Calling, Me, ReadDb
from web.harmless import require_harmless
from web.reference import sites_for
from web.scanning import recognise

router = APIRouter(tags=["photos"])

BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
PICTURE: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": dict.fromkeys(FORMATS, BINARY)}
}
SHOWN: Final[dict[str, str]] = {"Cache-Control": "private, max-age=31536000, immutable"}
"""What a hash names never changes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A body that is a picture, as its sender says."""

    content: bytes
    media_type: str


async def picture(request: Request) -> Picture:
    """The body as it came. Raises Malformed for a type that is not taken."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise Malformed(field="content-type", problem=", ".join(FORMATS), read=media_type[:40])
    return Picture(await request.body(), media_type)


Sent = Annotated[Picture, Depends(picture)]


class PhotoOut(BaseModel):
    """The name of a photo: the SHA-256 of its bytes."""

    hash: str


class SeenOut(BaseModel):
    """What the codes in a picture say, and what each is here."""

    texts: list[str]
    seen: list[ScanOut]


KNOWN: Final = {"model": PhotoOut, "description": "This photo is here already."}


@router.post(
    "/photos",
    status_code=201,
    response_model=PhotoOut,
    openapi_extra=PICTURE,
    responses={200: KNOWN, **refusals("question", "not_found")},
)
def keep(
    request: Request,
    sent: Sent,
    call: Calling,
    site: Annotated[str | None, Query(max_length=60, pattern=PLAIN)] = None,
) -> JSONResponse:
    """Keep a photo, to be named by what is booked next. site: where the caller works at several."""
    photo = photo_of(sent.content, sent.media_type)
    require_harmless(request, sent.content, field="body")
    with call.database.write() as session:
        where = _site(session, call, site)
        digest, known = keep_photo(session, photo, site=where, now=call.now)
    return JSONResponse({"hash": digest}, status_code=200 if known else 201)


def _site(session: Session, call: Call, wanted: str | None) -> SiteRow:
    book = rulebook(session)
    if wanted is not None:
        return book.site(wanted, call.me.viewer)
    sites = sites_for(book, call.me.viewer)
    if not sites:
        raise NotFound
    return sites[0]


@router.get(
    "/photos/{hash}",
    response_class=Response,
    responses={
        200: {"content": dict.fromkeys(FORMATS, BINARY)},
        **refusals("read", "not_found"),
    },
)
def show(
    hash: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    me: Me,
    db: ReadDb,
) -> Response:
    """A photo, for the staff of the site where it was taken."""
    photo = read_photo(db, hash, me.viewer)
    return Response(photo.content, media_type=photo.media_type, headers=SHOWN)


@router.post("/scan/picture", openapi_extra=PICTURE, responses=refusals("question"))
def read_picture(sent: Sent, call: Calling) -> SeenOut:
    """Read the codes in a picture, and say what each of them is."""
    try:
        texts = texts_in(sent.content, sent.media_type)
    except NoPicture as error:
        raise Malformed(field="body", problem=str(error)[:200]) from error
    # Looking at the picture takes its time: no transaction waits for it.
    with call.database.read() as db:
        book = rulebook(db)
        found = [recognise(db, book, text[:500], call.me.viewer) for text in texts]
    seen = [ScanOut(kind=one.kind, code=one.code, read=one.read, now=one.now) for one in found]
    return SeenOut(texts=texts, seen=seen)
