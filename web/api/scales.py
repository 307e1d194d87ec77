"""What a scale weighs now, for tablets whose scale stands on the network."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from catalogue.access import Viewer
from catalogue.errors import NotFound
from catalogue.rows import ScaleRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from scales.frames import State
from scales.link import Links
from streams.ledger import site_day
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.deps import Calling

router = APIRouter(tags=["scales"], responses=refusals("read"))


class ReadingOut(BaseModel):
    """What a scale says. Only `stable` may be booked, together with `raw` as its `frame`.

    mass_g: null unless stable or moving. net: the scale itself took a tare off. overdue: past its
    calibration, so that its weights are estimates.
    """

    scale: str
    state: State
    mass_g: int | None
    raw: str
    net: bool
    at: datetime
    overdue: bool


@router.get("/scales/{code}/reading", responses=refusals("read", "not_found"))
def reading(
    code: Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)],
    request: Request,
    call: Calling,
) -> ReadingOut:
    """Ask a scale that has an address; one that does not answer is `disconnected`."""
    with call.database.read() as session:
        scale, site = _scale_for(rulebook(session), code, call.me.viewer)
    # A scale that is switched off takes its time: no transaction waits for it.
    links: Links = request.app.state.scales
    assert scale.address is not None
    read = links.read(scale.address)
    return ReadingOut(
        scale=scale.code,
        state=read.state,
        mass_g=read.mass_g,
        raw=read.raw,
        net=read.net,
        at=call.now,
        overdue=scale.calibration_due < site_day(call.now, site),
    )


def _scale_for(book: Rulebook, code: str, viewer: Viewer) -> tuple[ScaleRow, SiteRow]:
    """A scale with an address, of a site that the viewer sees. Raises NotFound."""
    scale = book.scales.get(code)
    if scale is None or scale.address is None:
        raise NotFound
    site = book.site(book.sites_by_id[scale.site_id].code, viewer)
    return scale, site
