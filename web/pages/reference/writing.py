"""Make or change a piece of reference data: the form, what it would do, and then the booking."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.responses import Response

from accounts.actions import note_actor
from catalogue.actions import VERSIONED, Defined, define, judge
from catalogue.errors import EuralMalformed, Malformed, NotFound, Refusal
from catalogue.pieces import (
    Change,
    Piece,
    Said,
    code_of,
    empty_value,
    operator_of,
    pieces,
    require_own_site,
    written_code,
)
from catalogue.rulebook import rulebook
from chain.queries import entry_by_scan
from web.api.tools import with_days
from web.api.wire import PLAIN
from web.deps import ReadDb, database_of
from web.pages.booking import Sent, Typed, fresh, scan_id_of
from web.pages.forms import Form, Options
from web.pages.reference import naming, telling, words
from web.pages.reference.fields import Choices, Field, Noun, as_typed, read, refers, shown
from web.pages.reference.nouns import BY_NAME
from web.pages.reference.reading import href_of, noun_of
from web.pages.reference.things import Ask, EditPage, LookPage
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Path(max_length=20, pattern=r"^[a-z_]+$")]
Code = Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)]

OWN_FIELDS: Final = frozenset({"scan_id", "at", "step", "base"})
"""What a form brings beside its fields."""
_LIMIT: Final = re.compile(r"above (\d+)( characters)?")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a form is about. before: the piece as it is, when it is changed."""

    visit: Visit
    noun: Noun
    known: Choices
    all: Mapping[str, Piece]
    before: Piece | None

    @property
    def path(self) -> str:
        if self.before is None:
            return f"/reference/{self.noun.noun}/new"
        return f"{href_of(self.noun.noun, self.before.code)}/edit"

    @property
    def back(self) -> str:
        if self.before is None:
            return f"/reference/{self.noun.noun}"
        return href_of(self.noun.noun, self.before.code)

    @property
    def name(self) -> str:
        return naming.name_of(self.before, self.noun, self.known) if self.before else ""

    def say(self, text: str) -> str:
        return self.visit.language.gettext(text)


@router.get("/reference/{noun}/new")
def form(visit: Visitor, db: ReadDb, noun: Word) -> Response:
    desk = _desk(visit, db, noun, None)
    values: dict[str, str] = {}
    for one in desk.noun.fields:
        begun = visit.request.query_params.get(one.name) or _usual(visit, noun, one)
        values |= as_typed(one, begun, visit.language)
    return visit.show("reference/form.html", _edit_page(desk, fresh(visit, values)))


@router.post("/reference/{noun}/new")
def make(visit: Visitor, sent: Sent, noun: Word) -> Response:
    return _answer(visit, sent, noun, None)


@router.get("/reference/{noun}/{code}/edit")
def edit(visit: Visitor, db: ReadDb, noun: Word, code: Code) -> Response:
    desk = _desk(visit, db, noun, code)
    assert desk.before is not None
    values: dict[str, str] = {"base": str(desk.before.version)}
    for one in desk.noun.fields:
        values |= as_typed(one, desk.before.values.get(one.name), visit.language)
    if noun in VERSIONED:
        values["valid_from"] = max(values["valid_from"], visit.now.date().isoformat())
    return visit.show("reference/form.html", _edit_page(desk, fresh(visit, values)))


@router.post("/reference/{noun}/{code}/edit")
def change(visit: Visitor, sent: Sent, noun: Word, code: Code) -> Response:
    return _answer(visit, sent, noun, code)


def _answer(visit: Visit, sent: Typed, noun: str, code: str | None) -> Response:
    """The form again, what it would do, or the booking: by the button that was pressed."""
    step = sent.text("step")
    if step == "book" and (booked := _book(visit, sent, noun, code)):
        return visit.go(href_of(noun, booked), "defined")
    with database_of(visit.request).read() as db:
        desk = _desk(visit, db, noun, code)
        data, own_code = _typed(desk, sent)
        if step != "again" and not sent.errors:
            page = _look(desk, db, sent, own_code, data)
            if page is not None:
                return visit.show("reference/look.html", page)
        errors = {} if step == "again" else sent.errors
        values = {**sent.values, **_several(desk, sent)}
        refused = sent.refusal if step != "again" else None
        again = Form(
            values=values, errors=errors, refusal=refused, scan_id=scan_id_of(sent),
            at=sent.text("at") or "",
        )  # fmt: skip
        status = 200 if step == "again" else 422
        return visit.show("reference/form.html", _edit_page(desk, again), status=status)


