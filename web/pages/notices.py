"""What somebody was told: the list, what they want to hear, and where partners are written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotAllowed, NotFound, Refusal
from catalogue.kinds import PartnerRole, Role
from catalogue.rulebook import Rulebook, rulebook
from notices.actions import mark_read, prefer, set_contact
from notices.kinds import SAFETY, NoticeKind, kinds_of
from notices.queries import (
    contacts,
    notices_of,
    preferences,
    unsent_mails,
)
from web.api.wire import PLAIN
from web.deps import ReadDb, database_of
from web.i18n import languages, message
from web.notice_words import WHEN, WORDINGS, in_words
from web.notifying import person_of
from web.pages.booking import Sent
from web.pages.forms import Form, Options
from web.pages.visiting import PAGES, Visit, Visitor

router = APIRouter(include_in_schema=False)

PAGE: Final = 50
UNSENT_SHOWN: Final = timedelta(days=14)
UNSENT_MAX: Final = 20
NO_ADDRESS: Final = message("Type an e-mail address, or nothing at all.")

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice in the list. opens: whether there is a page about it."""

    number: int
    title: str
    text: str
    at: datetime
    zone: str
    unread: bool
    safety: bool
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentLine:
    """A mail that could not be sent, for an administrator."""

    title: str
    reader: str
    problem: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesPage:
    """What somebody was told, the newest first. first, next: other pages of the list."""

    rows: Sequence[NoticeLine]
    filter: Form
    kinds: Options
    filtered: bool
    any_unread: bool
    first: str | None
    next: str | None
    unsent: Sequence[UnsentLine]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLine:
    """A kind and what somebody chose for it."""

    kind: str
    title: str
    when: str
    safety: bool
    portal: bool
    mail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """What somebody wants to hear of. address: where mail goes; None where none is sent."""

    kinds: Sequence[KindLine]
    mail_is_sent: bool
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """A partner and where it is written to."""

    code: str
    name: str
    address: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPage:
    """Addresses of partners without an account. wrong: the partner whose address was no good."""

    partners: Sequence[ContactLine]
    languages: Options
    wrong: str | None = None
    problem: str = ""


@router.get("/notices")
def notices(
    visit: Visitor,
    db: ReadDb,
    code: Text = "",
    kind: Text = "",
    unread: Text = "",
    after: Text = "",
) -> Response:
    """after: the number of the last notice that was seen."""
    person, book = person_of(visit.me), rulebook(db)
    own = kinds_of(visit.viewer.role)
    asked = [one for one in own if one.value == kind]
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    rows = (
        notices_of(
            db,
            person,
            kinds=asked or None,
            text=code.strip(),
            unread=bool(unread),
            before=before,
            limit=PAGE,
        )
        if person is not None
        else []
    )
    typed = {"code": code, "kind": kind, "unread": unread}
    kept = {name: value for name, value in typed.items() if value}
    zone = _zone(book, visit)
    lines = []
    for row in rows:
        said = in_words(row, book, visit.language)
        site = book.sites_by_id.get(row.site_id or 0)
        lines.append(
            NoticeLine(
                number=row.id,
                title=said.title,
                text=said.text,
                at=row.created_at,
                zone=site.timezone if site else zone,
                unread=row.read_at is None,
                safety=said.safety,
                opens=said.path is not None,
            )
        )
    page = NoticesPage(
        rows=lines,
        filter=Form(values=typed),
        kinds=[(one.value, visit.language.gettext(WORDINGS[one].title)) for one in own],
        filtered=bool(kept),
        any_unread=any(line.unread for line in lines),
        first=f"/notices?{urlencode(kept)}" if before is not None else None,
        next=f"/notices?{urlencode({**kept, 'after': rows[-1].id})}" if len(rows) == PAGE else None,
        unsent=_unsent(visit, db),
        zone=zone,
    )
    return visit.show("notices.html", page)


@router.post("/notices")
def read_here(visit: Visitor, sent: Sent) -> Response:
    """One notice is opened, and so is the page about it; or all are read."""
    person = person_of(visit.me)
    if person is None:
        raise NotAllowed
    opened = sent.text("open")
    if opened is None:
        with database_of(visit.request).write() as session:
            mark_read(session, person, now=visit.now)
        return visit.go("/notices", "notices_read")
    number = int(opened) if opened.isascii() and opened.isdigit() and len(opened) < 19 else 0
    with database_of(visit.request).write() as session:
        mark_read(session, person, now=visit.now, only=number)
        row = notices_of(session, person, before=number + 1, limit=1)[0]
        said = in_words(row, rulebook(session), visit.language)
    return visit.go(said.path or "/notices")


