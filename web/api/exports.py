"""Movements, batches and figures as files, and the control files beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from reporting.datasets import Dataset
from reporting.exports import Export, control, dataset_of, export, format_of
from reporting.formats import Format
from reporting.questions import Question
from web.api.answers import refusals
from web.api.figures import Asked
from web.checkpoints import ring_of
from web.deps import Me, ReadDb, database_of
from web.exporting import seal_of, signed_control

router = APIRouter(tags=["figures"], responses=refusals("read", "not_found"))


@router.get("/exports/{dataset}.meta.json")
def export_meta(
    request: Request,
    dataset: str,
    me: Me,
    db: ReadDb,
    wanted: Asked,
    format: str = "csv",
) -> dict[str, Any]:
    """Control totals of an export, and the hash of the file as it is now: signed.

    Ask for it after the file: then the hash is that of the file that was sent, and nothing is made
    for it. Asked for first, it makes the file once."""
    ring = ring_of(request)
    said = control(
        db,
        me.viewer,
        wanted,
        dataset=dataset_of(dataset),
        format=format_of(format),
        seal=seal_of(ring),
        kept=request.app.state.kept,
    )
    return signed_control(ring, said, request.app.state.clock())


@router.get("/exports/{dataset}", response_class=StreamingResponse)
def export_file(
    request: Request,
    dataset: str,
    me: Me,
    wanted: Asked,
    format: str = "csv",
) -> StreamingResponse:
    """Movements, batches or figures as a file; its control totals stand in the headers.

    format: csv, csv-nl (for a Dutch spreadsheet), jsonl, parquet, xlsx, or package: a zip of all
    three that explains itself."""
    which, kind = dataset_of(dataset), format_of(format)
    pieces = _streamed(request, me, wanted, which, kind)
    made = next(pieces)
    assert isinstance(made, Export)
    query = urlencode(request.query_params.multi_items())
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "X-Control-Rows": str(made.rows),
        "X-Control-Mass-G": str(made.mass_g),
        "Link": f'<{which}.meta.json?{query}>; rel="describedby"',
    }
    if made.size is not None:
        headers["Content-Length"] = str(made.size)
    return StreamingResponse(pieces, media_type=made.media_type, headers=headers)


def _streamed(
    request: Request, me: Me, wanted: Question, dataset: Dataset, kind: Format
) -> Iterator[Any]:
    """The export first, then its bytes: the session lives as long as they are read."""
    seal, kept = seal_of(ring_of(request)), request.app.state.kept
    with database_of(request).read(patient=True) as session:
        made = export(
            session, me.viewer, wanted, dataset=dataset, format=kind, seal=seal, kept=kept
        )
        yield made
        yield from made.pieces
