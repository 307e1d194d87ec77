"""The shell of the floor: the same for everybody, without data, to be kept by a tablet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from catalogue.errors import NotFound
from web.deps import language_of_person
from web.floor_files import (
    FLOOR,
    SHELL,
    as_sent,
    floor_files,
    floor_pack,
    floor_version,
    service_worker,
    words_json,
)
from web.i18n import language, languages
from web.rendering import Frame, render, static

router = APIRouter(include_in_schema=False)

COLOUR: Final = "#17191c"
"""Of the browser's own bars around the floor: the ink of its top bar."""
PAPER: Final = "#ffffff"
MARKS: Final = (
    ("mark.svg", "any", "image/svg+xml"),
    ("mark-192.png", "192x192", "image/png"),
    ("mark-512.png", "512x512", "image/png"),
)


@dataclass(frozen=True, slots=True)
class FloorPage:
    """version: PROTOCOL+BUILD, which the tablet says with its scans."""

    version: str
    colour: str


@router.get("/floor")
def floor_shell(request: Request) -> Response:
    """The page that a tablet keeps; everything else comes from its modules."""
    spoken = language_of_person(request, None)
    page = FloorPage(version=floor_version(), colour=COLOUR)
    html = render("floor.html", page, frame=Frame(path=SHELL), language=spoken)
    vary = {"Vary": "Accept-Language, Cookie"}
    return _fresh(request, html.encode(), "text/html; charset=utf-8", vary)


@router.get("/floor/sw.js")
def floor_worker(request: Request) -> Response:
    """The service worker. It lists every file of the floor: when one changes, so does this."""
    allowed = {"Service-Worker-Allowed": SHELL}
    return _fresh(request, service_worker().encode(), "text/javascript; charset=utf-8", allowed)


@router.get("/floor/pack.json")
def floor_in_one_piece(request: Request) -> Response:
    """All files of the floor, for the service worker: one question instead of ninety."""
    return _fresh(request, floor_pack(), "application/json", {})


@router.get("/floor/manifest.webmanifest")
def floor_manifest(request: Request) -> Response:
    """What a tablet needs to install the floor as an app."""
    spoken = language_of_person(request, None)
    icons = [
        {"src": static("floor/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {
                "src": static(f"floor/mark-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
            }
            for size in (192, 512)
        ),
    ]
    said = {
        "id": SHELL,
        "name": spoken.gettext("Stofstroom floor"),
        "short_name": "Stofstroom",
        "lang": spoken.code,
        "start_url": SHELL,
        "scope": SHELL,
        "display": "standalone",
        "orientation": "any",
        "theme_color": COLOUR,
        "background_color": PAPER,
        "icons": icons,
    }
    return _fresh(request, json.dumps(said).encode(), "application/manifest+json", {})


@router.get("/floor/words/{code}.json")
def floor_words(request: Request, code: str) -> Response:
    """The sentences of the floor in one language. Raises NotFound."""
    if code not in languages():
        raise NotFound
    return _fresh(request, words_json(language(code)), "application/json", {})


@router.get("/floor/version")
def floor_version_now() -> JSONResponse:
    """Which version of the floor the server has."""
    return JSONResponse({"version": floor_version()}, headers={"Cache-Control": "no-store"})


def floor_module(request: Request, name: str) -> Response:
    """A module of the floor, without its remarks. Raises NotFound."""
    path = f"/static/floor/{name}.js"
    if path not in {file.path for file in floor_files()}:
        raise NotFound
    return _fresh(request, as_sent(FLOOR / f"{name}.js"), "text/javascript; charset=utf-8", {})


def _fresh(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """To be kept, but asked for again each time, when it costs nothing if it is the same."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**headers, "Cache-Control": "no-cache", "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
