"""People who have an account: found, invited, changed, shut out and let in again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from accounts import people, second_factor
from accounts.actions import IN_USE
from accounts.people import WRITE, By
from accounts.people_views import PersonRow, State, person_for
from catalogue.errors import Malformed, NotAllowed, NotFound, Refusal, RuleBroken
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from labels.pictures import QrPicture, qr_picture
from web.deps import ReadDb, database_of
from web.entering import require_fresh
from web.i18n import languages
from web.noticing import address_of
from web.pages.auditing import zone_of
from web.pages.booking import Sent, Typed
from web.pages.forms import Form, Options
from web.pages.people_choices import PROBLEMS, choices_for, place_in
from web.pages.people_list import PersonLine, line_of
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(max_length=60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePage:
    """Invite somebody. mails: whether a mail with the link goes to them."""

    form: Form
    roles: Options
    organisations: Options
    sites: Options
    languages: Options
    scopes: bool
    mails: bool
    colleagues: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One person, and what can be done. is_me: nobody does it to themselves. by_link, by_app:
    whether the viewer may make a link for a new password, and take their app from them."""

    form: Form
    person: PersonLine
    language: str
    until: datetime | None
    zone: str
    roles: Options
    organisations: Options
    sites: Options
    scopes: bool
    is_me: bool
    by_link: bool
    by_app: bool
    may_erase: bool
    mails: bool
    colleagues: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """A link that is shown this once, to be handed over. kind: `invitation` or `reset`."""

    kind: str
    person: PersonLine
    url: str
    picture: QrPicture
    mails: bool


@router.get("/people/new")
def invite_page(visit: Visitor, db: ReadDb) -> Response:
    require_fresh(visit)
    return _show_invite(visit, db, Form(values={"language": visit.language.code, "scope": WRITE}))


@router.post("/people/new")
def invite(visit: Visitor, sent: Sent) -> Response:
    """Invite somebody, and show the way in this once."""
    require_fresh(visit)
    email, name = sent.needed("email"), sent.needed("name")
    with database_of(visit.request).read() as db:
        place = place_in(visit, rulebook(db), sent)
    chosen = sent.text("language") or ""
    if place is not None and not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                invited = people.invite(
                    session,
                    email=email,
                    name=name,
                    language=chosen if chosen in languages() else visit.language.code,
                    place=place,
                    by=_by(visit),
                )
        except Malformed as refusal:
            _explain(sent, refusal)
        else:
            return _show_link(visit, invited.person_id, "invitation", invited.ticket)
    with database_of(visit.request).read() as db:
        form = Form(values=sent.values, errors=sent.errors)
        return _show_invite(visit, db, form, status=422)


@router.get("/people/{code}")
def person_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    return _show_person(visit, db, _person(visit, db, code), None)


@router.post("/people/{code}")
def act(visit: Visitor, code: Number, sent: Sent) -> Response:
    """Change somebody, shut them out, let them in again, or give them a way in."""
    with database_of(visit.request).read() as db:
        person_id = _person(visit, db, code).id
    require_fresh(visit)
    what = sent.text("what") or ""
    if what == "change":
        return _change(visit, person_id, sent)
    if what not in ACTS:
        raise NotFound
    try:
        with database_of(visit.request).write() as session:
            ticket = ACTS[what](session, person_id, _by(visit))
    except RuleBroken as refusal:
        return _refused(visit, person_id, Form(refusal=refusal), status=409)
    visit.request.app.state.remembered.forget()
    if ticket is not None:
        return _show_link(visit, person_id, "reset" if what == "reset" else "invitation", ticket)
    return visit.go(f"/people/{person_id}", f"person_{what}")


def _take_app(session: Session, person_id: int, by: By) -> None:
    row = person_for(session, rulebook(session), by.viewer, person_id)
    people.require_other(person_id, by.actor)
    if by.viewer.role is not Role.ADMINISTRATOR or not row.has_app:
        raise NotAllowed
    second_factor.take_away(session, row.id, actor=by.actor, now=by.now, address=by.address)


def _silent(
    act: Callable[..., None],
) -> Callable[[Session, int, By], str | None]:
    """An act that hands nothing out."""

    def done(session: Session, person_id: int, by: By) -> None:
        act(session, person_id, by=by)

    return done


ACTS: Final[Mapping[str, Callable[[Session, int, By], str | None]]] = {
    "shut_out": _silent(people.shut_out),
    "let_in": _silent(people.let_in_again),
    "withdrawn": _silent(people.withdraw_invitation),
    "app_taken": _silent(lambda session, person_id, *, by: _take_app(session, person_id, by)),
    "invite": lambda session, person_id, by: people.invite_again(session, person_id, by=by),
    "reset": lambda session, person_id, by: people.reset_link(session, person_id, by=by),
}


