"""Small acts about one thing, each a form of a few fields: hold, release, weigh, a find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.kinds import WEIGHING_DIFFERENCE, StationKind
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from dispatch.views import whole_shipment
from intake.views import list_finds
from streams.paging import Asked
from streams.queries import batch_by_code
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import ActPage, Field, Form, Options
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about, and who asks."""

    visit: Visit
    names: Names
    site: SiteRow
    code: str
    bins: Options = ()

    def stations(self, *kinds: StationKind) -> Field:
        options = choices.stations(self.visit, self.names.book, *kinds, at=self.site)
        return Field("station", "choice", message("Station"), options)

    def reasons(self, act: str) -> Field:
        return Field("reason", "choice", message("Why?"), self.names.reasons(self.site, act))

    def named(self, rows: Mapping[str, Any]) -> Options:
        own = self.visit.language.own
        return [(code, own(row.names, code)) for code, row in rows.items()]


Fields = Callable[[About], Sequence[Field]]
Read = Callable[[Typed, str, datetime], Body]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallAct:
    """path: of its page; kind: of the API's act; targeted: its code is the target of the call.

    title and button are msgids; done is a key of `words.DONE`.
    """

    path: str
    kind: str
    title: str
    done: str
    fields: Fields
    read: Read
    lead: str = ""
    targeted: bool = True

    @property
    def noun(self) -> str:
        return self.path.split("/")[1]


def _aside(act: str) -> Fields:
    return lambda about: (about.reasons(act), _PART)


def _read_aside(sent: Typed, _: str, at: datetime) -> Body:
    return {"reason": sent.needed("reason") or "?", "mass_g": sent.mass_g("mass"), "scanned_at": at}


def _read_weighing(sent: Typed, _: str, at: datetime) -> Body:
    return {
        "station": sent.needed("station") or "?",
        "gross_g": sent.needed_g("gross"),
        "tare_g": sent.needed_g("tare"),
        "scale": sent.text("scale"),
        "quality": None if sent.text("scale") else "estimated",
        "loss_kind": sent.text("loss_kind"),
        "scanned_at": at,
    }


def _weighing(about: About) -> Sequence[Field]:
    kinds = about.names.book.operator(about.site).loss_kinds
    named = {code: row for code, row in kinds.items() if code != WEIGHING_DIFFERENCE}
    scales = choices.scales(about.visit, about.names.book)
    return (
        about.stations(StationKind.INTAKE, StationKind.SORTING),
        Field("gross", "mass", message("Gross")),
        Field("tare", "mass", message("Tare")),
        Field(
            "scale", "choice", message("Scale"), scales, message("None: the weight is an estimate")
        ),
        Field(
            "loss_kind",
            "choice",
            message("If it weighs less, because of"),
            about.named(named),
            message("a weighing difference"),
        ),
    )


def _read_find(sent: Typed, code: str, at: datetime) -> Body:
    return {
        "station": sent.needed("station") or "?",
        "batch": code,
        "kind": sent.needed("kind") or "?",
        "count": sent.count("count") or 1,
        "mass_g": sent.mass_g("mass"),
        "scanned_at": at,
    }


def _find(about: About) -> Sequence[Field]:
    kinds = about.names.book.operator(about.site).find_kinds
    return (
        about.stations(StationKind.INSPECTION, StationKind.SORTING),
        Field("kind", "choice", message("What was found?"), about.named(kinds)),
        Field("count", "count", message("How many"), optional=True),
        Field("mass", "mass", message("Weight"), optional=True),
    )


def _read_correction(sent: Typed, _: str, at: datetime) -> Body:
    return {
        "reason": sent.needed("reason") or "?",
        "supplier": sent.text("supplier"),
        "article_group": sent.text("article_group"),
        "gross_g": sent.mass_g("gross"),
        "tare_g": sent.mass_g("tare"),
        "scanned_at": at,
    }


def _correction(about: About) -> Sequence[Field]:
    visit, known = about.visit, about.names.book
    same = message("As it is")
    return (
        about.reasons("correction"),
        Field("supplier", "choice", message("Supplier"), choices.suppliers(visit, known), same),
        Field(
            "article_group", "choice", message("Article group"), choices.groups(visit, known), same
        ),
        Field("gross", "mass", message("Gross"), optional=True),
        Field("tare", "mass", message("Tare"), optional=True),
    )


def _read_reopening(sent: Typed, _: str, at: datetime) -> Body:
    reason, station = sent.needed("reason") or "?", sent.needed("station") or "?"
    return {"station": station, "reason": reason, "scanned_at": at}


def _read_return(sent: Typed, _: str, at: datetime) -> Body:
    bin_code, mass_g = sent.text("bin"), sent.mass_g("mass")
    line = {"bin": bin_code} if bin_code else {"mass_g": mass_g}
    reason = sent.needed("reason") or "?"
    return {"lines": [line], "reason": reason, "rest_g": sent.mass_g("rest"), "returned_at": at}


def _return(about: About) -> Sequence[Field]:
    part = message("Part of it, by weight")
    return (
        about.reasons("return"),
        Field("bin", "choice", message("Which bin came back?"), about.bins, part),
        Field("mass", "mass", message("Weight, when no whole bin came back"), optional=True),
        Field(
            "rest",
            "mass",
            message("Still to come back"),
            help=message("Type 0 when all of it is back: then what lacks is a difference."),
            optional=True,
        ),
    )


