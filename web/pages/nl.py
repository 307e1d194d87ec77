"""The waste register on screen, on paper and as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from catalogue.errors import BadInput, Malformed, NotFound
from catalogue.rulebook import rulebook
from nl import views
from nl.files import deliveries_file, receipts_file
from nl.lines import Delivered, Received
from nl.queries import NotifyingSite, notifying_site
from nl.rules import month_after
from reporting.formats import MEDIA_TYPES, Format
from streams.ledger import site_day
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.nl_words import MISSING, REGISTERS
from web.pages import choices
from web.pages.forms import Form
from web.pages.nl_things import Lack, RegisterPage
from web.pages.portal_pages import Download
from web.pages.visiting import Visit, Visitor
from web.sheets.register import register_pdf

router = APIRouter(include_in_schema=False)

LINES_SHOWN: Final = 500
FILES: Final = (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"))
DAYS_MAX: Final = 366 * 6
PAPER_DAYS_MAX: Final = 366

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]
Day = Annotated[str, Query(max_length=10, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which register of which site, on the days of [first, end)."""

    site: NotifyingSite
    which: str
    first: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    @property
    def query(self) -> dict[str, str]:
        return {
            "site": self.site.code,
            "which": self.which,
            "from": self.first.isoformat(),
            "to": self.end.isoformat(),
        }


@router.get("/waste-register")
def register(
    visit: Visitor,
    db: ReadDb,
    site: Text = "",
    which: Text = "receipts",
    first: Annotated[Day, Query(alias="from")] = "",
    end: Annotated[Day, Query(alias="to")] = "",
) -> Response:
    try:
        wanted = wanted_of(visit, db, site, which, first, end)
        return visit.show("nl/register.html", _page(visit, db, wanted, Form(values=wanted.query)))
    except BadInput as refusal:
        wanted = wanted_of(visit, db, site, "receipts", "", "")
        typed = {"site": site, "which": which, "from": first, "to": end}
        form = Form(values=typed, refusal=refusal)
        return visit.show("nl/register.html", _page(visit, db, wanted, form), status=422)


@router.get("/waste-register/file")
def register_file(
    visit: Visitor,
    db: ReadDb,
    site: Text = "",
    which: Text = "receipts",
    first: Annotated[Day, Query(alias="from")] = "",
    end: Annotated[Day, Query(alias="to")] = "",
    format: Text = "pdf",
) -> Response:
    """The register to hand over on the spot."""
    wanted = wanted_of(visit, db, site, which, first, end)
    if format == "pdf" and wanted.days > PAPER_DAYS_MAX:
        raise Malformed(field="to", problem="more than a year: take a file instead of paper")
    came, left = lines_of(visit, db, wanted)
    name = f"{which}-{wanted.site.code}-{wanted.first}-{wanted.end - timedelta(days=1)}"
    if format == "pdf":
        made = register_pdf(
            wanted.site, came, left, first=wanted.first, end=wanted.end, which=which,
            at=visit.now, language=visit.language,
        )  # fmt: skip
        return Response(made, media_type="application/pdf", headers=inline(f"{name}.pdf"))
    kind = format_of(format)
    address, code = wanted.site.address, visit.language.code
    pieces: Iterator[bytes] = (
        receipts_file(came, address, code, kind)
        if which == "receipts"
        else deliveries_file(left, address, code, kind)
    )
    return StreamingResponse(
        pieces, media_type=MEDIA_TYPES[kind], headers=attached(f"{name}.{kind.value}")
    )


def format_of(word: str) -> Format:
    """CSV or a workbook. Raises Malformed."""
    if word not in (Format.CSV, Format.XLSX):
        raise Malformed(field="format", problem="must be one of csv, xlsx")
    return Format(word)


def attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def inline(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{name}"'}


def site_wanted(visit: Visit, db: Session, code: str) -> NotifyingSite:
    """The site that was asked for, or the first one that must notify. Raises NotFound."""
    book = rulebook(db)
    if code:
        return notifying_site(db, book, code, visit.viewer)
    found = [notifying_site(db, book, one, visit.viewer) for one, _ in choices.sites(visit, book)]
    if not found:
        raise NotFound
    return next((one for one in found if one.must_notify), found[0])


def wanted_of(visit: Visit, db: Session, site: str, which: str, first: str, end: str) -> Wanted:
    """What was asked for; without days the month of today. Raises Malformed, NotFound."""
    found = site_wanted(visit, db, site)
    if which not in REGISTERS:
        raise Malformed(field="which", problem=f"must be one of {', '.join(REGISTERS)}")
    month = site_day(visit.now, rulebook(db).sites[found.code]).replace(day=1)
    begins = _day("from", first) or month
    ends = _day("to", end) or month_after(begins)
    if not begins < ends <= begins + timedelta(days=DAYS_MAX):
        raise Malformed(field="to", problem="not after the first day, or more than six years")
    return Wanted(site=found, which=which, first=begins, end=ends)


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Malformed(field=name, problem="not a day", read=text) from error


def lines_of(
    visit: Visit, db: Session, wanted: Wanted
) -> tuple[Sequence[Received], Sequence[Delivered]]:
    """The lines of the register that was asked for; the other one is empty."""
    book, viewer = rulebook(db), visit.viewer
    if wanted.which == "receipts":
        return views.receipts(
            db, book, viewer, site=wanted.site, first=wanted.first, end=wanted.end
        ), ()
    return (), views.deliveries(
        db, book, viewer, site=wanted.site, first=wanted.first, end=wanted.end
    )


def lacking_in(lines: Sequence[Received | Delivered]) -> list[Lack]:
    """What the lines lack, the most frequent first."""
    counted = Counter(name for line in lines for name in line.missing)
    return [
        Lack(what=MISSING[name][0], do=MISSING[name][1], lines=number)
        for name, number in counted.most_common()
    ]


def _page(visit: Visit, db: Session, wanted: Wanted, form: Form) -> RegisterPage:
    came, left = lines_of(visit, db, wanted)
    lines: list[Received | Delivered] = [*came, *left]
    return RegisterPage(
        form=form,
        sites=choices.sites(visit, rulebook(db)),
        site=wanted.site,
        which=wanted.which,
        first=wanted.first,
        last=wanted.end - timedelta(days=1),
        receipts=came[:LINES_SHOWN],
        deliveries=left[:LINES_SHOWN],
        lines=len(lines),
        mass_g=sum(line.net_g for line in lines),
        lacking=lacking_in(lines),
        downloads=[
            Download(
                href=f"/waste-register/file?{urlencode({**wanted.query, 'format': kind})}",
                text=text,
            )
            for kind, text in FILES
            if kind != "pdf" or wanted.days <= PAPER_DAYS_MAX
        ],
    )
