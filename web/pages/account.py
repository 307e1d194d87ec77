"""Somebody's own account: what they are called, how they come in, where they are signed in, and
what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from accounts.audit import Doing, note_event
from accounts.identities import identities_of
from accounts.own import OwnRow, call_oneself, change_password, new_password, own
from accounts.second_factor import state_of
from accounts.sessions import end_other_sessions, end_session, sessions_of
from catalogue.errors import LockedOut, Malformed, NotAllowed, NotFound, SignInFailed
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from notices.actions import Cause, tell
from notices.kinds import NoticeKind
from notices.queries import Audience
from web.audit_words import METHODS
from web.deps import ReadDb, database_of
from web.i18n import languages, message
from web.noticing import address_of
from web.notifying import person_of
from web.own_data import as_file, own_data
from web.pages.auditing import zone_of
from web.pages.booking import Sent, Typed
from web.pages.forms import Form, Options
from web.pages.visiting import PAGES, Visit, Visitor
from web.reference import operators_for
from web.trying import person_of_password

router = APIRouter(include_in_schema=False)

NAMELESS: Final = message("Type your name on one line.")
WRONG: Final = message("This is not your password.")
OTHER: Final = message("The two are not the same.")
WAYS: Final = (
    ("/account/second-factor", message("App with codes")),
    ("/account/passkeys", message("Passkeys")),
    ("/account/identity", message("Login of your own organisation")),
)
"""Pages of the ways in, beside the password."""


@dataclass(frozen=True, slots=True)
class WayLine:
    """A way in beside the password, and how many of it somebody has. text: a msgid."""

    href: str
    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One of somebody's sessions. here: whether it is the one that looks."""

    number: int
    browser: str
    methods: Sequence[str]
    since: datetime
    seen_at: datetime | None
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Somebody's own account. idle_minutes, hours: how long they stay signed in."""

    form: Form
    person: OwnRow
    organisation: str
    languages: Options
    ways: Sequence[WayLine]
    sessions: Sequence[SessionLine]
    zone: str
    idle_minutes: int
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage:
    """Another password: the old one proves who asks. email: so that a browser keeps it right."""

    form: Form
    has_password: bool
    email: str


@router.get("/account")
def account(visit: Visitor, db: ReadDb) -> Response:
    return _show(visit, db, None)


@router.post("/account")
def change(visit: Visitor, sent: Sent) -> Response:
    """Keep a name and a language, end sessions, or ask to be erased."""
    what = sent.text("what")
    if what == "end":
        return _end_one(visit, sent)
    if what == "end_others":
        return _end_others(visit)
    if what == "erase":
        return _ask_erasure(visit)
    return _call_oneself(visit, sent)


@router.get("/account/password")
def password_page(visit: Visitor, db: ReadDb) -> Response:
    return _show_password(visit, db, Form())


@router.post("/account/password")
def another_password(visit: Visitor, sent: Sent) -> Response:
    """Another password. All that takes time is done before anybody has to wait to write."""
    person_id = me(visit)
    database = database_of(visit.request)
    old, new, again = sent.needed("old"), sent.needed("new"), sent.needed("again")
    with database.read() as db:
        person = own(db, person_id)
        home = rulebook(db).organisations_by_id[person.organisation_id]
    if not person.has_password:
        return visit.go("/account/password")
    if new != again:
        sent.errors["again"] = OTHER
    hashed = ""
    try:
        person_of_password(visit.request, email=person.email, password=old)
        hashed = new_password(new, email=person.email, about=(person.name, home.name, home.code))
    except SignInFailed:
        sent.errors["old"] = WRONG
    except (LockedOut, Malformed) as refusal:
        sent.refusal = refusal
    if sent.errors or sent.refusal:
        form = Form(errors=sent.errors, refusal=sent.refusal)
        with database.read() as db:
            return _show_password(visit, db, form, status=422)
    with database.write() as session:
        change_password(
            session,
            person_id,
            hashed,
            keep=visit.me.token_id,
            address=address_of(visit.request),
            now=visit.now,
        )
    visit.request.app.state.remembered.forget()
    return visit.go("/account", "password_changed")


@router.get("/account/data")
def data(visit: Visitor, db: ReadDb) -> Response:
    """All that is kept of whoever asks."""
    person_id = me(visit)
    found = own_data(db, person_id, words=visit.language, with_acts=True, now=visit.now)
    _note(visit, Doing.DATA_HANDED_OUT)
    return as_file(found)


