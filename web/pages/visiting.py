"""Who looks at a page, what they may do there, and how a page or a refusal is shown to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from accounts.access import MAY_ENROL
from accounts.auditing import MAY_AUDIT
from accounts.machines import MAY_GRANT
from accounts.queries import Signed
from catalogue.access import Viewer
from catalogue.errors import NotAllowed, NotFound, ProofTooOld, Refusal, Unauthenticated
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from notices.kinds import HEARERS
from streams.ledger import site_day
from web import cookies
from web.api.shapes import SEES_SCANS
from web.deps import Call, database_of, language_of_person, reading_of, signed_in
from web.i18n import Language, languages, message
from web.notifying import person_of
from web.pages.counting import Waiting, what_waits
from web.pages.forms import Form
from web.pages.things import ErrorPage
from web.permissions import API, COUNTER, EVERYBODY, STAFF, may_call
from web.places import DESKS, places
from web.reference import sites_for
from web.rendering import Frame, Link, Places, render

VERBS: Final = {
    "log_batch": ("POST", "/batches"),
    "sort": ("POST", "/batches/{code}/sortings"),
    "gate": ("POST", "/batches/{code}/gates"),
    "close": ("POST", "/batches/{code}/close"),
    "hold": ("POST", "/batches/{code}/hold"),
    "release": ("POST", "/batches/{code}/release"),
    "refuse": ("POST", "/batches/{code}/refusal"),
    "weigh": ("POST", "/batches/{code}/weighings"),
    "found": ("POST", "/finds"),
    "correct": ("POST", "/batches/{code}/correction"),
    "reopen": ("POST", "/batches/{code}/reopen"),
    "hand_over": ("POST", "/finds/{code}/handover"),
    "leg": ("POST", "/shipments/{code}/legs"),
    "return": ("POST", "/shipments/{code}/returns"),
    "note_items": ("POST", "/batches/{code}/items"),
    "destroy_items": ("POST", "/items/{number}/destruction"),
    "open_bin": ("POST", "/bins"),
    "close_bin": ("POST", "/bins/{code}/close"),
    "ship": ("POST", "/shipments"),
    "confirm": ("POST", "/shipments/{code}/confirmation"),
    "link": ("POST", "/shipments/{code}/link"),
    "announce": ("POST", "/deliveries"),
    "take_back": ("POST", "/deliveries/{code}/withdrawal"),
    "undo": ("POST", "/scans/{scan_id}/reversal"),
    "report": ("GET", "/reports/circularity"),
    "export": ("GET", "/exports/{dataset}"),
    "label": ("GET", "/labels/{code}"),
    "settle": ("POST", "/parked/{scan_id}/settlement"),
    "make_number": ("POST", "/waste/stream-numbers"),
    "notify": ("POST", "/waste/notifications"),
    "certify": ("POST", "/certificates"),
    "issue_report": ("POST", "/reports/issued"),
    "withdraw": ("POST", "/certificates/{code}/withdrawal"),
    "define": ("PUT", "/reference/{noun}/{code}"),
}
"""What pages offer, and the call whose roles may do it."""

_ACTS: Final = {
    "/batches/new": "log_batch",
    "/batches/{code}/sort": "sort",
    "/bins/{code}/sort": "sort",
    "/batches/{code}/gate": "gate",
    "/batches/{code}/close": "close",
    "/batches/{code}/hold": "hold",
    "/batches/{code}/release": "release",
    "/batches/{code}/refuse": "refuse",
    "/batches/{code}/weigh": "weigh",
    "/batches/{code}/found": "found",
    "/batches/{code}/correct": "correct",
    "/batches/{code}/reopen": "reopen",
    "/finds/{code}/hand-over": "hand_over",
    "/batches/{code}/note-items": "note_items",
    "/batches/{code}/destroy-items": "destroy_items",
    "/shipments/{code}/leg": "leg",
    "/shipments/{code}/return": "return",
    "/bins/new": "open_bin",
    "/bins/{code}/close": "close_bin",
    "/shipments/new": "ship",
    "/shipments/{code}/confirm": "confirm",
    "/shipments/{code}/link": "link",
    "/announce": "announce",
    "/announce/file": "announce",
    "/deliveries/{code}/withdraw": "take_back",
    "/entries/{scan_id}/undo": "undo",
    "/certificates/new": "certify",
    "/reports/issued/new": "issue_report",
    "/certificates/{code}/withdraw": "withdraw",
}
PAGES: Final[dict[str, frozenset[Role]]] = {
    "/": EVERYBODY,
    "/desk": COUNTER,
    "/compare": API["GET", "/reports/circularity"] & COUNTER,
    "/compare/factors": API["GET", "/reports/circularity"] & COUNTER,
    "/desk/trend": API["GET", "/reports/circularity"] & COUNTER,
    "/desk/waiting": COUNTER,
    "/desk/unproven": COUNTER,
    "/desk/announced": COUNTER,
    "/desk/differences": COUNTER,
    "/desk/kept": COUNTER,
    "/today": STAFF,
    "/search": STAFF | {Role.SUPPLIER},
    "/attention": STAFF,
    "/portal": frozenset({Role.SUPPLIER}),
    "/report": API["GET", "/reports/circularity"],
    "/behind": API["GET", "/reports/circularity"],
    "/exports": API["GET", "/exports/{dataset}"],
    "/figures/{id}": API["GET", "/reports/circularity"],
    "/batches": API["GET", "/batches"],
    "/batches/{code}": API["GET", "/batches/{code}"],
    "/bins": API["GET", "/bins"],
    "/bins/{code}": API["GET", "/bins/{code}"],
    "/deliveries": API["GET", "/deliveries"],
    "/deliveries/{code}": API["GET", "/deliveries"],
    "/deliveries/{code}/sheet.pdf": API["GET", "/deliveries"],
    "/announce/template": API["POST", "/deliveries"],
    "/deliveries/{code}/proof": API["GET", "/deliveries/{code}/proof"],
    "/deliveries/{code}/proof.pdf": API["GET", "/deliveries/{code}/proof"],
    "/batches/{code}/proof": API["GET", "/batches/{code}/proof"],
    "/batches/{code}/proof.pdf": API["GET", "/batches/{code}/proof"],
    "/shipments": API["GET", "/shipments"],
    "/shipments/{code}": API["GET", "/shipments/{code}"],
    "/shipments/{code}/documents/{hash}": API["GET", "/shipments/{code}/documents/{hash}"],
    "/shipments/{code}/waybill": API["GET", "/shipments/{code}/waybill"],
    "/reports/issued": API["GET", "/reports/issued"],
    "/reports/issued/{number}": API["GET", "/reports/issued/{number}"],
    "/certificates": API["GET", "/certificates"],
    "/certificates/{code}": API["GET", "/certificates/{code}"],
    "/finds": API["GET", "/finds"],
    "/finds/kept": API["GET", "/finds"],
    "/items": API["GET", "/items"],
    "/batches/{code}/items": API["GET", "/items"],
    "/finds/{code}": API["GET", "/finds"],
    "/finds/{code}/receipt.pdf": API["GET", "/finds"] & SEES_SCANS,
    "/reference": COUNTER,
    "/reference/{noun}": COUNTER,
    "/reference/{noun}/new": API["PUT", "/reference/{noun}/{code}"],
    "/reference/{noun}/{code}/edit": API["PUT", "/reference/{noun}/{code}"],
    "/reference/{noun}/{code}": COUNTER,
    "/account": EVERYBODY,
    "/account/password": EVERYBODY,
    "/account/data": EVERYBODY,
    "/people": frozenset({Role.ADMINISTRATOR, Role.SUPPLIER}),
    "/people/new": frozenset({Role.ADMINISTRATOR, Role.SUPPLIER}),
    "/people/{code}": frozenset({Role.ADMINISTRATOR, Role.SUPPLIER}),
    "/people/{code}/data": frozenset({Role.ADMINISTRATOR}),
    "/people/{code}/erase": frozenset({Role.ADMINISTRATOR}),
    "/audit": MAY_AUDIT,
    "/audit/file": MAY_AUDIT,
    "/tokens": MAY_GRANT,
    "/tokens/new": MAY_GRANT,
    "/tokens/{code}": MAY_GRANT,
    "/stations": MAY_ENROL,
    "/stations/tablets/{code}": MAY_ENROL,
    "/badges": MAY_ENROL,
    "/badges/{code}": MAY_ENROL,
    "/badges/stations/{code}": MAY_ENROL,
    "/labels": API["GET", "/print-jobs"],
    "/labels/sheet": API["GET", "/print-jobs"],
    "/notices": frozenset[Role]().union(*HEARERS.values()),
    "/notices/settings": frozenset[Role]().union(*HEARERS.values()),
    "/notices/contacts": frozenset({Role.TEAM_LEADER, Role.ADMINISTRATOR}),
    "/waste-register": API["GET", "/waste/registers/{which}"],
    "/waste-register/file": API["GET", "/waste/registers/{which}"],
    "/stream-numbers": API["GET", "/waste/stream-numbers"],
    "/stream-numbers/new": API["POST", "/waste/stream-numbers"],
    "/stream-numbers/{code}": API["GET", "/waste/stream-numbers"],
    "/notifications": API["GET", "/waste/notifications/{month}"],
    "/notifications/{code}": API["GET", "/waste/notifications/{month}"],
    "/notifications/{code}/file": API["GET", "/waste/notifications/{month}"],
    "/login/again": EVERYBODY,
    "/account/second-factor": EVERYBODY,
    "/account/second-factor/new": EVERYBODY,
    "/account/second-factor/remove": EVERYBODY,
    "/account/recovery-codes": EVERYBODY,
    "/people/rules": frozenset({Role.ADMINISTRATOR}),
    "/account/passkeys": EVERYBODY,
    "/account/passkeys/new": EVERYBODY,
    "/account/passkeys/options": EVERYBODY,
    "/account/passkeys/{code}": EVERYBODY,
    "/account/identity": EVERYBODY,
    "/account/identity/{code}": EVERYBODY,
    **{path: API[VERBS[verb]] for path, verb in _ACTS.items()},
}
"""Which roles a page is for, by its path; every page has a row, by a test."""

FORMS: Final[dict[str, frozenset[Role]]] = {
    "/attention": API[VERBS["settle"]],
    "/notifications/{code}": API[VERBS["notify"]],
    "/stream-numbers/{code}": API["POST", "/waste/stream-numbers/{number}/carriage"],
}
"""Pages that more may read than may send the form on them: who may send it."""

WRITING: Final = frozenset(
    {
        *_ACTS,
        "/announce/template",
        "/notices/contacts",
        "/people",
        "/people/new",
        "/people/{code}",
        "/reference/{noun}/new",
        "/reference/{noun}/{code}/edit",
        "/stream-numbers/new",
        "/tokens/new",
    }
)
"""Pages that are nothing to whoever may only read."""
OWN: Final = ("/account", "/login/again", "/notices", "/notices/settings")
"""Pages of what is a person's own: there, who may only read sends forms too."""

