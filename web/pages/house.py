"""All pages put into the application: routers, static files, and the page of a refusal."""

from __future__ import annotations

import gzip
import re
from functools import cache
from typing import Final

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from reporting.figures import plotly_script
from web.pages import (
    account,
    acts,
    announcing,
    announcing_file,
    attention,
    auditing,
    badges,
    behind,
    certificates,
    checkpoints,
    comparing,
    desk,
    entrance,
    erasing,
    explaining,
    exports,
    factors,
    finds,
    floor,
    floor_door,
    identity,
    inbound,
    invited,
    issued,
    items,
    labels,
    lists,
    nl,
    nl_months,
    nl_numbers,
    notices,
    outbound,
    outlet,
    outlet_links,
    passkeys,
    people,
    people_list,
    portal,
    privacy,
    proof_chain,
    searching,
    second_factor,
    second_factor_rules,
    shipping,
    single_sign_on,
    sortings,
    stations,
    today,
    tokens,
    trend,
    verify,
    whole,
)
from web.pages.reference import reading as reference_pages
from web.pages.reference import writing as reference_forms
from web.pages.visiting import PAGES
from web.rendering import STATIC

# The forms' own paths (`/batches/new`) come before those with a code in them.
ROOMS: Final = (
    entrance,
    single_sign_on,
    identity,
    invited,
    floor,
    floor_door,
    today,
    desk,
    comparing,
    factors,
    trend,
    attention,
    searching,
    announcing,
    announcing_file,
    inbound,
    outbound,
    outlet,
    outlet_links,
    shipping,
    sortings,
    acts,
    labels,
    finds,
    items,
    lists,
    nl,
    nl_months,
    nl_numbers,
    notices,
    proof_chain,
    certificates,
    issued,
    verify,
    checkpoints,
    whole,
    portal,
    behind,
    exports,
    explaining,
    stations,
    badges,
    tokens,
    second_factor,
    second_factor_rules,
    people_list,
    people,
    passkeys,
    account,
    auditing,
    erasing,
    privacy,
    reference_forms,
    reference_pages,
)
SCRIPT: Final = "text/javascript"
MAPS: Final = re.compile(rb"(?<=')(,document\.head\.appendChild\(\w+\))(?=\}\}\)\(\)\}\);)")
"""Where the script of plotly puts a sheet for its maps into the page."""
FOR_STRANGERS: Final = frozenset(
    {
        "/login",
        "/login/second",
        "/login/second/new",
        "/login/passkey",
        "/login/passkey/options",
        "/login/second/passkey",
        "/login/second/passkey/options",
        "/login/sso",
        "/login/sso/back/{code}",
        "/logout",
        "/forgotten",
        "/reset/{token}",
        "/invitation/{token}",
        "/floor",
        "/floor/enrol",
        "/floor/sw.js",
        "/floor/pack.json",
        "/floor/manifest.webmanifest",
        "/floor/words/{code}.json",
        "/floor/version",
        "/outlet/{token}",
        "/verify",
        "/verify/{code}",
        "/checkpoints",
        "/verifier.py",
        "/privacy",
    }
)


def install(app: FastAPI) -> None:
    """Let the app serve all pages. Refuses a page for which nobody decided who may see it."""
    for room in ROOMS:
        app.include_router(room.router)
    decided = PAGES.keys() | FOR_STRANGERS
    served = {
        route.path for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)
    }
    assert served == decided, f"pages without a row, or rows without a page: {served ^ decided}"
    app.state.pages = served
    app.add_api_route("/static/plotly.min.js", plotly, include_in_schema=False)
    app.add_api_route("/static/floor/{name:path}.js", floor.floor_module, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def plotly(request: Request) -> Response:
    """The script of the plotly package, of the version that its charts were made with."""
    headers = {"Cache-Control": "public, max-age=86400", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(_packed_plotly()), media_type=SCRIPT, headers=headers)
    packed = {**headers, "Content-Encoding": "gzip"}
    return Response(_packed_plotly(), media_type=SCRIPT, headers=packed)


@cache
def _packed_plotly() -> bytes:
    """A third of its size: packed on first use and then kept.

    It brings a sheet for maps, which we do not draw and our policy does not allow: that stays out.
    """
    script, count = MAPS.subn(b"", plotly_script().read_bytes())
    assert count == 1, "the script of plotly brings its sheet in another way"
    return gzip.compress(script)
