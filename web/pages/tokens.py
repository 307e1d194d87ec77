"""Tokens of machines: which there are, a new one, and one that is revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from starlette.responses import Response

from accounts.machines import DAYS, Scope, Wanted, machine, machines, make, withdraw
from accounts.queries import TokenRow
from catalogue.errors import Malformed, NotFound
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook, rulebook
from web.deps import ReadDb, database_of
from web.entering import require_fresh
from web.i18n import message
from web.noticing import address_of
from web.pages.auditing import zone_of
from web.pages.booking import Sent, Typed
from web.pages.forms import Form, Options
from web.pages.people_choices import choices_for
from web.pages.visiting import Visit, Visitor
from web.permissions import is_of_use
from web.words import SCOPES

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(max_length=20)]
SOON: Final = timedelta(days=30)
TERMS: Final = {90: message("90 days"), DAYS: message("A year"), 730: message("Two years")}
PROBLEMS: Final = {
    "name": message("Type a short name on one line."),
    "role": message("Choose what it may do."),
    "organisation": message("This organisation has no such role."),
    "site": message("A site is only for staff of your own organisation."),
}
USELESS: Final = message("With this role there is nothing that it could do.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A token in a list. used_on: the day on which it was used last; soon: it ends within a month;
    site: its one site, or empty."""

    number: int
    name: str
    role: str
    organisation: str
    site: str
    scope: str
    made_at: datetime
    used_on: date | None
    until: datetime | None
    soon: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage:
    """All tokens of the viewer that let a machine in."""

    lines: Sequence[TokenLine]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTokenPage:
    """Make a token. What offers no choice is not asked."""

    form: Form
    roles: Options
    organisations: Options
    sites: Options
    scopes: Options
    terms: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePage:
    """A token that was just made, shown this once."""

    name: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPage:
    """One token, and the button that revokes it."""

    line: TokenLine
    zone: str


@router.get("/tokens")
def tokens(visit: Visitor, db: ReadDb) -> Response:
    book = rulebook(db)
    rows = machines(db, visit.viewer, now=visit.now)
    page = TokensPage(lines=[_line(visit, book, row) for row in rows], zone=zone_of(visit, db))
    return visit.show("tokens.html", page)


@router.get("/tokens/new")
def new_token(visit: Visitor, db: ReadDb) -> Response:
    require_fresh(visit)
    form = Form(values={"scope": Scope.READ.value, "days": str(DAYS)})
    return visit.show("token_new.html", _new(visit, rulebook(db), form))


@router.post("/tokens/new")
def make_token(visit: Visitor, sent: Sent) -> Response:
    """Make a token and show it: nobody can ask for it again."""
    require_fresh(visit)
    with database_of(visit.request).read() as db:
        wanted = _wanted(visit, rulebook(db), sent)
    if wanted is not None and not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                plain = make(
                    session,
                    wanted,
                    viewer=visit.viewer,
                    actor=visit.me.actor,
                    now=visit.now,
                    address=address_of(visit.request),
                )
        except Malformed as refusal:
            field = str(refusal.figures["field"])
            sent.errors[field] = PROBLEMS[field]
        else:
            response = visit.show("token_made.html", MadePage(name=wanted.name, token=plain))
            response.headers["Cache-Control"] = "no-store"
            return response
    with database_of(visit.request).read() as db:
        page = _new(visit, rulebook(db), Form(values=sent.values, errors=sent.errors))
    return visit.show("token_new.html", page, status=422)


@router.get("/tokens/{code}")
def token_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    row = machine(db, _number(code), visit.viewer, now=visit.now)
    line = _line(visit, rulebook(db), row)
    return visit.show("token.html", TokenPage(line=line, zone=zone_of(visit, db)))


@router.post("/tokens/{code}")
def revoke(visit: Visitor, code: Number) -> Response:
    """From now on this token is nobody's. No new proof is asked: shutting out may not wait."""
    with database_of(visit.request).write() as session:
        withdraw(
            session,
            _number(code),
            viewer=visit.viewer,
            actor=visit.me.actor,
            now=visit.now,
            address=address_of(visit.request),
        )
    visit.request.app.state.remembered.forget()
    return visit.go("/tokens", "token_revoked")


def _wanted(visit: Visit, book: Rulebook, sent: Typed) -> Wanted | None:
    """What was asked for, as far as it can be read."""
    chosen = choices_for(visit, book)
    roles = [value for value, _ in chosen.roles]
    codes = [value for value, _ in chosen.organisations]
    role = sent.text("role") or (roles[0] if len(roles) == 1 else "")
    organisation = sent.text("organisation") or codes[0]
    if organisation not in codes:
        raise NotFound
    name, scope, days = sent.needed("name"), sent.text("scope"), sent.count("days")
    if role not in roles:
        sent.errors["role"] = PROBLEMS["role"]
    if scope not in set(Scope) or days not in TERMS:
        sent.errors["scope"] = PROBLEMS["role"]
    if sent.errors or scope is None or days is None:
        return None
    # Who is tied to a site makes tokens for that site.
    site = sent.text("site") or (chosen.sites[0][0] if visit.viewer.site_id else None)
    if not is_of_use(scope, Role(role)):
        sent.errors["scope"] = USELESS
    return Wanted(
        name=name,
        role=Role(role),
        organisation=organisation,
        site=site,
        scope=Scope(scope),
        days=days,
    )


def _new(visit: Visit, book: Rulebook, form: Form) -> NewTokenPage:
    """A supplier is offered what a supplier can use."""
    chosen = choices_for(visit, book)
    roles = [Role(value) for value, _ in chosen.roles]
    say = visit.language.gettext
    return NewTokenPage(
        form=form,
        roles=chosen.roles,
        organisations=chosen.organisations,
        sites=chosen.sites,
        scopes=[
            (scope, say(word))
            for scope, word in SCOPES.items()
            if any(is_of_use(scope, role) for role in roles)
        ],
        terms=[(str(days), say(word)) for days, word in TERMS.items()],
    )


def _line(visit: Visit, book: Rulebook, row: TokenRow) -> TokenLine:
    return TokenLine(
        number=row.id,
        name=row.name,
        role=row.role.value,
        organisation=book.organisations_by_id[row.organisation_id].name,
        site=book.sites_by_id[row.site_id].name if row.site_id else "",
        scope=row.scope,
        made_at=row.created_at,
        used_on=row.seen_at.astimezone(ZoneInfo("UTC")).date() if row.seen_at else None,
        until=row.expires_at,
        soon=row.expires_at is not None and row.expires_at - visit.now < SOON,
    )


def _number(code: str) -> int:
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        raise NotFound
    return int(code)
