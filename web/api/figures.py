"""The circularity report and the exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from proof.signing import EXPORT_PURPOSE, TreeHead, seal, sign_head
from reporting.exports import control, dataset_of, export, format_of
from reporting.periods import YEAR_MAX, YEAR_MIN
from reporting.queries import circularity_report
from reporting.questions import Question, question
from reporting.report import as_json
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.checkpoints import ring_of
from web.deps import Me, ReadDb, database_of

router = APIRouter(tags=["figures"], responses=refusals("read", "not_found"))

Word = Annotated[str | None, Query(max_length=60, pattern=PLAIN)]


def asked(
    request: Request,
    supplier: Annotated[list[str] | None, Query(max_length=50)] = None,
    site: Annotated[list[str] | None, Query(max_length=50)] = None,
    first: Annotated[str | None, Query(alias="from", max_length=10)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=10)] = None,
    basis: Word = None,
    by: Word = None,
    factors: Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)] = None,
) -> Question:
    """from and to: site-local days, half-open; none: this calendar year. factors: year of the set
    to use, instead of what is valid in the period."""
    return question(
        today=request.app.state.clock().date(),
        first=first,
        end=end,
        basis=basis,
        by=by,
        suppliers=[_plain(code) for code in supplier or ()],
        sites=[_plain(code) for code in site or ()],
        factors=factors,
    )


def _plain(code: str) -> str:
    return "".join(sign for sign in code[:60] if sign.isprintable())


Asked = Annotated[Question, Depends(asked)]


@router.get("/reports/circularity")
def circularity(request: Request, me: Me, db: ReadDb, wanted: Asked) -> dict[str, Any]:
    """What came in and what became of it: every term from its own places, to the gram.

    checkpoints: the signed heads of the chains that it was read from."""
    said = as_json(circularity_report(db, me.viewer, wanted))
    return {**said, "checkpoints": _signed_heads(request, said["as_of"])}


@router.get("/exports/{dataset}.meta.json")
def export_meta(
    request: Request,
    dataset: str,
    me: Me,
    db: ReadDb,
    wanted: Asked,
    format: str = "csv",
) -> dict[str, Any]:
    """Control totals of an export, and the hash of the file as it is now: signed."""
    which, kind = dataset_of(dataset), format_of(format)
    said = control(db, me.viewer, wanted, dataset=which, format=kind)
    document = {**said, "checkpoints": _signed_heads(request, said["as_of"])}
    return {**document, "signed": seal(ring_of(request).current, EXPORT_PURPOSE, document)}


def _signed_heads(request: Request, as_of: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
    """The heads up to which figures stand, signed."""
    ring, now = ring_of(request), request.app.state.clock()
    return [
        sign_head(
            ring.current,
            TreeHead(
                log=f"site:{one['site']}", size=one["seq"], root=bytes.fromhex(one["root"]), at=now
            ),
        )
        for one in as_of
    ]


@router.get("/exports/{dataset}", response_class=StreamingResponse)
def export_file(
    request: Request,
    dataset: str,
    me: Me,
    wanted: Asked,
    format: str = "csv",
) -> StreamingResponse:
    """Movements, batches or figures as a file; its control totals stand in the headers."""
    which, kind = dataset_of(dataset), format_of(format)
    pieces = _streamed(request, me, wanted, which, kind)
    made = next(pieces)
    return StreamingResponse(
        pieces,
        media_type=made.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{made.file_name}"',
            "X-Control-Rows": str(made.rows),
            "X-Control-Mass-G": str(made.mass_g),
        },
    )


def _streamed(request: Request, me: Me, wanted: Question, dataset: Any, kind: Any) -> Iterator[Any]:
    """The export first, then its bytes: the session lives as long as they are read."""
    with database_of(request).read() as session:
        made = export(session, me.viewer, wanted, dataset=dataset, format=kind)
        yield made
        yield from made.pieces
