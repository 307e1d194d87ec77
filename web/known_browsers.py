"""Browsers that somebody signed in with before: strangers who guess do not lock them out.

Such a browser keeps a random name for each of the last people who signed in with it, with a mark
that only this installation can make, and only for that person. It lets nobody in.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from fastapi import Request
from starlette.responses import Response

from proof.sealing import known_as
from proof.signing import KeyRing
from web import cookies

KEPT_S: Final = 180 * 24 * 3600
PEOPLE_MAX: Final = 3
"""Of one browser. Who signed in longest ago is forgotten first."""
MARK_LETTERS: Final = 32


def origin_of(request: Request, ring: KeyRing, person_id: int) -> str:
    """What the tries of this person at this browser are counted under; "" for any other browser."""
    for name, mark in _kept(request):
        if hmac.compare_digest(mark, _mark(ring, person_id, name)):
            return known_as(ring, "browser", name)
    return ""


def remember(request: Request, response: Response, ring: KeyRing, person_id: int) -> None:
    """Let this browser be one that the person signed in with."""
    kept = _kept(request)
    own = [one for one in kept if hmac.compare_digest(one[1], _mark(ring, person_id, one[0]))]
    if own:
        first = own[0]
    else:
        name = secrets.token_urlsafe(16)
        first = (name, _mark(ring, person_id, name))
    every = [first, *(one for one in kept if one not in own)][:PEOPLE_MAX]
    text = ".".join(f"{name}~{mark}" for name, mark in every)
    cookies.give(request, response, cookies.KNOWN, text, seconds=KEPT_S)


def _kept(request: Request) -> list[tuple[str, str]]:
    text = cookies.read(request, cookies.KNOWN) or ""
    if not text.isascii():
        return []
    pairs = [part.partition("~") for part in text.split(".")[:PEOPLE_MAX]]
    return [(name, mark) for name, _, mark in pairs if name and len(mark) == MARK_LETTERS]


def _mark(ring: KeyRing, person_id: int, name: str) -> str:
    return known_as(ring, "known browser", f"{person_id} {name}")[:MARK_LETTERS]
