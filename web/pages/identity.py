"""The accounts at providers of single sign-on that let somebody in: seen, linked and unlinked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Path
from starlette.responses import Response

from accounts import identities
from accounts.identities import IdentityRow, identities_of
from catalogue.errors import LastWayIn, NotAllowed, NotFound
from catalogue.rulebook import rulebook
from web.deps import ReadDb, database_of
from web.entering import require_fresh
from web.noticing import address_of
from web.notifying import person_of
from web.pages.forms import Form as Shown
from web.pages.single_sign_on import send_away
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for
from web.single_sign_on import Errand, Journey, Offer, offers, providers_of

router = APIRouter(include_in_schema=False)

HERE = "/account/identity"
Number = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """An account that lets somebody in. name: of the provider."""

    number: int
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPage:
    """A person's accounts, and the providers at which there is none of theirs yet."""

    form: Shown
    lines: Sequence[IdentityLine]
    providers: Sequence[Offer]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkPage:
    """Whether to unlink an account."""

    form: Shown
    line: IdentityLine
    zone: str


@router.get("/account/identity")
def own_identities(visit: Visitor, db: ReadDb) -> Response:
    rows = identities_of(db, _person(visit))
    known, providers = {row.issuer for row in rows}, providers_of(visit.request)
    page = IdentityPage(
        form=Shown(),
        lines=[_line(visit, row) for row in rows],
        providers=[
            one for one in offers(visit.request) if providers[one.key].settings.issuer not in known
        ],
        zone=_zone(visit, db),
    )
    return visit.show("identity.html", page)


@router.post("/account/identity")
def link(visit: Visitor, provider: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Go to a provider to link an account there."""
    require_fresh(visit, back=HERE)
    journey = Journey(
        errand=Errand.LINK, next=HERE, person_id=_person(visit), token_id=visit.me.token_id
    )
    return send_away(visit.request, provider, journey)


@router.get("/account/identity/{code}")
def unlink_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    line = _own(visit, db, code)
    require_fresh(visit)
    page = UnlinkPage(form=Shown(), line=line, zone=_zone(visit, db))
    return visit.show("identity_unlink.html", page)


@router.post("/account/identity/{code}")
def unlink(visit: Visitor, code: Number) -> Response:
    """This account lets the person in no more."""
    with database_of(visit.request).read() as db:
        _own(visit, db, code)
    require_fresh(visit)
    try:
        with database_of(visit.request).write() as session:
            identities.unlink(
                session,
                _person(visit),
                _number(code),
                now=visit.now,
                address=address_of(visit.request),
            )
    except LastWayIn as refusal:
        with database_of(visit.request).read() as db:
            page = UnlinkPage(
                form=Shown(refusal=refusal), line=_own(visit, db, code), zone=_zone(visit, db)
            )
        return visit.show("identity_unlink.html", page, status=409)
    return visit.go(HERE, done="identity_unlinked")


def _person(visit: Visit) -> int:
    """Key of the person who looks. Raises NotAllowed for a machine."""
    person = person_of(visit.me)
    if person is None:
        raise NotAllowed
    return person


def _own(visit: Visit, db: ReadDb, code: str) -> IdentityLine:
    number = _number(code)
    for row in identities_of(db, _person(visit)):
        if row.id == number:
            return _line(visit, row)
    raise NotFound


def _line(visit: Visit, row: IdentityRow) -> IdentityLine:
    """A provider that is not named any more is called by its address."""
    names = {one.settings.issuer: one.settings.name for one in providers_of(visit.request).values()}
    name = names.get(row.issuer) or urlsplit(row.issuer).hostname or row.issuer
    return IdentityLine(row.id, name, row.created_at, row.used_at)


def _number(code: str) -> int:
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        raise NotFound
    return int(code)


def _zone(visit: Visit, db: ReadDb) -> str:
    sites = sites_for(rulebook(db), visit.viewer)
    return sites[0].timezone if sites else "UTC"
