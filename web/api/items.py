"""Items that are followed by number: noted, destroyed, listed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from catalogue.rulebook import rulebook
from intake.item_views import ListedItem, list_items
from web.api.acts import perform
from web.api.answers import refusals
from web.api.reads import Wanted, map_all, paged
from web.api.wire_items import DestructionIn, ItemIn
from web.api.writes import Target, writes
from web.deps import Calling, Me, ReadDb, answer

router = APIRouter(tags=["items"])


@router.post("/batches/{code}/items", **writes("batch_closed", "batch_held", "number_taken"))
def note_item(code: Target, body: ItemIn, call: Calling) -> JSONResponse:
    """Note an item of a batch by its number."""
    return answer(perform(call, "serial", code, body))


@router.post("/items/{number}/destruction", **writes("state_forbids", "reason_needed"))
def destroy_item(number: Target, body: DestructionIn, call: Calling) -> JSONResponse:
    """Say how an item was destroyed."""
    return answer(perform(call, "destroyed", number, body))


@router.get("/items", responses=refusals("read"))
def items(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Items that are followed by number, the last noted first. state: noted, destroyed."""
    rows = list_items(db, rulebook(db), me.viewer, wanted)
    return paged(request, wanted, "code", map_all(listed_item, rows))


def listed_item(row: ListedItem) -> dict[str, Any]:
    return {
        "code": row.code,
        "number": row.number,
        "batch": row.batch,
        "site": row.site,
        "article_group": row.group,
        "noted_on": row.noted_on.isoformat(),
        "entry": row.entry,
        "destroyed_on": row.destroyed_on.isoformat() if row.destroyed_on else None,
        "method": row.method,
        "gate": row.step,
        "document": row.document,
        "photos": list(row.photos),
        "destruction_entry": row.destruction_entry,
        "reversed": row.reversed,
    }
