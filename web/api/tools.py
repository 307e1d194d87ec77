"""Scan, labels and reference data."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from catalogue.actions import NOUNS, define
from catalogue.errors import Malformed, NotFound
from catalogue.pieces import require_own_site
from catalogue.rulebook import rulebook
from labels import render
from labels.jobs import PARTS_MAX
from labels.label import LabelTooSmall, Size
from web.api import wire
from web.api.answers import refusals
from web.deps import Call, Calling, Me, ReadDb
from web.label_values import label_of
from web.scanning import recognise

router = APIRouter(tags=["tools"], responses=refusals("read"))


class ScanIn(BaseModel):
    """Anything a scanner read."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=500)]


class ScanOut(BaseModel):
    """What it is here. now: its state; read: what was read, as it came."""

    kind: str
    code: str | None
    read: str
    now: dict[str, Any]


class LabelFormat(StrEnum):
    """What a label can be had as."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    ZPL = "zpl"


MEDIA_TYPES = {
    LabelFormat.PNG: "image/png",
    LabelFormat.SVG: "image/svg+xml",
    LabelFormat.PDF: "application/pdf",
    LabelFormat.ZPL: "application/vnd.zebra-zpl",
}


@router.post("/scan", responses=refusals("question"))
def scan(body: ScanIn, me: Me, db: ReadDb) -> ScanOut:
    """Say what a scanned text is: a batch, bin, station, container, ... or unknown."""
    seen = recognise(db, rulebook(db), body.text, me.viewer)
    return ScanOut(kind=seen.kind, code=seen.code, read=seen.read, now=seen.now)


@router.get(
    "/labels/{code}",
    response_class=Response,
    responses={
        200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}},
        **refusals("read", "not_found"),
    },
)
def label(
    code: Annotated[str, Path(min_length=1, max_length=60, pattern=wire.PLAIN)],
    me: Me,
    db: ReadDb,
    format: LabelFormat = LabelFormat.PNG,
    size: Size = Size.LARGE,
    dpi: Annotated[int, Query()] = 203,
    lang: str = "nl",
    part: Annotated[int, Query(ge=0, le=PARTS_MAX)] = 0,
    parts: Annotated[int, Query(ge=0, le=PARTS_MAX)] = 0,
) -> Response:
    """The label of a batch, bin, station or container: read back before it is handed out.

    part, parts: 1 and 2 for the first of two containers."""
    if dpi not in (203, 300):
        raise Malformed(field="dpi", problem="203 or 300", given=dpi)
    book = rulebook(db)
    made = label_of(db, book, code, me.viewer, language=lang, part=(part, parts)).label
    try:
        content = _painted(made, format, size, dpi)
    except LabelTooSmall as error:
        raise Malformed(field="size", problem=str(error)) from error
    return Response(
        content,
        media_type=MEDIA_TYPES[format],
        headers={"Content-Disposition": f'inline; filename="{code}.{format.value}"'},
    )


def _painted(made: Any, format: LabelFormat, size: Size, dpi: int) -> bytes:
    if format is LabelFormat.SVG:
        return render.svg(made, size).encode()
    painters = {
        LabelFormat.PNG: render.png,
        LabelFormat.PDF: render.pdf,
        LabelFormat.ZPL: render.zpl,
    }
    return painters[format](made, size, dpi)


@router.put(
    "/reference/{noun}/{code}",
    status_code=201,
    responses=refusals("question", "not_found", "eural_malformed"),
)
def put_reference(
    noun: Annotated[str, Path(max_length=20, pattern=r"^[a-z_]+$")],
    code: Annotated[str, Path(min_length=1, max_length=60, pattern=wire.PLAIN)],
    data: Annotated[wire.Data, Body()],
    call: Calling,
) -> dict[str, Any]:
    """Write a version of reference data of one's own operator, for all to see in its chain."""
    if noun not in NOUNS:
        raise NotFound
    operator, viewer = _operator(call), call.me.viewer
    with call.database.write() as session:
        require_own_site(rulebook(session), viewer, noun, code, data)
        done = define(session, operator, noun, code, with_days(data), now=call.now)
    return {"noun": done.noun, "code": done.code, "version": done.version}


def _operator(call: Call) -> str:
    with call.database.read() as session:
        book = rulebook(session)
        return book.operators[call.me.viewer.operator_id or 0].organisation.code


DAYS = frozenset({"valid_from", "valid_to", "tare_on", "calibration_due", "permit_until"})


def with_days(data: dict[str, Any]) -> dict[str, Any]:
    read = dict(data)
    for name in DAYS & {name for name, said in data.items() if said is not None}:
        try:
            read[name] = date.fromisoformat(str(read[name]))
        except ValueError as error:
            raise Malformed(field=name, problem="not a day", read=str(read[name])[:20]) from error
    return read
