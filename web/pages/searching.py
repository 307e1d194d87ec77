"""One box for everything: a code, a number, or a few words such as "vanmorgen landmacht"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.access import Viewer
from catalogue.codes import CodeKind, MisreadCode, parse
from catalogue.errors import NotFound
from catalogue.kinds import PartnerRole
from catalogue.near_codes import near, squeezed
from catalogue.rulebook import OperatorBook, Rulebook, rulebook
from certificates.views import certificate_by_code
from streams.views import sites_of
from web.api.shapes import SEES_SCANS
from web.deps import ReadDb
from web.pages.naming import Names
from web.pages.searching_found import LISTS, Scope, has_state
from web.pages.searching_hits import MAKERS, Hit
from web.pages.searching_words import Name, Question, Term, read
from web.pages.visiting import PAGES, Visit, Visitor
from web.reference import operators_for, sites_for
from web.scanning import cleaned, recognise

router = APIRouter(include_in_schema=False)

SHOWN: Final = 6
PAGE: Final = 50
ASKED_MAX: Final = 120
UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """What fits in one list. more, first: addresses of the rest of it, and of its beginning."""

    noun: str
    hits: Sequence[Hit]
    more: str | None = None
    first: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The box, and what was found. until: the last day, inclusive; unknown: words that nothing is
    called by."""

    text: str
    question: Question
    zone: str
    lists: Sequence[FoundList] = ()
    until: date | None = None
    unknown: Sequence[str] = ()
    by_hour: bool = False


@router.get("/search")
def search(
    visit: Visitor,
    db: ReadDb,
    q: Annotated[str, Query(max_length=500)] = "",
    only: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    text = cleaned(q)[:ASKED_MAX]
    book = rulebook(db)
    sites = sites_for(book, visit.viewer)
    zone = sites[0].timezone if sites else UTC
    if not text:
        return visit.show("search.html", SearchPage(text="", question=Question(), zone=zone))
    if page := _page_of(visit, db, book, text):
        return visit.go(page)
    question = _question(visit, book, text, visit.today(book))
    found = found_lists(visit, db, book, text, question, zone=zone, only=only, after=after)
    alone = _alone(question, found)
    if alone is not None:
        return visit.go(alone)
    known = [hit for one in found for hit in one.hits]
    page_ = SearchPage(
        text=text,
        question=question,
        zone=zone,
        lists=found,
        until=date.fromordinal(question.until.toordinal() - 1) if question.until else None,
        unknown=[] if known else [term.text for term in question.terms if not term.ids],
        by_hour=bool(question.hours) and visit.viewer.role in SEES_SCANS,
    )
    return visit.show("search.html", page_)


def _question(visit: Visit, book: Rulebook, text: str, today: date) -> Question:
    if near(text):
        # A code that was misread, however it was parted.
        return Question(terms=(Term(squeezed(text)),))
    return read(text, today, list(names_for(visit, book)))


def found_lists(
    visit: Visit,
    db: Session,
    book: Rulebook,
    text: str,
    question: Question,
    *,
    zone: str,
    only: str = "",
    after: str = "",
) -> list[FoundList]:
    """What fits, list by list: one statement each, and seven at most."""
    wanted = [only] if only in LISTS else [*LISTS]
    limit = PAGE if only in LISTS else SHOWN
    found = []
    for noun in wanted:
        is_asked = not question.nouns or noun in question.nouns
        if visit.viewer.role not in PAGES[f"/{noun}"] or not is_asked:
            continue
        if question.is_empty or not has_state(noun, question.states):
            continue
        scope = Scope(
            book=book,
            viewer=visit.viewer,
            zone=zone,
            limit=limit + 1,
            after=after or None,
            by_hour=visit.viewer.role in SEES_SCANS,
        )
        rows = LISTS[noun](db, scope, question)
        if rows:
            found.append(_listed(visit, book, noun, rows, text, limit, goes_on=bool(after)))
    return found


def _listed(
    visit: Visit,
    book: Rulebook,
    noun: str,
    rows: Sequence[Any],
    text: str,
    limit: int,
    *,
    goes_on: bool,
) -> FoundList:
    names = Names(visit.language, book)
    shown = rows[:limit]
    hits = [MAKERS[noun](names, row) for row in shown]
    if visit.viewer.role not in SEES_SCANS:
        hits = [replace(hit, at=None) for hit in hits]
    here = {"q": text, "only": noun}
    on = {**here, "after": shown[-1].code} if limit == PAGE else here
    return FoundList(
        noun=noun,
        hits=hits,
        more=f"/search?{urlencode(on)}" if len(rows) > limit else None,
        first=f"/search?{urlencode(here)}" if goes_on else None,
    )


def _page_of(visit: Visit, db: Session, book: Rulebook, text: str) -> str | None:
    """The page of what a whole code stands for, where it exists for who asks."""
    digits = text.strip("()")
    try:
        kind = parse(text).kind
    except MisreadCode:
        if not (digits.replace(")", "").isdigit() and len(digits) >= 18):
            return None
        kind = None
    if kind is CodeKind.CERTIFICATE:
        return _certificate(visit, db, book, parse(text).text)
    seen = recognise(db, book, text, visit.viewer)
    noun = {"batch": "batches", "delivery": "deliveries"}.get(seen.kind, f"{seen.kind}s")
    roles = PAGES.get(f"/{noun}/{{code}}", frozenset())
    return f"/{noun}/{seen.code}" if visit.viewer.role in roles else None


def _certificate(visit: Visit, db: Session, book: Rulebook, code: str) -> str | None:
    if visit.viewer.role not in PAGES["/certificates/{code}"]:
        return None
    try:
        return f"/certificates/{certificate_by_code(db, book, code, visit.viewer).code}"
    except NotFound:
        return None


def _alone(question: Question, found: Sequence[FoundList]) -> str | None:
    """The page of the only thing that is called just so."""
    hits = [hit for one in found for hit in one.hits]
    if len(hits) != 1 or len(question.terms) != 1 or question.nouns or question.states:
        return None
    said = question.terms[0].text.lower()
    is_own = any(said == own.lower() for own in hits[0].own)
    return hits[0].href if is_own and question.since is None else None


def names_for(visit: Visit, book: Rulebook) -> Iterator[Name]:
    """What this viewer may ask for by name. Names of others are words like any other."""
    viewer = visit.viewer
    for operator in operators_for(book, viewer):
        yield from _partners(viewer, book, operator)
        for group in operator.groups.values():
            yield Name("group", group.id, (group.code, *group.names.values()))
        if viewer.is_staff:
            for destination in operator.destinations:
                said = (destination.code, *destination.names.values())
                yield Name("destination", destination.id, said)
            for kind in operator.find_kinds.values():
                yield Name("find_kind", kind.id, (kind.code, *kind.names.values()))
    own_sites = set(sites_of(book, viewer))
    for container in book.containers.values():
        if container.site_id in own_sites:
            yield Name("container", container.id, (container.code,))


def _partners(viewer: Viewer, book: Rulebook, operator: OperatorBook) -> Iterator[Name]:
    for partner in operator.partners.values():
        row = book.organisations_by_id[partner.organisation_id]
        is_own = viewer.is_staff or row.id in viewer.supplier_ids
        if PartnerRole.SUPPLIER in partner.roles and is_own:
            for child in book.children(row.id):
                yield Name("supplier", child, (row.code, row.name))
        if PartnerRole.OUTLET in partner.roles and viewer.is_staff:
            yield Name("outlet", row.id, (row.code, row.name))
