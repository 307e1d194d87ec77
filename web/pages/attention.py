"""What needs a person: one list, and a decision on each of its rows, or on several at once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import Malformed, NotFound, Refusal
from catalogue.rulebook import rulebook
from labels import jobs
from labels.queries import JobRow, job_by_scan
from streams import scans
from web import printing
from web.api.settling import SettlementIn, decide
from web.deps import ReadDb
from web.pages.attending import SCANS_MAX, attention_page
from web.pages.booking import Sent, Typed, fresh
from web.pages.forms import Form
from web.pages.putting_right import correctable, put_right
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)


@router.get("/attention")
def attention(visit: Visitor, db: ReadDb) -> Response:
    if not sites_for(rulebook(db), visit.viewer):
        # What comes first, the desk says.
        return visit.go("/desk")
    return visit.show("attention.html", attention_page(visit, db, fresh(visit)))


@router.post("/attention")
def decide_here(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    """One scan, several scans, or a label."""
    one, label = sent.text("one"), sent.text("label")
    if label is not None:
        return _label(visit, db, sent, label)
    waiting = [one] if one is not None else sent.many("pick")[:SCANS_MAX]
    # In the order in which it was done: what was made first is there for what builds on it.
    wrongs: dict[str, Form] = {}
    for scan_id in waiting:
        wrong = _decided(visit, db, sent, scan_id, put=one is not None)
        if wrong is not None:
            wrongs[scan_id] = wrong
    if not wrongs:
        return visit.go("/attention", "settled" if waiting else None)
    page = attention_page(
        visit, db, fresh(visit), wrongs=wrongs, settled=len(waiting) - len(wrongs)
    )
    return visit.show("attention.html", page, status=422)


def _decided(visit: Visit, db: Session, sent: Typed, scan_id: str, *, put: bool) -> Form | None:
    """Make one decision; the form with what stood in the way, if anything did."""
    typed = Typed(sent.data)
    try:
        target, body = _corrections(visit, db, typed, scan_id) if put else (None, {})
        if typed.errors:
            return Form(values=typed.values, errors=typed.errors)
        said = SettlementIn.model_validate(
            {
                "scan_id": uuid5(_number(sent), scan_id),
                "decision": typed.text("decision"),
                "reason": typed.text("reason"),
                "body": body or None,
                "target": target,
            }
        )
        decide(visit.call, scan_id, said)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        refusal: Refusal = Malformed(field=where[:80], problem=error.errors()[0]["msg"][:200])
    except Refusal as refused:
        refusal = refused
    else:
        return None
    return Form(values=typed.values, refusal=refusal)


def _number(sent: Typed) -> UUID:
    """The form's own number: the same press twice is the same decision."""
    try:
        return UUID(sent.text("scan_id") or "")
    except ValueError:
        return uuid4()


def _corrections(
    visit: Visit, db: Session, typed: Typed, scan_id: str
) -> tuple[str | None, dict[str, object]]:
    if typed.text("decision") != "book":
        return None, {}
    kept = scans.kept(db, scan_id)
    if kept is None:
        raise NotFound
    site = rulebook(db).sites_by_id[kept.site_id]
    fields = correctable(kept.command, kept.problem, site, visit.language)
    return put_right(typed, kept.command, fields, site)


def _label(visit: Visit, db: Session, sent: Typed, scan_id: str) -> Response:
    """Somebody looked for a label: it hangs, is to be printed again, or nobody needs it."""
    call, decision = visit.call, sent.text("decision")
    changes: dict[str, Callable[[Session, JobRow], object]] = {
        "there": lambda session, job: jobs.confirm(session, job, job.code, now=call.now),
        "cancel": lambda session, job: jobs.cancel(session, job, now=call.now),
        "again": lambda session, _: printing.order_again(
            session,
            scan_id,
            again=str(uuid5(_number(sent), scan_id)),
            viewer=visit.viewer,
            now=call.now,
        ),
    }
    change = changes.get(decision or "")
    if change is None:
        raise NotFound
    try:
        with call.database.write() as session:
            change(session, job_by_scan(session, rulebook(session), scan_id, visit.viewer))
    except NotFound:
        raise
    except Refusal as refusal:
        form = Form(values=sent.values, refusal=refusal, at=visit.now.isoformat())
        return visit.show("attention.html", attention_page(visit, db, form), status=422)
    return visit.go("/attention", "label_settled")
