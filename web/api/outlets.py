"""The link by which an outlet confirms without an account, and the documents that it brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from accounts.rules import email
from catalogue.errors import Malformed
from catalogue.rulebook import rulebook
from dispatch.documents import (
    ENDINGS,
    Document,
    document_of,
    keep_document,
    read_document,
)
from dispatch.links import DAYS, DAYS_MAX, end_link, make_link
from dispatch.queries import shipment_by_code
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.deps import Calling, Me, ReadDb
from web.harmless import require_harmless
from web.notifying import OUTLET_PAGE, mail_link

router = APIRouter(tags=["outlets"])

Code = Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)]
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]

BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
FILES: Final[dict[str, Any]] = dict.fromkeys(ENDINGS, BINARY)


class LinkIn(BaseModel):
    """How many days a link lets an outlet in. address: where it is mailed to, in this language."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(strict=True, ge=1, le=DAYS_MAX)] = DAYS
    address: Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)] | None = None
    language: Literal["nl", "en"] = "nl"


class LinkOut(BaseModel):
    """A link, which is told this once. mailed: whether it goes to the address too; not where no
    mail server is set up."""

    url: str
    expires_at: datetime
    mailed: bool


class EndIn(BaseModel):
    """There is nothing to say with it."""

    model_config = ConfigDict(extra="forbid")


class EndedOut(BaseModel):
    """open: whether a link of this shipment lets anybody in."""

    open: bool


class DocumentOut(BaseModel):
    """The name of a document: the SHA-256 of its bytes."""

    hash: str


def link_url(request: Request, token: str) -> str:
    """Where an outlet goes."""
    return f"{request.app.state.settings.public_url}{OUTLET_PAGE.format(token)}"


@router.post(
    "/shipments/{code}/link",
    status_code=201,
    responses=refusals("question", "not_found", "state_forbids"),
)
def link(code: Code, body: LinkIn, request: Request, call: Calling) -> LinkOut:
    """Make a link by which the outlet confirms this shipment. The one before ends."""
    address = email(body.address) if body.address is not None else None
    mails = address is not None and request.app.state.settings.mail is not None
    with call.database.write() as session:
        made = make_link(
            session,
            rulebook(session),
            code,
            days=body.days,
            viewer=call.me.viewer,
            now=call.now,
        )
        if address is not None and mails:
            mail_link(
                session,
                code,
                address=address,
                language=body.language,
                path=OUTLET_PAGE.format(made.token),
                now=call.now,
            )
    return LinkOut(url=link_url(request, made.token), expires_at=made.expires_at, mailed=mails)


@router.post("/shipments/{code}/link/revocation", responses=refusals("question", "not_found"))
def revoke(code: Code, _nothing: EndIn, call: Calling) -> EndedOut:
    """End the link of a shipment."""
    with call.database.write() as session:
        end_link(session, rulebook(session), code, viewer=call.me.viewer, now=call.now)
    return EndedOut(open=False)


@dataclass(frozen=True, slots=True)
class Brought:
    """A body that is a document."""

    content: bytes


async def brought(request: Request) -> Brought:
    """The body as it came. Raises Malformed for a type that is not taken."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ENDINGS:
        raise Malformed(field="content-type", problem=", ".join(ENDINGS), read=media_type[:40])
    return Brought(await request.body())


@router.post(
    "/shipments/{code}/documents",
    status_code=201,
    response_model=DocumentOut,
    openapi_extra={"requestBody": {"required": True, "content": FILES}},
    responses={
        200: {"model": DocumentOut, "description": "This document is here already."},
        **refusals("question", "not_found"),
    },
)
def bring(
    request: Request, code: Code, sent: Annotated[Brought, Depends(brought)], call: Calling
) -> JSONResponse:
    """Bring a document about a shipment. A confirmation names it in `files`, within two days."""
    document = document_of(sent.content)
    require_harmless(request, sent.content, field="body")
    with call.database.write() as session:
        shipment = shipment_by_code(session, rulebook(session), code, call.me.viewer)
        known = keep_document(session, document, shipment.id, now=call.now)
    return JSONResponse({"hash": document.hash}, status_code=200 if known else 201)


@router.get(
    "/shipments/{code}/documents/{hash}",
    response_class=Response,
    responses={200: {"content": FILES}, **refusals("read", "not_found")},
)
def document(code: Code, hash: Hash, me: Me, db: ReadDb) -> Response:
    """A document of a shipment, as a file: for the staff of its site and for its outlet."""
    return as_file(read_document(db, rulebook(db), code, hash, me.viewer))


def as_file(found: Document) -> Response:
    """A document to keep, never to be shown within a page of ours."""
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)
