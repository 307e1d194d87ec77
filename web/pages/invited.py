"""Pages for who has a link: accept an invitation, ask for a new password, and choose one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from accounts import joining, rules
from accounts.joining import Guest
from accounts.own import new_password
from accounts.tickets import Purpose
from catalogue.errors import Malformed
from catalogue.rulebook import rulebook
from web.deps import database_of
from web.entering import let_in
from web.i18n import languages, message
from web.noticing import address_of
from web.pages.booking import Sent, Typed
from web.pages.forms import Form, Options
from web.pages.visiting import show_to_stranger
from web.password_words import problem_of
from web.single_sign_on import Offer, offers

router = APIRouter(include_in_schema=False)

Ticket = Annotated[str, Path(max_length=100)]
NAMELESS: Final = message("Type your name on one line.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPage:
    """Somebody who was invited makes the account their own. providers: who else may say who they
    are, in place of a password."""

    form: Form
    guest: Guest
    organisation: str
    languages: Options
    path: str
    token: str
    providers: Sequence[Offer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenPage:
    """Ask for a new password. mails: whether this installation can send one. sent: whether it was
    asked for, which is answered the same for every address."""

    form: Form
    mails: bool
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPage:
    """Choose a new password. done: whether that was done. email: so that a browser keeps it."""

    form: Form
    email: str
    path: str
    done: bool = False


@router.get("/invitation/{token}")
def invitation(request: Request, token: Ticket) -> Response:
    with database_of(request).read() as session:
        guest = joining.guest_of(session, Purpose.INVITATION, token, now=_now(request))
        form = Form(values={"name": guest.name, "language": guest.language})
        return _show_invitation(request, session, guest, token, form)


@router.post("/invitation/{token}")
def accept(request: Request, token: Ticket, sent: Sent) -> Response:
    """In, or on to a second factor. The password is hashed while nobody waits to write."""
    now, name, language = _now(request), sent.needed("name"), sent.text("language") or ""
    database = database_of(request)
    with database.read() as session:
        guest = joining.guest_of(session, Purpose.INVITATION, token, now=now)
        hashed = _hashed(session, guest, sent, name)
        if not sent.errors:
            sent.errors |= {} if _is_name(name) else {"name": NAMELESS}
        if sent.errors:
            form = Form(values=sent.values, errors=sent.errors)
            return _show_invitation(request, session, guest, token, form, status=422)
    with database.write() as session:
        person_id = joining.accept(
            session,
            token,
            name=name,
            language=language if language in languages() else guest.language,
            hashed=hashed,
            now=now,
            address=address_of(request),
        )
    return let_in(request, person_id, methods="password", next_path="/")


@router.get("/forgotten")
def forgotten_page(request: Request) -> Response:
    return _show_forgotten(request, sent=False)


@router.post("/forgotten")
def forgotten(request: Request, sent: Sent) -> Response:
    """The same answer after the same work, whoever's address it is; the mail is sent later."""
    email = (sent.text("email") or "")[:200]
    if email.isprintable() and _mails(request):
        with database_of(request).write() as session:
            joining.ask_reset(session, email, now=_now(request), address=address_of(request))
    return _show_forgotten(request, sent=bool(email))


@router.get("/reset/{token}")
def reset_page(request: Request, token: Ticket) -> Response:
    with database_of(request).read() as session:
        guest = joining.guest_of(session, Purpose.RESET, token, now=_now(request))
    return _show_reset(request, guest, token, Form())


@router.post("/reset/{token}")
def reset(request: Request, token: Ticket, sent: Sent) -> Response:
    """A new password; then sign in as usual, with the second factor that there was."""
    now, database = _now(request), database_of(request)
    with database.read() as session:
        guest = joining.guest_of(session, Purpose.RESET, token, now=now)
        hashed = _hashed(session, guest, sent, guest.name)
    if sent.errors:
        return _show_reset(request, guest, token, Form(errors=sent.errors), status=422)
    with database.write() as session:
        joining.reset(session, token, hashed, now=now, address=address_of(request))
    request.app.state.remembered.forget()
    page = ResetPage(form=Form(), email="", path="/login", done=True)
    return show_to_stranger(request, "reset.html", page)


def _hashed(session: Session, guest: Guest, sent: Typed, name: str) -> str:
    """What is kept of the password that was chosen; what is wrong with it is noted in `sent`."""
    typed = sent.data.get("password")
    chosen = typed if isinstance(typed, str) else ""
    home = rulebook(session).organisations_by_id[guest.organisation_id]
    if not chosen:
        sent.needed("password")
        return ""
    try:
        return new_password(
            chosen, email=guest.email, about=(name, guest.name, home.name, home.code)
        )
    except Malformed as refusal:
        sent.errors["password"] = problem_of(refusal)
        return ""


def _is_name(name: str) -> bool:
    try:
        rules.name(name)
    except Malformed:
        return False
    return True


def _show_invitation(
    request: Request, session: Session, guest: Guest, token: str, form: Form, *, status: int = 200
) -> Response:
    page = InvitationPage(
        form=form,
        guest=guest,
        organisation=rulebook(session).organisations_by_id[guest.organisation_id].name,
        languages=[(code, each.name) for code, each in languages().items()],
        path=f"/invitation/{token}",
        token=token,
        providers=offers(request),
    )
    return show_to_stranger(request, "invitation.html", page, status=status)


def _show_forgotten(request: Request, *, sent: bool) -> Response:
    page = ForgottenPage(form=Form(), mails=_mails(request), sent=sent)
    return show_to_stranger(request, "forgotten.html", page)


def _show_reset(
    request: Request, guest: Guest, token: str, form: Form, *, status: int = 200
) -> Response:
    page = ResetPage(form=form, email=guest.email, path=f"/reset/{token}")
    return show_to_stranger(request, "reset.html", page, status=status)


def _mails(request: Request) -> bool:
    return request.app.state.settings.mail is not None


def _now(request: Request) -> datetime:
    return request.app.state.clock()  # type: ignore[no-any-return]