def _change(visit: Visit, person_id: int, sent: Typed) -> Response:
    refusal: Refusal | None = None
    with database_of(visit.request).read() as db:
        place = place_in(visit, rulebook(db), sent)
    if place is not None and not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                people.change(session, person_id, place, by=_by(visit))
        except Malformed as wrong:
            _explain(sent, wrong)
        except RuleBroken as broken:
            refusal = broken
        else:
            visit.request.app.state.remembered.forget()
            return visit.go(f"/people/{person_id}", "person_changed")
    form = Form(values=sent.values, errors=sent.errors, refusal=refusal)
    return _refused(visit, person_id, form, status=409 if refusal else 422)


def _explain(sent: Typed, refusal: Malformed) -> None:
    """What is wrong, at its field."""
    name, problem = str(refusal.figures["field"]), refusal.figures["problem"]
    sent.errors[name] = PROBLEMS[IN_USE] if problem == IN_USE else PROBLEMS[name]


def _by(visit: Visit) -> By:
    return By(
        viewer=visit.viewer,
        actor=visit.me.actor,
        now=visit.now,
        address=address_of(visit.request),
    )


def _person(visit: Visit, db: Session, code: str) -> PersonRow:
    """Somebody whom the viewer looks after. Raises NotFound."""
    if not (code.isascii() and code.isdigit() and len(code) < 19):
        raise NotFound
    return person_for(db, rulebook(db), visit.viewer, int(code))


def _mails(visit: Visit) -> bool:
    return visit.request.app.state.settings.mail is not None


def _show_invite(visit: Visit, db: Session, form: Form, *, status: int = 200) -> Response:
    chosen = choices_for(visit, rulebook(db))
    page = InvitePage(
        form=form,
        roles=chosen.roles,
        organisations=chosen.organisations,
        sites=chosen.sites,
        languages=[(code, each.name) for code, each in languages().items()],
        scopes=chosen.scopes,
        mails=_mails(visit),
        colleagues=visit.viewer.role is Role.SUPPLIER,
    )
    return visit.show("person_new.html", page, status=status)


def _refused(visit: Visit, person_id: int, form: Form, *, status: int) -> Response:
    with database_of(visit.request).read() as db:
        row = person_for(db, rulebook(db), visit.viewer, person_id)
        return _show_person(visit, db, row, form, status=status)


def _show_person(
    visit: Visit, db: Session, row: PersonRow, form: Form | None, *, status: int = 200
) -> Response:
    book = rulebook(db)
    chosen = choices_for(visit, book)
    is_me = visit.me.actor == f"person:{row.id}"
    is_theirs = visit.viewer.role is Role.ADMINISTRATOR and not is_me
    now = {
        "role": row.role.value,
        "organisation": book.organisations_by_id[row.organisation_id].code,
        "site": book.sites_by_id[row.site_id].code if row.site_id else "",
        "scope": row.scope,
    }
    typed = form.values if form else {}
    page = PersonPage(
        form=Form(
            values={**now, **typed},
            errors=form.errors if form else {},
            refusal=form.refusal if form else None,
        ),
        person=line_of(row, book),
        language=languages()[row.language].name if row.language in languages() else row.language,
        until=row.until if row.state is State.INVITED else None,
        zone=zone_of(visit, db),
        roles=chosen.roles,
        organisations=chosen.organisations,
        sites=chosen.sites,
        scopes=chosen.scopes,
        is_me=is_me,
        by_link=is_theirs and row.state is State.ACTIVE,
        by_app=is_theirs and row.has_app,
        may_erase=visit.viewer.role is Role.ADMINISTRATOR,
        mails=_mails(visit),
        colleagues=visit.viewer.role is Role.SUPPLIER,
    )
    return visit.show("person.html", page, status=status)


def _show_link(visit: Visit, person_id: int, kind: str, ticket: str) -> Response:
    """The link, this once: nobody can ask for it again."""
    with database_of(visit.request).read() as db:
        book = rulebook(db)
        row = person_for(db, book, visit.viewer, person_id)
        base = visit.request.app.state.settings.public_url
        url = f"{base}/{kind}/{ticket}?lang={row.language}"
        page = LinkPage(
            kind=kind,
            person=line_of(row, book),
            url=url,
            picture=qr_picture(url),
            mails=_mails(visit) and kind == "invitation",
        )
    return visit.show("person_link.html", page)
