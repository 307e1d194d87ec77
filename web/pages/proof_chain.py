"""The proof chain of a delivery, or of one batch, in one picture; and the same on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.rulebook import rulebook
from certificates.proof_chain import proof_of_batch, proof_of_delivery
from certificates.proof_rules import Why
from web import proof_words
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor
from web.permissions import API
from web.proof_picture import GapLine, Picture, picture
from web.sheets.proof_chain import proof_chain_pdf

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]
VERB_OF: Final = {
    Why.NOT_COME: "log_batch",
    Why.TO_SORT: "sort",
    Why.ON_HOLD: "release",
    Why.IN_QUARANTINE: "release",
    Why.IN_WORK_BIN: "sort",
    Why.NOT_CLOSED: "close",
    Why.BIN_OPEN: "close_bin",
    Why.BIN_CLOSED: "ship",
    Why.REFUSED: "return",
}
KIND_OF_STREAM: Final = {
    "reuse": "reuse", "recycle": "recycling", "incineration": "destruction",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChainPage:
    """A picture, with what this person can do about each gap: address and msgid, or nothing."""

    picture: Picture
    doing: Sequence[tuple[str, str] | None]
    path: str


@router.get("/deliveries/{code}/proof")
def delivery(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _show(visit, of_delivery(visit, db, code), f"/deliveries/{code}/proof")


@router.get("/batches/{code}/proof")
def batch(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _show(visit, of_batch(visit, db, code), f"/batches/{code}/proof")


@router.get("/deliveries/{code}/proof.pdf")
def delivery_paper(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _paper(visit, of_delivery(visit, db, code))


@router.get("/batches/{code}/proof.pdf")
def batch_paper(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _paper(visit, of_batch(visit, db, code))


def of_delivery(visit: Visit, db: Session, code: str) -> Picture:
    """A delivery's chain as the visitor may see it. Raises NotFound."""
    book = rulebook(db)
    found = proof_of_delivery(db, book, code, visit.viewer, now=visit.now)
    names = Names(visit.language, book)
    return picture(found, names, code=code, is_staff=visit.viewer.is_staff, now=visit.now)


def of_batch(visit: Visit, db: Session, code: str) -> Picture:
    """A batch's chain as the visitor may see it. Raises NotFound."""
    book = rulebook(db)
    found = proof_of_batch(db, book, code, visit.viewer, now=visit.now)
    names = Names(visit.language, book)
    return picture(found, names, code=code, is_staff=visit.viewer.is_staff, now=visit.now)


def _show(visit: Visit, seen: Picture, path: str) -> Response:
    page = ProofChainPage(
        picture=seen, doing=[_doing(visit, seen, gap) for gap in seen.gaps], path=path
    )
    return visit.show("proof_chain.html", page)


def _doing(visit: Visit, seen: Picture, gap: GapLine) -> tuple[str, str] | None:
    """Where the visitor can do something about a gap."""
    address = _address(seen, gap)
    if gap.why is Why.NOT_CERTIFIED:
        able = visit.viewer.role in API.get(("POST", "/certificates"), frozenset())
    elif gap.why in VERB_OF:
        able = VERB_OF[gap.why] in visit.may
    else:
        able = visit.viewer.is_staff
    return (address, proof_words.DOING[gap.why]) if able else None


def _address(seen: Picture, gap: GapLine) -> str:
    code = gap.subject
    if gap.why is Why.NOT_CERTIFIED:
        scope, about = ("delivery", seen.code) if seen.is_delivery else ("batch", code)
        kind = KIND_OF_STREAM[gap.stream or "recycle"]
        return f"/certificates/new?scope={scope}&code={about}&kind={kind}"
    return {
        Why.NOT_COME: f"/batches/new?delivery={seen.code}",
        Why.OTHER_WEIGHT: f"/deliveries/{seen.code}",
        Why.TO_SORT: f"/batches/{code}/sort",
        Why.ON_HOLD: f"/batches/{code}/release",
        Why.IN_QUARANTINE: f"/batches/{code}/release",
        Why.IN_WORK_BIN: f"/bins/{code}/sort",
        Why.NOT_CLOSED: f"/batches/{code}/close",
        Why.BIN_OPEN: f"/bins/{code}/close",
        Why.BIN_CLOSED: "/shipments/new",
        Why.NOT_CONFIRMED: f"/shipments/{code}",
        Why.OVERDUE: f"/shipments/{code}",
        Why.REFUSED: f"/shipments/{code}/return",
    }[gap.why]


def _paper(visit: Visit, seen: Picture) -> Response:
    word = visit.language.gettext("proof")
    headers = {"Content-Disposition": f'inline; filename="{word}-{seen.code}.pdf"'}
    pdf = proof_chain_pdf(seen, visit.language)
    return Response(pdf, media_type="application/pdf", headers=headers)