_LANGUAGE_KEPT_S: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a page."""

    request: Request
    me: Signed
    language: Language
    now: datetime

    @property
    def viewer(self) -> Viewer:
        return self.me.viewer

    @property
    def may(self) -> frozenset[str]:
        return may(self.me)

    @property
    def call(self) -> Call:
        """To book something from a page."""
        return Call(database_of(self.request), self.me, self.now)

    def today(self, book: Rulebook) -> date:
        """The day at the first site of who looks."""
        sites = sites_for(book, self.viewer)
        return site_day(self.now, sites[0]) if sites else self.now.date()

    def show(self, template: str, page: object, *, status: int = 200) -> HTMLResponse:
        frame = frame_of(self.request, self.me)
        return _html(self.request, template, page, frame, self.language, status)

    def go(self, path: str, done: str | None = None) -> RedirectResponse:
        """On to another page, which says what was done."""
        query = f"?{urlencode({'done': done})}" if done else ""
        return RedirectResponse(f"{path}{query}", status_code=303)


def visiting(request: Request, me: Annotated[Signed, Depends(signed_in)]) -> Visit:
    """Who looks. Raises NotAllowed when the page is not for them; none is for a machine."""
    if not may_open(me, request.method, request.scope["route"].path):
        raise NotAllowed
    return Visit(request, me, language_of_person(request, me), request.app.state.clock())


Visitor = Annotated[Visit, Depends(visiting)]


def may_open(me: Signed, method: str, path: str) -> bool:
    """Whether a page is for somebody: to see it, or (POST) to send the form on it."""
    roles = FORMS.get(path, PAGES[path]) if method == "POST" else PAGES[path]
    if me.kind != "session" or me.viewer.role not in roles:
        return False
    if me.scope != "read" or path in OWN or path.startswith("/account/"):
        return True
    return method == "GET" and path not in WRITING


def home_of(role: Role) -> str:
    """The page that a role starts at."""
    if role in DESKS:
        return "/desk"
    return {Role.SUPPLIER: "/portal", Role.OUTLET: "/shipments"}.get(role, "/today")


def may(me: Signed) -> frozenset[str]:
    """The verbs that somebody may use."""
    role, how = me.viewer.role, {"kind": me.kind, "scope": me.scope}
    return frozenset(verb for verb, call in VERBS.items() if may_call(call, role, **how))


def frame_of(request: Request, me: Signed | None) -> Frame:
    """What stands around the page."""
    query = {key: value for key, value in request.query_params.items() if key != "lang"}
    if me is None:
        return Frame(path=request.url.path, query=query)
    role = me.viewer.role
    sees = frozenset(path for path in PAGES if may_open(me, "GET", path))
    waiting = _waiting(request, me, sees)
    return Frame(
        path=request.url.path,
        query=query,
        home=home_of(role),
        nav=[_counted(place, waiting) for place in places(role, sees)],
        person=me.name,
        role=role.value,
        may=may(me),
        sees=sees,
        done=query.get("done"),
    )


def _waiting(request: Request, me: Signed, sees: Collection[str]) -> Waiting:
    """What waits for this very person, asked in the transaction of the page while it reads."""
    person = person_of(me) if "/notices" in sees else None
    decides = "/attention" in sees and "settle" in may(me)
    now: datetime = request.app.state.clock()
    with reading_of(request) as session:
        return what_waits(session, me.viewer, now, decides=decides, person=person)


def _counted(place: Link | Places, waiting: Waiting) -> Link | Places:
    if isinstance(place, Places):
        return replace(place, links=tuple(_link(one, waiting) for one in place.links))
    return _link(place, waiting)


def _link(link: Link, waiting: Waiting) -> Link:
    """The link with the number of what waits there, if anything does."""
    counts = {"/notices": waiting.unread, "/attention": waiting.decisions}
    return replace(link, count=counts[link.href]) if link.href in counts else link


def show_to_stranger(
    request: Request, template: str, page: object, *, status: int = 200
) -> HTMLResponse:
    """A page for somebody who is not signed in."""
    language = language_of_person(request, None)
    return _html(request, template, page, frame_of(request, None), language, status)


def show_to_anybody(request: Request, template: str, page: object) -> HTMLResponse:
    """A page for everybody: who is signed in keeps the menu around it."""
    me = _known(request)
    language = language_of_person(request, me)
    return _html(request, template, page, frame_of(request, me), language, 200)


def page_of(request: Request, status: int, refusal: Refusal | None) -> Response:
    """A refusal as a page. Who is not signed in goes to do so, and comes back."""
    if isinstance(refusal, Unauthenticated):
        if request.method != "GET" or request.url.path == "/":
            return RedirectResponse("/login", status_code=303)
        wanted = urlencode({"next": f"{request.url.path}?{request.url.query}".rstrip("?")})
        return RedirectResponse(f"/login?{wanted}", status_code=303)
    if isinstance(refusal, ProofTooOld):
        wanted = urlencode({"next": refusal.back})
        return RedirectResponse(f"/login/again?{wanted}", status_code=303)
    page = ErrorPage(
        status=status,
        title=refusal.title if refusal else message("Something went wrong on our side."),
        advice=refusal.advice if refusal else message("Nothing was booked. Try again."),
        code=refusal.code if refusal else "internal",
        form=Form(refusal=None if isinstance(refusal, NotFound) else refusal),
    )
    me = _known(request)
    frame, language = frame_of(request, me), language_of_person(request, me)
    return _html(request, "error.html", page, frame, language, status)


def _known(request: Request) -> Signed | None:
    try:
        return signed_in(request)
    except Unauthenticated:
        return None


def _html(
    request: Request, template: str, page: object, frame: Frame, language: Language, status: int
) -> HTMLResponse:
    response = HTMLResponse(
        render(template, page, frame=frame, language=language), status_code=status
    )
    asked = request.query_params.get("lang")
    if asked is not None and asked in languages():
        cookies.give(
            request, response, cookies.LANGUAGE, asked, seconds=_LANGUAGE_KEPT_S, same_site="lax"
        )
    return response
