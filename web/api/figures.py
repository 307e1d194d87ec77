"""The circularity report."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from reporting.periods import YEAR_MAX, YEAR_MIN
from reporting.queries import circularity_report
from reporting.questions import Question, question
from reporting.report import as_json
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.checkpoints import ring_of
from web.deps import Me, ReadDb
from web.exporting import signed_heads

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
    return {
        **said,
        "checkpoints": signed_heads(ring_of(request), said["as_of"], request.app.state.clock()),
    }