def _desk(visit: Visit, db: Session, noun: str, code: str | None) -> Desk:
    """Raises NotFound for what does not exist, and for what another operator keeps."""
    book = rulebook(db)
    kind = noun_of(noun)
    known = naming.choices(visit, book)
    found = {one.code: one for one in pieces(db, book, visit.viewer, noun)}
    before = None
    if code is not None:
        before = found.get(code)
        if before is None or not before.own:
            raise NotFound
    return Desk(visit, kind, known, found, before)


def _usual(visit: Visit, noun: str, one: Field) -> Said:
    """What a new form begins with."""
    if one.name in ("valid_from", "tare_on"):
        return visit.now.date().isoformat()
    if one.name == "year":
        return visit.now.year
    if one.name == "timezone":
        return "Europe/Amsterdam"
    return empty_value(noun, one.name)


def _typed(desk: Desk, sent: Typed) -> tuple[dict[str, Any], str]:
    """What the form says, as a definition takes it, and the code of the piece."""
    noun = desk.noun.noun
    before = desk.before.values if desk.before else {}
    data: dict[str, Any] = {}
    for one in desk.noun.fields:
        if one.name == "is_operator":
            continue
        if one.fixed and desk.before is not None:
            if before.get(one.name) is not None:
                data[one.name] = before[one.name]
            continue
        empty = empty_value(noun, one.name)
        value = read(one, sent, desk.known, before=before.get(one.name), empty=empty)
        if not (value is None and refers(noun, one)):
            data[one.name] = value
    if desk.before is not None:
        return data, desk.before.code
    if not desk.noun.has_code:
        return data, code_of(noun, data)
    return data, _new_code(sent, noun)


def _new_code(sent: Typed, noun: str) -> str:
    """Codes of parties and places are capitals, those of matter are words."""
    typed = sent.needed("code")
    capitals = noun in ("organisation", "site", "station", "container", "scale", "printer")
    return typed.upper() if capitals else typed


def _look(desk: Desk, db: Session, sent: Typed, code: str, data: dict[str, Any]) -> LookPage | None:
    """What the change would do; None when it cannot be, and then it says why at the fields."""
    visit, book, noun = desk.visit, rulebook(db), desk.noun.noun
    if desk.before is None and code in desk.all:
        _taken(desk, sent)
        return None
    operator = operator_of(book, visit.viewer)
    try:
        require_own_site(book, visit.viewer, noun, written_code(code), data)
        version, values = judge(
            db, operator.organisation.code, noun, written_code(code), with_days(data)
        )
    except Refusal as refusal:
        _beside(desk, sent, refusal)
        return None
    before = desk.before.values if desk.before else {}
    values = {name: value for name, value in values.items() if desk.noun.field(name)}
    changes = [
        Change(name, before.get(name), value)
        for name, value in values.items()
        if before.get(name) != value
    ]
    told = naming.changed(desk.noun, changes, desk.known)
    if not told or _begins_anew(desk, changes):
        sent.refusal = None
        sent.errors[desk.noun.fields[0].typed[0]] = desk.say(words.NOTHING_NEW)
        return None
    preview = telling.preview(
        visit, db, book, desk.noun, desk.known, code, before=desk.before,
        values={**before, **values},
    )  # fmt: skip
    base = sent.text("base") or ""
    current = str(desk.before.version) if desk.before else ""
    return LookPage(
        form=Form(scan_id=scan_id_of(sent), at=sent.text("at") or "", values={"base": current}),
        sent=[
            (name, value)
            for name, value in sent.data.multi_items()
            if isinstance(value, str) and name not in OWN_FIELDS
        ],
        noun=noun,
        noun_title=desk.say(desk.noun.title),
        one=desk.say(desk.noun.one),
        code=code,
        name=desk.name or _new_name(desk, code, values),
        path=desk.path,
        back=desk.back,
        changes=told,
        effects=preview.effects,
        figures=preview.figures,
        lasting=preview.lasting,
        version=version,
        stale=base != current,
    )


def _begins_anew(desk: Desk, changes: Sequence[Change]) -> bool:
    """Whether nothing would be other than that a version, which counts already, starts today."""
    today = desk.visit.now.date().isoformat()
    only = [(change.field, change.now) for change in changes]
    return only == [("valid_from", today)] and str(changes[0].was or today) <= today


def _new_name(desk: Desk, code: str, values: Mapping[str, Said]) -> str:
    made = Piece(noun=desk.noun.noun, code=code, id=0, version=1, own=True, values=values)
    return naming.name_of(made, desk.noun, desk.known)


