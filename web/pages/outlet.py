"""An outlet says what became of a shipment, by a link, on a phone, without an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from accounts.queries import Signed
from catalogue.errors import Malformed, Refusal
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from dispatch import rules
from dispatch.bins import difference_flags
from dispatch.documents import AT_ONCE_MAX, document_of, keep_document
from dispatch.links import Admitted, admitted, note_opened
from dispatch.queries import shipment_by_code
from streams.ledger import site_day
from streams.queries import contents_of_shipment
from streams.rules import share
from web.api.wire import PLAIN
from web.deps import database_of, language_of_person
from web.harmless import require_harmless
from web.i18n import message
from web.pages.booking import Body, Typed, book
from web.pages.forms import Form
from web.pages.outlet_pages import CheckPage, OutletPage, Said
from web.pages.outlet_reading import outlet_page
from web.pages.visiting import Visit, show_to_stranger
from web.tries import WrongTries

router = APIRouter(include_in_schema=False)

FORM_KEPT: Final = timedelta(days=2)
"""As long as its papers are kept, a form that stood open is still the same answer."""
FILE_WRONG: Final = message("This is no PDF, JPEG or PNG of at most 8 MB.")
FILES_TOO_MANY: Final = message("At most three documents can go along.")
NOT_THEN: Final = message("Choose a day from the day it was sent until today.")
NOTHING_SAID: Final = message("Fill in at least one weight.")
NO_REASON: Final = message("Say why you do not want it.")

Token = Annotated[str, Path(max_length=200, pattern=PLAIN)]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who opens a link; found: None when it lets nobody in."""

    request: Request
    token: str
    found: Admitted | None
    now: datetime

    @property
    def path(self) -> str:
        return f"/outlet/{self.token}"

    @property
    def let_in(self) -> Admitted:
        assert self.found is not None, "who is not let in sees one page only"
        return self.found

    @property
    def visit(self) -> Visit:
        """As whoever else books something from a page."""
        found = self.let_in
        me = Signed(
            viewer=found.viewer,
            actor=f"link:{found.link_id}",
            name="",
            language=None,
            kind="link",
        )
        return Visit(self.request, me, language_of_person(self.request, None), self.now)

    def gone(self) -> Response:
        """The same page for every link that lets nobody in."""
        return show_to_stranger(self.request, "outlet_gone.html", None, status=404)


def holder(request: Request, token: Token) -> Holder:
    """Who opens the link. Raises TooManyTries: an address that guesses has to wait."""
    tries: WrongTries = request.app.state.wrong_links
    address = request.client.host if request.client else ""
    tries.require_few(address)
    now = request.app.state.clock()
    with database_of(request).read() as session:
        found = admitted(session, token, now)
    if found is None:
        tries.was_wrong(address)
    return Holder(request, token, found, now)