@router.get("/notices/settings")
def settings(visit: Visitor, db: ReadDb) -> Response:
    person = person_of(visit.me)
    chosen = preferences(db, person) if person is not None else {}
    page = SettingsPage(
        kinds=[_kind(visit, one, chosen.get(one, (True, True))) for one in _kinds(visit)],
        mail_is_sent=visit.request.app.state.settings.mail is not None,
        may_write=visit.viewer.role in PAGES["/notices/contacts"],
    )
    return visit.show("notice_settings.html", page)


@router.post("/notices/settings")
def choose(visit: Visitor, sent: Sent) -> Response:
    """Keep what was ticked; what cannot be switched off is not asked."""
    person = person_of(visit.me)
    if person is None:
        raise NotAllowed
    portal, mail = set(sent.many("portal")), set(sent.many("mail"))
    wanted = {
        kind: (kind.value in portal, kind.value in mail)
        for kind in _kinds(visit)
        if kind not in SAFETY
    }
    with database_of(visit.request).write() as session:
        prefer(session, person, wanted)
    return visit.go("/notices/settings", "notices_chosen")


@router.get("/notices/contacts")
def addresses(visit: Visitor, db: ReadDb) -> Response:
    return visit.show("notice_contacts.html", _contacts(visit, db))


@router.post("/notices/contacts")
def write_down(visit: Visitor, sent: Sent) -> Response:
    """Where one partner is written to; an empty address erases it."""
    with database_of(visit.request).write() as session:
        book = rulebook(session)
        code, address = sent.text("partner") or "", sent.text("address") or ""
        partner = book.organisations.get(code)
        operator = visit.viewer.operator_id or 0
        if partner is None or partner.id not in book.operators[operator].partners:
            raise NotFound
        chosen = sent.text("language")
        try:
            set_contact(
                session,
                operator,
                partner.id,
                address=address,
                language=chosen if chosen and chosen in languages() else visit.language.code,
            )
        except Refusal:
            page = _contacts(visit, session, wrong=(code, address))
            return visit.show("notice_contacts.html", page, status=422)
    return visit.go("/notices/contacts", "contact_kept")


def _kinds(visit: Visit) -> list[NoticeKind]:
    return kinds_of(visit.viewer.role)


def _kind(visit: Visit, kind: NoticeKind, chosen: tuple[bool, bool]) -> KindLine:
    return KindLine(
        kind=kind.value,
        title=visit.language.gettext(WORDINGS[kind].title),
        when=visit.language.gettext(WHEN[kind]),
        safety=kind in SAFETY,
        portal=chosen[0],
        mail=chosen[1],
    )


def _unsent(visit: Visit, db: Session) -> list[UnsentLine]:
    operator = visit.viewer.operator_id
    if visit.viewer.role is not Role.ADMINISTRATOR or operator is None:
        return []
    since = visit.now - UNSENT_SHOWN
    return [
        UnsentLine(
            title=visit.language.gettext(WORDINGS[row.kind].title),
            reader=row.reader,
            problem=row.problem,
            at=row.at,
        )
        for row in unsent_mails(db, operator, since=since, limit=UNSENT_MAX)
    ]


def _contacts(visit: Visit, db: Session, wrong: tuple[str, str] | None = None) -> ContactsPage:
    book, operator = rulebook(db), visit.viewer.operator_id or 0
    known = contacts(db, operator)
    lines = []
    for partner in book.operators[operator].partners.values():
        if not {PartnerRole.SUPPLIER, PartnerRole.OUTLET} & partner.roles:
            continue
        organisation = book.organisations_by_id[partner.organisation_id]
        contact = known.get(organisation.id)
        address = contact.address if contact else ""
        lines.append(
            ContactLine(
                code=organisation.code,
                name=organisation.name,
                address=wrong[1] if wrong and wrong[0] == organisation.code else address,
                language=contact.language if contact else visit.language.code,
            )
        )
    return ContactsPage(
        partners=sorted(lines, key=lambda line: line.name),
        languages=[(code, each.name) for code, each in languages().items()],
        wrong=wrong[0] if wrong else None,
        problem=NO_ADDRESS,
    )


def _zone(book: Rulebook, visit: Visit) -> str:
    """Of the viewer's own site, else of any: a time of day has to be that of some place."""
    own = [site for site in book.sites.values() if site.operator_id == visit.viewer.operator_id]
    found = [site for site in own if visit.viewer.site_id in (None, site.id)]
    known = found or list(book.sites.values())
    return known[0].timezone if known else "UTC"
