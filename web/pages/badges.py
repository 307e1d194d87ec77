"""Badges: which there are, a new one to print, one that is revoked; and which stations ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from accounts.access import enrolling_sites, station_to_enrol
from accounts.audit import Doing, note_event
from accounts.badges import (
    REST_MINUTES_MAX,
    Asks,
    BadgeRow,
    Rule,
    badge,
    badges,
    make_badge,
    revoke_badge,
    rules_of,
    set_rule,
)
from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from labels.pictures import QrPicture, qr_picture
from web.deps import ReadDb, database_of
from web.i18n import message
from web.noticing import address_of
from web.pages.booking import Sent
from web.pages.forms import Form, Options
from web.pages.visiting import Visit, Visitor
from web.words import BADGE_RULES

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(max_length=60)]
NAMELESS: Final = message("Type a short name on one line.")
UNCHOSEN: Final = message("Choose one.")
NO_MINUTES: Final = message("Type minutes: 1 to 720.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAsks:
    """A station and what it asks."""

    code: str
    name: str
    asks: str
    rest_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBadges:
    """Badges and stations of one site."""

    name: str
    zone: str
    badges: Sequence[BadgeRow]
    stations: Sequence[StationAsks]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgesPage:
    """Every badge of the viewer's sites, what their stations ask, and the form for a new one."""

    form: Form
    sites: Sequence[SiteBadges]
    choice: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePage:
    """A badge, shown this once."""

    name: str
    site: str
    picture: QrPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgePage:
    """One badge, to be revoked."""

    row: BadgeRow
    site: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """What one station asks."""

    form: Form
    code: str
    name: str
    choice: Options


@router.get("/badges")
def all_badges(visit: Visitor, db: ReadDb) -> Response:
    return visit.show("badges.html", _page(visit, db, Form()))


@router.post("/badges")
def make(visit: Visitor, sent: Sent) -> Response:
    """Make a badge and show it: nobody can ask for it again."""
    site, name = sent.needed("site"), sent.needed("name")
    code = ""
    if not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                number, code = make_badge(session, site, name, viewer=visit.viewer, now=visit.now)
                _note(visit, session, Doing.BADGE_MADE, f"badge:{number}")
        except Malformed:
            sent.errors["name"] = NAMELESS
    with database_of(visit.request).read() as db:
        if not code:
            form = Form(values=sent.values, errors=sent.errors)
            return visit.show("badges.html", _page(visit, db, form), status=422)
        place = rulebook(db).sites[site]
    page = MadePage(name=name, site=place.name, picture=qr_picture(code))
    return visit.show("badge_made.html", page)


@router.get("/badges/{code}")
def one_badge(visit: Visitor, db: ReadDb, code: Number) -> Response:
    row = badge(db, _number(code), viewer=visit.viewer)
    site = rulebook(db).sites_by_id[row.site_id]
    return visit.show("badge.html", BadgePage(row=row, site=site.name, zone=site.timezone))


@router.post("/badges/{code}")
def revoke(visit: Visitor, code: Number) -> Response:
    """Revoke a badge: the tablets hear it with their next question."""
    with database_of(visit.request).write() as session:
        revoke_badge(session, _number(code), viewer=visit.viewer, now=visit.now)
        _note(visit, session, Doing.BADGE_REVOKED, f"badge:{code}")
    return visit.go("/badges", "badge_revoked")


@router.get("/badges/stations/{code}")
def rule_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    station = station_to_enrol(rulebook(db), visit.viewer, code)
    rule = rules_of(db, [station.id]).get(station.id, Rule())
    values = {"badge": rule.asks.value, "rest_minutes": str(rule.rest_minutes)}
    return visit.show("badge_rule.html", _rule_page(visit, db, code, Form(values=values)))


@router.post("/badges/stations/{code}")
def keep_rule(visit: Visitor, sent: Sent, code: Number) -> Response:
    asks, minutes = sent.needed("badge"), sent.count("rest_minutes")
    if asks and asks not in BADGE_RULES:
        sent.errors["badge"] = UNCHOSEN
    if minutes is None or not 1 <= minutes <= REST_MINUTES_MAX:
        sent.errors["rest_minutes"] = NO_MINUTES
    if sent.errors or minutes is None:
        form = Form(values=sent.values, errors=sent.errors)
        with database_of(visit.request).read() as db:
            page = _rule_page(visit, db, code, form)
        return visit.show("badge_rule.html", page, status=422)
    with database_of(visit.request).write() as session:
        set_rule(session, code, asks, minutes, viewer=visit.viewer)
        _note(visit, session, Doing.RULE_CHANGED, f"station:{code}", badge=asks)
    return visit.go("/badges", "badge_rule_kept")


def _note(visit: Visit, session: Session, kind: Doing, target: str, **details: str) -> None:
    note_event(
        session,
        kind,
        now=visit.now,
        actor=visit.me.actor,
        target=target,
        organisation_id=visit.viewer.organisation_id,
        address=address_of(visit.request),
        details=details,
    )


def _number(code: str) -> int:
    """Raises NotFound."""
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        raise NotFound
    return int(code)


def _rule_page(visit: Visit, db: Session, code: str, form: Form) -> RulePage:
    station = station_to_enrol(rulebook(db), visit.viewer, code)
    said = visit.language.gettext
    choice = [(asks, said(BADGE_RULES[asks])) for asks in Asks]
    return RulePage(form=form, code=station.code, name=station.name, choice=choice)


def _page(visit: Visit, db: Session, form: Form) -> BadgesPage:
    """Two statements, however many there are."""
    book = rulebook(db)
    sites = [book.sites_by_id[key] for key in sorted(enrolling_sites(book, visit.viewer))]
    own = {site.id for site in sites}
    standing = [row for row in book.stations.values() if row.site_id in own]
    found = badges(db, own)
    said = rules_of(db, [row.id for row in standing])
    return BadgesPage(
        form=form,
        choice=[(site.code, site.name) for site in sites],
        sites=[
            SiteBadges(
                name=site.name,
                zone=site.timezone,
                badges=[row for row in found if row.site_id == site.id],
                stations=[
                    StationAsks(
                        code=row.code,
                        name=row.name,
                        asks=(rule := said.get(row.id, Rule())).asks.value,
                        rest_minutes=rule.rest_minutes,
                    )
                    for row in standing
                    if row.site_id == site.id
                ],
            )
            for site in sites
        ],
    )
