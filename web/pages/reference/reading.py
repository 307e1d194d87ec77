"""Read the reference data: all nouns, all pieces of one, and one piece with its history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.looking import Lack, lacking
from catalogue.pieces import Piece, how_many, operator_of, piece, pieces, versions_of
from catalogue.rulebook import Rulebook, rulebook
from reporting.views import uses_of
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages.forms import Form
from web.pages.reference import naming, words
from web.pages.reference.fields import Choices, Field, Noun, shown
from web.pages.reference.nouns import BY_NAME, FIRST, GROUPS
from web.pages.reference.things import (
    Column,
    ListPage,
    ListRow,
    NounCard,
    OverviewPage,
    PiecePage,
)
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Path(max_length=20, pattern=r"^[a-z_]+$")]
Code = Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)]
Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]

LOOKED_AT: Final = ("organisation", "partner", "site", "container", "scale", "factor")
"""Nouns of which something can be missing or over."""
RIGHT: Final = frozenset({"kg", "permille", "count"})
_LOOKS: Final = {**dict.fromkeys(RIGHT, "right number"), "day": "number"}


@router.get("/reference")
def overview(visit: Visitor, db: ReadDb) -> Response:
    book = rulebook(db)
    counts = how_many(db, book, visit.viewer)
    found = {noun: pieces(db, book, visit.viewer, noun) for noun in LOOKED_AT}
    lacks = lacking(found, visit.now.date())
    say = visit.language.gettext
    groups = [
        (
            say(group.title),
            [
                NounCard(
                    noun=noun.noun,
                    title=say(noun.title),
                    purpose=say(noun.purpose),
                    count=counts[noun.noun],
                    lacks=_lack_links(visit, noun, lacks),
                )
                for noun in group.nouns
            ],
        )
        for group in GROUPS
    ]
    page = OverviewPage(
        groups=groups,
        first=_first_steps(visit, counts, found["organisation"]),
        lacking=len(lacks),
        may_write="define" in visit.may,
    )
    return visit.show("reference/overview.html", page)


def _lack_links(visit: Visit, noun: Noun, lacks: Sequence[Lack]) -> list[tuple[str, str]]:
    return [
        (
            href_of(one.noun, one.code) if one.code else f"/reference/{one.noun}",
            f"{one.code}: {naming.lack(one, visit.language)}" if one.code
            else naming.lack(one, visit.language),
        )
        for one in lacks
        if one.noun == noun.noun
    ]  # fmt: skip


def _first_steps(
    visit: Visit, counts: Mapping[str, int], organisations: Sequence[Piece]
) -> list[tuple[str, str, bool]]:
    """What somebody still has to make before anything can be weighed; empty once all is there."""
    others = sum(not one.values.get("is_operator") for one in organisations)
    made = {noun: bool(counts[noun]) for noun in FIRST} | {"organisation": others > 0}
    if all(made.values()):
        return []
    say = visit.language.gettext
    return [(f"/reference/{noun}/new", say(BY_NAME[noun].one), made[noun]) for noun in FIRST]


@router.get("/reference/{noun}")
def listed(
    visit: Visitor,
    db: ReadDb,
    noun: Word,
    q: Text = "",
    sort: Text = "code",
    order: Text = "asc",
    old: Text = "",
) -> Response:
    book, known_noun = rulebook(db), noun_of(noun)
    found = pieces(db, book, visit.viewer, noun)
    known = naming.choices(visit, book)
    today = visit.now.date()
    lacks = _lacks_by_code(visit, db, book, noun, found)
    columns = [known_noun.field(name) for name in known_noun.columns]
    fields = [field for field in columns if field is not None]
    shown_rows = [one for one in found if old or not one.is_old(today)]
    rows = [
        ListRow(
            code=one.code,
            href=href_of(noun, one.code),
            cells=[shown(field, one.values.get(field.name), known) for field in fields],
            stream=one.text("stream"),
            old=one.is_old(today),
            lacks=lacks.get(one.code, ()),
        )
        for one in _ordered(shown_rows, fields, sort, order, known)
    ]
    wanted = q.casefold().split()
    if wanted:
        rows = [row for row in rows if _fits(row, wanted)]
    page = ListPage(
        noun=noun,
        title=visit.language.gettext(known_noun.title),
        purpose=visit.language.gettext(known_noun.purpose),
        columns=[_column(visit, known_noun, field, sort, order, q, old) for field in
                 [None, *fields]],
        rows=rows,
        filter=Form(values={"q": q, "old": old, "sort": sort, "order": order}),
        filtered=bool(q),
        hidden=len(found) - len(shown_rows),
        total=len(found),
        has_code=known_noun.has_code,
        may_write="define" in visit.may,
    )  # fmt: skip
    return visit.show("reference/list.html", page)


def _lacks_by_code(
    visit: Visit, db: Session, book: Rulebook, noun: str, found: Sequence[Piece]
) -> dict[str, list[str]]:
    by_noun = {noun: found}
    if noun == "organisation":
        by_noun["partner"] = pieces(db, book, visit.viewer, "partner")
    told: dict[str, list[str]] = {}
    for one in lacking(by_noun, visit.now.date()):
        if one.noun == noun:
            told.setdefault(one.code, []).append(naming.lack(one, visit.language))
    return told


def _ordered(
    rows: Sequence[Piece], fields: Sequence[Field], sort: str, order: str, known: Choices
) -> list[Piece]:
    field = next((one for one in fields if one.name == sort), None)

    def key(one: Piece) -> tuple[bool, int, str]:
        value = one.code if field is None else one.values.get(field.name)
        if isinstance(value, int) and field is not None and field.kind in RIGHT:
            return (False, value, "")
        if field is not None and field.kind == "day":
            return (value is None, 0, str(value))
        text = str(value) if field is None else shown(field, value, known)
        return (value is None or value == "", 0, text.casefold())

    return sorted(rows, key=key, reverse=order == "desc")


def _fits(row: ListRow, wanted: Sequence[str]) -> bool:
    text = " ".join((row.code, *row.cells)).casefold()
    return all(word in text for word in wanted)


def _column(
    visit: Visit, noun: Noun, field: Field | None, sort: str, order: str, q: str, old: str
) -> Column:
    name = field.name if field else "code"
    here = sort == name
    turned = "desc" if here and order == "asc" else "asc"
    kept = {"q": q, "old": old, "sort": name, "order": turned}
    say = visit.language.gettext
    title = say(field.label) if field else say(words.CODE if noun.has_code else words.WHICH)
    return Column(
        title=title,
        href="?" + urlencode({key: value for key, value in kept.items() if value}),
        order={"asc": "ascending", "desc": "descending"}.get(order, "") if here else "",
        look=_LOOKS.get(field.kind, "") if field else "",
        streams=bool(field and field.name == "stream"),
    )


@router.get("/reference/{noun}/{code}")
def whole(visit: Visitor, db: ReadDb, noun: Word, code: Code) -> Response:
    book, known_noun = rulebook(db), noun_of(noun)
    one = piece(db, book, visit.viewer, noun, code)
    known = naming.choices(visit, book)
    operator = operator_of(book, visit.viewer)
    lacks = _lacks_by_code(visit, db, book, noun, [one])
    say = visit.language.gettext
    page = PiecePage(
        noun=noun,
        noun_title=say(known_noun.title),
        one=say(known_noun.one),
        code=one.code,
        href=href_of(noun, one.code),
        name=naming.name_of(one, known_noun, known),
        version=one.version,
        old=one.is_old(visit.now.date()),
        facts=naming.facts(known_noun, one.values, known),
        lacks=lacks.get(one.code, ()),
        guide=naming.guide_of(json.loads(one.text("tree") or "null"), operator, known),
        uses=_uses(visit, db, book, one),
        history=naming.history(
            known_noun,
            versions_of(db, book, visit.viewer, one),
            known,
            who=operator.organisation.name,
        ),
        zone=zone_of(visit, book),
        may_write="define" in visit.may and one.own,
        kept_by="" if one.own else say(words.KEPT_ELSEWHERE),
        next=_next_step(visit, db, book) if "done" in visit.request.query_params else None,
        role=_role_of(visit, book, one),
    )  # fmt: skip
    return visit.show("reference/piece.html", page)


def _next_step(visit: Visit, db: Session, book: Rulebook) -> tuple[str, str] | None:
    """What a new operator makes after this, as long as something is missing."""
    counts = how_many(db, book, visit.viewer)
    steps = _first_steps(visit, counts, pieces(db, book, visit.viewer, "organisation"))
    return next(((href, text) for href, text, done in steps if not done), None)


def _role_of(visit: Visit, book: Rulebook, one: Piece) -> str:
    """Where to say what an organisation is to us; empty when that is said, or not the viewer's."""
    if one.noun != "organisation" or "define" not in visit.may or one.values.get("is_operator"):
        return ""
    partners = operator_of(book, visit.viewer).partners
    known = book.organisations[one.code].id in partners
    return "" if known else f"/reference/partner/new?{urlencode({'organisation': one.code})}"


def _uses(visit: Visit, db: Session, book: Rulebook, one: Piece) -> list[tuple[str, int, str]]:
    say = visit.language.gettext
    counted = uses_of(db, book, visit.viewer, one)
    return [(say(words.USES[what]), count, _where(what, one)) for what, count in counted.items()]


def _where(what: str, one: Piece) -> str:
    """The page that lists what was counted, where there is one."""
    if what == "batches" and one.noun in ("organisation", "partner"):
        return f"/batches?{urlencode({'supplier': one.text('organisation') or one.code})}"
    return ""


def zone_of(visit: Visit, book: Rulebook) -> str:
    """The clock by which the viewer reads."""
    sites = sites_for(book, visit.viewer)
    return sites[0].timezone if sites else "UTC"


def noun_of(noun: str) -> Noun:
    """Raises NotFound."""
    if noun not in BY_NAME:
        raise NotFound
    return BY_NAME[noun]


def href_of(noun: str, code: str) -> str:
    return f"/reference/{noun}/{quote(code)}"