def _read_hand_over(sent: Typed, _: str, __: datetime) -> Body:
    names = {name: sent.needed(name) or "?" for name in ("first", "second", "receiver")}
    return {**names, "receiver_kind": sent.text("receiver_kind")}


def _hand_over(about: About) -> Sequence[Field]:
    kinds = about.names.reasons(about.site, "handover")
    nothing = "" if kinds else message("Not said")
    return (
        Field("first", "text", message("First person who hands it over")),
        Field("second", "text", message("Second person who hands it over")),
        Field("receiver_kind", "choice", message("Who it goes to"), kinds, nothing),
        Field("receiver", "text", message("Name of the person who receives it")),
    )


_PART: Final = Field(
    "mass",
    "mass",
    message("Weight"),
    help=message("Leave it empty for the whole batch."),
    optional=True,
)
ACTS: Final = (
    SmallAct(
        path="/batches/{code}/hold",
        kind="hold",
        title=message("Put on hold"),
        done="held",
        fields=_aside("hold"),
        read=_read_aside,
    ),
    SmallAct(
        path="/batches/{code}/release",
        kind="release",
        title=message("Release"),
        done="released",
        fields=_aside("release"),
        read=_read_aside,
    ),
    SmallAct(
        path="/batches/{code}/refuse",
        kind="refuse",
        title=message("Send back to the supplier"),
        done="refused",
        lead=message("The supplier sees the reason."),
        fields=_aside("refusal"),
        read=_read_aside,
    ),
    SmallAct(
        path="/batches/{code}/weigh",
        kind="weigh",
        title=message("Weigh again"),
        done="weighed",
        lead=message("Weigh what is still to be sorted."),
        fields=_weighing,
        read=_read_weighing,
    ),
    SmallAct(
        path="/batches/{code}/found",
        kind="find",
        title=message("Object found"),
        done="found",
        lead=message("Do not touch it. Call your team leader."),
        fields=_find,
        read=_read_find,
        targeted=False,
    ),
    SmallAct(
        path="/batches/{code}/correct",
        kind="correct",
        title=message("Put right"),
        done="corrected",
        lead=message("Fill in only what was wrong."),
        fields=_correction,
        read=_read_correction,
    ),
    SmallAct(
        path="/batches/{code}/reopen",
        kind="reopen",
        title=message("Open again"),
        done="reopened",
        fields=lambda about: (about.stations(StationKind.SORTING), about.reasons("reopen")),
        read=_read_reopening,
    ),
    SmallAct(
        path="/shipments/{code}/return",
        kind="return",
        title=message("Something came back"),
        done="returned",
        fields=_return,
        read=_read_return,
    ),
    SmallAct(
        path="/finds/{code}/hand-over",
        kind="handover",
        title=message("Hand over"),
        done="handed_over",
        lead=message(
            "Two persons hand it over together. Their names go on the receipt and are erased later."
        ),
        fields=_hand_over,
        read=_read_hand_over,
    ),
)


def _serve(act: SmallAct) -> None:
    """Give an act its page and its form."""

    def form(visit: Visitor, db: ReadDb, code: Code) -> Response:
        return _show(visit, db, act, code, fresh(visit))

    def send(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
        return book(
            visit,
            sent,
            act.kind,
            code if act.targeted else None,
            body=lambda at: act.read(sent, code, at),
            then=lambda answer: visit.go(_afterwards(act, code, answer), act.done),
            again=lambda again: _show(visit, db, act, code, again),
        )

    router.add_api_route(act.path, form, methods=["GET"])
    router.add_api_route(act.path, send, methods=["POST"])


for _act in ACTS:
    _serve(_act)


def _afterwards(act: SmallAct, code: str, answer: Mapping[str, Any]) -> str:
    """A wrong supplier makes a new batch, which is the one to go on with."""
    return f"/{act.noun}/{answer['code'] if act.kind == 'correct' else code}"


def _show(visit: Visit, db: Session, act: SmallAct, code: str, form: Form) -> Response:
    about = _about(visit, db, act.noun, code)
    page = ActPage(
        form=form,
        title=act.title,
        lead=act.lead,
        noun=act.noun,
        code=code,
        path=act.path.format(code=code),
        fields=act.fields(about),
    )
    return visit.show("forms/act.html", page, status=422 if form.is_wrong else 200)


def _about(visit: Visit, db: Session, noun: str, code: str) -> About:
    """What the act is about, as it exists for the viewer. Raises NotFound."""
    known = rulebook(db)
    names = Names(visit.language, known)
    if noun == "batches":
        return About(visit, names, batch_by_code(db, known, code, visit.viewer).site, code)
    if noun == "shipments":
        whole = whole_shipment(db, known, code, visit.viewer)
        bins = [(row.code, row.code) for row in whole.bins]
        return About(visit, names, known.sites[whole.listed.site], code, bins)
    for row in list_finds(db, known, visit.viewer, Asked(text=code)):
        if row.code == code:
            return About(visit, names, known.sites[row.site], code)
    raise NotFound
