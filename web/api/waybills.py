"""The waybill of a shipment: as data, on paper, as a UBL message."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from catalogue.rulebook import rulebook
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.deps import Me, ReadDb
from web.i18n import language
from web.sheets.waybill import read_waybill, waybill_data, waybill_pdf
from web.sheets.waybill_xml import ubl

router = APIRouter(tags=["reads"], responses=refusals("read", "not_found"))

Code = Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)]
Lang = Annotated[str, Query(max_length=10, pattern=PLAIN)]


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@router.get("/shipments/{code}/waybill")
def waybill(code: Code, me: Me, db: ReadDb) -> dict[str, Any]:
    """What the waybill says: who, what, how much, with whom. Never whose it was."""
    return waybill_data(read_waybill(db, rulebook(db), code, me.viewer))


@router.get(
    "/shipments/{code}/waybill.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def waybill_paper(code: Code, me: Me, db: ReadDb, lang: Lang = "nl") -> Response:
    """The waybill as PDF/A-3, with its data inside."""
    found = read_waybill(db, rulebook(db), code, me.viewer)
    made = waybill_pdf(found, language(lang))
    return _file(made, "application/pdf", f"waybill-{found.shipment}.pdf")


@router.get(
    "/shipments/{code}/waybill.xml",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}},
)
def waybill_message(code: Code, me: Me, db: ReadDb) -> Response:
    """The waybill as a UBL 2.1 message of the Dutch electronic waybill for waste."""
    found = read_waybill(db, rulebook(db), code, me.viewer)
    return _file(ubl(found), "application/xml", f"waybill-{found.shipment}.xml")