def me(visit: Visit) -> int:
    """The key of whoever looks. Raises NotAllowed for a machine, which has no account."""
    person_id = person_of(visit.me)
    if person_id is None:
        raise NotAllowed
    return person_id


def _call_oneself(visit: Visit, sent: Typed) -> Response:
    name, chosen = sent.needed("name"), sent.text("language") or ""
    known = chosen if chosen in languages() else visit.language.code
    if not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                call_oneself(session, me(visit), name=name, language=known)
        except Malformed:
            sent.errors["name"] = NAMELESS
    if sent.errors:
        with database_of(visit.request).read() as db:
            return _show(visit, db, Form(values=sent.values, errors=sent.errors), status=422)
    visit.request.app.state.remembered.forget()
    return visit.go(f"/account?lang={known}", "account_kept")


def _end_one(visit: Visit, sent: Typed) -> Response:
    number = sent.text("session") or ""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    with database_of(visit.request).write() as session:
        end_session(session, int(number), person_id=me(visit), now=visit.now)
        _note_in(session, visit, Doing.SESSION_ENDED)
    visit.request.app.state.remembered.forget()
    return visit.go("/account", "session_ended")


def _end_others(visit: Visit) -> Response:
    with database_of(visit.request).write() as session:
        end_other_sessions(session, me(visit), but=visit.me.token_id, now=visit.now)
        _note_in(session, visit, Doing.SESSION_ENDED)
    visit.request.app.state.remembered.forget()
    return visit.go("/account", "sessions_ended")


def _ask_erasure(visit: Visit) -> Response:
    """Tell the administrators that somebody wants to be erased: once a day at most."""
    person_id = me(visit)
    with database_of(visit.request).write() as session:
        book = rulebook(session)
        for operator in operators_for(book, visit.viewer):
            operator_id = operator.organisation.id
            cause = Cause(
                kind=NoticeKind.ERASURE_ASKED,
                key=f"erasure:{person_id}:{visit.now.date()}",
                operator_id=operator_id,
                site_id=None,
                subject=str(person_id),
                audiences=[Audience(role=Role.ADMINISTRATOR, operator_id=operator_id)],
            )
            tell(session, book, cause, now=visit.now)
        _note_in(session, visit, Doing.ERASURE_ASKED)
    return visit.go("/account", "erasure_asked")


def _note(visit: Visit, kind: Doing) -> None:
    with database_of(visit.request).write() as session:
        _note_in(session, visit, kind)


def _note_in(session: Session, visit: Visit, kind: Doing) -> None:
    """Note what somebody did to their own account."""
    note_event(
        session,
        kind,
        now=visit.now,
        actor=visit.me.actor,
        target=visit.me.actor,
        organisation_id=visit.viewer.organisation_id,
        address=address_of(visit.request),
    )


def _show(visit: Visit, db: Session, form: Form | None, *, status: int = 200) -> Response:
    person = own(db, me(visit))
    limits = visit.request.app.state.settings.sessions
    role = visit.viewer.role
    page = AccountPage(
        form=form or Form(values={"name": person.name, "language": person.language}),
        person=person,
        organisation=rulebook(db).organisations_by_id[person.organisation_id].name,
        languages=[(code, each.name) for code, each in languages().items()],
        ways=_ways(db, person.id),
        sessions=[
            SessionLine(
                number=row.id,
                browser=row.browser,
                methods=[METHODS[one] for one in row.methods.split() if one in METHODS],
                since=row.created_at,
                seen_at=row.seen_at,
                here=row.id == visit.me.token_id,
            )
            for row in sessions_of(db, person.id, role=role, limits=limits, now=visit.now)
        ],
        zone=zone_of(visit, db),
        idle_minutes=int(limits.idle_of(role).total_seconds() // 60),
        hours=int(limits.whole.total_seconds() // 3600),
    )
    return visit.show("account.html", page, status=status)


def _ways(db: Session, person_id: int) -> list[WayLine]:
    """The ways in whose pages are served, and how many of each somebody has."""
    state = state_of(db, person_id)
    counts = (int(state.has_app), state.passkeys, len(identities_of(db, person_id)))
    return [
        WayLine(href, text, count)
        for (href, text), count in zip(WAYS, counts, strict=True)
        if href in PAGES
    ]


def _show_password(visit: Visit, db: Session, form: Form, *, status: int = 200) -> Response:
    person = own(db, me(visit))
    page = PasswordPage(form=form, has_password=person.has_password, email=person.email)
    return visit.show("account_password.html", page, status=status)