Held = Annotated[Holder, Depends(holder)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came with the form. papers: the bytes of what was chosen to go along."""

    typed: Typed
    papers: Sequence[bytes]


async def answer_of(request: Request, held: Held) -> Answer:
    """The form, read only for somebody whom the link lets in."""
    if held.found is None:
        return Answer(Typed(data=FormData()), ())
    async with request.form(max_files=AT_ONCE_MAX, max_fields=100) as form:
        files = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
        papers = [await file.read() for file in files if file.filename]
    return Answer(Typed(data=form), papers)


Answered = Annotated[Answer, Depends(answer_of)]


@router.get("/outlet/{token}")
def look(held: Held, booked: Annotated[str, Query(max_length=5)] = "") -> Response:
    """What was sent, what was confirmed of it, and the form."""
    if held.found is None:
        return held.gone()
    if not held.found.opened:
        with database_of(held.request).write() as session:
            note_opened(session, held.found.link_id, held.now)
    form = Form(at=held.now.isoformat())
    return _show(held, form, booked=bool(booked))


@router.post("/outlet/{token}")
def send(held: Held, came: Answered) -> Response:
    """Check what was typed, show it once more in words, and book it."""
    if held.found is None:
        return held.gone()
    sent = came.typed
    files = _papers(held, came)
    said = _read(held, sent, files)
    if sent.errors:
        return _show(held, _again(held, sent), files=files)
    step = sent.text("step")
    if step == "change":
        return _show(held, _kept(held, sent), files=files)
    if step != "send":
        return _check(held, sent, said, files)
    return book(
        held.visit,
        sent,
        "confirm",
        held.let_in.shipment,
        body=lambda _: said,
        then=lambda _: RedirectResponse(f"{held.path}?booked=1", status_code=303),
        again=lambda form: _show(held, form, files=files),
    )


def _show(held: Holder, form: Form, *, files: Sequence[str] = (), booked: bool = False) -> Response:
    page = _page(held, form, files=files, booked=booked)
    status = 422 if form.is_wrong else 200
    return show_to_stranger(held.request, "outlet.html", page, status=status)


def _page(
    held: Holder, form: Form, *, files: Sequence[str] = (), booked: bool = False
) -> OutletPage:
    with database_of(held.request).read() as session:
        return outlet_page(
            session,
            held.let_in.shipment,
            held.let_in.viewer,
            path=held.path,
            form=form,
            language=language_of_person(held.request, None),
            now=held.now,
            files=files,
            booked=booked,
        )


def _check(held: Holder, sent: Typed, said: Body, files: Sequence[str]) -> Response:
    """The answer in words, before it is sent. What a rule refuses is said at the form."""
    page = _page(held, _kept(held, sent), files=files)
    try:
        with database_of(held.request).read() as session:
            answered, far = _foretold(session, held.let_in, said)
    except Refusal as refusal:
        return _show(held, replace(_again(held, sent), refusal=refusal), files=files)
    names = {label.code: label for label in page.treatments}
    reasons = dict(page.reasons)
    in_words = Said(
        treated=[(names[line["treatment"]], line["mass_g"]) for line in said["lines"]],
        refused_g=answered.refused_g,
        reason=reasons.get(said["refused_reason"] or "", ""),
        rest_g=answered.rest_g,
        difference_g=answered.difference_g,
        day=date.fromisoformat(sent.text("day") or page.today.isoformat()),
        document=said["document"] or "",
        files=len(files),
    )
    check = CheckPage(page=page, said=in_words, far=far)
    return show_to_stranger(held.request, "outlet_check.html", check)


def _foretold(session: Session, found: Admitted, said: Body) -> tuple[rules.Answered, bool]:
    """What the rules will say, and whether it differs more than is usual."""
    known = rulebook(session)
    shipment = shipment_by_code(session, known, found.shipment, found.viewer)
    contents = contents_of_shipment(session, found.shipment)
    open_g = sum(each.mass_g for each in contents) - (shipment.refused_g or 0)
    answered = rules.answered(
        [line["mass_g"] for line in said["lines"]],
        refused_g=said["refused_g"],
        rest_g=said["rest_g"],
        open_g=open_g,
    )
    flags = difference_flags(
        known.operator(shipment.site),
        found.shipment,
        share(contents, open_g),
        summed_g=open_g,
        weighed_g=open_g + answered.difference_g,
    )
    return answered, bool(flags)


def _read(held: Holder, sent: Typed, files: Sequence[str]) -> dict[str, Any]:
    """The body of the confirmation. What is wrong is noted beside its field."""
    with database_of(held.request).read() as session:
        known = rulebook(session)
        shipment = shipment_by_code(session, known, held.let_in.shipment, held.let_in.viewer)
    lines = []
    for treatment in shipment.treatments:
        mass_g = sent.mass_g(f"mass-{treatment}")
        if mass_g:
            lines.append({"treatment": treatment, "mass_g": mass_g})
    refused_g, rest_g = sent.mass_g("refused") or None, sent.mass_g("rest") or None
    if not lines and not refused_g and not sent.errors:
        sent.errors["lines"] = NOTHING_SAID
    reason = sent.text("reason") if refused_g else None
    if refused_g and reason is None:
        sent.errors["reason"] = NO_REASON
    return {
        "lines": lines,
        "refused_g": refused_g,
        "refused_reason": reason,
        "rest_g": rest_g,
        "document": (sent.text("document") or "")[:120] or None,
        "files": list(files),
        "confirmed_at": _moment(held, sent, shipment.site, shipment.shipped_on),
    }


def _moment(held: Holder, sent: Typed, site: SiteRow, shipped_on: date) -> datetime:
    """When it was treated: today at the time at which the form was shown, or noon of a day."""
    today = site_day(held.now, site)
    if sent.text("day") in (None, today.isoformat()):
        return _shown_at(held, sent)
    noon = sent.noon("day", site)
    if noon is None:
        return held.now
    day = noon.astimezone(ZoneInfo(site.timezone)).date()
    if not shipped_on <= day <= today:
        sent.errors["day"] = NOT_THEN
    return noon


def _shown_at(held: Holder, sent: Typed) -> datetime:
    try:
        at = datetime.fromisoformat(sent.text("at") or "")
    except ValueError:
        return held.now
    known = at.tzinfo is not None and held.now - FORM_KEPT <= at <= held.now
    return at if known else held.now


def _papers(held: Holder, came: Answer) -> list[str]:
    """Hashes of the papers that go along: those of before, and those that came just now."""
    known = [word for word in (came.typed.text("files") or "").split(",") if len(word) == 64]
    known = list(dict.fromkeys(known))[:AT_ONCE_MAX]
    if len(known) + len(came.papers) > AT_ONCE_MAX:
        came.typed.errors["file"] = FILES_TOO_MANY
        return known
    for content in came.papers:
        try:
            paper = document_of(content)
            require_harmless(held.request, content)
            with database_of(held.request).write() as session:
                keep_document(session, paper, held.let_in.shipment_id, now=held.now)
        except Malformed:
            came.typed.errors["file"] = FILE_WRONG
        else:
            known = list(dict.fromkeys([*known, paper.hash]))
    return known


def _kept(held: Holder, sent: Typed) -> Form:
    """The form as it was typed, with its own number."""
    return Form(
        values=sent.values,
        scan_id=sent.text("scan_id") or Form().scan_id,
        at=sent.text("at") or held.now.isoformat(),
    )


def _again(held: Holder, sent: Typed) -> Form:
    return replace(_kept(held, sent), errors=sent.errors)