def _book(visit: Visit, sent: Typed, noun: str, code: str | None) -> str | None:
    """Write the version, once for each form; the code of the piece. None when the form must be
    looked at again: something in it is wrong, or somebody else changed the piece meanwhile.
    """
    scan_id = scan_id_of(sent)
    for last in (False, True):
        try:
            with database_of(visit.request).write() as session:
                return _written(visit, session, sent, noun, code, scan_id)
        except IntegrityError:
            # The same form came twice at once, and the other one wrote it.
            if last:
                raise
        except Refusal:
            # What is wrong with it is said beside the fields when the form is judged again.
            return None
    return None


def _written(
    visit: Visit, session: Session, sent: Typed, noun: str, code: str | None, scan_id: str
) -> str | None:
    repeated = entry_by_scan(session, scan_id) is not None
    desk = _desk(visit, session, noun, code)
    data, own_code = _typed(desk, sent)
    current = str(desk.before.version) if desk.before else ""
    stale = (sent.text("base") or "") != current
    if sent.errors or (not repeated and (stale or (code is None and own_code in desk.all))):
        sent.errors.clear()
        return None
    book = rulebook(session)
    require_own_site(book, visit.viewer, noun, written_code(own_code), data)
    operator = operator_of(book, visit.viewer).organisation.code
    done: Defined = define(
        session, operator, noun, written_code(own_code), with_days(data),
        now=visit.now, scan_id=scan_id,
    )  # fmt: skip
    if not done.repeated:
        note_actor(session, scan_id, visit.me.actor, visit.now.date())
    return own_code


def _taken(desk: Desk, sent: Typed) -> None:
    if desk.noun.has_code:
        sent.errors["code"] = desk.say(words.TAKEN)
    else:
        sent.errors[desk.noun.fields[0].name] = desk.say(words.PAIR_TAKEN)


def _beside(desk: Desk, sent: Typed, refusal: Refusal) -> None:
    """Say a refusal beside the field that it is about, or above the form."""
    if isinstance(refusal, EuralMalformed):
        sent.errors["eural"] = refusal.advice
        return
    if isinstance(refusal, NotFound):
        sent.errors["code" if desk.noun.has_code else desk.noun.fields[0].name] = words.NOBODY_KNOWS
        return
    name = str(refusal.figures.get("field", ""))
    field = desk.noun.field(name)
    at = field.typed[0] if field else name
    if not isinstance(refusal, Malformed) or (field is None and name != "code"):
        sent.refusal = refusal
        return
    sent.errors[at] = _problem(desk, str(refusal.figures.get("problem", "")), name)


def _problem(desk: Desk, problem: str, name: str) -> str:
    """What is wrong with a field, in words; figures as they are."""
    if found := _LIMIT.match(problem):
        text = words.CHARACTERS_AT_MOST if found[2] else words.AT_MOST
        return desk.say(text) % {"limit": found[1]}
    if problem == "not a code" and name == "code" and desk.noun.code != words.CHOSEN_CODE:
        return desk.say(words.NO_WORD_CODE)
    return desk.say(words.PROBLEMS.get(problem, words.ODD))


def _several(desk: Desk, sent: Typed) -> dict[str, str]:
    """What was ticked, as one word by comma, to show it again; what was not ticked is empty."""
    return {
        one.name: ",".join(sent.many(one.name))
        for one in desk.noun.fields
        if one.kind in ("many", "yes")
    }


def _edit_page(desk: Desk, form: Form) -> EditPage:
    is_new = desk.before is None
    return EditPage(
        form=form,
        noun=desk.noun.noun,
        noun_title=desk.say(desk.noun.title),
        one=desk.say(desk.noun.one),
        code=desk.before.code if desk.before else "",
        code_help=desk.say(desk.noun.code) if desk.noun.has_code and is_new else "",
        name=desk.name,
        path=desk.path,
        back=desk.back,
        asks=[_ask(desk, form, one) for one in desk.noun.fields if one.name != "is_operator"],
        is_new=is_new,
    )


def _ask(desk: Desk, form: Form, one: Field) -> Ask:
    options: Options = desk.known.options(one)
    if one.suggest:
        said = {piece.text(one.name) for piece in desk.all.values()} - {""}
        options = [(value, value) for value in sorted(said)]
    fixed = ""
    if one.fixed and desk.before is not None:
        fixed = shown(one, desk.before.values.get(one.name), desk.known)
    first = one.of in BY_NAME and not options and not one.optional
    chosen = frozenset(form.value(one.name).split(",")) - {""}
    return Ask(
        field=one, options=options, fixed=fixed, chosen=chosen,
        first=(f"/reference/{one.of}/new", desk.say(BY_NAME[one.of].one)) if first else None,
    )  # fmt: skip
