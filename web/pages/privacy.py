"""What is kept of people, for everybody to read: made of the one table in `web.privacy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from web.pages.visiting import show_to_anybody
from web.privacy import GROUNDS, KEPT, PROMISES, Kept

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage:
    """What stands on it; grounds and promises are msgids, and so are the texts of what is kept."""

    kept: Sequence[Kept]
    grounds: Mapping[str, str]
    promises: Sequence[str]


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """The same for everybody: it tells nothing about anybody."""
    page = PrivacyPage(kept=KEPT, grounds=GROUNDS, promises=PROMISES)
    return show_to_anybody(request, "privacy.html", page)
